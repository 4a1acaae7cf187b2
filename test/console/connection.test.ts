import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Network } from "./network.js";
import { startScene, type Scene } from "./scene.js";
import { visit, type Visit } from "./visit.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

const cell = (name: string, word: string): string => `tr:has(a:text-is("${name}")):has-text("${word}")`;
/** What a browser says of a network that is away. */
const COMPLAINTS = /ERR_|WebSocket connection/;

const isLive = ({ page }: Visit): Promise<void> => page.getByText("Live", { exact: true }).waitFor();
const isLost = ({ page }: Visit): Promise<void> => page.getByText("Connection lost, trying again").waitFor();

async function startNetwork(): Promise<Network> {
  const network = await Network.start();
  onTestFinished(() => network.stop());
  return network;
}

describe("a lost connection", () => {
  it("shows on every page, and none has missed anything once it is back", async () => {
    const network = await startNetwork();
    const changed = await scene.secret("cut-changed", ["checkout", "search"]);
    const gone = await scene.secret("cut-gone", ["checkout"]);
    await Promise.all([changed, gone].map((id) => scene.becomes(id, "SYNCED")));
    const at = (person: string, path: string): Promise<Visit> =>
      visit(scene, person, path, { network, complaints: COMPLAINTS });
    const visits = {
      all: await at("Ada", "/secrets?search=cut-"),
      theirs: await at("Ben", "/secrets?search=cut-"),
      secret: await at("Ben", `/secrets/${changed}`),
      project: await at("Ben", "/projects/checkout"),
      projects: await at("Ada", "/projects?search=cut-project"),
      history: await at("Ada", "/history"),
      provider: await at("Ada", `/providers/${scene.provider}`),
    };
    for (const one of Object.values(visits)) {
      await isLive(one);
      await one.settled();
    }
    const { all, theirs, secret, project, projects, history, provider } = visits;
    await all.page.waitForSelector(cell("cut-changed", "Synced"));

    network.cut();
    await Promise.all(Object.values(visits).map(isLost));
    const { clusters } = await scene.admin.ask<{ clusters: { id: string }[] }>("{ clusters { id } }");
    await scene.point(changed, "no/such/key");
    await scene.admin.ask("mutation ($id: ID!) { deleteSecret(id: $id) { id } }", { id: gone });
    const made = await scene.secret("cut-made", ["checkout"]);
    await scene.admin.ask("mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }", {
      input: { name: "cut-project", description: "", clusterId: clusters[0]?.id },
    });
    await Promise.all([
      scene.becomes(changed, "SYNCED_ERROR"),
      scene.becomes(gone, "gone"),
      scene.becomes(made, "SYNCED"),
    ]);
    // What is shown is as old as the connection.
    expect(await all.page.locator(cell("cut-changed", "Synced")).count()).toBe(1);
    expect(await all.page.getByRole("link", { name: "cut-made" }).count()).toBe(0);

    network.restore();
    await Promise.all(Object.values(visits).map(isLive));
    for (const { page } of [all, theirs]) {
      await page.waitForSelector(cell("cut-changed", "Sync error"));
      await page.waitForSelector(cell("cut-made", "Synced"));
      await page.getByRole("link", { name: "cut-gone" }).waitFor({ state: "detached" });
    }
    await secret.page
      .getByText("2 projects report errors")
      .or(secret.page.getByText("of 2 projects report errors"))
      .first()
      .waitFor();
    await secret.page.getByRole("row", { name: "checkout" }).getByText("Sync error").waitFor();
    await project.page.waitForSelector(cell("cut-changed", "Sync error"));
    await project.page.waitForSelector(cell("cut-made", "Synced"));
    await project.page.getByRole("link", { name: "cut-gone" }).waitFor({ state: "detached" });
    await projects.page.getByRole("link", { name: "cut-project" }).waitFor();
    await history.page.getByRole("listitem").filter({ hasText: "cut-made" }).first().waitFor();
    await history.page.getByRole("listitem").filter({ hasText: "cut-project" }).first().waitFor();
    await provider.page.getByRole("link", { name: "cut-made" }).waitFor();
  });

  it("is caught up by `since`: a status is there before any list is read again", async () => {
    const network = await startNetwork();
    const id = await scene.secret("since-only", ["checkout"]);
    await scene.becomes(id, "SYNCED");
    const here = await visit(scene, "Ada", "/secrets?search=since-only", { network, complaints: COMPLAINTS });
    await here.page.waitForSelector(cell("since-only", "Synced"));
    await isLive(here);
    await here.settled();
    network.cut();
    await isLost(here);
    await scene.point(id, "no/such/key");
    await scene.becomes(id, "SYNCED_ERROR");
    const asked: string[] = [];
    here.page.on("request", (request) => {
      const body = request.postData() ?? "";
      if (body.includes("query Secrets(")) asked.push(body);
    });
    network.restore();
    await here.page.waitForSelector(cell("since-only", "Sync error"));
    expect(asked).toEqual([]);
  });

  it("is noticed where nobody tells, and where the browser is offline", async () => {
    const network = await startNetwork();
    const id = await scene.secret("silent", ["checkout"]);
    await scene.becomes(id, "SYNCED");
    const [silent, offline] = [
      await visit(scene, "Ben", "/secrets?search=silent", { network, complaints: COMPLAINTS }),
      await visit(scene, "Ada", "/secrets?search=silent", { complaints: COMPLAINTS }),
    ];
    for (const one of [silent, offline]) {
      await one.page.waitForSelector(cell("silent", "Synced"));
      await isLive(one);
      await one.settled();
    }
    network.silence();
    await offline.context.setOffline(true);
    await Promise.all([silent, offline].map(isLost));
    await scene.point(id, "no/such/key");
    await scene.becomes(id, "SYNCED_ERROR");
    network.restore();
    await offline.context.setOffline(false);
    for (const one of [silent, offline]) {
      await isLive(one);
      await one.page.waitForSelector(cell("silent", "Sync error"));
    }
  });
});
