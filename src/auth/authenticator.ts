import { errors, jwtVerify } from "jose";
import type { JWTVerifyOptions, JWTVerifyResult } from "jose";
import { unauthenticated } from "../errors.js";
import type { Viewer } from "../domain/viewer.js";
import { viewerOf } from "./claims.js";
import { ALGORITHMS, refusalOf } from "./refusals.js";
import type { AuthenticatorSettings, KeySource } from "./settings.js";
import { TokenCache } from "./token-cache.js";

/** More than any issuer writes, less than what makes parsing a burden. */
const MAX_HEADER = 16_384;
/** Keys tried for a token that names none. */
const MAX_CANDIDATES = 10;
/** Access tokens (RFC 9068) and plain ones; not logout tokens and the like, which are signed with the same keys. */
const TOKEN_TYPES = new Set(["jwt", "at+jwt", "application/jwt", "application/at+jwt"]);

export interface Authenticator {
  /**
   * Who sends this header (HTTP `Authorization`, or `connectionParams.authorization` of a WebSocket).
   * @throws UNAUTHENTICATED, saying what is wrong with the token and never quoting it.
   */
  authenticate(authorizationHeader: string | undefined): Promise<Viewer>;
}

/** Token to viewer: signature, algorithm, issuer, audience, times and type are all checked, then roles and groups read. */
export function createAuthenticator(settings: AuthenticatorSettings): Authenticator {
  const { issuer, audience, keySource, clockSkew = 30, cacheSize = 10_000, cacheMaxAge = 300_000 } = settings;
  const now = settings.now ?? Date.now;
  const cache = new TokenCache(cacheSize);

  async function verifyToken(token: string): Promise<Viewer> {
    const { payload, protectedHeader } = await verifyWithAnyKey(token, keySource, {
      issuer,
      audience: typeof audience === "string" ? audience : [...audience],
      algorithms: ALGORITHMS,
      clockTolerance: clockSkew,
      currentDate: new Date(now()),
      requiredClaims: ["exp", "sub"],
    });
    const { typ } = protectedHeader;
    if (typ !== undefined && !TOKEN_TYPES.has(typ.toLowerCase())) {
      throw unauthenticated("The token is not an access token: its type is another.");
    }
    return viewerOf(payload, settings);
  }

  return {
    async authenticate(header) {
      if (header === undefined) {
        if (settings.developmentViewer === null) throw unauthenticated();
        return settings.developmentViewer;
      }
      const token = tokenOf(header);
      const key = TokenCache.keyOf(token);
      const known = cache.get(key, now());
      if (known !== null) return known;
      try {
        const viewer = await verifyToken(token);
        cache.set(key, viewer, Math.min(now() + cacheMaxAge, viewer.expiresAt ?? 0));
        return viewer;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== null) throw refusal;
        settings.logger?.error({ err: error }, "a token could not be checked");
        throw unauthenticated("The token cannot be checked: its issuer's keys are not usable.");
      }
    },
  };
}

/** RFC 6750, 2.1; the scheme's name in any case (RFC 9110, 11.1). */
function tokenOf(header: string): string {
  if (header.length > MAX_HEADER)
    throw unauthenticated(`The Authorization header is longer than ${MAX_HEADER} characters.`);
  const match = /^Bearer +([\w.~+/-]+=*) *$/i.exec(header);
  if (match?.[1] === undefined) throw unauthenticated("The Authorization header must be: Bearer, a space, the token.");
  return match[1];
}

/** Verifies; a token that names no key is tried with each one that fits. */
async function verifyWithAnyKey(
  token: string,
  keySource: KeySource,
  options: JWTVerifyOptions,
): Promise<Pick<JWTVerifyResult, "payload" | "protectedHeader">> {
  try {
    return await jwtVerify(token, keySource, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      tried += 1;
      if (tried > MAX_CANDIDATES) break;
      try {
        return await jwtVerify(token, key, options);
      } catch (attempt) {
        if (!(attempt instanceof errors.JWSSignatureVerificationFailed)) throw attempt;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}
