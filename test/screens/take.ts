// First of all: decorators look for it when they run.
import "reflect-metadata";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { startApp } from "../../src/app.js";
import { readConfig } from "../../src/config.js";
import { PATIENCE } from "../../src/domain/status/patience.js";
import { createLogger } from "../../src/logger.js";
import { startChromium } from "../browser/chromium.js";
import { SHOTS, SHOWN, type Ids, type Shot } from "./pages.js";

const HELP = `Takes a picture of every page of the console, as the sample data has it: all of them into coverage/screens, those that the documentation shows into docs/screens.

  npm run console:screens -- [part of a name, for those alone]
`;

const ALL = "coverage/screens";
const DOCS = "docs/screens";
/** Of WebP, out of 100. */
const QUALITY = 80;
/** In CSS pixels. */
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 390, height: 844 };
/** Times on the pages are told from so long after the sample data was made, in milliseconds: the same in every run. */
const LATER = 12 * 60_000;

const VISITS = [
  { role: "admin", person: "Ada", look: "light", theme: "light", viewport: WIDE },
  { role: "admin", person: "Ada", look: "dark", theme: "dark", viewport: WIDE },
  { role: "admin", person: "Ada", look: "narrow", theme: "light", viewport: NARROW },
  { role: "member", person: "Ben", look: "light", theme: "light", viewport: WIDE },
  { role: "member", person: "Ben", look: "dark", theme: "dark", viewport: WIDE },
  { role: "member", person: "Ben", look: "narrow", theme: "dark", viewport: NARROW },
] as const;

async function main(): Promise<void> {
  const [only = ""] = process.argv.slice(2);
  if (only === "--help") {
    process.stdout.write(HELP);
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), "secretariat-screens-"));
  const app = await startApp({
    config: readConfig({ PORT: "0", DATA_DIRECTORY: directory }, []),
    logger: createLogger("error"),
    // What is stuck says so at once.
    clusterTimings: { leader: { patience: { ...PATIENCE, finalizer: 1_000 } } },
  });
  const browser = await startChromium();
  try {
    const ids = await idsOf(app.url);
    await mkdir(ALL, { recursive: true });
    const now = new Date(Date.now() + LATER);
    await signIn(browser, app.url, only);
    for (const visit of VISITS) await shoot(browser, app.url, ids, visit, now, only);
    process.stdout.write(
      `${(await readdir(ALL)).length} pictures in ${ALL}, ${(await readdir(DOCS)).length} in ${DOCS}\n`,
    );
  } finally {
    await browser.close();
    await app.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Waits until the sample data has come to rest. @returns the ids of what the pages are about */
async function idsOf(url: string): Promise<Ids> {
  const query = `{ secrets(first: 100) { nodes { id name status } } providers(first: 100) { nodes { id name } } projects(first: 100) { nodes { id name } } }`;
  for (;;) {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the query asks for
    const { data } = (await response.json()) as {
      data: Record<"secrets" | "providers" | "projects", { nodes: { id: string; name: string; status?: string }[] }>;
    };
    if (data.secrets.nodes.filter(({ status }) => status === "DELETE_FAILED").length === 2)
      return new Map(
        (["secrets", "providers", "projects"] as const).flatMap((kind) =>
          data[kind].nodes.map(({ id, name }) => [`${kind.slice(0, -1)}/${name}`, id] as const),
        ),
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function signIn(browser: Browser, url: string, only: string): Promise<void> {
  for (const { look, theme, viewport } of VISITS.slice(0, 3)) {
    const context = await browser.newContext({ viewport, colorScheme: theme });
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole("heading").first().waitFor();
    const name = `${look}-sign-in`;
    if (name.includes(only)) await keep(page, name, look === "light" ? "sign-in" : undefined);
    await context.close();
  }
}

async function shoot(
  browser: Browser,
  url: string,
  ids: Ids,
  { role, person, look, theme, viewport }: (typeof VISITS)[number],
  now: Date,
  only: string,
): Promise<void> {
  const shots = SHOTS[role].filter(({ name }) => `${role}-${look}-${name}`.includes(only));
  if (shots.length === 0) return;
  const context = await browser.newContext({ viewport, colorScheme: theme, timezoneId: "UTC", locale: "en-GB" });
  const page = await context.newPage();
  await page.clock.setFixedTime(now);
  await page.goto(url);
  await page.getByRole("button", { name: person }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  for (const shot of shots) {
    await show(page, url, ids, shot);
    const name = `${role}-${look}-${shot.name}`;
    await keep(page, name, SHOWN[name]);
  }
  await context.close();
}

async function show(page: Page, url: string, ids: Ids, { path, act }: Shot): Promise<void> {
  await page.goto(url + path(ids));
  await page.getByRole("heading").first().waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
  await page.waitForLoadState("networkidle");
  await act?.(page);
  await page.waitForLoadState("networkidle");
  await page.locator(".spin").first().waitFor({ state: "detached" });
  await page.mouse.move(0, 0);
  await page.evaluate("scrollTo(0, 0)");
}

/** The whole page for whoever looks at all of them; what fits into the window, small, for the documentation. */
async function keep(page: Page, name: string, shown: string | undefined): Promise<void> {
  await page.screenshot({ path: join(ALL, `${name}.png`), fullPage: true });
  if (shown === undefined) return;
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  await session.detach();
  await writeFile(join(DOCS, `${shown}.webp`), Buffer.from(data, "base64"));
}

await main();
