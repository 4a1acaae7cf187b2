import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { startScene, visit, type Scene } from "./scene.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  await scene.secret("shared-database", ["checkout", "ml-training"]);
  await scene.secret("training-token", ["ml-training"]);
  await scene.secret("nowhere-yet", []);
});
afterAll(() => scene.stop());

describe("the console in both roles", () => {
  it("shows a platform admin everything, and what is assigned nowhere as ---", async () => {
    const { page, context, complaints } = await visit(scene, "Ada", "/");
    const table = page.getByRole("table", { name: "Secrets" });
    await expect
      .poll(() => table.getByRole("rowheader").allTextContents())
      .toEqual(["nowhere-yet", "shared-database", "training-token"]);
    expect(page.url()).toBe(`${scene.app.url}/secrets`);
    const row = table.getByRole("row", { name: "nowhere-yet" });
    expect(await row.textContent()).toContain("---");
    await table.getByRole("button", { name: "2 projects" }).focus();
    expect(await page.getByRole("tooltip").textContent()).toBe("checkout, ml-training");
    expect(await page.getByRole("link", { name: "New secret" }).count()).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("shows a member what is theirs, no name that is not, and no control that would be refused", async () => {
    const { page, context, complaints } = await visit(scene, "Ben", "/");
    const headers = page.getByRole("table", { name: "Secrets" }).getByRole("rowheader");
    await expect.poll(() => headers.allTextContents()).toEqual(["shared-database"]);
    expect(await page.getByRole("link", { name: "New secret" }).count()).toBe(0);
    await page.getByRole("link", { name: "shared-database" }).click();
    await page.getByRole("heading", { name: "1 assignment" }).waitFor();
    for (const name of ["Edit", "Delete", "Assignments", "Unassign from checkout"])
      expect(await page.getByRole("button", { name }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Sync now in checkout" }).count()).toBe(1);
    for (const path of ["/projects", "/providers", "/clusters", "/history"]) {
      await page.goto(scene.app.url + path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      const text = await page.locator("body").textContent();
      expect(text).not.toMatch(/ml-training|training-token|nowhere-yet|oslo/);
    }
    await page.goto(`${scene.app.url}/projects/checkout`);
    await page.getByRole("link", { name: "New secret" }).waitFor();
    expect(await page.getByRole("button", { name: "Assign existing" }).count()).toBe(0);
    expect(await page.getByRole("link", { name: "Settings" }).count()).toBe(0);
    await page.goto(`${scene.app.url}/projects/ml-training`);
    await page.getByRole("heading", { name: "There is no such project" }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("lets a member make a secret of their project's own, under the keys that are theirs", async () => {
    scene.app.cluster().backends.vault.set("projects/checkout/stripe", { secret: "sample" });
    const { page, context, complaints } = await visit(scene, "Ben", "/projects/checkout");
    await page.getByRole("link", { name: "New secret" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("stripe-webhook");
    await page.getByRole("button", { name: /Provider that holds the values/ }).click();
    await page.getByRole("option", { name: /corporate-vault/ }).click();
    await page.getByText("Your keys begin with projects/{project}/").waitFor();
    await page.getByLabel("Key in the Kubernetes Secret").fill("secret");
    await page.getByLabel("Key in the provider").fill("team-a/db");
    // The server's own refusal, at the field that it is about.
    await page
      .getByText(/projects\/checkout\//)
      .first()
      .waitFor();
    expect(await page.getByLabel("Key in the provider").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Key in the provider").fill("projects/checkout/stripe");
    await page.getByText("Would be accepted").waitFor();
    await page.getByRole("button", { name: "Create secret" }).click();
    await page.getByRole("heading", { name: "stripe-webhook" }).waitFor();
    await page.getByText("Synced", { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("is served with a policy that names no other origin, and asks no other", async () => {
    const response = await fetch(`${scene.app.url}/secrets?status=FAILED`, { headers: { accept: "text/html" } });
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe/);
    const { page, context, requests } = await visit(scene, "Ada", "/secrets");
    await page.getByText("Live", { exact: true }).waitFor();
    for (const url of requests) expect(new URL(url).host).toBe(new URL(scene.app.url).host);
    await context.close();
  });

  it("keeps search, filters, sort and page size in the address", async () => {
    const { page, context } = await visit(scene, "Ada", "/secrets");
    await page.getByRole("searchbox").fill("tr");
    await expect.poll(() => page.url()).toContain("search=tr");
    await page.getByRole("button", { name: "Name" }).click();
    await expect.poll(() => page.url()).toContain("sort=-NAME");
    await page
      .getByRole("search")
      .getByRole("button", { name: /^Scope/ })
      .click();
    await page.getByRole("option", { name: "Organization" }).click();
    await expect.poll(() => page.url()).toContain("scope=ORGANIZATION");
    await page.reload();
    const headers = page.getByRole("table", { name: "Secrets" }).getByRole("rowheader");
    await expect.poll(() => headers.allTextContents()).toEqual(["training-token"]);
    expect(await page.getByRole("searchbox").inputValue()).toBe("tr");
    await context.close();
  });

  it("deletes only after the name is typed", async () => {
    const id = await scene.secret("short-lived", ["checkout"]);
    const { page, context } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByRole("button", { name: "Delete" }).click();
    const confirm = page.getByRole("button", { name: "Delete secret" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel("Type short-lived to confirm").fill("short-lived");
    await confirm.click();
    await eventually(async () => (await scene.statusOf(id)) === "gone");
    await page.getByRole("heading", { name: "There is no such secret" }).waitFor();
    await context.close();
  });
});
