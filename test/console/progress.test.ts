import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { startScene, type Scene } from "./scene.js";
import { visit } from "./visit.js";

const PROJECTS = 500;
/** In berlin, where the secret's key is; the others are in oslo, where it is not. */
const IN_BERLIN = 450;
/** Operations in one request: of those that a document may hold. */
const AT_ONCE = 20;
/** Some seconds on an idle machine. */
const PATIENCE = { timeout: 120_000 };

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  scene.app.cluster("berlin").backends.vault.set("many/places", { password: "sample" });
  const { clusters } = await scene.admin.ask<{ clusters: { id: string; name: string }[] }>("{ clusters { id name } }");
  const clusterIds = new Map(clusters.map(({ id, name }) => [name, id]));
  for (let from = 0; from < PROJECTS; from += AT_ONCE) {
    const fields = Array.from({ length: AT_ONCE }, (_, index) => {
      const name = `place-${String(from + index).padStart(3, "0")}`;
      const cluster = clusterIds.get(from + index < IN_BERLIN ? "berlin" : "oslo");
      return `p${index}: createProject(input: { name: "${name}", description: "", clusterId: "${cluster}" }) { id }`;
    });
    await scene.admin.ask(`mutation { ${fields.join("\n")} }`);
  }
  await eventually(async () => {
    const { projects } = await scene.admin.ask<{ projects: { nodes: { status: string }[] } }>(
      '{ projects(first: 500, search: "place-") { nodes { status } } }',
    );
    return projects.nodes.length === PROJECTS && projects.nodes.every(({ status }) => status === "READY");
  }, 60_000);
}, 120_000);
afterAll(() => scene.stop());

describe("500 assignments in one go", () => {
  it("show live how many are done and how many failed, to who made them and to who looks on", async () => {
    const id = await scene.secret("everywhere", [], "many/places");
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    const onlooker = await visit(scene, "Ada", `/secrets?search=everywhere`);
    const oslo = scene.app.cluster("oslo");
    // Those wait, so that there is something between none and all.
    oslo.operator.stop();

    await page.getByRole("button", { name: "Assignments" }).click();
    const dialog = page.getByRole("dialog");
    await page.getByRole("searchbox", { name: "Search projects" }).fill("place-");
    // Until the answer is there, the list of all projects is shown, and it holds some of these as well.
    await dialog.getByRole("row", { name: "checkout" }).waitFor({ state: "hidden" });
    for (let from = 0; from < PROJECTS; from += 100) {
      if (from > 0) await dialog.getByRole("button", { name: "Next 100" }).click();
      await dialog.getByRole("row", { name: `place-${String(from).padStart(3, "0")}` }).waitFor();
      await dialog.getByRole("button", { name: "Tick all 100 shown" }).click();
    }
    await dialog
      .getByRole("status")
      .getByText(/assigned to 500 projects/)
      .waitFor();
    await page.getByRole("button", { name: "Save assignments" }).click();

    await page.getByRole("heading", { name: "500 assignments" }).waitFor();
    await page.getByText("450 of 500 synced, 50 pending", { exact: true }).waitFor(PATIENCE);
    await page.getByRole("img", { name: "Of 500 assignments: 450 of 500 synced, 50 pending" }).waitFor();
    await onlooker.page.getByText("Partly synced").first().waitFor();
    oslo.operator.start();
    await page.getByText("450 of 500 synced, 50 sync error", { exact: true }).waitFor(PATIENCE);
    await onlooker.page.getByRole("button", { name: "500 projects" }).waitFor();
    await onlooker.page.getByText(/50 of 500 projects report errors/).waitFor();

    for (const cluster of ["berlin", "oslo"])
      scene.app.cluster(cluster).backends.vault.set("many/places", { password: "sample" });
    await page.getByRole("button", { name: "Sync now", exact: true }).click();
    await page.getByText("500 of 500 synced", { exact: true }).waitFor(PATIENCE);
    expect(await scene.statusOf(id)).toBe("SYNCED");
  }, 400_000);
});
