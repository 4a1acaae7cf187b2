import type { IncomingMessage } from "node:http";
import { text, type Answer } from "./answer.js";
import type { OriginRules } from "./origin.js";

const METHODS = "GET, POST, OPTIONS";
/** What a page may send beyond what browsers always let it; Apollo's clients send the last two. */
const HEADERS = "authorization, content-type, x-request-id, apollo-require-preflight, x-apollo-operation-name";
/** Seconds that a browser remembers a preflight. */
const MAX_AGE = "600";

/**
 * What lets a page of a listed origin read an answer (Fetch standard, CORS protocol). Tokens are sent by the page itself, so no credentials of the browser are needed, nor
 * allowed. Origins that are not listed get nothing; whether they are served at all is `refuseOrigin`'s question.
 */
export function corsHeaders(
  { headers: { origin } }: Pick<IncomingMessage, "headers">,
  { allowedOrigins }: OriginRules,
): Record<string, string> {
  if (origin === undefined || !allowedOrigins.includes(origin)) return { vary: "Origin" };
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "x-request-id, www-authenticate",
  };
}

/** Answers OPTIONS: a preflight, or a question what there is. */
export function answerOptions({ headers }: Pick<IncomingMessage, "headers">, rules: OriginRules): Answer {
  const { origin, "access-control-request-method": method } = headers;
  const isPreflight = origin !== undefined && method !== undefined && rules.allowedOrigins.includes(origin);
  return {
    ...text(204, ""),
    headers: isPreflight
      ? {
          allow: METHODS,
          "access-control-allow-methods": METHODS,
          "access-control-allow-headers": HEADERS,
          "access-control-max-age": MAX_AGE,
        }
      : { allow: METHODS },
  };
}
