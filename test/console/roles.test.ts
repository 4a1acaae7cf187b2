import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../support/eventually.js";
import { FOREIGN_PROJECT, makeProvider, startScene, type Scene } from "./scene.js";
import { visit } from "./visit.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
  for (const cluster of ["berlin", "oslo"])
    for (const key of ["stripe", "other"])
      scene.app.cluster(cluster).backends.vault.set(`projects/checkout/${key}`, { secret: "sample" });
});
afterAll(() => scene.stop());

describe("a platform admin", () => {
  it("sees every secret, what is assigned nowhere as ---, and the projects' names on focus", async () => {
    await scene.secret("all-one", ["checkout", FOREIGN_PROJECT]);
    await scene.secret("all-two", []);
    const { page } = await visit(scene, "Ada", "/?search=all-");
    const table = page.getByRole("table", { name: "Secrets" });
    await page.goto(`${scene.app.url}/secrets?search=all-`);
    await expect.poll(() => table.getByRole("rowheader").allTextContents()).toEqual(["all-one", "all-two"]);
    expect(await table.getByRole("row", { name: "all-two" }).textContent()).toContain("---");
    await table.getByRole("button", { name: "2 projects" }).focus();
    expect(await page.getByRole("tooltip").textContent()).toBe(`checkout, ${FOREIGN_PROJECT}`);
  });

  it("comes from / to the Secrets page", async () => {
    const { page } = await visit(scene, "Ada", "/");
    await page.getByRole("heading", { name: "Secrets" }).waitFor();
    expect(page.url()).toBe(`${scene.app.url}/secrets`);
  });

  it("finds search, filters, sort and page size in the address again", async () => {
    await scene.secret("address-one", ["checkout"]);
    await scene.secret("address-two", ["checkout"]);
    const { page } = await visit(scene, "Ada", "/secrets");
    await page.getByRole("searchbox").fill("address");
    await expect.poll(() => page.url()).toContain("search=address");
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
    await expect.poll(() => headers.allTextContents()).toEqual(["address-two", "address-one"]);
    expect(await page.getByRole("searchbox").inputValue()).toBe("address");
  });

  it("deletes only after the name is typed", async () => {
    const id = await scene.secret("short-lived", ["checkout"]);
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByRole("button", { name: "Delete" }).click();
    const confirm = page.getByRole("button", { name: "Delete secret" });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel("Type short-lived to confirm").fill("short-lived");
    await confirm.click();
    await page.getByRole("heading", { name: "There is no such secret" }).waitFor();
    expect(await scene.statusOf(id)).toBe("gone");
  });

  it("cannot choose a project that is not ready, and is told why", async () => {
    const berlin = scene.app.cluster("berlin");
    const id = await scene.secret("for-the-ready", []);
    const fault = berlin.faults.add({
      match: { verb: "create", resource: "namespaces" },
      effect: { kind: "status", code: 403, reason: "Forbidden", message: "no namespace for you" },
    });
    onTestFinished(() => fault.remove());
    const { clusters } = await scene.admin.ask<{ clusters: { id: string; name: string }[] }>(
      "{ clusters { id name } }",
    );
    await scene.admin.ask("mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }", {
      input: { name: "unready", description: "", clusterId: clusters.find(({ name }) => name === "berlin")?.id },
    });
    const { page } = await visit(scene, "Ada", `/secrets/${id}`);
    await page.getByRole("button", { name: "Assignments" }).click();
    const row = page.getByRole("dialog").getByRole("row", { name: "unready" });
    await row.getByText(/no namespace for you/).waitFor();
    expect(await row.getAttribute("aria-disabled")).toBe("true");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.goto(`${scene.app.url}/projects/unready`);
    const button = page.getByRole("button", { name: "New secret" });
    await button.focus();
    expect(await page.getByRole("tooltip").textContent()).toContain("not READY");
    expect(await button.getAttribute("aria-disabled")).toBe("true");
  });
});

