import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { startChromium } from "./chromium.js";

const VAULT = {
  server: "https://vault.example.com",
  path: "secret",
  auth: { tokenSecretRef: { name: "vault", namespace: "platform", key: "token" } },
};

let app: TestApp;
let browser: Browser;
let admin: ApiClient;
let ids: { provider: string; projects: string[] };

beforeAll(async () => {
  [app, browser] = await Promise.all([startTestApp(), startChromium()]);
  admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  app.cluster("berlin").backends.vault.set("team-a/db", { password: "sample" });
  const projects: string[] = [];
  for (const name of ["checkout", "search"]) {
    const { clusters } = await admin.ask<{ clusters: { id: string; name: string }[] }>("{ clusters { id name } }");
    const clusterId = clusters.find((cluster) => cluster.name === "berlin")?.id;
    const { createProject } = await admin.ask<{ createProject: { id: string } }>(
      'mutation ($name: String!, $clusterId: ID) { createProject(input: { name: $name, description: "", clusterId: $clusterId }) { id } }',
      { name, clusterId },
    );
    projects.push(createProject.id);
  }
  const { createProvider } = await admin.ask<{ createProvider: { id: string } }>(
    'mutation ($vault: VaultInput) { createProvider(input: { name: "corporate-vault", vault: $vault }) { id } }',
    { vault: VAULT },
  );
  ids = { provider: createProvider.id, projects };
  await eventually(async () => {
    const { projects: found } = await admin.ask<{ projects: { nodes: { status: string }[] } }>(
      "{ projects { nodes { status } } }",
    );
    return found.nodes.every(({ status }) => status === "READY");
  });
});

afterAll(async () => {
  await browser.close();
  await app.stop();
});

/** A page of GraphiQL with the requests that it made, and what the browser refused. */
async function open(token: string | null): Promise<{ page: Page; requests: string[]; refusals: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  const requests: string[] = [];
  const refusals: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => requests.push(socket.url()));
  page.on("console", (message) => {
    if (message.type() === "error") refusals.push(message.text().slice(0, 300));
  });
  page.on("pageerror", (error) => refusals.push(error.message));
  await page.goto(`${app.url}/graphql`);
  await page.waitForSelector(".graphiql-query-editor .view-lines", { timeout: 20_000 });
  if (token !== null) await page.fill("#token", token);
  return { page, requests, refusals };
}

const answerOf = async (page: Page): Promise<string> =>
  ((await page.textContent(".graphiql-response .view-lines")) ?? "").replaceAll("\u00a0", " ");

/** Writes a named operation into a tab of its own. GraphiQL parses a moment after the last key, and until then would run the operation of the tab before: its tab carries the new name once it knows it. */
async function write(page: Page, name: string, query: string, variables: object): Promise<void> {
  await page.click(".graphiql-tab-add");
  await page.click(".graphiql-query-editor .view-lines");
  await page.keyboard.insertText(query);
  await page.click(".graphiql-editor-tool .view-lines");
  await page.keyboard.insertText(JSON.stringify(variables));
  await expect.poll(() => page.textContent(".graphiql-tab-active"), { timeout: 15_000 }).toContain(name);
}

const run = (page: Page): Promise<void> => page.click(".graphiql-execute-button");

const wait = (page: Page, text: string): Promise<void> =>
  expect.poll(() => answerOf(page), { timeout: 15_000 }).toContain(text);

const SUBSCRIPTION = "subscription Watch { assignmentStatusChanged { to secret { name } project { name } } }";

describe("GraphiQL in a real Chromium", () => {
  it("runs the example query, a mutation and a subscription that shows its transitions, as a platform admin", async () => {
    const { page, requests, refusals } = await open(null);
    await run(page);
    await wait(page, '"subject": "developer"');
    await wait(page, '"secretCounts"');
    await page.screenshot({ path: "coverage/screens/graphiql-admin-query.png" });

    const watching = await open(admin.token);
    await write(watching.page, "Watch", SUBSCRIPTION, {});
    await run(watching.page);
    await write(
      page,
      "Tour",
      'mutation Tour($provider: ID!, $projects: [ID!]) { createSecret(input: { name: "tour-database", scope: ORGANIZATION, providerId: $provider, projectIds: $projects, data: [{ secretKey: "password", remoteKey: "team-a/db", property: "password" }] }) { name status } }',
      ids,
    );
    await run(page);
    await wait(page, '"tour-database"');
    await wait(watching.page, "SYNCED");
    await watching.page.screenshot({ path: "coverage/screens/graphiql-subscription.png" });

    for (const url of [...requests, ...watching.requests]) expect(new URL(url).host).toBe(new URL(app.url).host);
    expect([...refusals, ...watching.refusals]).toEqual([]);
  });

  it("asks as a member with the member's token, and shows what a member sees", async () => {
    const member = await ApiClient.of(app.url, { subject: "ben", groups: ["checkout"] });
    const { page, requests, refusals } = await open(member.token);
    await write(page, "Ben", "query Ben { me { subject role projects { nodes { name } } } clusters { name } }", {});
    await run(page);
    await wait(page, '"subject": "ben"');
    const answer = await answerOf(page);
    expect(answer).toContain('"checkout"');
    expect(answer).not.toContain("search");
    await page.screenshot({ path: "coverage/screens/graphiql-member.png" });
    for (const url of requests) expect(new URL(url).host).toBe(new URL(app.url).host);
    expect(refusals).toEqual([]);
  });

  it("signs in as a sample person without a token at hand", async () => {
    const { page } = await open(null);
    await page.selectOption("#person", "dan, member of nothing");
    await expect.poll(() => page.inputValue("#token"), { timeout: 15_000 }).not.toBe("");
    await write(page, "Dan", "query Dan { me { subject role } projects { totalCount } }", {});
    await run(page);
    await wait(page, '"dan"');
    await wait(page, '"totalCount": 0');
  });

  it("is served with a policy that names no other origin", async () => {
    const response = await fetch(`${app.url}/graphql`, { headers: { accept: "text/html" } });
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*/);
  });
});
