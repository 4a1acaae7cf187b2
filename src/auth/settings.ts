import type { JWTVerifyGetKey } from "jose";
import type { Logger } from "../domain/ports/logger.js";
import type { Viewer } from "../domain/viewer.js";

/**
 * Where the key of a token's header comes from: an issuer's published key set ({@link createRemoteKeySource}), or one in the process. It throws jose's errors,
 * and {@link IssuerUnreachable} where the issuer does not answer.
 */
export type KeySource = JWTVerifyGetKey;

/** The issuer did not answer, or not with what OpenID Connect promises. `message` is for the log: it may name addresses. */
export class IssuerUnreachable extends Error {
  override readonly name = "IssuerUnreachable";
}

/** Durations in milliseconds. */
export interface RemoteKeySettings {
  issuer: string;
  /** Limit of one request to the issuer. Default 5,000. */
  timeout?: number;
  /** After the keys were fetched, an unknown key id fetches them again only when so much time has passed. Default 30,000. */
  cooldown?: number;
  /** After a failed request the next is made only when so much time has passed. Default 5,000. */
  failureCooldown?: number;
  /** Keys older than this are fetched again; a key that the issuer withdrew is refused after this at the latest. Default 600,000. */
  maxAge?: number;
  /** While the issuer does not answer, keys up to this age still serve. Default 3,600,000. */
  maxStale?: number;
  logger?: Logger;
}

export interface AuthenticatorSettings {
  /** Compared exactly with the token's `iss`. */
  issuer: string;
  /** The token's `aud` must have one of these. */
  audience: string | readonly string[];
  /** Where the roles stand: a claim's name, or a path such as `realm_access.roles`. */
  rolesClaim: string;
  adminRole: string;
  /** Where the groups stand, as `rolesClaim`. */
  groupsClaim: string;
  keySource: KeySource;
  /** Who asks where there is no Authorization header at all; null: nobody may. For development only. */
  developmentViewer: Viewer | null;
  /** Seconds that clocks may differ by. Default 30. */
  clockSkew?: number;
  /** How many verified tokens are remembered, so that the next request needs no signature check. Default 10,000. */
  cacheSize?: number;
  /** How long one is remembered at most, in milliseconds, and never beyond its own expiry. Default 300,000. */
  cacheMaxAge?: number;
  /** Milliseconds since the epoch; for tests. */
  now?: () => number;
  logger?: Logger;
}
