import type { JWTPayload } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  newKey,
  startIssuer,
  goodClaims,
  seconds,
  type SigningKey,
  type TestIssuer,
} from "../../src/auth/testing/support.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient, gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { recordLog } from "../support/recording-log.js";

interface World {
  app: TestApp;
  issuer: TestIssuer;
  key: SigningKey;
  /** Somebody with these claims beside the usual ones. */
  as(claims: JWTPayload): Promise<ApiClient>;
}

async function start(env: Readonly<Record<string, string>> = {}, logger = recordLog().logger): Promise<World> {
  const key = await newKey("first");
  const issuer = await startIssuer([key]);
  const app = await startTestApp({
    clusters: ["berlin"],
    logger,
    env: { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: "secretariat", ...env },
  });
  onTestFinished(() => app.stop());
  const as = async (claims: JWTPayload): Promise<ApiClient> =>
    ApiClient.withToken(app.url, await key.sign({ ...goodClaims(issuer), ...claims }));
  return { app, issuer, key, as };
}

/** As Keycloak writes them into an access token. */
const KEYCLOAK_ADMIN = {
  sub: "f:1:grace",
  preferred_username: "grace",
  name: "Grace",
  email: "grace@example.com",
  aud: ["secretariat", "account"],
  azp: "console",
  typ: "Bearer",
  realm_access: { roles: ["default-roles-main", "platform-admin", "offline_access"] },
  resource_access: { account: { roles: ["manage-account"] } },
  groups: ["/platform"],
};
const KEYCLOAK_MEMBER = {
  ...KEYCLOAK_ADMIN,
  sub: "f:1:ben",
  name: "Ben",
  email: "ben@example.com",
  realm_access: { roles: ["default-roles-main"] },
  groups: ["/checkout"],
};

const ME = "{ me { subject name email role } projects { nodes { name } } }";

const create = async (admin: ApiClient, name: string): Promise<void> => {
  await admin.ask('mutation ($name: String!) { createProject(input: { name: $name, description: "" }) { id } }', {
    name,
  });
};

describe("with an issuer of one's own (OIDC_ISSUER)", () => {
  it("a platform admin and a member are who their token says, over HTTP and WebSocket", async () => {
    const { as } = await start();
    const [admin, member] = [await as(KEYCLOAK_ADMIN), await as(KEYCLOAK_MEMBER)];
    const socket = member.socket();
    onTestFinished(() => void socket.dispose());
    const watching = gather<{ project: { name: string } }>(
      socket,
      "subscription { transitions { project { name } } }",
      "transitions",
    );
    const asked = gather(socket, "{ me { subject role } }", "me");
    await eventually(() => asked.ended);
    expect(asked.events).toEqual([{ subject: "f:1:ben", role: "TEAM_MEMBER" }]);

    for (const name of ["search", "checkout"]) await create(admin, name);
    expect(await admin.ask(ME)).toEqual({
      me: { subject: "f:1:grace", name: "Grace", email: "grace@example.com", role: "PLATFORM_ADMIN" },
      projects: { nodes: [{ name: "checkout" }, { name: "search" }] },
    });
    expect(await member.ask(ME)).toEqual({
      me: { subject: "f:1:ben", name: "Ben", email: "ben@example.com", role: "TEAM_MEMBER" },
      projects: { nodes: [{ name: "checkout" }] },
    });
    const { errors } = await member.send('mutation { createProject(input: { name: "mine", description: "" }) { id } }');
    expect(errors[0]?.extensions.code).toBe("FORBIDDEN");
    await eventually(() => watching.events.length > 0);
    expect(new Set(watching.events.map(({ project }) => project.name))).toEqual(new Set(["checkout"]));
  });

  it("nobody is developer: a token is needed, and only a good one is taken", async () => {
    const { app, issuer, key, as } = await start();
    const stranger = await newKey("first");
    const refused: [string, string | null][] = [
      ["A bearer token is needed.", null],
      ["The token's signature is wrong.", await stranger.sign(goodClaims(issuer))],
      ["The token has expired.", await key.sign({ ...goodClaims(issuer), exp: seconds(-60) })],
      ["The token is meant for another audience.", await key.sign({ ...goodClaims(issuer), aud: "other" })],
      [
        "The token is from another issuer.",
        await key.sign({ ...goodClaims(issuer), iss: "https://other.example.com" }),
      ],
    ];
    const nobody = await ApiClient.of(app.url, null);
    for (const [message, token] of refused) {
      const client = token === null ? nobody : ApiClient.withToken(app.url, token);
      expect(await client.send(ME)).toMatchObject({
        status: 401,
        errors: [{ message, extensions: { code: "UNAUTHENTICATED" } }],
      });
      const socket = client.socket();
      const answer = gather(socket, ME, "me");
      await eventually(() => answer.ended);
      expect(answer.errors).toMatchObject([{ code: 4403, reason: message }]);
      await socket.dispose();
    }
    expect((await (await as(KEYCLOAK_MEMBER)).send(ME)).status).toBe(200);
  });

  it("the development identity is not there, and names of other machines are served", async () => {
    const { app } = await start();
    for (const [path, method] of [
      ["/dev/token", "POST"],
      ["/dev/jwks", "GET"],
      ["/dev/.well-known/openid-configuration", "GET"],
    ] as const)
      expect((await fetch(app.url + path, { method })).status).toBe(404);
    const page = await fetch(`${app.url}/graphql`, { headers: { accept: "text/html" } });
    expect(await page.text()).toContain('content="token"');
  });

  it("roles and groups are read where the settings say", async () => {
    const { as } = await start({
      OIDC_ROLES_CLAIM: "https://example.com/roles",
      OIDC_ADMIN_ROLE: "boss",
      OIDC_GROUPS_CLAIM: "teams",
    });
    const admin = await as({ sub: "grace", "https://example.com/roles": ["boss"] });
    for (const name of ["search", "checkout"]) await create(admin, name);
    const member = await as({
      sub: "ben",
      teams: ["search"],
      groups: ["checkout"],
      realm_access: { roles: ["platform-admin"] },
    });
    expect(await member.ask("{ me { role } projects { nodes { name } } }")).toEqual({
      me: { role: "TEAM_MEMBER" },
      projects: { nodes: [{ name: "search" }] },
    });
  });

  it("starts while the issuer is away, says so to whoever signs in, and serves them once it is back", async () => {
    const log = recordLog();
    const { issuer, as } = await start({}, log.logger);
    issuer.fault = (_request, response) => response.writeHead(503).end();
    const member = await as(KEYCLOAK_MEMBER);
    const { status, errors } = await member.send(ME);
    expect([status, errors[0]?.message]).toEqual([401, expect.stringContaining("cannot be reached")]);
    expect(log.entries().some(({ msg }) => msg === "the issuer of tokens cannot be reached")).toBe(true);
    issuer.fault = null;
    // The issuer is asked again after some seconds, not at each request.
    await eventually(async () => (await member.send(ME)).status === 200, 15_000);
    expect(log.lines.join("")).not.toContain(member.token);
  });
});
