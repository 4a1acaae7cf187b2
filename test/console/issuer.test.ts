import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { App } from "../../src/app.js";
import { findings } from "./axe.js";
import { eventually } from "../support/eventually.js";
import { CLIENT_ID, OpenIdProvider } from "../support/openid-provider.js";
import { startScene, type Scene } from "./scene.js";

let scene: Scene;
let issuer: OpenIdProvider;
/** The same as the scene's, but that people sign in at the issuer. Its access tokens live for four seconds. */
let app: App;

beforeAll(async () => {
  [scene, issuer] = await Promise.all([startScene(), OpenIdProvider.start()]);
  app = await scene.app.replica({
    OIDC_ISSUER: issuer.issuer,
    OIDC_AUDIENCE: "secretariat",
    OIDC_CLIENT_ID: CLIENT_ID,
  });
  issuer.open(app.url, { accessTokenLife: 4 });
});
afterAll(async () => {
  await app.stop();
  await issuer.stop();
  await scene.stop();
});

/** A browser of somebody who was never here. */
async function newBrowser(): Promise<BrowserContext> {
  const context = await scene.browser.newContext({ viewport: { width: 1400, height: 900 } });
  onTestFinished(() => context.close());
  return context;
}

/** A tab, with what its pages asked for elsewhere than by going there, and what the browser complained of. */
async function newTab(context: BrowserContext) {
  const page = await context.newPage();
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  const tokens: string[] = [];
  const sockets: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== app.url && !request.isNavigationRequest()) elsewhere.push(url.href);
    if (url.pathname === "/auth/token") tokens.push(url.href);
  });
  page.on("websocket", (socket) => sockets.push(socket.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && page.url().startsWith(app.url))
      complaints.push(message.text());
  });
  return { page, elsewhere, complaints, tokens, sockets };
}

declare global {
  // oxlint-disable-next-line eslint/no-var -- how TypeScript declares what a script puts into the page
  var liveStates: string[];
}

const signInLink = (page: Page) => page.getByRole("link", { name: "Sign in with your identity provider" });

