import { isLoopback } from "../../auth/issuer-url.js";

/**
 * Whether a request was meant for us and comes from nobody's page but ours: `Host` names this machine and our port (else a page of any site could reach us under a
 * name of its own that resolves to 127.0.0.1), and so does `Origin` where a browser sends one.
 */
export function isLocalRequest(issuer: URL, host: string | undefined, origin: string | undefined): boolean {
  const hostUrl = host === undefined ? null : URL.parse(`${issuer.protocol}//${host}`);
  if (hostUrl === null || !isOurs(issuer, hostUrl)) return false;
  if (origin === undefined) return true;
  const originUrl = URL.parse(origin);
  return originUrl !== null && originUrl.protocol === issuer.protocol && isOurs(issuer, originUrl);
}

const isOurs = (issuer: URL, url: URL): boolean => isLoopback(url.hostname) && url.port === issuer.port;
