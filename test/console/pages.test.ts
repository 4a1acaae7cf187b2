import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings } from "./axe.js";
import { controlsOf, NOT_BENS, PAGES, startHouse, type House } from "./house.js";
import { FOREIGN_PROJECT } from "./scene.js";
import { visit } from "./visit.js";

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.stop());

describe.each([
  { role: "a platform admin", person: "Ada" },
  { role: "a member", person: "Ben" },
])("for $role", ({ person }) => {
  it.each(PAGES.map((page) => [page.name, page] as const))("%s", async (_, { path, admin, member }) => {
    const { page, settled, answers } = await visit(house, person, path(house));
    await settled();
    expect(await controlsOf(page)).toEqual(person === "Ada" ? admin : member);
    if (person === "Ben") {
      const told = `${await page.content()}\n${await answers()}`;
      expect(NOT_BENS.filter((name) => told.includes(name))).toEqual([]);
    }
    expect(await findings(page)).toEqual([]);
  });
});

describe("what the walk above looks for", () => {
  it("is there to be found: an admin is told every name that Ben is not", async () => {
    const { to, page, answers } = await visit(house, "Ada", "/secrets");
    let shown = "";
    for (const path of [
      "/secrets",
      "/projects",
      "/providers",
      "/clusters",
      `/projects/${FOREIGN_PROJECT}?tab=members`,
      "/history?actor=gustavo",
      "/history?actor=gustavo",
    ]) {
      await to(path);
      shown += await page.content();
    }
    const told = await answers();
    expect(NOT_BENS.filter((name) => !shown.includes(name) || !told.includes(name))).toEqual([]);
  });

  it("would be found by axe, and so would a page that is too wide", async () => {
    const { page, settled } = await visit(house, "Ada", "/clusters");
    await settled();
    await page.evaluate(() => {
      document.querySelector("main")?.append(document.createElement("img"));
      const heading = document.querySelector("h1");
      if (heading !== null) Object.assign(heading.style, { color: "#777", background: "#666", width: "500px" });
    });
    const found = await findings(page);
    expect(found.filter((one) => one.includes("image-alt"))).toHaveLength(4);
    expect(found.filter((one) => one.includes("color-contrast"))).toHaveLength(4);
    expect(found.filter((one) => one.includes("px wide"))).not.toEqual([]);
  });
});

describe("what opens over a page has no serious finding either", () => {
  it.each(["Assignments", "Delete"])("the dialog %s of a secret", async (name) => {
    const { page, settled } = await visit(house, "Ada", `/secrets/${house.ids.shared}`);
    await page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await settled();
    expect(await findings(page)).toEqual([]);
  });

  it.each(["Assign existing", "Delete signing-key"])("the dialog %s of a project", async (name) => {
    const { page, settled } = await visit(house, "Ada", "/projects/checkout");
    await page.getByRole("button", { name, exact: true }).click();
    await page.getByRole("dialog").waitFor();
    await settled();
    expect(await findings(page)).toEqual([]);
  });

  it("the dialog of a new project", async () => {
    const { page, settled } = await visit(house, "Ada", "/projects");
    await page.getByRole("button", { name: "New project" }).click();
    await page.getByRole("dialog").waitFor();
    await settled();
    expect(await findings(page)).toEqual([]);
  });

  it.each(["Status", "Use case", "Project"])("the filter %s", async (name) => {
    const { page, settled } = await visit(house, "Ada", "/secrets");
    await page.getByRole("search").getByRole("button", { name }).click();
    await page.getByRole("listbox").waitFor();
    await settled();
    expect(await findings(page)).toEqual([]);
  });

  it("a form that is refused", async () => {
    const { page, settled } = await visit(house, "Ada", `/secrets/${house.ids.own}/edit`);
    await page.getByLabel("Key in the provider").fill("no key /");
    await page.getByLabel("Key in the Kubernetes Secret").fill("");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.locator(".field-error").first().waitFor();
    await settled();
    expect(await findings(page)).toEqual([]);
  });

  it("the page where people sign in, and what is shown to a member of nothing", async () => {
    const { page, to } = await visit(house, "Dan", "/secrets");
    for (const path of ["/secrets", "/projects", "/providers", "/clusters", "/history"]) {
      await to(path);
      expect(await findings(page)).toEqual([]);
      expect(await controlsOf(page)).toEqual([]);
      const told = await page.content();
      expect([...NOT_BENS, "checkout", "berlin", "corporate-vault"].filter((name) => told.includes(name))).toEqual([]);
    }
    await page.setViewportSize({ width: 1400, height: 900 });
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Who are you today?" }).waitFor();
    expect(await findings(page)).toEqual([]);
  });
});
