import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScene, visit, type Scene } from "./scene.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

/** What has the focus, by its accessible name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return "";
    const by = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter((id) => id !== "");
    const label = by.map((id) => document.querySelector(`#${CSS.escape(id)}`)?.textContent ?? "").join(" ");
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((one) => one.textContent) : [];
    return `${element.getAttribute("aria-label") ?? ""} ${label} ${labels.join(" ")} ${element.textContent ?? ""}`;
  });

/** Presses Tab until something of that name has the focus. */
async function tabTo(page: Page, name: RegExp, key = "Tab"): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`no Tab leads to ${String(name)}; the focus is on ${await focused(page)}`);
}

describe("with the keyboard alone", () => {
  it("a secret is made, assigned to a project while it is made, and to another later", async () => {
    const { page, context } = await visit(scene, "Ada", "/secrets");
    await page.getByRole("link", { name: "New secret" }).first().waitFor();
    await tabTo(page, /New secret/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "New secret" }).waitFor();
    await tabTo(page, /Name \*/);
    await page.keyboard.type("by-keyboard");
    await tabTo(page, /Provider that holds/);
    await page.keyboard.press("Enter");
    await page.getByRole("option", { name: /corporate-vault/ }).waitFor();
    await page.keyboard.type("corp");
    await page.keyboard.press("Enter");
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
    await context.close();
  });
});
