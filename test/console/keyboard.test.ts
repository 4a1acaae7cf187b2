import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScene, type Scene } from "./scene.js";
import { visit } from "./visit.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  scene.app.cluster("berlin").backends.vault.set("projects/checkout/own", { key: "sample" });
});
afterAll(() => scene.stop());

interface Focus {
  /** Its accessible name, or near enough. */
  name: string;
  /** Whether somebody who looks can tell where it is. */
  isVisible: boolean;
}

const focus = (page: Page): Promise<Focus> =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return { name: "", isVisible: true };
    const by = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter((id) => id !== "");
    const label = by.map((id) => document.querySelector(`#${CSS.escape(id)}`)?.textContent ?? "").join(" ");
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((one) => one.textContent) : [];
    const shown = element.closest("[data-focus-visible]") ?? element;
    const isVisible = [shown, ...shown.querySelectorAll("*")].some((one) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
      return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
    });
    const { width, height } = shown.getBoundingClientRect();
    return {
      name: `${element.getAttribute("aria-label") ?? ""} ${label} ${labels.join(" ")} ${element.textContent ?? ""}`,
      isVisible: isVisible && width > 0 && height > 0,
    };
  });

/** Presses Tab until something of that name has the focus, which has to be seen all the way. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const way: string[] = [];
  for (let presses = 0; presses < 80; presses += 1) {
    const now = await focus(page);
    if (!now.isVisible) throw new Error(`the focus is not seen on ${now.name}`);
    if (name.test(now.name)) return;
    way.push(now.name.trim().slice(0, 40));
    await page.keyboard.press("Tab");
  }
  throw new Error(`no Tab leads to ${String(name)}; they lead to ${way.join(", ")}`);
}

async function chooseProvider(page: Page): Promise<void> {
  await tabTo(page, /Provider that holds/);
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: /corporate-vault/ }).waitFor();
  await page.keyboard.type("corp");
  await page.keyboard.press("Enter");
}

describe("with the keyboard alone", () => {
  it("a secret is made, assigned to a project while it is made, and to another later", async () => {
    const { page } = await visit(scene, "Ada", "/secrets");
    await page.getByRole("link", { name: "New secret" }).first().waitFor();
    await tabTo(page, /New secret/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "New secret" }).waitFor();
    await tabTo(page, /Name \*/);
    await page.keyboard.type("by-keyboard");
    await chooseProvider(page);
    await tabTo(page, /Key in the Kubernetes Secret/);
    await page.keyboard.type("password");
    await tabTo(page, /Key in the provider/);
    await page.keyboard.type("team-a/db");
    await tabTo(page, /Property/);
    await page.keyboard.type("password");
    await tabTo(page, /Search projects/);
    await page.keyboard.type("check");
    await page.getByRole("row", { name: "search" }).waitFor({ state: "detached" });
    await tabTo(page, /checkout/);
    await page.keyboard.press("Space");
    await page.getByText("1 project: checkout").waitFor();
    await tabTo(page, /^\s*Create secret/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "by-keyboard" }).waitFor();

    await tabTo(page, /^\s*Assignments/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    const picker = page.getByRole("dialog").getByRole("grid", { name: "Projects" });
    await picker.getByRole("row", { name: "search" }).waitFor();
    await tabTo(page, /Search projects/);
    await page.keyboard.type("search");
    await picker.getByRole("row", { name: "checkout" }).waitFor({ state: "detached" });
    await tabTo(page, /search on/);
    await page.keyboard.press("Space");
    await tabTo(page, /Save assignments/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "2 assignments" }).waitFor();
    await page.getByText("2 of 2 synced").waitFor();
    expect(await page.getByRole("rowheader").allTextContents()).toEqual(["checkout", "search"]);
  });

  it("a member makes a secret in their project", async () => {
    const { page } = await visit(scene, "Ben", "/projects");
    await page.getByRole("link", { name: "checkout" }).waitFor();
    await tabTo(page, /^\s*checkout/);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "New secret" }).waitFor();
    await tabTo(page, /New secret/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "New secret" }).waitFor();
    await tabTo(page, /Name \*/);
    await page.keyboard.type("own-by-keyboard");
    await chooseProvider(page);
    await tabTo(page, /Key in the Kubernetes Secret/);
    await page.keyboard.type("key");
    await tabTo(page, /Key in the provider/);
    await page.keyboard.type("projects/checkout/own");
    await tabTo(page, /Property/);
    await page.keyboard.type("key");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "own-by-keyboard" }).waitFor();
    await page.getByRole("row", { name: "checkout" }).getByText("Synced", { exact: true }).waitFor();
  });

  it("a dialog keeps the focus, and gives it back", async () => {
    const id = await scene.secret("focus-returns", []);
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByRole("button", { name: "Delete" }).waitFor();
    await tabTo(page, /^\s*Delete/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    for (let presses = 0; presses < 6; presses += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.matches("[role=dialog] *"))).toBe(true);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(async () => (await focus(page)).name).toContain("Delete");
  });

  it("the page can be reached past what stands around it", async () => {
    const { page } = await visit(scene, "Ada", "/secrets");
    await page.evaluate(() => document.querySelector<HTMLElement>(":focus")?.blur());
    await tabTo(page, /Skip to the page/);
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  });
});
