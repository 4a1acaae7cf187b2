import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { startChromium } from "../browser/chromium.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient, type Person } from "../support/client.js";
import { eventually } from "../support/eventually.js";

/** A Secretariat with its console, a browser, three projects and a provider. */
export interface Scene {
  app: TestApp;
  browser: Browser;
  admin: ApiClient;
  /** Ids by name. */
  projects: ReadonlyMap<string, string>;
  /** corporate-vault, of the organization. */
  provider: string;
  /** Somebody else's way to the API. */
  as(person: Person): Promise<ApiClient>;
  /** Makes an organization secret of the key `team-a/db`. */
  secret(name: string, projects: readonly string[], remoteKey?: string): Promise<string>;
  /** Makes it read another key. */
  point(id: string, remoteKey: string): Promise<void>;
  statusOf(id: string): Promise<string>;
  /** Waits for a status of a secret. */
  becomes(id: string, status: string): Promise<void>;
  stop(): Promise<void>;
}

/** A project that Ben, member of checkout and search, is no member of. Its cluster is none of his either. */
export const FOREIGN_PROJECT = "night-train";
const PROJECTS = [
  ["checkout", "berlin"],
  ["search", "berlin"],
  [FOREIGN_PROJECT, "oslo"],
] as const;

export const VAULT = {
  server: "https://vault.example.com",
  path: "secret",
  auth: { tokenSecretRef: { name: "vault", namespace: "platform", key: "token" } },
};

/** What `npm run build` made. */
const CONSOLE = "dist/console";

/** Projects checkout, search (berlin) and night-train (oslo); a Vault of the organization's, whose key `team-a/db` both clusters can read. */
export async function startScene(): Promise<Scene> {
  if (!existsSync(`${CONSOLE}/index.html`)) throw new Error("The console is not built: npm run build.");
  const [app, browser] = await Promise.all([startTestApp({ consoleDirectory: CONSOLE }), startChromium()]);
  for (const name of ["berlin", "oslo"])
    app.cluster(name).backends.vault.set("team-a/db", { user: "sample", password: "sample" });
  const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  const { clusters } = await admin.ask<{ clusters: { id: string; name: string }[] }>("{ clusters { id name } }");
  const projects = new Map<string, string>();
  for (const [name, cluster] of PROJECTS) {
    const { createProject } = await admin.ask<{ createProject: { id: string } }>(
      "mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }",
      {
        input: { name, description: `All of ${name}`, clusterId: clusters.find((one) => one.name === cluster)?.id },
      },
    );
    projects.set(name, createProject.id);
  }
  const provider = await makeProvider(admin, {
    name: "corporate-vault",
    projectKeyPrefix: "projects/{project}/",
    vault: VAULT,
  });
  await eventually(async () => {
    const answer = await admin.ask<{
      projects: { nodes: { status: string }[] };
      providers: { nodes: { status: string }[] };
    }>("{ projects { nodes { status } } providers { nodes { status } } }");
    return [...answer.projects.nodes, ...answer.providers.nodes].every(({ status }) => status === "READY");
  }, 30_000);
  const scene: Scene = {
    app,
    browser,
    admin,
    projects,
    provider,
    as: (person) => ApiClient.of(app.url, person),
    async secret(name, of, remoteKey = "team-a/db") {
      const { createSecret } = await admin.ask<{ createSecret: { id: string } }>(
        "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }",
        {
          input: {
            name,
            scope: "ORGANIZATION",
            providerId: provider,
            projectIds: of.map((project) => projects.get(project)),
            data: [{ secretKey: "password", remoteKey, property: "password" }],
          },
        },
      );
      return createSecret.id;
    },
    async point(id, remoteKey) {
      await admin.ask("mutation ($input: UpdateSecretInput!) { updateSecret(input: $input) { id } }", {
        input: { id, data: [{ secretKey: "password", remoteKey, property: "password" }] },
      });
    },
    async statusOf(id) {
      const { secret } = await admin.ask<{ secret: { status: string } | null }>(
        "query ($id: ID!) { secret(id: $id) { status } }",
        { id },
      );
      return secret?.status ?? "gone";
    },
    async becomes(id, status) {
      await eventually(async () => (await scene.statusOf(id)) === status, 30_000);
    },
    async stop() {
      await browser.close();
      await app.stop();
    },
  };
  return scene;
}

/** @returns the provider's id */
export async function makeProvider(client: ApiClient, input: Record<string, unknown>): Promise<string> {
  const { createProvider } = await client.ask<{ createProvider: { id: string } }>(
    "mutation ($input: CreateProviderInput!) { createProvider(input: $input) { id } }",
    { input },
  );
  return createProvider.id;
}
