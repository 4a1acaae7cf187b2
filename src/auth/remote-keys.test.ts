import { describe, expect, it } from "vitest";
import type { Logger } from "../domain/ports/logger.js";
import { issuerProblem } from "./issuer-url.js";
import { createRemoteKeySource } from "./remote-keys.js";
import { authenticatorFor, goodClaims, newKey, refusal, startIssuer } from "./testing/support.js";
import type { TestIssuer } from "./testing/support.js";

const UNREACHABLE = "The issuer of tokens cannot be reached now, so the token cannot be checked. Try again.";
const UNKNOWN_KEY = "The token is signed with a key that its issuer does not publish.";

/** What was logged, as text. */
function recorder(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const record = (fields: object, message: string): void => {
    const error = "err" in fields && fields.err instanceof Error ? fields.err.message : "";
    lines.push(`${message}: ${error} ${JSON.stringify(fields)}`);
  };
  const logger: Logger = { debug: record, info: record, warn: record, error: record, child: () => logger };
  return { logger, lines };
}

describe("rotation", () => {
  it("is noticed once the cooldown has passed, and old keys go with it", async () => {
    const [first, second] = [await newKey("first"), await newKey("second")];
    const issuer = await startIssuer([first]);
    const authenticator = authenticatorFor(issuer, { keys: { cooldown: 0 }, cacheMaxAge: 0 });
    const old = `Bearer ${await first.sign(goodClaims(issuer))}`;
    const next = `Bearer ${await second.sign(goodClaims(issuer))}`;
    await authenticator.authenticate(old);
    expect(await refusal(authenticator.authenticate(next))).toBe(UNKNOWN_KEY);
    issuer.keys = [second.jwk];
    await expect(authenticator.authenticate(next)).resolves.toMatchObject({ subject: "ada" });
    expect(await refusal(authenticator.authenticate(old))).toBe(UNKNOWN_KEY);
  });

  it("cannot be used to flood the issuer with made-up key ids", async () => {
    const key = await newKey("first");
    const issuer = await startIssuer([key]);
    const authenticator = authenticatorFor(issuer);
    await authenticator.authenticate(`Bearer ${await key.sign(goodClaims(issuer))}`);
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, n) => key.sign(goodClaims(issuer), { kid: `x${n}` })),
    );
    const told = await Promise.all(tokens.map((token) => refusal(authenticator.authenticate(`Bearer ${token}`))));
    expect(new Set(told)).toEqual(new Set([UNKNOWN_KEY]));
    expect(issuer.requests).toEqual({ discovery: 1, jwks: 1 });
  });

  it("asks once for many tokens that come at once", async () => {
    const key = await newKey("first");
    const issuer = await startIssuer([key]);
    const authenticator = authenticatorFor(issuer);
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, n) => key.sign({ ...goodClaims(issuer), jti: `${n}` })),
    );
    await Promise.all(tokens.map((token) => authenticator.authenticate(`Bearer ${token}`)));
    expect(issuer.requests).toEqual({ discovery: 1, jwks: 1 });
  });

  it("withdraws a key at the latest when the key set is too old", async () => {
    const key = await newKey("first");
    const issuer = await startIssuer([key]);
    const authenticator = authenticatorFor(issuer, { keys: { maxAge: 0 }, cacheMaxAge: 0 });
    const header = `Bearer ${await key.sign(goodClaims(issuer))}`;
    await authenticator.authenticate(header);
    issuer.keys = [];
    expect(await refusal(authenticator.authenticate(header))).toBe(UNKNOWN_KEY);
  });
});

