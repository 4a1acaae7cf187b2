import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROVIDER_EXAMPLES } from "../../src/domain/provider-examples.js";
import type { ProviderKind } from "../../src/domain/kinds.js";
import { findings } from "./axe.js";
import { makeProvider, startScene, type Scene } from "./scene.js";
import { visit } from "./visit.js";

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());

const INPUTS: Readonly<Record<ProviderKind, string>> = {
  VAULT: "vault",
  AWS_SECRETS_MANAGER: "aws",
  GCP_SECRET_MANAGER: "gcp",
  AZURE_KEY_VAULT: "azure",
};
const secret = (name: string, key: string) => ({ name, namespace: "platform", key });
const account = { name: "reader", namespace: "platform" };
const vault = (auth: object) => ({
  kind: "VAULT" as const,
  input: { server: "https://vault.example.com", namespace: "org/team", version: "v1", auth },
});

/** What the examples leave out. */
const MORE: readonly { kind: ProviderKind; input: object }[] = [
  vault({ namespace: "org", appRole: { roleId: "reader", secretRef: secret("approle", "secret-id") } }),
  vault({ kubernetes: { role: "reader", secretRef: secret("jwt", "token"), mountPath: "clusters/main" } }),
  vault({ kubernetes: { role: "reader" } }),
  vault({ jwt: { secretRef: secret("jwt", "token") } }),
  vault({
    jwt: {
      role: "reader",
      kubernetesServiceAccountToken: {
        serviceAccountRef: { ...account, audiences: ["vault", "other"] },
        audiences: ["old"],
        expirationSeconds: 900,
      },
    },
  }),
  vault({ iam: { vaultRole: "reader", jwt: { serviceAccountRef: account }, externalID: "one", path: "aws2" } }),
  vault({ iam: { vaultRole: "reader", vaultAwsIamServerID: "vault.example.com" } }),
  vault({ gcp: { role: "reader", serviceAccountRef: account, location: "europe-west1" } }),
  vault({ gcp: { role: "reader", workloadIdentity: { serviceAccountRef: account } } }),
  {
    kind: "AWS_SECRETS_MANAGER",
    input: {
      region: "eu-central-1",
      role: "arn:aws:iam::123456789012:role/reader",
      prefix: "team/",
      auth: {
        secretRef: {
          accessKeyIDSecretRef: secret("aws", "id"),
          secretAccessKeySecretRef: secret("aws", "key"),
          sessionTokenSecretRef: secret("aws", "session"),
        },
      },
    },
  },
  {
    kind: "GCP_SECRET_MANAGER",
    input: {
      projectId: "example-secrets",
      location: "europe-west1",
      auth: {
        workloadIdentityFederation: {
          credConfig: secret("federation", "config.json"),
          externalTokenEndpoint: "https://tokens.example.com",
        },
      },
    },
  },
  {
    kind: "GCP_SECRET_MANAGER",
    input: {
      projectId: "example-secrets",
      auth: {
        workloadIdentityFederation: {
          awsSecurityCredentials: {
            region: "eu-central-1",
            awsCredentialsSecretRef: { name: "aws", namespace: "platform" },
          },
          audience: "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/a/providers/b",
        },
      },
    },
  },
  {
    kind: "AZURE_KEY_VAULT",
    input: {
      vaultUrl: "https://team.vault.azure.net",
      tenantId: "example.onmicrosoft.com",
      authType: "ManagedIdentity",
      identityId: "11111111-2222-4333-8444-555555555555",
      environmentType: "ChinaCloud",
    },
  },
  {
    kind: "AZURE_KEY_VAULT",
    input: {
      vaultUrl: "https://team.vault.azure.net",
      tenantId: "example.onmicrosoft.com",
      authType: "WorkloadIdentity",
      auth: {
        serviceAccountRef: account,
        authSecretRef: { clientId: secret("azure", "client-id"), tenantId: secret("azure", "tenant-id") },
      },
    },
  },
];

const configOf = async (id: string): Promise<unknown> =>
  (
    await scene.admin.ask<{ provider: { config: unknown } }>("query ($id: ID!) { provider(id: $id) { config } }", {
      id,
    })
  ).provider.config;

