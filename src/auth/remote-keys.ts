import { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } from "jose";
import type { RemoteJWKSet } from "jose";
import { fetchJsonText, parseObject } from "./bounded-json.js";
import { DISCOVERY_MAX_AGE, discoveryDocument, discoveryUrl, endpointOf } from "./discovery.js";
import { withFailureCooldown } from "./failure-cooldown.js";
import { issuerProblem } from "./issuer-url.js";
import { kept } from "./kept.js";
import { IssuerUnreachable } from "./settings.js";
import type { KeySource, RemoteKeySettings } from "./settings.js";

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

  async function discover(): Promise<RemoteJWKSet> {
    const url = discoveryUrl(settings.issuer);
    const found = await request(url, (text) =>
      endpointOf(discoveryDocument(text, settings.issuer, url), "jwks_uri", url),
    );
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

  const currentKeys = kept(DISCOVERY_MAX_AGE, discover);

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

function checkedKeySet(text: string, url: URL): string {
  if (!Array.isArray(parseObject(text, url)["keys"])) throw new IssuerUnreachable(`${url.href} is no key set`);
  return text;
}
