const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host name, as URL.hostname gives it, is this machine: all of 127.0.0.0/8 is (RFC 6890). */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

/**
 * What is wrong with an issuer's address, or null: it must be an absolute URL without query, fragment and credentials (OpenID Connect Discovery 1.0, 2 and 4),
 * by https but on a loopback address.
 */
export function issuerProblem(issuer: string): string | null {
  const url = URL.parse(issuer);
  if (url === null) return "must be a URL such as https://id.example.com/realms/main.";
  if (url.username !== "" || url.password !== "") return "must not have a user name or password in it.";
  if (issuer.includes("?") || issuer.includes("#")) return "must have neither a query nor a fragment.";
  return isSafeScheme(url)
    ? null
    : "must begin with https://, unless it is on this machine (localhost, 127.0.0.1, [::1]).";
}

/** https anywhere, http on this machine only. */
export const isSafeScheme = (url: URL): boolean =>
  url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
