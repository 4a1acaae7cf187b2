import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findings } from "./axe.js";
import { startScene, type Scene } from "./scene.js";
import { visit } from "./visit.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

const editor = (page: Page) => page.getByRole("textbox", { name: "YAML" });
const stepByStep = (page: Page) => page.getByRole("link", { name: "Step by step" });
const accepted = (page: Page): Promise<void> => page.getByText("Would be accepted").waitFor();
const specOf = async (id: string): Promise<unknown> =>
  (
    await scene.admin.ask<{ secret: unknown }>(
      `query ($id: ID!) { secret(id: $id) { useCase generation spec { refreshInterval other
        data { secretKey remoteKey property } target { name type labels template } } } }`,
      { id },
    )
  ).secret;

/** A manifest with more than the form has at first sight. */
const manifest = (name: string, more = ""): string => `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
spec:
  refreshInterval: 15m
  secretStoreRef:
    name: corporate-vault
    kind: ClusterSecretStore
  target:
    name: ${name}-values
    template:
      type: Opaque
      metadata:
        labels:
          team: a
      data:
        url: "https://{{ .password }}@example.com"
  data:
    - secretKey: password
      remoteRef:
        key: team-a/db
        property: password
${more}`;

describe("a new secret", () => {
  it("goes from the form to YAML and back as often as one likes, and loses nothing", async () => {
    const { page } = await visit(scene, "Ada", "/secrets/new");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("to-and-fro");
    const yaml = page.getByRole("link", { name: "From YAML" });
    expect(await yaml.getAttribute("aria-disabled")).toBe("true");
    await page.getByRole("button", { name: /Provider that holds the values/ }).click();
    await page.getByRole("option", { name: /corporate-vault/ }).click();
    await page.getByLabel("Key in the Kubernetes Secret").fill("password");
    await page.getByLabel("Key in the provider").fill("team-a/db");
    await page.getByLabel("Property").fill("password");
    await accepted(page);
    await yaml.click();
    expect(await editor(page).inputValue()).toContain("key: team-a/db");
    await editor(page).fill(manifest("to-and-fro"));
    await accepted(page);
    await stepByStep(page).click();
    expect(await page.getByLabel("How often").inputValue()).toBe("15m");
    expect(await page.getByLabel("Name of the Kubernetes Secret").inputValue()).toBe("to-and-fro-values");
    expect(await page.getByLabel("Labels").inputValue()).toBe("team=a");
    // Nothing was touched: the YAML is there as it was written, with its layout.
    await yaml.click();
    expect(await editor(page).inputValue()).toBe(manifest("to-and-fro"));
    await stepByStep(page).click();
    await page.getByLabel("Version").fill("3");
    await page.getByLabel("Labels").fill("team=b\nstage=test");
    await accepted(page);
    await yaml.click();
    expect(await editor(page).inputValue()).toMatch(/stage: test\n +team: b/);
    expect(await editor(page).inputValue()).toContain('version: "3"');
    await stepByStep(page).click();
    await page.getByLabel("Version").fill("");
    await accepted(page);
    await page.getByRole("row", { name: "checkout" }).click();
    await page.getByText("1 project: checkout").waitFor();
    await page.getByRole("button", { name: "Create secret" }).click();
    await page.getByRole("heading", { name: "to-and-fro" }).waitFor();
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await scene.becomes(id, "SYNCED");
    expect(await specOf(id)).toMatchObject({
      spec: {
        refreshInterval: "15m0s",
        other: null,
        target: {
          name: "to-and-fro-values",
          labels: { team: "b", stage: "test" },
          template: { data: { url: "https://{{ .password }}@example.com" } },
        },
      },
    });
  });

  it("says what is wrong at the lines that it is on, by the server's own rules, and leads there", async () => {
    const { page, settled } = await visit(scene, "Ada", "/secrets/new?as=yaml");
    const text = manifest("wrong-lines").replace("15m", "soon").replace("secretKey: password", "secretKey: not a key");
    await editor(page).fill(text);
    const wrong = page.locator(".code-lines .code-wrong");
    await expect.poll(() => wrong.allTextContents()).toEqual(["6", "20"]);
    await page.getByRole("button", { name: "Line 20" }).click();
    expect(
      await editor(page).evaluate((area) =>
        area instanceof HTMLTextAreaElement ? area.value.slice(area.selectionStart, area.selectionEnd) : "",
      ),
    ).toBe("    - secretKey: not a key");
    expect(await findings(page)).toEqual([]);
    await editor(page).fill("spec: [1");
    await page.getByText(/no valid YAML/).waitFor();
    expect(await stepByStep(page).getAttribute("aria-disabled")).toBe("true");
    await editor(page).fill(manifest("wrong-lines"));
    await accepted(page);
    await settled();
    expect(await wrong.count()).toBe(0);
  });

  it("stays in YAML while it says what the form has no field for", async () => {
    const { page } = await visit(scene, "Ada", "/secrets/new?as=yaml");
    const odd = manifest("odd-parts").replace(
      "property: password",
      "property: password\n        metadataPolicy: Fetch",
    );
    await editor(page).fill(odd);
    await accepted(page);
    await stepByStep(page).focus();
    await page.getByRole("tooltip").getByText("The form has no fields for").waitFor();
    await page.getByRole("button", { name: "Create secret" }).click();
    await page.getByRole("heading", { name: "odd-parts" }).waitFor();
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";

    // Once it is there, the form changes the rest and keeps these.
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("How often").fill("2h");
    await accepted(page);
    await page.getByRole("link", { name: "As YAML" }).click();
    expect(await editor(page).inputValue()).toContain("metadataPolicy: Fetch");
    await stepByStep(page).click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("odd-parts is changed.").waitFor();
    expect(await specOf(id)).toMatchObject({
      spec: { refreshInterval: "2h0m0s", other: { data: { "0": { remoteRef: { metadataPolicy: "Fetch" } } } } },
    });
  });
});

