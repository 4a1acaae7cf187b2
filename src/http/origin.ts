import type { IncomingMessage } from "node:http";
import { isLoopback } from "../auth/issuer-url.js";

export interface OriginRules {
  /** Origins beside our own that browsers may call from (`https://console.example.com`). */
  allowedOrigins: readonly string[];
  /** The development identity is on: only names of this machine are served, or a foreign page could reach us by a name of its own (DNS rebinding). */
  loopbackOnly: boolean;
}

/**
 * Whether a request may be served for where a browser says it comes from. Requests of programs carry no Origin.
 * @returns null, or why not
 */
export function refuseOrigin(request: Pick<IncomingMessage, "headers">, rules: OriginRules): string | null {
  const { host, origin } = request.headers;
  if (rules.loopbackOnly && !namesThisMachine(host))
    return "This server answers only to names of this machine while its development identity is on.";
  if (origin === undefined) return null;
  if (rules.allowedOrigins.includes(origin)) return null;
  // Behind a proxy that ends TLS the scheme differs; host and port say enough.
  const own = URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  return own ? null : "Requests from pages of another origin are not served; ALLOWED_ORIGINS lists exceptions.";
}

/** A Host header is a host and perhaps a port, and nothing else that a URL could have. */
export function namesThisMachine(host: string | undefined): boolean {
  if (host === undefined || /[^\w.:[\]-]/.test(host)) return false;
  const url = URL.parse(`http://${host}`);
  return url !== null && isLoopback(url.hostname);
}
