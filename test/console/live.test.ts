import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { makeProvider, startScene, VAULT, type Scene } from "./scene.js";
import { visit } from "./visit.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

const cell = (name: string, word: string): string => `tr:has(a:has-text("${name}")):has-text("${word}")`;

/** Marks what is on the page now: whatever is drawn anew loses it. */
const mark = (page: Page): Promise<void> =>
  page.evaluate(() => document.querySelector("table")?.setAttribute("data-same", "yes"));
const isSame = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.querySelector("table")?.getAttribute("data-same") === "yes");

describe("without a reload", () => {
  it.each(["Ada", "Ben"])("a status changes on the Secrets page of %s, which does not jump", async (person) => {
    const name = `live-${person.toLowerCase()}`;
    const id = await scene.secret(name, ["checkout"]);
    const { page, settled } = await visit(scene, person, `/secrets?search=${name}`, { height: 300 });
    await page.waitForSelector(cell(name, "Synced"));
    await settled();
    await mark(page);
    const before = await page.evaluate(() => {
      scrollTo(0, 60);
      return { scrolled: scrollY, top: document.querySelector("tbody tr")?.getBoundingClientRect().top };
    });
    expect(before.scrolled).toBe(60);
    await scene.point(id, "no/such/key");
    await page.waitForSelector(cell(name, "Sync error"));
    await scene.point(id, "team-a/db");
    await page.waitForSelector(cell(name, "Synced"));
    await settled();
    expect(await isSame(page)).toBe(true);
    expect(
      await page.evaluate(() => ({
        scrolled: scrollY,
        top: document.querySelector("tbody tr")?.getBoundingClientRect().top,
      })),
    ).toEqual(before);
  });

  it("the Secrets page shows a secret that somebody else makes, and drops one that goes", async () => {
    const { page } = await visit(scene, "Ada", "/secrets?search=made-elsewhere");
    await page.getByText("No secret is like that").waitFor();
    const id = await scene.secret("made-elsewhere", []);
    await page.getByRole("link", { name: "made-elsewhere" }).waitFor();
    await scene.admin.ask("mutation ($id: ID!) { deleteSecret(id: $id) { id } }", { id });
    await page.getByRole("link", { name: "made-elsewhere" }).waitFor({ state: "detached" });
  });

  it("a secret's page shows the real cause, and its history what happened", async () => {
    const id = await scene.secret("live-cause", ["checkout"]);
    await scene.becomes(id, "SYNCED");
    const overview = await visit(scene, "Ben", `/secrets/${id}`);
    const history = await visit(scene, "Ben", `/secrets/${id}?tab=history`);
    await overview.page.getByRole("row", { name: "checkout" }).getByText("Synced", { exact: true }).waitFor();
    await history.page.getByRole("listitem").first().waitFor();
    await scene.point(id, "no/such/key");
    const row = overview.page.getByRole("row", { name: "checkout" });
    await row.getByText("Sync error").waitFor();
    await row.getByText(/does not exist/).waitFor();
    await history.page.getByRole("listitem").filter({ hasText: "Sync error" }).first().waitFor();
  });

  it("a project's page shows a secret that is assigned to it, and drops one that is taken away", async () => {
    const id = await scene.secret("comes-and-goes", []);
    const { page } = await visit(scene, "Ben", "/projects/search");
    await page.getByRole("heading", { name: "search" }).waitFor();
    const change = (mutation: string): Promise<unknown> =>
      scene.admin.ask(
        `mutation ($id: ID!, $projects: [ID!]!) { ${mutation}(secretId: $id, projectIds: $projects) { id } }`,
        { id, projects: [scene.projects.get("search")] },
      );
    await change("assignSecret");
    await page.waitForSelector(cell("comes-and-goes", "Synced"));
    await change("unassignSecret");
    await page.getByRole("link", { name: "comes-and-goes" }).waitFor({ state: "detached" });
  });

  it("a provider's page shows whose credentials are refused and where, and that they work again", async () => {
    const vault = { ...VAULT, path: "other" };
    const { page, settled } = await visit(scene, "Ada", "/providers");
    await page.getByRole("link", { name: "corporate-vault" }).waitFor();
    await settled();
    const { vault: backend } = scene.app.cluster("oslo").backends;
    backend.denied(true);
    onTestFinished(() => backend.denied(false));
    const id = await makeProvider(scene.admin, { name: "refused-vault", scope: "ORGANIZATION", vault });
    await page.waitForSelector(cell("refused-vault", "Error"));
    await page.getByRole("link", { name: "refused-vault" }).click();
    await page.getByRole("row", { name: "oslo" }).getByText("Error", { exact: true }).waitFor();
    await page.getByRole("row", { name: "berlin" }).getByText("Ready", { exact: true }).waitFor();
    backend.denied(false);
    await scene.admin.ask("mutation ($input: UpdateProviderInput!) { updateProvider(input: $input) { id } }", {
      input: { id, vault: { ...vault, path: "another" } },
    });
    await page.getByRole("row", { name: "oslo" }).getByText("Ready", { exact: true }).waitFor();
  });
});
