import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createDevelopmentIdentity } from "./identity.js";
import type { DevelopmentIdentity } from "./identity.js";

const SETTINGS = {
  audience: "secretariat",
  rolesClaim: "realm_access.roles",
  adminRole: "platform-admin",
  groupsClaim: "groups",
};

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A server that hands everything to the identity first, as the real one does. */
async function start(): Promise<{ issuer: string; identity: DevelopmentIdentity; ask: typeof ask }> {
  let identity: DevelopmentIdentity | null = null;
  const server = createServer((request, response) => {
    if (identity?.handle(request, response) !== true) response.writeHead(404).end("not the identity's");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const issuer = `http://127.0.0.1:${port}/dev`;
  identity = await createDevelopmentIdentity({ issuer, ...SETTINGS });

  return { issuer, identity, ask };

  /** node:http, because fetch sets Host and Origin by itself. */
  async function ask(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    const { method = "GET", headers = {}, body } = options;
    const request = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false });
    request.end(body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.on("response", resolve).on("error", reject);
    });
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode ?? 0, headers: response.headers, body: text };
  }
}

const TOKEN = z.object({ access_token: z.string(), token_type: z.literal("Bearer"), expires_in: z.number() });
const KEYS = z.object({ keys: z.tuple([z.looseObject({ kid: z.string() })]) });
const PROBLEMS = z.object({ problems: z.array(z.object({ path: z.array(z.string()), message: z.string() })) });
const read = <T>(schema: z.ZodType<T>, answer: Answer): T => schema.parse(JSON.parse(answer.body));