describe("an issuer that does not answer as it should", () => {
  it.each<[string, string, (issuer: TestIssuer) => void]>([
    ["refuses", "answered 503", (issuer) => (issuer.fault = (_, response) => response.writeHead(503).end())],
    ["hangs up", "could not be read", (issuer) => (issuer.fault = (request) => request.socket.destroy())],
    ["never answers", "could not be read", (issuer) => (issuer.fault = () => undefined)],
    [
      "never ends",
      "could not be read",
      (issuer) => (issuer.fault = (_, response) => response.writeHead(200).write("{")),
    ],
    [
      "redirects",
      "answered 302",
      (issuer) => (issuer.fault = (_, response) => response.writeHead(302, { location: issuer.issuer }).end()),
    ],
    ["answers no JSON", "answered no JSON", (issuer) => (issuer.fault = (_, response) => response.end("<html>"))],
    ["answers a list", "answered no JSON object", (issuer) => (issuer.fault = (_, response) => response.end("[]"))],
    [
      "answers without end",
      "answered more than 262144 bytes",
      (issuer) => (issuer.fault = (_, response) => response.end(" ".repeat(300_000))),
    ],
    [
      "names another issuer",
      "names another issuer",
      (issuer) => (issuer.discovery = { ...issuer.discovery, issuer: `${issuer.issuer}/` }),
    ],
    ["has no jwks_uri", "has no safe jwks_uri", (issuer) => (issuer.discovery = { issuer: issuer.issuer })],
    [
      "has its keys elsewhere by http",
      "has no safe jwks_uri",
      (issuer) => (issuer.discovery = { ...issuer.discovery, jwks_uri: "http://192.0.2.1/keys" }),
    ],
    [
      "has its keys in a file",
      "has no safe jwks_uri",
      (issuer) => (issuer.discovery = { ...issuer.discovery, jwks_uri: "file:///etc/keys" }),
    ],
    [
      "has no key set",
      "is no key set",
      (issuer) =>
        (issuer.discovery = { ...issuer.discovery, jwks_uri: `${issuer.issuer}/.well-known/openid-configuration` }),
    ],
  ])("that %s is told as unreachable, and the log says: %s", async (_, logged, breakIt) => {
    const key = await newKey("first");
    const issuer = await startIssuer([key]);
    breakIt(issuer);
    const { logger, lines } = recorder();
    const authenticator = authenticatorFor(issuer, { keys: { timeout: 200, logger } });
    const header = `Bearer ${await key.sign(goodClaims(issuer))}`;
    expect(await refusal(authenticator.authenticate(header))).toBe(UNREACHABLE);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(logged);
    expect(lines[0]).not.toContain(header.slice("Bearer ".length));
  });

  it("recovers without a restart", async () => {
    const key = await newKey("first");
    const issuer = await startIssuer([key]);
    issuer.fault = (_, response) => response.writeHead(500).end();
    const authenticator = authenticatorFor(issuer, { keys: { failureCooldown: 0 } });
    const header = `Bearer ${await key.sign(goodClaims(issuer))}`;
    expect(await refusal(authenticator.authenticate(header))).toBe(UNREACHABLE);
    issuer.fault = null;
    await expect(authenticator.authenticate(header)).resolves.toMatchObject({ subject: "ada" });
  });

  it("is not asked again at once", async () => {
    const key = await newKey("first");
    const issuer = await startIssuer([key]);
    issuer.fault = (_, response) => response.writeHead(500).end();
    const authenticator = authenticatorFor(issuer);
    const header = `Bearer ${await key.sign(goodClaims(issuer))}`;
    for (let n = 0; n < 10; n += 1) expect(await refusal(authenticator.authenticate(header))).toBe(UNREACHABLE);
    expect(issuer.requests).toEqual({ discovery: 1, jwks: 0 });
  });

  it("keeps its known keys for a while, and unknown ones unknown", async () => {
    const key = await newKey("first");
    const issuer = await startIssuer([key]);
    const authenticator = authenticatorFor(issuer, { keys: { maxAge: 0, failureCooldown: 0 }, cacheMaxAge: 0 });
    const header = `Bearer ${await key.sign(goodClaims(issuer))}`;
    await authenticator.authenticate(header);
    issuer.fault = (_, response) => response.writeHead(500).end();
    await expect(authenticator.authenticate(header)).resolves.toMatchObject({ subject: "ada" });
    const other = `Bearer ${await (await newKey("second")).sign(goodClaims(issuer))}`;
    expect(await refusal(authenticator.authenticate(other))).toBe(UNREACHABLE);
  });

  it("keeps them no longer than it may", async () => {
    const key = await newKey("first");
    const issuer = await startIssuer([key]);
    const keys = { maxAge: 0, maxStale: -1, failureCooldown: 0 };
    const authenticator = authenticatorFor(issuer, { keys, cacheMaxAge: 0 });
    const header = `Bearer ${await key.sign(goodClaims(issuer))}`;
    await authenticator.authenticate(header);
    issuer.fault = (_, response) => response.writeHead(500).end();
    expect(await refusal(authenticator.authenticate(header))).toBe(UNREACHABLE);
  });

  it("whose keys are too weak is no reason to accept a token", async () => {
    const key = await newKey("first");
    const issuer = await startIssuer();
    issuer.keys = [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "first", alg: "ES256" }];
    const header = `Bearer ${await key.sign(goodClaims(issuer))}`;
    expect(await refusal(authenticatorFor(issuer).authenticate(header))).toBe(
      "The token cannot be checked: its issuer's keys are not usable.",
    );
  });
});

describe("the issuer's address", () => {
  it.each([
    ["https://id.example.com/realms/main", null],
    ["https://id.example.com/", null],
    ["http://localhost:8080", null],
    ["http://127.0.0.1:8080/realm", null],
    ["http://[::1]:8080", null],
    ["http://id.example.com", "must begin with https://"],
    ["http://127.0.0.1.example.com", "must begin with https://"],
    ["ftp://localhost", "must begin with https://"],
    ["id.example.com", "must be a URL"],
    ["https://a:b@id.example.com", "user name"],
    ["https://id.example.com?x", "neither a query"],
    ["https://id.example.com#", "neither a query"],
  ])("%s: %s", (issuer, problem) => {
    const told = issuerProblem(issuer);
    expect(told?.includes(problem ?? "") ?? null).toBe(problem === null ? null : true);
  });

  it("that is not safe is refused at the start", () => {
    expect(() => createRemoteKeySource({ issuer: "http://id.example.com" })).toThrow(RangeError);
  });
});
