import axe, { type run } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { startScene, visit, type Scene } from "./scene.js";

let scene: Scene;
let pages: readonly string[];

beforeAll(async () => {
  scene = await startScene();
  const good = await scene.secret("shared-database", ["checkout", "ml-training"]);
  const bad = await scene.secret("broken-token", ["checkout", "search"], "no/such/key");
  await scene.secret("nowhere-yet", []);
  await eventually(async () => (await scene.statusOf(bad)) === "SYNCED_ERROR");
  await eventually(async () => (await scene.statusOf(good)) === "SYNCED");
  pages = [
    "/secrets",
    "/secrets?search=nothing-of-that-name",
    `/secrets/${bad}`,
    `/secrets/${good}?tab=manifest`,
    `/secrets/${good}?tab=history`,
    `/secrets/${good}/edit`,
    "/secrets/new",
    "/secrets/new?as=yaml",
    "/projects",
    "/projects/checkout",
    "/projects/checkout?tab=adopt",
    "/projects/checkout?tab=members",
    "/projects/checkout?tab=settings",
    "/providers",
    `/providers/${scene.provider}`,
    `/providers/${scene.provider}/edit`,
    "/providers/new",
    "/clusters",
    "/history",
    "/no-such-page",
  ];
});
afterAll(() => scene.stop());

/** Everything that axe calls serious or critical, in words. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact: impact ?? "",
      where: nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)),
    }));
  });
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, where }) => `${id}: ${where.join(" | ")}`);
}

declare global {
  // oxlint-disable-next-line eslint/no-var -- how TypeScript declares what a script puts into the page
  var axe: { run: typeof run };
}

describe.each([
  { theme: "light", width: 1400 },
  { theme: "dark", width: 1400 },
  { theme: "light", width: 390 },
  { theme: "dark", width: 390 },
] as const)("axe, $theme, $width wide", ({ theme, width }) => {
  it("finds nothing serious on any page, and no page is wider than the window", async () => {
    const { page, context } = await visit(scene, "Ada", "/secrets", { theme, width });
    const found: string[] = [];
    for (const path of pages) {
      await page.goto(scene.app.url + path);
      await page.getByRole("heading").first().waitFor();
      await page.waitForLoadState("networkidle");
      for (const finding of await findings(page)) found.push(`${path} ${finding}`);
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (isWide) found.push(`${path} is wider than the window`);
    }
    expect(found).toEqual([]);
    await context.close();
  });

  it("finds nothing serious in dialogs, nor on the page where people sign in", async () => {
    const { page, context } = await visit(scene, "Ada", pages[3] ?? "", { theme, width });
    const found: string[] = [];
    for (const name of ["Assignments", "Delete"]) {
      await page.getByRole("button", { name, exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await page.waitForLoadState("networkidle");
      for (const finding of await findings(page)) found.push(`${name} ${finding}`);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    // What has no finding is worth something only where there could be one.
    await page.evaluate(() => document.querySelector("main")?.append(document.createElement("img")));
    expect((await findings(page)).join()).toContain("image-alt");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Who are you today?" }).waitFor();
    found.push(...(await findings(page)));
    expect(found).toEqual([]);
    await context.close();
  });
});
