import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } from "jose";
import type { RemoteJWKSet } from "jose";
import { fetchJsonText, parseObject } from "./bounded-json.js";
import { isSafeScheme, issuerProblem } from "./issuer-url.js";
import { IssuerUnreachable } from "./settings.js";
import type { KeySource, RemoteKeySettings } from "./settings.js";

/** How long an issuer's discovery document is believed; it practically never changes. */
const DISCOVERY_MAX_AGE = 3_600_000;

/**
 * The published keys of an OpenID Connect issuer, found by discovery at first use. Rotation: an unknown key id fetches the key set again, at most once in
 * `cooldown`, so that made-up ids cannot be used to flood the issuer; and failures are not repeated within `failureCooldown`.
 * @throws RangeError for an issuer's address that is not safe.
 */
export function createRemoteKeySource(settings: RemoteKeySettings): KeySource {
  const problem = issuerProblem(settings.issuer);
  if (problem !== null) throw new RangeError(`The issuer's address ${problem}`);
  const {
    timeout = 5_000,
    cooldown = 30_000,
    failureCooldown = 5_000,
    maxAge = 600_000,
    maxStale = 3_600_000,
  } = settings;

  const request = withFailureCooldown(failureCooldown, settings, (url) =>
    fetchJsonText(url, AbortSignal.timeout(timeout)),
  );

  let keys: RemoteJWKSet | null = null;
  let keysUrl = "";
  let keysAt = 0;
  let discoveredAt = 0;
  let discovering: Promise<RemoteJWKSet> | null = null;

  async function discover(): Promise<RemoteJWKSet> {
    const url = discoveryUrl(settings.issuer);
    const found = await request(url, (text) => jwksUrl(parseObject(text, url), settings.issuer, url));
    discoveredAt = Date.now();
    if (keys !== null && keysUrl === found.href) return keys;
    keysUrl = found.href;
    keys = createRemoteJWKSet(found, {
      cooldownDuration: cooldown,
      cacheMaxAge: maxAge,
      timeoutDuration: timeout,
      [customFetch]: async () => {
        const text = await request(found, (answer) => checkedKeySet(answer, found));
        keysAt = Date.now();
        return new Response(text);
      },
    });
    return keys;
  }

  async function currentKeys(): Promise<RemoteJWKSet> {
    if (keys !== null && Date.now() - discoveredAt < DISCOVERY_MAX_AGE) return keys;
    discovering ??= discover().finally(() => {
      discovering = null;
    });
    try {
      return await discovering;
    } catch (error) {
      if (keys === null) throw error;
      return keys;
    }
  }

  return async (header, token) => {
    const current = await currentKeys();
    try {
      return await current(header, token);
    } catch (error) {
      const known = current.jwks();
      if (!(error instanceof IssuerUnreachable) || known === undefined || Date.now() - keysAt > maxStale) throw error;
      try {
        return await createLocalJWKSet(known)(header, token);
      } catch (other) {
        throw other instanceof errors.JWKSNoMatchingKey ? error : other;
      }
    }
  };
}

type Request = <T>(url: URL, read: (text: string) => T) => Promise<T>;

/**
 * Asks, and reads the answer. Repeats the last failure, of whichever of the two, without asking again until `cooldown` milliseconds have passed since. Each failure
 * that was asked for is logged.
 */
function withFailureCooldown(
  cooldown: number,
  { issuer, logger }: RemoteKeySettings,
  ask: (url: URL) => Promise<string>,
): Request {
  let failure: { at: number; error: unknown } | null = null;
  return async (url, read) => {
    if (failure !== null && Date.now() - failure.at < cooldown) throw failure.error;
    try {
      const answer = read(await ask(url));
      failure = null;
      return answer;
    } catch (error) {
      failure = { at: Date.now(), error };
      logger?.warn({ issuer, err: error }, "the issuer of tokens cannot be reached");
      throw error;
    }
  };
}

function checkedKeySet(text: string, url: URL): string {
  if (!Array.isArray(parseObject(text, url)["keys"])) throw new IssuerUnreachable(`${url.href} is no key set`);
  return text;
}

/** OpenID Connect Discovery 1.0, 4.1: a slash at the end of the issuer is dropped first. */
function discoveryUrl(issuer: string): URL {
  return new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
}

function jwksUrl(document: Record<string, unknown>, issuer: string, from: URL): URL {
  if (document["issuer"] !== issuer) {
    throw new IssuerUnreachable(
      `${from.href} names another issuer than ${issuer}: the two must be the same, to the last slash`,
    );
  }
  const address = document["jwks_uri"];
  const url = typeof address === "string" ? URL.parse(address) : null;
  if (url === null || !isSafeScheme(url) || (from.protocol === "https:" && url.protocol !== "https:")) {
    throw new IssuerUnreachable(`${from.href} has no safe jwks_uri`);
  }
  return url;
}
