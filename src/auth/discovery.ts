import { parseObject } from "./bounded-json.js";
import { isSafeScheme } from "./issuer-url.js";
import { IssuerUnreachable } from "./settings.js";

/** How long an issuer's discovery document is believed, in milliseconds; it practically never changes. */
export const DISCOVERY_MAX_AGE = 3_600_000;

/** OpenID Connect Discovery 1.0, 4.1: a slash at the end of the issuer is dropped first. */
export function discoveryUrl(issuer: string): URL {
  return new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
}

/**
 * The discovery document of an issuer.
 * @param from where the text came from
 * @throws IssuerUnreachable for what is no JSON object, and for the document of another issuer (4.3)
 */
export function discoveryDocument(text: string, issuer: string, from: URL): Record<string, unknown> {
  const document = parseObject(text, from);
  if (document["issuer"] === issuer) return document;
  throw new IssuerUnreachable(
    `${from.href} names another issuer than ${issuer}: the two must be the same, to the last slash`,
  );
}

/**
 * An address that the document names.
 * @throws IssuerUnreachable where there is none, or one that is less safe than the issuer's own
 */
export function endpointOf(document: Record<string, unknown>, name: string, from: URL): URL {
  const address = document[name];
  const url = typeof address === "string" ? URL.parse(address) : null;
  if (url === null || !isSafeScheme(url) || (from.protocol === "https:" && url.protocol !== "https:"))
    throw new IssuerUnreachable(`${from.href} has no safe ${name}`);
  return url;
}