describe("the form of a provider", () => {
  it("has a field for everything of every way of signing in: saved untouched, nothing is changed", async () => {
    const all = [...PROVIDER_EXAMPLES, ...MORE];
    const { page, to } = await visit(scene, "Ada", "/providers");
    for (const [index, { kind, input }] of all.entries()) {
      const name = `every-${index}`;
      const id = await makeProvider(scene.admin, { name, [INPUTS[kind]]: input });
      const before = await configOf(id);
      await to(`/providers/${id}/edit`);
      await page.getByRole("button", { name: "Save changes" }).click();
      await page.getByText(`${name} is changed.`).waitFor();
      expect(await configOf(id), JSON.stringify(input)).toEqual(before);
    }
    expect(all.length).toBeGreaterThan(30);
  });

  it("shows a newcomer little, and the server's problems at their fields", async () => {
    const { page } = await visit(scene, "Ada", "/providers/new");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("new-vault");
    expect(await page.getByRole("textbox", { name: "Vault namespace", exact: true }).isVisible()).toBe(false);
    await page.getByLabel("Address").fill("vault.example.com");
    await page.getByRole("button", { name: /Way of signing in/ }).click();
    await page.getByRole("option", { name: "Kubernetes" }).click();
    await page.getByRole("textbox", { name: "Role", exact: true }).fill("reader");
    await page.getByRole("textbox", { name: "Service account", exact: true }).fill("Secret Reader");
    await page.getByLabel("Its namespace").fill("platform");
    await page.getByRole("button", { name: "Create provider" }).click();
    await page
      .locator(".field-error")
      .getByText(/name of a service account/)
      .waitFor();
    expect(await page.getByLabel("Address").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Address").fill("https://vault.example.com");
    await page.getByRole("textbox", { name: "Service account", exact: true }).fill("secret-reader");
    await page.getByText("More about where it is").click();
    expect(await findings(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Vault namespace", exact: true }).fill("org/team");
    await page.getByRole("button", { name: "Create provider" }).click();
    await page.getByRole("heading", { name: "new-vault" }).waitFor();
    const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    expect(await configOf(id)).toEqual({
      server: "https://vault.example.com",
      version: "v2",
      namespace: "org/team",
      auth: {
        kubernetes: {
          mountPath: "kubernetes",
          role: "reader",
          serviceAccountRef: { name: "secret-reader", namespace: "platform" },
        },
      },
    });
  });

  it("refers to a store that exists, of which only the members' keys can be changed", async () => {
    const { page } = await visit(scene, "Ada", "/providers/new");
    await page.getByText("Google Secret Manager").first().click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("found-store");
    await page.getByText("It exists already").click();
    expect(await page.getByRole("heading", { name: "How the operator signs in" }).count()).toBe(0);
    expect(await findings(page)).toEqual([]);
    await page.getByLabel("Name of the store").fill("Not A Name");
    await page.getByRole("button", { name: "Create provider" }).click();
    await page.locator(".field-error").first().waitFor();
    await page.getByLabel("Name of the store").fill("platform-gcp");
    await page.getByRole("button", { name: "Create provider" }).click();
    await page.getByRole("heading", { name: "found-store" }).waitFor();
    await page.getByText("platform-gcp").first().waitFor();
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Keys that they may use").fill("projects_{project}_");
    await page.getByRole("button", { name: "Save changes" }).click();
    await page.getByText("found-store is changed.").waitFor();
    await page.getByText("projects_{project}_").waitFor();
  });

  it("shows a member only what would not be refused of them", async () => {
    const { page } = await visit(scene, "Ben", "/providers/new");
    await page.getByRole("button", { name: /Way of signing in/ }).click();
    const offered = await page.getByRole("option").allTextContents();
    expect(offered).toEqual([
      "Token",
      "AppRole",
      "Kubernetes",
      "User and password",
      "LDAP",
      "JWT or OIDC",
      "Client certificate",
    ]);
    await page.getByRole("option", { name: "Kubernetes" }).click();
    await page.getByLabel("Token: Secret").waitFor();
    expect(await page.getByLabel("Service account").count()).toBe(0);
    expect(await page.getByText("For members’ own secrets").count()).toBe(0);
  });
});