/** From the console's own page over the issuer's and back. */
async function signIn(page: Page, name: string): Promise<void> {
  await signInLink(page).click();
  await page.getByRole("heading", { name: "The issuer's own page" }).waitFor();
  expect(new URL(page.url()).origin).toBe(issuer.issuer);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

const cell = (name: string, word: string): string => `tr:has(a:text-is("${name}")):has-text("${word}")`;

/** Every state that the live sign goes through from now on. */
async function watchLive(page: Page): Promise<() => Promise<string[]>> {
  await page.getByText("Live", { exact: true }).waitFor();
  await page.evaluate(() => {
    const states: string[] = [];
    globalThis.liveStates = states;
    new MutationObserver(() =>
      states.push(document.querySelector(".live")?.getAttribute("data-state") ?? "none"),
    ).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-state"] });
  });
  return () => page.evaluate(() => globalThis.liveStates);
}

describe("signing in at the issuer", () => {
  it("leads back to where it began, renews itself unseen, and ends in all tabs at once", async () => {
    const id = await scene.secret("issuer-live", ["checkout"]);
    await scene.becomes(id, "SYNCED");
    const context = await newBrowser();
    const tab = await newTab(context);
    const { page } = tab;
    await page.goto(`${app.url}/secrets?search=issuer-live`);
    await signIn(page, "ben");
    expect(page.url()).toBe(`${app.url}/secrets?search=issuer-live`);
    expect(await page.locator(".who").textContent()).toMatch(/Ben Bitdiddle.*Team member/);
    await page.waitForSelector(cell("issuer-live", "Synced"));

    const states = await watchLive(page);
    await eventually(() => tab.tokens.length >= 4 && tab.sockets.length >= 4, 30_000);
    await scene.point(id, "no/such/key");
    await page.waitForSelector(cell("issuer-live", "Sync error"));
    expect(await states()).toEqual([]);

    expect(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])).toEqual([
      "",
      0,
      0,
    ]);
    const other = await newTab(context);
    await other.page.goto(`${app.url}/projects`);
    await other.page.getByRole("navigation", { name: "Main" }).waitFor();

    await page.getByRole("button", { name: "Sign out" }).click();
    for (const one of [page, other.page]) await one.getByRole("heading", { name: "You are signed out" }).waitFor();
    await page.reload();
    await signInLink(page).waitFor();
    expect([tab.elsewhere, tab.complaints, other.elsewhere, other.complaints]).toEqual([[], [], [], []]);
  });

  it("can be ended at the issuer as well, which then asks who it is", async () => {
    const { page } = await newTab(await newBrowser());
    await page.goto(app.url);
    await signIn(page, "ada");
    expect(page.url()).toBe(`${app.url}/secrets`);
    await page.getByRole("button", { name: "Sign out" }).click();
    const there = page.getByRole("link", { name: "Sign out there as well" });
    await there.waitFor();
    expect(await findings(page)).toEqual([]);
    await there.click();
    await page.getByRole("button", { name: "Leave" }).click();
    await signInLink(page).waitFor();
    expect(page.url()).toBe(`${app.url}/sign-in`);
    await signIn(page, "ben");
    await page.getByText("Ben Bitdiddle").waitFor({ state: "attached" });
  });

  it("says what went wrong and leads there again", async () => {
    const { page } = await newTab(await newBrowser());
    await page.goto(`${app.url}/projects`);
    await signInLink(page).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("alert").getByText("did not let you in, or you cancelled").waitFor();
    // What the issuer says stands in an address that anybody can write.
    expect(await page.locator("body").textContent()).not.toContain("555");
    expect(await findings(page)).toEqual([]);
    await signIn(page, "ada");
    expect(page.url()).toBe(`${app.url}/projects`);
  });

  it("an end in the middle of work keeps what was typed, until somebody signs in again in another tab", async () => {
    const context = await newBrowser();
    const { page } = await newTab(context);
    await page.goto(`${app.url}/secrets`);
    await signIn(page, "ada");
    const search = page.getByRole("searchbox").first();
    await search.fill("issuer-li");
    await context.clearCookies();
    const dialog = page.getByRole("alertdialog", { name: "Your sign-in has ended" });
    await dialog.waitFor();
    expect(await findings(page)).toEqual([]);
    const [next] = await Promise.all([
      context.waitForEvent("page"),
      dialog.getByRole("link", { name: "Open a new tab to sign in" }).click(),
    ]);
    await next.getByLabel("Name").fill("ada");
    await next.getByRole("button", { name: "Continue" }).click();
    await next.getByRole("navigation", { name: "Main" }).waitFor();
    await dialog.waitFor({ state: "detached" });
    expect(await search.inputValue()).toBe("issuer-li");
    await page.getByText("Live", { exact: true }).waitFor();
  });

  it("as somebody else in another tab changes this one too, and nothing of the first is left", async () => {
    const context = await newBrowser();
    const { page } = await newTab(context);
    await page.goto(`${app.url}/projects`);
    await signIn(page, "ada");
    await page.getByRole("link", { name: "night-train" }).waitFor();
    await context.clearCookies();
    const next = await newTab(context);
    await next.page.goto(`${app.url}/projects`);
    await signIn(next.page, "ben");
    await page.getByText("Ben Bitdiddle").waitFor();
    await page.getByRole("link", { name: "checkout" }).waitFor();
    expect(await page.locator("body").textContent()).not.toContain("night-train");
  });

  it("serves GraphiQL too", async () => {
    const { page, elsewhere } = await newTab(await newBrowser());
    await page.goto(`${app.url}/graphql`);
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("Name").fill("ben");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("Signed in as ben").waitFor();
    expect(page.url()).toBe(`${app.url}/graphql`);
    await page.waitForSelector(".graphiql-query-editor .view-lines");
    // It asked for the schema once it knew who asks.
    expect(await page.locator(".graphiql-response").textContent()).not.toContain("UNAUTHENTICATED");
    await page.click(".graphiql-execute-button");
    const answer = page.locator(".graphiql-response .view-lines");
    await expect.poll(() => answer.textContent(), { timeout: 15_000 }).toContain("TEAM_MEMBER");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    expect(elsewhere).toEqual([]);
  });
});
