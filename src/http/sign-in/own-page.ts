import type { IncomingMessage } from "node:http";
import { refuseOrigin } from "../origin.js";

/** No form and no link can send it, and a script of another origin has to ask first, and is never allowed to (Fetch standard, CORS protocol). */
const HEADER = "x-requested-with";
const VALUE = "secretariat";

/**
 * Whether a request that the browser's cookies speak for comes from a page of ours.
 * @param origin ours, where it is known
 * @returns null, or why not
 */
export function refuseForeignPage(request: Pick<IncomingMessage, "headers">, origin: string | null): string | null {
  const { headers } = request;
  if (headers[HEADER] !== VALUE) return `The header ${HEADER} must be ${VALUE}.`;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") return "Only pages of this server may ask for this.";
  // Origins that ALLOWED_ORIGINS lists may call the API with tokens of their own, and have no say here.
  const allowedOrigins = origin === null ? [] : [origin];
  return refuseOrigin(request, { allowedOrigins, loopbackOnly: false });
}