const json = { "content-type": "application/json" };
const member = { subject: "ada", role: "TEAM_MEMBER", groups: ["alpha"] };
const post = (body: unknown, headers: Record<string, string> = json) => ({
  method: "POST",
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

describe("POST /dev/token", () => {
  it("gives a signed token that the published keys verify", async () => {
    const { issuer, ask } = await start();
    const answer = await ask("/dev/token", post({ ...member, email: "ada@example.com", name: "Ada", expiresIn: 60 }));
    expect(answer).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    const { access_token: token, expires_in: expiresIn } = read(TOKEN, answer);
    expect(expiresIn).toBe(60);

    const discovery = read(z.looseObject({}), await ask("/dev/.well-known/openid-configuration"));
    expect(discovery).toMatchObject({ issuer, jwks_uri: `${issuer}/jwks`, token_endpoint: `${issuer}/token` });
    const [key] = read(KEYS, await ask("/dev/jwks")).keys;
    expect(key).not.toHaveProperty("d");
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", kid: key.kid });
  });

  it.each<[unknown, string[]]>([
    [[], [""]],
    ["null", [""]],
    [{}, ["subject", "role"]],
    [{ ...member, subject: "" }, ["subject"]],
    [{ ...member, subject: "a\nb" }, ["subject"]],
    [{ ...member, subject: "system" }, ["subject"]],
    [{ ...member, subject: "x".repeat(256) }, ["subject"]],
    [{ ...member, role: "ADMIN" }, ["role"]],
    [{ ...member, groups: "alpha" }, ["groups"]],
    [{ ...member, groups: [1] }, ["groups"]],
    [{ ...member, groups: Array.from({ length: 101 }, () => "a") }, ["groups"]],
    [{ ...member, email: 1, name: "" }, ["email", "name"]],
    [{ ...member, expiresIn: 0 }, ["expiresIn"]],
    [{ ...member, expiresIn: 86_401 }, ["expiresIn"]],
    [{ ...member, expiresIn: 1.5 }, ["expiresIn"]],
    [{ ...member, audience: "x", subject: 1 }, ["audience", "subject"]],
  ])("refuses %j, naming all that is wrong", async (body, paths) => {
    const { ask } = await start();
    const answer = await ask("/dev/token", post(body));
    expect(answer.status).toBe(400);
    expect(read(PROBLEMS, answer).problems.map(({ path }) => path.join("."))).toEqual(paths);
  });

  it.each([
    ["no JSON", post("{"), 400],
    ["a form", post("subject=ada", { "content-type": "application/x-www-form-urlencoded" }), 415],
    ["text, as a page of another origin may send it", post(member, { "content-type": "text/plain" }), 415],
    ["no type", post(member, {}), 415],
    ["too much", post({ ...member, name: "x".repeat(20_000) }), 413],
    ["GET", { method: "GET" }, 405],
    ["another site's name for this machine", post(member, { ...json, host: "evil.test:4000" }), 403],
    ["another port", post(member, { ...json, host: "127.0.0.1:1" }), 403],
    ["another site's page", post(member, { ...json, origin: "https://evil.test" }), 403],
    ["a page without an origin", post(member, { ...json, origin: "null" }), 403],
  ])("refuses %s", async (_, options, status) => {
    const { ask } = await start();
    const answer = await ask("/dev/token", options);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain("access_token");
  });

  it("serves its own pages, under every name of this machine", async () => {
    const { issuer, ask } = await start();
    const { port } = new URL(issuer);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
      const answer = await ask("/dev/token", post(member, { ...json, host, origin: `http://${host}` }));
      expect(answer.status).toBe(200);
    }
  });
});

describe("handle", () => {
  it("leaves what is not its own alone", async () => {
    const { ask } = await start();
    for (const path of [
      "/",
      "/graphql",
      "/dev",
      "/dev/",
      "/dev/token/",
      "/dev/tokens",
      "/.well-known/openid-configuration",
    ]) {
      expect(await ask(path)).toMatchObject({ status: 404, body: "not the identity's" });
    }
  });

  it("answers HEAD without a body, and ignores a query", async () => {
    const { ask } = await start();
    const get = await ask("/dev/jwks?x=1");
    const head = await ask("/dev/jwks", { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, body: "", headers: { "content-length": get.headers["content-length"] } });
  });
});

describe("createDevelopmentIdentity", () => {
  const issuer = "http://127.0.0.1:4000/dev";

  it("is for this machine only", async () => {
    await expect(createDevelopmentIdentity({ ...SETTINGS, issuer: "https://id.example.com/dev" })).rejects.toThrow(
      RangeError,
    );
    await expect(createDevelopmentIdentity({ ...SETTINGS, issuer: "http://0.0.0.0:4000/dev" })).rejects.toThrow(
      RangeError,
    );
  });

  it("makes a key of its own each time", async () => {
    const [one, other] = [
      await createDevelopmentIdentity({ ...SETTINGS, issuer }),
      await createDevelopmentIdentity({ ...SETTINGS, issuer }),
    ];
    expect(one.jwks()).not.toEqual(other.jwks());
    const token = await one.mintToken({ subject: "ada", role: "TEAM_MEMBER", groups: [] });
    await expect(jwtVerify(token, one.keySource)).resolves.toBeDefined();
    await expect(jwtVerify(token, other.keySource)).rejects.toThrow("no applicable key found");
  });

  it.each<[string, string, object]>([
    ["realm_access.roles", "groups", { realm_access: { roles: ["platform-admin"] }, groups: ["alpha"] }],
    ["app.roles", "app.groups", { app: { roles: ["platform-admin"], groups: ["alpha"] } }],
    ["https://example.com/roles", "groups", { "https://example.com/roles": ["platform-admin"], groups: ["alpha"] }],
  ])("puts roles at %s and groups at %s", async (rolesClaim, groupsClaim, claims) => {
    const identity = await createDevelopmentIdentity({ ...SETTINGS, issuer, rolesClaim, groupsClaim });
    const token = await identity.mintToken({ subject: "ada", role: "PLATFORM_ADMIN", groups: ["alpha"] });
    const { payload } = await jwtVerify(token, identity.keySource, { issuer, audience: "secretariat" });
    expect(payload).toMatchObject({ sub: "ada", ...claims });
  });
});