describe("a secret that is there", () => {
  it("is changed as YAML, its use case beside it, and by nobody who saw an older one", async () => {
    const id = await scene.secret("by-yaml", ["checkout"]);
    await scene.becomes(id, "SYNCED");
    const { page } = await visit(scene, "Ada", `/secrets/${id}/edit?as=yaml`);
    await page.getByText(/Saving writes it anew in 1 project: checkout/).waitFor();
    const text = await editor(page).inputValue();
    expect(text).not.toMatch(/uid|namespace/);
    await editor(page).fill(text.replace('"1h0m0s"', "20m"));
    await page.getByRole("button", { name: /What it is for/ }).click();
    await page.getByRole("option", { name: "Database" }).click();
    await accepted(page);
    expect(await page.getByLabel("Manifest").textContent()).toContain('refreshInterval: "20m0s"');
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("by-yaml is changed.").waitFor();
    expect(await specOf(id)).toMatchObject({
      useCase: "DATABASE",
      generation: 2,
      spec: { refreshInterval: "20m0s", data: [{ secretKey: "password", remoteKey: "team-a/db" }] },
    });

    await page.goto(`${scene.app.url}/secrets/${id}/edit?as=yaml`);
    await editor(page).waitFor();
    const before = await editor(page).inputValue();
    await scene.point(id, "team-a/db");
    await scene.admin.ask("mutation ($input: UpdateSecretInput!) { updateSecret(input: $input) { id } }", {
      input: { id, refreshInterval: "5m" },
    });
    // Whatever else happens meanwhile, the form knows what it was read from.
    const readAnew = page.waitForResponse(
      (response) => response.request().postData()?.includes("query EditedSecret") === true,
    );
    await scene.secret("happens-meanwhile", []);
    await readAnew;
    await editor(page).fill(before.replace('"20m0s"', "40m"));
    await page.getByRole("button", { name: "Save changes" }).click();
    await page
      .getByRole("alert")
      .getByText(/somebody changed it/)
      .first()
      .waitFor();
    expect(await specOf(id)).toMatchObject({ spec: { refreshInterval: "5m0s" } });
    await page.getByRole("button", { name: "Begin again from what is there now" }).click();
    await expect.poll(() => editor(page).inputValue()).toContain('refreshInterval: "5m0s"');
    await editor(page).fill((await editor(page).inputValue()).replace("name: by-yaml", "name: by-other"));
    await page
      .locator(".code-problems")
      .getByText(/name cannot change/)
      .waitFor();
  });
});
