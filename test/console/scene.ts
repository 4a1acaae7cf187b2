import type { Browser, BrowserContext, Page } from "playwright-core";
import { startChromium } from "../browser/chromium.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";

const AUTH = { tokenSecretRef: { name: "vault", namespace: "platform", key: "token" } };

/** A Secretariat with its console, a browser, and enough in it that every page has something to show. */
export interface Scene {
  app: TestApp;
  browser: Browser;
  admin: ApiClient;
  /** Ids by name. */
  projects: ReadonlyMap<string, string>;
  provider: string;
  /** Makes an organization secret of the key `team-a/db`. */
  secret(name: string, projects: readonly string[], remoteKey?: string): Promise<string>;
  statusOf(id: string): Promise<string>;
  stop(): Promise<void>;
}

/** Projects checkout, search (berlin) and ml-training (oslo); a Vault of the organization's. */
export async function startScene(): Promise<Scene> {
  const [app, browser] = await Promise.all([startTestApp({ consoleDirectory: "dist/console" }), startChromium()]);
  for (const name of ["berlin", "oslo"])
    app.cluster(name).backends.vault.set("team-a/db", { user: "sample", password: "sample" });
  const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  const { clusters } = await admin.ask<{ clusters: { id: string; name: string }[] }>("{ clusters { id name } }");
  const projects = new Map<string, string>();
  for (const [name, cluster] of [
    ["checkout", "berlin"],
    ["search", "berlin"],
    ["ml-training", "oslo"],
  ] as const) {
    const { createProject } = await admin.ask<{ createProject: { id: string } }>(
      "mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }",
      {
        input: { name, description: `All of ${name}`, clusterId: clusters.find((one) => one.name === cluster)?.id },
      },
    );
    projects.set(name, createProject.id);
  }
  const { createProvider } = await admin.ask<{ createProvider: { id: string } }>(
    "mutation ($input: CreateProviderInput!) { createProvider(input: $input) { id } }",
    {
      input: {
        name: "corporate-vault",
        projectKeyPrefix: "projects/{project}/",
        vault: { server: "https://vault.example.com", path: "secret", auth: AUTH },
      },
    },
  );
  await eventually(async () => {
    const answer = await admin.ask<{
      projects: { nodes: { status: string }[] };
      providers: { nodes: { status: string }[] };
    }>("{ projects { nodes { status } } providers { nodes { status } } }");
    return [...answer.projects.nodes, ...answer.providers.nodes].every(({ status }) => status === "READY");
  });
  return {
    app,
    browser,
    admin,
    projects,
    provider: createProvider.id,
    async secret(name, of, remoteKey = "team-a/db") {
      const { createSecret } = await admin.ask<{ createSecret: { id: string } }>(
        "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }",
        {
          input: {
            name,
            scope: "ORGANIZATION",
            providerId: createProvider.id,
            projectIds: of.map((project) => projects.get(project)),
            data: [{ secretKey: "password", remoteKey, property: "password" }],
          },
        },
      );
      return createSecret.id;
    },
    async statusOf(id) {
      const { secret } = await admin.ask<{ secret: { status: string } | null }>(
        "query ($id: ID!) { secret(id: $id) { status } }",
        { id },
      );
      return secret?.status ?? "gone";
    },
    async stop() {
      await browser.close();
      await app.stop();
    },
  };
}

/** A page of the console, with what it asked for and what the browser complained of. */
export interface Visit {
  context: BrowserContext;
  page: Page;
  requests: string[];
  complaints: string[];
}

export interface VisitOptions {
  theme?: "light" | "dark";
  width?: number;
}

/** Opens the console as a sample person, who signs in as people do: by choosing who they are. */
export async function visit(scene: Scene, person: string, path: string, options: VisitOptions = {}): Promise<Visit> {
  const { theme = "light", width = 1400 } = options;
  const context = await scene.browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => requests.push(socket.url()));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text().slice(0, 300));
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(scene.app.url + path);
  await page.getByRole("button", { name: person }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  return { context, page, requests, complaints };
}
