import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { App } from "../../src/app.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { HttpBrowser } from "../support/http-browser.js";
import { CLIENT_ID, OpenIdProvider, type OpenIdProviderOptions } from "../support/openid-provider.js";
import { recordLog } from "../support/recording-log.js";

/** Where browsers reach the product: behind a proxy that ends TLS. */
const PUBLIC = "https://secretariat.example.com";
/** Origins that may call the API, and have no say in the sign-in. */
const LISTED = "https://portal.example.com";
const log = recordLog();
let app: TestApp;
let issuer: OpenIdProvider;

const settings = (at: OpenIdProvider): Record<string, string> => ({
  OIDC_ISSUER: at.issuer,
  OIDC_AUDIENCE: "secretariat",
  OIDC_CLIENT_ID: CLIENT_ID,
  PUBLIC_URL: PUBLIC,
  ALLOWED_ORIGINS: LISTED,
});

beforeAll(async () => {
  issuer = await OpenIdProvider.start();
  issuer.open(PUBLIC);
  app = await startTestApp({ clusters: ["berlin"], logger: log.logger, env: settings(issuer) });
});
afterAll(async () => {
  await app.stop();
  await issuer.stop();
});

/** One more process, with an issuer of its own. */
async function startOther(options: OpenIdProviderOptions, env: Record<string, string> = {}): Promise<App> {
  const other = await OpenIdProvider.start();
  onTestFinished(() => other.stop());
  other.open(PUBLIC, options);
  const replica = await app.replica({ ...settings(other), ...env });
  onTestFinished(() => replica.stop());
  return replica;
}

const browserAt = (url: string = app.url): HttpBrowser => new HttpBrowser(new Map([[PUBLIC, url]]));

interface SignIn {
  login?: string;
  returnTo?: string;
  answer?: "allow" | "deny";
  /** Where to stop before going there. */
  stop?: (url: URL) => boolean;
}

const begin = (browser: HttpBrowser, returnTo = "/secrets?status=FAILED") =>
  browser.go(`${PUBLIC}/auth/sign-in?return=${encodeURIComponent(returnTo)}`);

/** Fills the issuer's page in, and goes where that leads. */
const answer = (browser: HttpBrowser, page: URL, { login = "ada", answer: said = "allow", stop }: SignIn = {}) =>
  browser.go(page.href, stop, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ login, answer: said }).toString(),
  });

/** Signs somebody in, from the beginning to where it ends. */
async function signIn(browser: HttpBrowser, options: SignIn = {}): Promise<URL> {
  const { url, response } = await begin(browser, options.returnTo);
  expect([url.origin === PUBLIC, response?.status]).toEqual([false, 200]);
  return (await answer(browser, url, options)).url;
}

const isCallback = (url: URL): boolean => url.pathname === "/auth/callback";

