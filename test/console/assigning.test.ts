import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { findings } from "./axe.js";
import { startScene, type Scene } from "./scene.js";
import { visit } from "./visit.js";

const PROJECTS = 130;

let scene: Scene;
let clusterId = "";
beforeAll(async () => {
  scene = await startScene();
  const { clusters } = await scene.admin.ask<{ clusters: { id: string; name: string }[] }>("{ clusters { id name } }");
  clusterId = clusters.find(({ name }) => name === "berlin")?.id ?? "";
  for (let from = 0; from < PROJECTS; from += 10) {
    const fields = Array.from({ length: 10 }, (_, index) => {
      const name = `team-${String(from + index).padStart(3, "0")}`;
      return `p${index}: createProject(input: { name: "${name}", description: "", clusterId: $cluster }) { id }`;
    });
    await scene.admin.ask(`mutation ($cluster: ID!) { ${fields.join("\n")} }`, { cluster: clusterId });
  }
  await eventually(async () => {
    const { projects } = await scene.admin.ask<{ projects: { totalCount: number } }>(
      '{ projects(first: 0, search: "team-", status: [READY]) { totalCount } }',
    );
    return projects.totalCount === PROJECTS;
  }, 60_000);
}, 120_000);
afterAll(() => scene.stop());

describe("editing assignments", () => {
  it("keeps what is ticked over pages and searches, and says what will come and what will go", async () => {
    const id = await scene.secret("many-teams", ["checkout", "search"]);
    await scene.becomes(id, "SYNCED");
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByRole("button", { name: "Assignments" }).click();
    const dialog = page.getByRole("dialog");
    const row = (name: string) => dialog.getByRole("row", { name });
    await dialog.getByText("100 of 133 projects shown").waitFor();
    await row("checkout").click();
    await row("team-001").click();
    await dialog.getByRole("button", { name: "Next 100" }).click();
    await row("team-120").click();
    await dialog.getByRole("button", { name: "Back" }).click();
    await row("checkout").waitFor();
    expect(await row("checkout").getAttribute("aria-selected")).toBe("false");
    expect(await row("team-001").getAttribute("aria-selected")).toBe("true");
    await dialog.getByRole("searchbox", { name: "Search projects" }).fill("12");
    await row("team-001").waitFor({ state: "detached" });
    expect(await row("team-120").getAttribute("aria-selected")).toBe("true");
    await row("team-112").click();
    await dialog
      .getByText("It will be assigned to 3 projects (team-001, team-120, team-112), taken from 1 project (checkout)")
      .waitFor();
    await dialog.getByRole("button", { name: "Have it now 2" }).click();
    await row("search").waitFor();
    expect(await dialog.getByRole("row").count()).toBe(2);
    await dialog.getByRole("button", { name: "Save assignments" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText("4 of 4 synced").waitFor();
    await expect
      .poll(() => page.getByRole("rowheader").allTextContents())
      .toEqual(["search", "team-001", "team-112", "team-120"]);
  });

  it("says why a project that is not READY cannot be chosen", async () => {
    const id = await scene.secret("held-here", ["search"]);
    await scene.becomes(id, "SYNCED");
    scene.app
      .cluster("berlin")
      .store.patch("externalsecrets", "search", "held-here", { metadata: { finalizers: ["example.com/keep"] } });
    await scene.admin.ask("mutation ($id: ID!) { deleteProject(id: $id) { id } }", {
      id: scene.projects.get("search"),
    });
    const other = await scene.secret("elsewhere", []);
    const { page } = await visit(scene, "Ada", `/secrets/${other}`);
    await page.getByRole("button", { name: "Assignments" }).click();
    const row = page.getByRole("dialog").getByRole("row", { name: "search" });
    await row.getByText("Deleting").waitFor();
    expect(await row.getAttribute("aria-disabled")).toBe("true");
    await row.click({ force: true });
    await page.getByRole("dialog").getByText("Nothing changes").waitFor();
  });

  it("wants the name typed before many projects lose it", async () => {
    const id = await scene.secret("widely-used", ["checkout"]);
    const { projects } = await scene.admin.ask<{ projects: { nodes: { id: string }[] } }>(
      '{ projects(first: 30, search: "team-0") { nodes { id } } }',
    );
    await scene.admin.ask(
      "mutation ($secret: ID!, $in: [ID!]!) { assignSecret(secretId: $secret, projectIds: $in) { id } }",
      {
        secret: id,
        in: projects.nodes.map((project) => project.id),
      },
    );
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByRole("button", { name: "Assignments" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Have it now 31" }).click();
    await dialog.getByRole("button", { name: "Untick all 31 shown" }).click();
    await dialog.getByText(/taken from 31 projects/).waitFor();
    const save = dialog.getByRole("button", { name: "Save assignments" });
    expect(await save.isDisabled()).toBe(true);
    expect(await findings(page)).toEqual([]);
    await dialog.getByLabel("Type widely-used to confirm").fill("widely-used");
    await save.click();
    await page.getByText("Assigned to no project").first().waitFor();
  });

  it("finds an assignment among many by project and by status", async () => {
    const id = await scene.secret("searched-for", []);
    const { projects } = await scene.admin.ask<{ projects: { nodes: { id: string }[] } }>(
      '{ projects(first: 120, search: "team-") { nodes { id } } }',
    );
    await scene.admin.ask(
      "mutation ($secret: ID!, $in: [ID!]!) { assignSecret(secretId: $secret, projectIds: $in) { id } }",
      {
        secret: id,
        in: projects.nodes.map((project) => project.id),
      },
    );
    await scene.becomes(id, "SYNCED");
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByText("100 of 120 assignments shown").waitFor();
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByText("20 of 120 assignments shown").waitFor();
    await page.getByRole("searchbox", { name: "Search assignments by project" }).fill("team-11");
    await page.getByText("10 of 10 assignments shown").waitFor();
    await page.getByRole("search", { name: "Assignments" }).getByRole("button", { name: "Status" }).click();
    await page.getByRole("option", { name: "Failed", exact: true }).click();
    await page.keyboard.press("Escape");
    await page.getByText("No assignment is like that").waitFor();
  });
});
