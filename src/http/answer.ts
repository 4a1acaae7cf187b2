import type { IncomingMessage, ServerResponse } from "node:http";
import { discardBody } from "./body.js";
import { isBodyPending } from "./request.js";

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Buffer;
  /** Values of `Set-Cookie`. */
  cookies?: readonly string[];
}

/** What every answer says, beside what it is about. */
export const COMMON_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

/** Plain words; a line break is added. */
export const text = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  body: `${body}\n`,
});

/** The path knows other methods. */
export const methodNotAllowed = (allow: string): Answer => text(405, `The method must be ${allow}.`, { allow });

/** Sends an answer whole, unless nobody is there any more. Where much of a body is still to come, the connection ends with it. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body, cookies = [] }: Answer,
): void {
  if (response.destroyed || response.headersSent) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  const pending = isBodyPending(request);
  if (pending) response.setHeader("connection", "close");
  // 204 and 304 have no body and say no length (RFC 9110, 8.6).
  if (status !== 204 && status !== 304) response.setHeader("content-length", Buffer.byteLength(body));
  response.writeHead(status);
  const isEmpty = request.method === "HEAD" || status === 204 || status === 304;
  if (!pending) {
    response.end(isEmpty ? undefined : body);
    return;
  }
  // Closed at once, a client that is still sending would be reset, and not see what it was told.
  if (isEmpty) response.flushHeaders();
  else response.write(body);
  discardBody(request, () => response.end());
}