const post = (browser: HttpBrowser, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  browser.ask(PUBLIC + path, {
    method: "POST",
    headers: { "x-requested-with": "secretariat", origin: PUBLIC, "sec-fetch-site": "same-origin", ...headers },
  });

interface Granted {
  accessToken: string;
  expiresIn: number;
  subject: string;
  name: string | null;
}

async function tokenOf(browser: HttpBrowser): Promise<Granted> {
  const response = await post(browser, "/auth/token");
  expect(response.status).toBe(200);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its fields are compared by each test
  return (await response.json()) as Granted;
}

const session = (browser: HttpBrowser): string => browser.jar(PUBLIC).get("__Host-secretariat-session") ?? "";
const pending = (browser: HttpBrowser): [string, string][] =>
  [...browser.jar(PUBLIC)].filter(([name]) => name.startsWith("__Host-secretariat-sign-in."));

describe("signing in at the issuer (OIDC_CLIENT_ID)", () => {
  it("goes there with code, PKCE, state and nonce, and comes back to where it began", async () => {
    const browser = browserAt();
    const first = await browser.ask(`${PUBLIC}/auth/sign-in?return=%2Fprojects%2Fcheckout%3Ftab%3Dmembers`);
    expect([first.status, first.headers.get("cache-control")]).toEqual([302, "no-store"]);
    const there = new URL(first.headers.get("location") ?? "");
    expect(there.origin).toBe(issuer.issuer);
    const random: unknown = expect.stringMatching(/^[\w-]{43}$/);
    expect(Object.fromEntries(there.searchParams)).toEqual({
      response_type: "code",
      client_id: CLIENT_ID,
      redirect_uri: `${PUBLIC}/auth/callback`,
      scope: "openid profile email",
      state: random,
      nonce: random,
      code_challenge: random,
      code_challenge_method: "S256",
    });
    const page = await browser.go(there.href);
    const end = await answer(browser, page.url);
    expect(end.url.href).toBe(`${PUBLIC}/projects/checkout?tab=members`);

    const { accessToken, expiresIn, subject } = await tokenOf(browser);
    expect([subject, expiresIn > 200_000 && expiresIn <= 300_000]).toEqual(["ada", true]);
    expect(await ApiClient.withToken(app.url, accessToken).ask("{ me { subject name email role } }")).toEqual({
      me: { subject: "ada", name: "Ada Lovelace", email: "ada@example.com", role: "PLATFORM_ADMIN" },
    });
  });

  it("keeps what it needs in cookies that no script, no other site and no plain HTTP gets", async () => {
    const browser = browserAt();
    await signIn(browser);
    await tokenOf(browser);
    const ours = browser.setCookies.filter((line) => line.includes("secretariat"));
    expect(ours.length).toBeGreaterThanOrEqual(4);
    for (const line of ours) {
      expect(line).toMatch(/^__Host-secretariat-/);
      const attributes = line.split("; ").slice(1);
      expect(attributes).toEqual(expect.arrayContaining(["Path=/", "HttpOnly", "Secure"]));
      expect(line.toLowerCase()).not.toContain("domain");
      const isPending = line.startsWith("__Host-secretariat-sign-in.");
      expect(attributes).toContain(isPending ? "SameSite=Lax" : "SameSite=Strict");
      // Of a session the browser itself is the end.
      expect(attributes.some((one) => /^Max-Age=(?:600|0)$/.test(one))).toBe(isPending);
    }
    expect(pending(browser)).toEqual([]);
  });

  it("tells nobody a token or a code: neither the log nor an address", async () => {
    const browser = browserAt();
    let callback = "";
    const end = await signIn(browser, {
      stop: (url) => {
        if (isCallback(url)) callback = url.searchParams.get("code") ?? "";
        return false;
      },
    });
    const before = session(browser);
    const { accessToken } = await tokenOf(browser);
    await post(browser, "/auth/sign-out");
    const secrets = [callback, decodeURIComponent(before).slice(2), accessToken];
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    const everything = log.lines.join("") + end.href;
    for (const secret of secrets) expect(everything).not.toContain(secret);
    expect(
      log.entries().some(({ msg, subject }) => msg === "somebody signed in to the console" && subject === "ada"),
    ).toBe(true);
  });

  it("can be begun at one replica and finished at another, and go on at either", async () => {
    const replica = await app.replica();
    onTestFinished(() => replica.stop());
    const browser = browserAt();
    const page = await begin(browser);
    const { url } = await answer(browser, page.url, { stop: isCallback });
    const places = new Map([[PUBLIC, replica.url]]);
    const elsewhere = browser.copy(places);
    expect((await elsewhere.go(url.href)).url.href).toBe(`${PUBLIC}/secrets?status=FAILED`);
    const first = await tokenOf(elsewhere);
    const second = await tokenOf(elsewhere.copy(new Map([[PUBLIC, app.url]])));
    expect([first.subject, second.subject]).toEqual(["ada", "ada"]);
    expect(second.accessToken).not.toBe(first.accessToken);
  });

  it("several tabs may sign in at once, and no more than four are kept", async () => {
    const browser = browserAt();
    await signIn(browser);
    const callbacks = [];
    for (const path of ["/a", "/b", "/c", "/d", "/e"])
      callbacks.push((await browser.go(`${PUBLIC}/auth/sign-in?return=${path}`, isCallback)).url);
    expect(pending(browser)).toHaveLength(4);
    const ends = [];
    for (const callback of callbacks.toReversed()) ends.push((await browser.go(callback.href)).url.pathname);
    expect(ends).toEqual(["/e", "/d", "/c", "/b", "/sign-in"]);
  });

  it.each([
    "https://evil.example.com/",
    "//evil.example.com/",
    String.raw`/\evil.example.com/`,
    "/.//evil.example.com/",
    "/\t/evil.example.com/",
    "javascript:alert(1)",
    "secrets",
    "/auth/sign-in?return=/",
    `/${"a".repeat(1_501)}`,
  ])("never leads anywhere else: %j", async (returnTo) => {
    const stop = (url: URL): boolean => url.origin !== issuer.issuer && !url.pathname.startsWith("/auth/");
    expect((await signIn(browserAt(), { returnTo, stop })).href).toBe(`${PUBLIC}/`);
  });

  it("takes a client with a secret, and an issuer that gives the same refresh token again", async () => {
    const clientSecret = "a secret with + and % and :";
    const other = await startOther({ clientSecret, rotates: false }, { OIDC_CLIENT_SECRET: clientSecret });
    const browser = browserAt(other.url);
    await signIn(browser, { login: "ben" });
    const kept = session(browser);
    const [one, two] = [await tokenOf(browser), await tokenOf(browser)];
    expect([one.subject, one.name, two.subject, session(browser)]).toEqual(["ben", "Ben Bitdiddle", "ben", kept]);
    expect(two.accessToken).not.toBe(one.accessToken);
  });

  it("takes an issuer that gives no refresh token: until the access token ends", async () => {
    const other = await startOther({ refreshTokens: false, accessTokenLife: 2 });
    const browser = browserAt(other.url);
    await signIn(browser);
    const [one, two] = [await tokenOf(browser), await tokenOf(browser)];
    expect(two.accessToken).toBe(one.accessToken);
    expect(two.expiresIn).toBeLessThanOrEqual(2_000);
    // The API forgives 30 s of clocks that differ; the sign-in does not wait for them.
    await eventually(async () => (await post(browser, "/auth/token")).status === 204, 6_000);
    expect(session(browser)).toBe("");
  });
});

describe("a sign-in that does not succeed", () => {
  const told = (url: URL): Record<string, string> => {
    expect(url.origin + url.pathname).toBe(`${PUBLIC}/sign-in`);
    return Object.fromEntries(url.searchParams);
  };
  const reference: unknown = expect.stringMatching(/^[\w-]{36}$/);
  const refused = { problem: "refused", reference, return: "/secrets?status=FAILED" };
  /** Everything up to the way back from the issuer. */
  async function comeBack(browser: HttpBrowser, login = "ada"): Promise<URL> {
    const { url } = await begin(browser);
    return (await answer(browser, url, { login, stop: isCallback })).url;
  }
  /** Goes there, and has no session. */
  async function end(browser: HttpBrowser, callback: URL): Promise<Record<string, string>> {
    const { url } = await browser.go(callback.href);
    expect((await post(browser, "/auth/token")).status).toBe(204);
    return told(url);
  }
  const withParameter = (url: URL, name: string, value: string | null): URL => {
    const changed = new URL(url);
    if (value === null) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
    return changed;
  };

  it("because somebody cancelled: in our own words", async () => {
    const url = await signIn(browserAt(), { answer: "deny" });
    expect(told(url)).toEqual({ problem: "denied", return: "/secrets?status=FAILED" });
  });

  it.each([null, "", "a".repeat(43), "../../x"])("with the state %j", async (state) => {
    const browser = browserAt();
    const callback = await comeBack(browser);
    expect(await end(browser, withParameter(callback, "state", state))).toEqual({ problem: "expired", return: "/" });
  });

  it("in another browser", async () => {
    const callback = await comeBack(browserAt());
    expect(await end(browserAt(), callback)).toEqual({ problem: "expired", return: "/" });
  });

  it("after more than ten minutes", async () => {
    const browser = browserAt();
    const callback = await comeBack(browser);
    const [name, value] = pending(browser)[0] ?? ["", ""];
    const begun = Number.parseInt(value, 10);
    browser.jar(PUBLIC).set(name, value.replace(String(begun), String(begun - 601_000)));
    expect(await end(browser, callback)).toEqual({ problem: "expired", return: "/" });
  });

  it("with a nonce that is not this sign-in's", async () => {
    const browser = browserAt();
    const first = await browser.ask(`${PUBLIC}/auth/sign-in?return=%2Fsecrets%3Fstatus%3DFAILED`);
    const there = withParameter(new URL(first.headers.get("location") ?? ""), "nonce", "b".repeat(43));
    const { url } = await browser.go(there.href);
    const callback = await answer(browser, url, { stop: isCallback });
    expect(await end(browser, callback.url)).toEqual(refused);
  });

  it("with a code of another sign-in: PKCE tells", async () => {
    const [mine, theirs] = [browserAt(), browserAt()];
    const [callback, other] = [await comeBack(mine), await comeBack(theirs, "ben")];
    expect(await end(mine, withParameter(callback, "code", other.searchParams.get("code")))).toEqual(refused);
  });

  it.each(["https://evil.example.com", null])("from the issuer %j (RFC 9207)", async (iss) => {
    const browser = browserAt();
    const callback = await comeBack(browser);
    expect(await end(browser, withParameter(callback, "iss", iss))).toEqual(refused);
  });

  it("with a code that was used: its tokens are worth nothing then", async () => {
    const browser = browserAt();
    const callback = await comeBack(browser);
    const thief = browser.copy();
    expect((await browser.go(callback.href)).url.pathname).toBe("/secrets");
    expect(told((await browser.go(callback.href)).url)).toEqual({ problem: "expired", return: "/" });
    expect(await end(thief, callback)).toEqual(refused);
    expect((await post(browser, "/auth/token")).status).toBe(204);
  });

  it("because the issuer's tokens are not for this API: with a reference to the log, which says why", async () => {
    const other = await startOther({ audience: "somebody-else" });
    const url = await signIn(browserAt(other.url));
    const { problem, reference: requestId } = told(url);
    expect(problem).toBe("rejected");
    expect(
      log.entries().find((entry) => entry["requestId"] === requestId && entry["problem"] === problem),
    ).toMatchObject({
      reason: "The token is meant for another audience.",
    });
  });

  it("because the client's secret is wrong", async () => {
    const other = await startOther({ clientSecret: "right" }, { OIDC_CLIENT_SECRET: "wrong" });
    expect(told(await signIn(browserAt(other.url)))).toEqual(refused);
    expect(log.lines.join("")).not.toContain('"wrong"');
  });

  it("because the issuer does not answer, before and after", async () => {
    const away = await OpenIdProvider.start();
    onTestFinished(() => away.stop());
    const replica = await app.replica(settings(away));
    onTestFinished(() => replica.stop());
    const { url } = await begin(browserAt(replica.url));
    expect(told(url)).toEqual({ problem: "unreachable", return: "/secrets?status=FAILED" });

    const browser = browserAt();
    const callback = await comeBack(browser);
    issuer.down = true;
    onTestFinished(() => {
      issuer.down = false;
    });
    const back = await browser.go(callback.href);
    expect(told(back.url)).toEqual({ problem: "unreachable", return: "/secrets?status=FAILED" });
  });
});

describe("renewing", () => {
  it("uses each refresh token once", async () => {
    const browser = browserAt();
    await signIn(browser);
    const seen = [session(browser)];
    for (let time = 0; time < 3; time++) {
      await tokenOf(browser);
      seen.push(session(browser));
    }
    expect(new Set(seen).size).toBe(4);
  });

  it("two tabs at once get one and the same, and the sign-in goes on", async () => {
    const browser = browserAt();
    await signIn(browser);
    const asked = issuer.tokenRequests;
    const tabs = await Promise.all([tokenOf(browser.copy()), tokenOf(browser.copy()), tokenOf(browser)]);
    expect(new Set(tabs.map(({ accessToken }) => accessToken)).size).toBe(1);
    expect(issuer.tokenRequests).toBe(asked + 1);
    expect((await tokenOf(browser)).subject).toBe("ada");
  });

  it("an answer that got lost on its way does not end the sign-in", async () => {
    const browser = browserAt();
    await signIn(browser);
    const before = browser.copy();
    await tokenOf(browser);
    const again = await tokenOf(before);
    expect([again.subject, session(before)]).toEqual(["ada", session(browser)]);
    await tokenOf(before);
  });

  it("a refresh token that turns up elsewhere later ends the sign-in, for whoever has it", async () => {
    const browser = browserAt();
    await signIn(browser);
    const replica = await app.replica();
    onTestFinished(() => replica.stop());
    const thief = browser.copy(new Map([[PUBLIC, replica.url]]));
    await tokenOf(browser);
    expect((await post(thief, "/auth/token")).status).toBe(204);
    expect((await post(browser, "/auth/token")).status).toBe(204);
    expect([session(thief), session(browser)]).toEqual(["", ""]);
  });

  it("waits for an issuer that is away, and keeps the sign-in", async () => {
    const browser = browserAt();
    await signIn(browser);
    issuer.down = true;
    onTestFinished(() => {
      issuer.down = false;
    });
    const response = await post(browser, "/auth/token");
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
    issuer.down = false;
    expect((await tokenOf(browser)).subject).toBe("ada");
  });

  it("nobody is signed in with no cookie, or one that is none of ours", async () => {
    const browser = browserAt();
    expect((await post(browser, "/auth/token")).status).toBe(204);
    const asked = issuer.tokenRequests;
    for (const value of ["x", "r.", "%", "q.token"]) {
      browser.jar(PUBLIC).set("__Host-secretariat-session", value);
      expect((await post(browser, "/auth/token")).status).toBe(204);
    }
    expect(issuer.tokenRequests).toBe(asked);
    browser.jar(PUBLIC).set("__Host-secretariat-session", "r.made-up");
    expect((await post(browser, "/auth/token")).status).toBe(204);
    expect(session(browser)).toBe("");
  });
});

describe("signing out", () => {
  it("takes the cookie away, has the issuer forget it, and says where to sign out there", async () => {
    const browser = browserAt();
    await signIn(browser);
    const copy = browser.copy();
    const response = await post(browser, "/auth/sign-out");
    expect(response.status).toBe(200);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- compared below
    const { endSession } = (await response.json()) as { endSession: string };
    const url = new URL(endSession);
    expect([url.origin, Object.fromEntries(url.searchParams)]).toEqual([
      issuer.issuer,
      { client_id: CLIENT_ID, post_logout_redirect_uri: `${PUBLIC}/sign-in` },
    ]);
    expect((await browser.ask(endSession)).status).toBe(200);
    expect([session(browser), (await post(browser, "/auth/token")).status]).toEqual(["", 204]);
    expect((await post(copy, "/auth/token")).status).toBe(204);
  });

  it("signs out here although the issuer is away", async () => {
    const browser = browserAt();
    await signIn(browser);
    issuer.down = true;
    onTestFinished(() => {
      issuer.down = false;
    });
    expect((await post(browser, "/auth/sign-out")).status).toBe(200);
    expect(session(browser)).toBe("");
  });
});

describe("the sign-in's addresses", () => {
  it.each(["/auth/token", "/auth/sign-out"])("%s is for pages of this server alone", async (path) => {
    const browser = browserAt();
    await signIn(browser);
    const kept = session(browser);
    for (const headers of [
      { "x-requested-with": "XMLHttpRequest" },
      { "x-requested-with": "" },
      { origin: "https://evil.example.com" },
      { origin: "null" },
      { origin: LISTED },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ])
      expect([headers, (await post(browser, path, headers)).status]).toEqual([headers, 403]);
    for (const method of ["GET", "HEAD", "OPTIONS", "PUT"]) {
      const response = await browser.ask(PUBLIC + path, { method, headers: { origin: LISTED } });
      expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([405, null]);
    }
    expect(session(browser)).toBe(kept);
  });

  it("begin and end with GET alone", async () => {
    for (const path of ["/auth/sign-in", "/auth/callback"])
      for (const method of ["HEAD", "POST"]) expect((await fetch(app.url + path, { method })).status).toBe(405);
  });

  it("are not there without OIDC_CLIENT_ID", async () => {
    const replica = await app.replica({ OIDC_CLIENT_ID: "" });
    onTestFinished(() => replica.stop());
    for (const [path, method] of [
      ["/auth/sign-in", "GET"],
      ["/auth/callback", "GET"],
      ["/auth/token", "POST"],
      ["/auth/sign-out", "POST"],
    ] as const)
      expect((await fetch(replica.url + path, { method, headers: { accept: "text/html" } })).status).toBe(404);
  });

  it("are served by names of this machine alone without PUBLIC_URL, over plain HTTP", async () => {
    const replica = await app.replica({ PUBLIC_URL: "" });
    onTestFinished(() => replica.stop());
    const response = await fetch(`${replica.url}/auth/sign-in`, { redirect: "manual" });
    const there = new URL(response.headers.get("location") ?? "");
    expect(there.searchParams.get("redirect_uri")).toBe(`${replica.url}/auth/callback`);
    const [line = ""] = response.headers.getSetCookie();
    expect(line).toMatch(/^secretariat-sign-in\.[\w-]{43}=\S+; Path=\/auth; HttpOnly; SameSite=Lax; Max-Age=600$/);
  });
});
