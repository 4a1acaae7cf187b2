import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { startScene, visit, type Scene } from "./scene.js";

const SECRETS = 5_000;
/** Each of these goes from SYNCED to PENDING to SYNCED_ERROR, and so does its assignment: four transitions. */
const CHANGING = 125;
/** Operations in one request: of those that a document may hold. */
const AT_ONCE = 20;

let scene: Scene;
const changing: string[] = [];

beforeAll(async () => {
  scene = await startScene();
  // Names that stand first in the list, so that what changes is on the page.
  for (let from = 0; from < CHANGING; from += AT_ONCE)
    changing.push(...(await make("a-changing", from, Math.min(CHANGING, from + AT_ONCE), ["search"])));
  for (let from = 0; from < SECRETS - CHANGING; from += AT_ONCE)
    await make("quiet", from, Math.min(SECRETS - CHANGING, from + AT_ONCE), []);
  await eventually(async () => {
    const { secretCounts } = await scene.admin.ask<{ secretCounts: { status: string; count: number }[] }>(
      "{ secretCounts { status count } }",
    );
    return secretCounts.some(({ status, count }) => status === "SYNCED" && count === CHANGING);
  }, 60_000);
}, 300_000);
afterAll(() => scene.stop());

async function make(prefix: string, from: number, to: number, projects: readonly string[]): Promise<string[]> {
  const fields = Array.from({ length: to - from }, (_, index) => {
    const name = `${prefix}-${String(from + index).padStart(4, "0")}`;
    return `s${index}: createSecret(input: { name: "${name}", scope: ORGANIZATION, providerId: $provider, projectIds: $projects, data: [{ secretKey: "password", remoteKey: "team-a/db", property: "password" }] }) { id }`;
  });
  const made = await scene.admin.ask<Record<string, { id: string }>>(
    `mutation ($provider: ID!, $projects: [ID!]) { ${fields.join("\n")} }`,
    { provider: scene.provider, projects: projects.map((name) => scene.projects.get(name)) },
  );
  return Object.values(made).map(({ id }) => id);
}

describe("the console's weight and speed", () => {
  it("loads at most 250 KB of compressed script before the Secrets page works", async () => {
    const context = await scene.browser.newContext();
    const page = await context.newPage();
    const sizes: number[] = [];
    page.on("response", (response) => {
      if (response.url().endsWith(".js")) sizes.push(Number(response.headers()["content-length"]));
    });
    await page.addInitScript(() => sessionStorage.setItem("secretariat:person", "ada"));
    await page.goto(`${scene.app.url}/secrets`);
    await page.getByRole("table", { name: "Secrets" }).waitFor();
    await page.waitForLoadState("networkidle");
    const total = sizes.reduce((sum, size) => sum + size, 0);
    process.stdout.write(`first load: ${Math.round(total / 1024)} KB of compressed script\n`);
    expect(sizes.length).toBeGreaterThan(0);
    expect(total).toBeLessThanOrEqual(250 * 1024);
    await context.close();
  });

  it("shows the Secrets page within a second", async () => {
    const times: number[] = [];
    // The best of some: what is measured is the console, not what else the machine does.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const context = await scene.browser.newContext();
      const page = await context.newPage();
      await page.addInitScript(() => {
        sessionStorage.setItem("secretariat:person", "ada");
        new MutationObserver((_, observer) => {
          if (document.querySelector("tbody tr") === null) return;
          observer.disconnect();
          performance.mark("rows");
        }).observe(document, { subtree: true, childList: true });
      });
      await page.goto(`${scene.app.url}/secrets`);
      await page.getByRole("table", { name: "Secrets" }).waitFor();
      times.push(await page.evaluate(() => performance.getEntriesByName("rows")[0]?.startTime ?? Infinity));
      await context.close();
    }
    process.stdout.write(`rows shown after ${times.map((time) => Math.round(time)).join(", ")} ms\n`);
    expect(Math.min(...times)).toBeLessThan(1_000);
  });

  it("stays smooth with 5,000 secrets, 500 of them on the page, and 500 status changes in 10 s", async () => {
    const { page, context } = await visit(scene, "Ada", "/secrets?size=500");
    await page.getByText("500 of 5,000 secrets").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => {
      const frames: number[] = [];
      let last = performance.now();
      const step = (now: number): void => {
        frames.push(now - last);
        last = now;
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
      let changes = 0;
      const table = document.querySelector("tbody");
      if (table !== null)
        new MutationObserver((records) => (changes += records.length)).observe(table, {
          subtree: true,
          childList: true,
          characterData: true,
        });
      Object.assign(globalThis, { measured: () => ({ frames, changes }) });
    });
    const began = performance.now();
    for (let from = 0; from < CHANGING; from += 5) {
      const fields = changing
        .slice(from, from + 5)
        .map(
          (id, index) =>
            `s${index}: updateSecret(input: { id: "${id}", data: [{ secretKey: "password", remoteKey: "no/such/key" }] }) { id }`,
        );
      await scene.admin.ask(`mutation { ${fields.join("\n")} }`);
      const due = began + ((from + 5) / CHANGING) * 10_000;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    await eventually(async () => {
      const text = (await page.getByRole("group", { name: "Secrets by status" }).textContent()) ?? "";
      return text.includes(`Sync error${CHANGING}`) && !text.includes("Pending");
    }, 30_000);
    expect(await page.getByRole("row").filter({ hasText: "Sync error" }).count()).toBe(CHANGING);
    const { frames, changes } = await page.evaluate(() => globalThis.measured());
    const sorted = frames.slice(5).sort((one, other) => one - other);
    const slow = sorted.filter((length) => length > 50).length;
    const at = (part: number): number => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0);
    process.stdout.write(
      `frames: ${sorted.length}, over 50 ms: ${slow}, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, longest ${Math.round(sorted.at(-1) ?? 0)} ms; changes drawn: ${changes}\n`,
    );
    expect(changes).toBeGreaterThanOrEqual(CHANGING);
    expect(slow / sorted.length).toBeLessThan(0.05);
    await context.close();
  });
});

declare global {
  // oxlint-disable-next-line eslint/no-var -- how TypeScript declares what a script puts into the page
  var measured: () => { frames: number[]; changes: number };
}