describe("a member", () => {
  it("sees what is theirs alone, counted as theirs alone", async () => {
    await scene.secret("part-one", ["checkout", FOREIGN_PROJECT]);
    await scene.secret("part-two", [FOREIGN_PROJECT]);
    const { page } = await visit(scene, "Ben", "/secrets?search=part-");
    const table = page.getByRole("table", { name: "Secrets" });
    await expect.poll(() => table.getByRole("rowheader").allTextContents()).toEqual(["part-one"]);
    expect(await table.getByRole("button", { name: "1 project" }).count()).toBe(1);
    await page.getByRole("link", { name: "part-one" }).click();
    await page.getByRole("heading", { name: "1 assignment" }).waitFor();
  });

  it("makes a secret of their project's own, under the keys that are theirs", async () => {
    const { page } = await visit(scene, "Ben", "/projects/checkout");
    await page.getByRole("link", { name: "New secret" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("stripe-webhook");
    await page.getByRole("button", { name: /Provider that holds the values/ }).click();
    await page.getByRole("option", { name: /corporate-vault/ }).click();
    await page.getByText("Your keys begin with projects/checkout/").waitFor();
    await page.getByLabel("Key in the Kubernetes Secret").fill("secret");
    await page.getByLabel("Key in the provider").fill("team-a/db");
    // The server's own refusal, at the field that it is about.
    await page
      .locator(".field-error")
      .getByText(/projects\/checkout\//)
      .waitFor();
    expect(await page.getByLabel("Key in the provider").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Key in the provider").fill("projects/checkout/stripe");
    await page.getByText("Would be accepted").waitFor();
    await page.getByRole("button", { name: "Create secret" }).click();
    await page.getByRole("heading", { name: "stripe-webhook" }).waitFor();
    await page.getByText("Synced", { exact: true }).first().waitFor();
  });

  it("is refused by no control that is there: syncs, changes and deletes their own, and adopts", async () => {
    const ben = await scene.as({ subject: "ben", groups: ["checkout", "search"] });
    const { createSecret } = await ben.ask<{ createSecret: { id: string } }>(
      "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }",
      {
        input: {
          name: "own-to-the-end",
          scope: "PROJECT",
          projectId: scene.projects.get("checkout"),
          providerId: scene.provider,
          data: [{ secretKey: "secret", remoteKey: "projects/checkout/stripe", property: "secret" }],
        },
      },
    );
    await scene.becomes(createSecret.id, "SYNCED");
    scene.app.cluster("berlin").store.apply(
      {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name: "handmade", namespace: "checkout" },
        spec: {
          secretStoreRef: { name: "corporate-vault", kind: "ClusterSecretStore" },
          target: { name: "handmade-values" },
          data: [{ secretKey: "secret", remoteRef: { key: "projects/checkout/other", property: "secret" } }],
        },
      },
      { manager: "kubectl" },
    );
    const { page } = await visit(scene, "Ben", `/secrets/${createSecret.id}`);
    await page.getByRole("button", { name: "Sync now", exact: true }).click();
    await page.getByText("Fetching own-to-the-end anew in 1 project.").waitFor();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Key in the provider").fill("projects/checkout/other");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("projects/checkout/other").waitFor();
    await scene.becomes(createSecret.id, "SYNCED");

    await page.goto(`${scene.app.url}/projects/checkout?tab=adopt`);
    await page.getByText("handmade", { exact: true }).click();
    await page.getByRole("button", { name: "Adopt 1 ExternalSecret" }).click();
    await page.getByText("1 ExternalSecret adopted.").waitFor();
    await page.getByRole("link", { name: "Secrets", exact: true }).last().click();
    await page.getByRole("link", { name: "handmade" }).waitFor();

    await page.getByRole("button", { name: "Delete own-to-the-end" }).click();
    await page.getByLabel("Type own-to-the-end to confirm").fill("own-to-the-end");
    await page.getByRole("button", { name: "Delete secret" }).click();
    await page.getByRole("link", { name: "own-to-the-end" }).waitFor({ state: "detached" });
    expect(await scene.statusOf(createSecret.id)).toBe("gone");
  });

  it("is refused by no control of a provider of their project's own", async () => {
    const ben = await scene.as({ subject: "ben", groups: ["checkout", "search"] });
    const keys = { name: "aws", key: "id" };
    const id = await makeProvider(ben, {
      name: "search-cloud",
      scope: "PROJECT",
      projectId: scene.projects.get("search"),
      aws: {
        region: "eu-central-1",
        auth: { secretRef: { accessKeyIDSecretRef: keys, secretAccessKeySecretRef: keys } },
      },
    });
    const { page } = await visit(scene, "Ben", `/providers/${id}`);
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Region").fill("eu-west-1");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("search-cloud is changed.").waitFor();
    await page.getByText('"eu-west-1"').waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByLabel("Type search-cloud to confirm").fill("search-cloud");
    await page.getByRole("button", { name: "Delete provider" }).click();
    await page.getByText("search-cloud is being deleted.").waitFor();
    await eventually(async () => {
      const { provider } = await scene.admin.ask<{ provider: unknown }>(
        "query ($id: ID!) { provider(id: $id) { id } }",
        { id },
      );
      return provider === null;
    });
  });
});
