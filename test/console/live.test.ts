import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { startScene, visit, type Scene } from "./scene.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

const point = (id: string, remoteKey: string): Promise<unknown> =>
  scene.admin.ask("mutation ($input: UpdateSecretInput!) { updateSecret(input: $input) { id } }", {
    input: { id, data: [{ secretKey: "password", remoteKey, property: "password" }] },
  });

const statusCell = (name: string, word: string): string => `tr:has(a:text-is("${name}")):has-text("${word}")`;

describe("the Secrets page lives", () => {
  it.each(["Ada", "Ben"])("changes a status by itself for %s, without a reload and without a jump", async (person) => {
    const name = `live-${person.toLowerCase()}`;
    const id = await scene.secret(name, ["checkout"]);
    const { page, context } = await visit(scene, person, "/secrets");
    await page.waitForSelector(statusCell(name, "Synced"));
    await page.evaluate(() => {
      document.querySelector("table")?.setAttribute("data-same", "yes");
      scrollTo(0, 40);
    });
    const before = await page.evaluate(() => scrollY);
    await point(id, "no/such/key");
    await page.waitForSelector(statusCell(name, "Sync error"));
    await point(id, "team-a/db");
    await page.waitForSelector(statusCell(name, "Synced"));
    expect(await page.evaluate(() => document.querySelector("table")?.getAttribute("data-same"))).toBe("yes");
    expect(await page.evaluate(() => scrollY)).toBe(before);
    await context.close();
  });

  it("shows a secret that somebody else makes, and drops one that goes", async () => {
    const { page, context } = await visit(scene, "Ada", "/secrets");
    const id = await scene.secret("made-elsewhere", []);
    await page.getByRole("link", { name: "made-elsewhere" }).waitFor();
    await scene.admin.ask("mutation ($id: ID!) { deleteSecret(id: $id) { id } }", { id });
    await page.getByRole("link", { name: "made-elsewhere" }).waitFor({ state: "detached" });
    await context.close();
  });

  it("shows a lost connection, and has missed nothing once it is back", async () => {
    const id = await scene.secret("offline", ["checkout", "search"]);
    await eventually(async () => (await scene.statusOf(id)) === "SYNCED");
    const { page, context } = await visit(scene, "Ada", "/secrets");
    await page.waitForSelector(statusCell("offline", "Synced"));
    await page.getByText("Live", { exact: true }).waitFor();
    await context.setOffline(true);
    await page.getByText("Connection lost, trying again").waitFor();
    await point(id, "no/such/key");
    await eventually(async () => (await scene.statusOf(id)) === "SYNCED_ERROR");
    const asked: string[] = [];
    page.on("request", (request) => {
      const body = request.postData() ?? "";
      if (body.includes("query Secrets(")) asked.push(body);
    });
    expect(await page.locator(statusCell("offline", "Synced")).count()).toBe(1);
    await context.setOffline(false);
    await page.getByText("Live", { exact: true }).waitFor();
    await page.waitForSelector(statusCell("offline", "Sync error"));
    // It came by `since`, not by reading the list again: nothing was read before the status was there.
    expect(asked).toEqual([]);
    await context.close();
  });
});
