import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK, JWTPayload } from "jose";
import { onTestFinished } from "vitest";
import { isObject } from "../bounded-json.js";
import { createAuthenticator } from "../authenticator.js";
import type { Authenticator } from "../authenticator.js";
import { createRemoteKeySource } from "../remote-keys.js";
import type { AuthenticatorSettings, RemoteKeySettings } from "../settings.js";

interface TestHeader {
  /** Undefined: none. */
  kid?: string | undefined;
  typ?: string;
  jwk?: JWK;
  jku?: string;
}

export interface SigningKey {
  jwk: JWK;
  publicKey: CryptoKey;
  sign(claims: JWTPayload, header?: TestHeader): Promise<string>;
}

/** A throwaway issuer on a free port, whose answers a test may break. */
export interface TestIssuer {
  issuer: string;
  /** What its key set holds now. */
  keys: JWK[];
  requests: { discovery: number; jwks: number };
  /** Answers in place of the right one. */
  fault: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  discovery: Record<string, unknown>;
}

export async function newKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg);
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: "sig" };
  return {
    jwk,
    publicKey,
    sign: (claims, header = {}) => {
      const { kid: named = kid, ...rest } = header;
      const withKid = "kid" in header && header.kid === undefined ? {} : { kid: named };
      return new SignJWT(claims).setProtectedHeader({ alg, ...withKid, ...rest }).sign(privateKey);
    },
  };
}

/** Started; closed when the test ends. */
export async function startIssuer(keys: readonly SigningKey[] = []): Promise<TestIssuer> {
  const issuer: TestIssuer = {
    issuer: "",
    keys: keys.map(({ jwk }) => jwk),
    requests: { discovery: 0, jwks: 0 },
    fault: null,
    discovery: {},
  };
  const server = createServer((request, response) => {
    const isJwks = request.url === "/realm/keys";
    issuer.requests[isJwks ? "jwks" : "discovery"] += 1;
    if (issuer.fault !== null) {
      issuer.fault(request, response);
      return;
    }
    response.setHeader("content-type", "application/json");
    if (isJwks) response.end(JSON.stringify({ keys: issuer.keys }));
    else if (request.url === "/realm/.well-known/openid-configuration") response.end(JSON.stringify(issuer.discovery));
    else response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!isObject(address)) throw new Error("The test's issuer has no port");
  issuer.issuer = `http://127.0.0.1:${String(address["port"])}/realm`;
  issuer.discovery = { issuer: issuer.issuer, jwks_uri: `${issuer.issuer}/keys` };
  onTestFinished(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return issuer;
}

type Changes = Partial<Omit<AuthenticatorSettings, "issuer">> & { keys?: Omit<RemoteKeySettings, "issuer"> };

export function authenticatorFor({ issuer }: { issuer: string }, changes: Changes = {}): Authenticator {
  const { keys = {}, ...rest } = changes;
  return createAuthenticator({
    issuer,
    audience: "secretariat",
    rolesClaim: "realm_access.roles",
    adminRole: "platform-admin",
    groupsClaim: "groups",
    keySource: createRemoteKeySource({ issuer, ...keys }),
    developmentViewer: null,
    ...rest,
  });
}

export const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;

/** The claims of a good token. */
export const goodClaims = ({ issuer }: { issuer: string }): JWTPayload => ({
  iss: issuer,
  aud: "secretariat",
  sub: "ada",
  exp: seconds(300),
});

/** The message of the refusal, or a sentence that no refusal has. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "accepted";
  } catch (error) {
    if (isObject(error) && error["code"] === "UNAUTHENTICATED") return String(error["message"]);
    throw error;
  }
}
