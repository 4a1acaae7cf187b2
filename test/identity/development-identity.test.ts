import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { createAuthenticator } from "../../src/auth/authenticator.js";
import { createRemoteKeySource } from "../../src/auth/remote-keys.js";
import { createDevelopmentIdentity, DEVELOPER } from "../../src/dev/identity/identity.js";
import type { DevelopmentIdentity } from "../../src/dev/identity/identity.js";

const NAMES = {
  audience: "secretariat",
  rolesClaim: "realm_access.roles",
  adminRole: "platform-admin",
  groupsClaim: "groups",
};

async function start(): Promise<{ issuer: string; identity: DevelopmentIdentity }> {
  let identity: DevelopmentIdentity | null = null;
  const server = createServer((request, response) => {
    if (identity?.handle(request, response) !== true) response.writeHead(404).end();
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
  identity = await createDevelopmentIdentity({ issuer, ...NAMES });
  return { issuer, identity };
}

async function askForToken(issuer: string, body: object): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return z.object({ access_token: z.string() }).parse(await response.json()).access_token;
}

describe("a token of the development identity", () => {
  it.each([
    ["keys in the process", ({ identity }: { identity: DevelopmentIdentity }) => identity.keySource],
    ["discovery over HTTP", ({ issuer }: { issuer: string }) => createRemoteKeySource({ issuer })],
  ])("is verified like any other, by %s", async (_, keySourceOf) => {
    const { issuer, identity } = await start();
    const keySource = keySourceOf({ issuer, identity });
    const authenticator = createAuthenticator({ issuer, ...NAMES, keySource, developmentViewer: DEVELOPER });
    const member = await askForToken(issuer, { subject: "ada", role: "TEAM_MEMBER", groups: ["alpha", "/beta"] });
    await expect(authenticator.authenticate(`Bearer ${member}`)).resolves.toMatchObject({
      subject: "ada",
      role: "TEAM_MEMBER",
      groups: ["alpha", "beta"],
    });
    const admin = await askForToken(issuer, { subject: "grace", role: "PLATFORM_ADMIN", name: "Grace" });
    await expect(authenticator.authenticate(`Bearer ${admin}`)).resolves.toMatchObject({
      subject: "grace",
      name: "Grace",
      role: "PLATFORM_ADMIN",
      groups: [],
    });
    await expect(authenticator.authenticate(undefined)).resolves.toBe(DEVELOPER);
  });

  it("is refused once the process that made its key is gone", async () => {
    const first = await start();
    const again = await createDevelopmentIdentity({ issuer: first.issuer, ...NAMES });
    const authenticator = createAuthenticator({
      issuer: first.issuer,
      ...NAMES,
      keySource: again.keySource,
      developmentViewer: DEVELOPER,
    });
    const token = await first.identity.mintToken({ subject: "ada", role: "PLATFORM_ADMIN", groups: [] });
    await expect(authenticator.authenticate(`Bearer ${token}`)).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
      message: "The token is signed with a key that its issuer does not publish.",
    });
  });
});
