import type { IncomingMessage, ServerResponse } from "node:http";
import { randomUUID } from "node:crypto";
import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from "jose";
import type { JSONWebKeySet, JWTPayload, JWTVerifyGetKey } from "jose";
import { isLoopback } from "../../auth/issuer-url.js";
import type { Viewer } from "../../domain/viewer.js";
import { createIdentityHandler } from "./handler.js";
import type { IdentityDocuments } from "./handler.js";
import { DEFAULT_EXPIRES_IN } from "./token-request.js";
import type { TokenRequest } from "./token-request.js";

export interface DevelopmentIdentitySettings {
  /** The server's own origin and `/dev`: `http://127.0.0.1:4000/dev`. Loopback only. */
  issuer: string;
  audience: string;
  /** Names of claims and of the role, as the authenticator reads them. */
  rolesClaim: string;
  adminRole: string;
  groupsClaim: string;
}

/** Who asks in development where no token is sent. */
export const DEVELOPER: Viewer = {
  subject: "developer",
  email: null,
  name: "Developer",
  role: "PLATFORM_ADMIN",
  groups: [],
  expiresAt: null,
};

/** A small issuer of real, signed tokens for development. Its key is made anew at each start, so its tokens end with the process. */
export interface DevelopmentIdentity extends IdentityDocuments {
  /** For the authenticator, in place of keys fetched over the network. */
  readonly keySource: JWTVerifyGetKey;
  /**
   * Serves `POST <issuer>/token`, `GET <issuer>/.well-known/openid-configuration` and `GET <issuer>/jwks`, to this machine only (DESIGN.md, "From outside").
   * @returns false where the path is none of these, and nothing was done.
   */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/** @throws RangeError for an issuer that is not on a loopback address: it gives tokens to whoever asks. */
export async function createDevelopmentIdentity(settings: DevelopmentIdentitySettings): Promise<DevelopmentIdentity> {
  const url = new URL(settings.issuer);
  if (!isLoopback(url.hostname)) throw new RangeError("The development identity serves loopback addresses only.");

  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const keySet: JSONWebKeySet = { keys: [{ ...jwk, kid, alg: "ES256", use: "sig" }] };

  async function mintToken(request: TokenRequest): Promise<string> {
    return new SignJWT(claimsOf(request, settings))
      .setProtectedHeader({ alg: "ES256", kid, typ: "at+jwt" })
      .setIssuer(settings.issuer)
      .setAudience(settings.audience)
      .setSubject(request.subject)
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + (request.expiresIn ?? DEFAULT_EXPIRES_IN))
      .setJti(randomUUID())
      .sign(privateKey);
  }

  const documents = {
    discovery: () => ({
      issuer: settings.issuer,
      jwks_uri: `${settings.issuer}/jwks`,
      token_endpoint: `${settings.issuer}/token`,
      response_types_supported: [],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
    }),
    jwks: () => structuredClone(keySet),
    mintToken,
  };
  return { ...documents, keySource: createLocalJWKSet(keySet), handle: createIdentityHandler(url, documents) };
}

function claimsOf(request: TokenRequest, settings: DevelopmentIdentitySettings): JWTPayload {
  const claims: JWTPayload = {};
  place(claims, settings.rolesClaim, request.role === "PLATFORM_ADMIN" ? [settings.adminRole] : []);
  place(claims, settings.groupsClaim, [...request.groups]);
  if (request.email !== undefined) claims["email"] = request.email;
  if (request.name !== undefined) claims["name"] = request.name;
  return claims;
}

/** Puts a value where the authenticator looks for it: a claim named like a URL stands as it is, else dots lead inwards. */
function place(claims: JWTPayload, path: string, value: readonly string[]): void {
  if (path.includes("/")) {
    claims[path] = value;
    return;
  }
  const [first = path, ...rest] = path.split(".");
  const nested = rest.toReversed().reduce<unknown>((inner, name) => ({ [name]: inner }), value);
  claims[first] = mergeObjects(claims[first], nested);
}

/** Roles and groups may stand under one claim. */
function mergeObjects(left: unknown, right: unknown): unknown {
  if (!isObject(left) || !isObject(right)) return right;
  const merged: Record<string, unknown> = { ...left };
  for (const [name, value] of Object.entries(right)) merged[name] = mergeObjects(left[name], value);
  return merged;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
