import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings } from "./axe.js";
import { makeProvider, startScene, type Scene } from "./scene.js";
import { visit } from "./visit.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

const HELD = { metadata: { finalizers: ["example.com/keep"] } };
const ask = (mutation: string, id: string | undefined): Promise<unknown> =>
  scene.admin.ask(`mutation ($id: ID!) { ${mutation} { id } }`, { id });

/** A secret in checkout and search, whose ExternalSecret in checkout does not go away. */
async function held(name: string): Promise<string> {
  const id = await scene.secret(name, ["checkout", "search"]);
  await scene.becomes(id, "SYNCED");
  scene.app.cluster("berlin").store.patch("externalsecrets", "checkout", name, HELD);
  return id;
}

describe("what is being deleted and does not go away", () => {
  it("an assignment is forgotten after its project's name is typed; what was not asked to go cannot be", async () => {
    const id = await held("kept-in-checkout");
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByRole("heading", { name: "2 assignments" }).waitFor();
    expect(await page.getByRole("button", { name: /Forget/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Unassign from checkout" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Unassign" }).click();
    await page.getByRole("button", { name: "Forget the assignment to checkout" }).click();
    const confirm = page.getByRole("button", { name: "Forget it" });
    expect(await confirm.isDisabled()).toBe(true);
    // That the button before was busy is still being said, by a name that went with the button: for seven seconds.
    await page.locator("[data-live-announcer] [role=img]").first().waitFor({ state: "detached" });
    expect(await findings(page)).toEqual([]);
    await page.getByLabel("Type checkout to confirm").fill("checkout");
    await confirm.click();
    await page.getByRole("heading", { name: "1 assignment" }).waitFor();
    await page.getByRole("button", { name: "Unassign from search" }).waitFor();
  });

  it("a secret is forgotten by an admin; its members see that it goes, and no such control", async () => {
    const id = await held("kept-secret");
    await ask("deleteSecret(id: $id)", id);
    await scene.becomes(id, "DELETING");
    const ben = await visit(scene, "Ben", "/projects/checkout");
    await ben.page.getByRole("row", { name: "kept-secret" }).getByText("Deleting").waitFor();
    expect(await ben.page.getByRole("button", { name: /Forget/ }).count()).toBe(0);
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByRole("button", { name: "Forget", exact: true }).click();
    await page.getByLabel("Type kept-secret to confirm").fill("kept-secret");
    await page.getByRole("button", { name: "Forget it" }).click();
    await page.getByRole("heading", { name: "There is no such secret" }).waitFor();
    expect(await scene.statusOf(id)).toBe("gone");
  });

  it("a provider, and a project with all that is in it", async () => {
    const id = await makeProvider(scene.admin, {
      name: "kept-store",
      aws: { region: "eu-central-1" },
    });
    const berlin = scene.app.cluster("berlin");
    await expect.poll(() => berlin.store.get("clustersecretstores", "", "kept-store")).toBeDefined();
    berlin.store.patch("clustersecretstores", "", "kept-store", HELD);
    await ask("deleteProvider(id: $id)", id);
    const { page } = await visit(scene, "Ada", `/providers/${id}`);
    await page.getByRole("button", { name: "Forget" }).click();
    await page.getByLabel("Type kept-store to confirm").fill("kept-store");
    await page.getByRole("button", { name: "Forget it" }).click();
    await page.getByRole("heading", { name: "There is no such provider" }).waitFor();

    await held("kept-with-project");
    await ask("deleteProject(id: $id)", scene.projects.get("checkout"));
    await page.goto(`${scene.app.url}/projects/checkout?tab=settings`);
    await page.getByRole("heading", { name: "It is being deleted" }).waitFor();
    await page.getByRole("button", { name: "Forget project" }).click();
    await page.getByLabel("Type checkout to confirm").fill("checkout");
    await page.getByRole("button", { name: "Forget it" }).click();
    await page.getByRole("heading", { name: "There is no such project" }).waitFor();
  });
});
