import type { IncomingMessage } from "node:http";
import { cookie, cookiesOf, decoded, nameOf, type CookieOptions } from "./cookies.js";

type Request = Pick<IncomingMessage, "headers">;

/** What a sign-in goes on with. */
export interface SessionToken {
  /** An access token where the issuer gives no refresh token: then the sign-in ends with it. */
  kind: "refresh" | "access";
  value: string;
}

const NAME = "secretariat-session";
/** Browsers keep 4,096 bytes of a cookie, with its name and attributes (RFC 6265bis, 5.6). */
const PIECE = 3_800;
/** All of them have to fit into a request's head (server.ts), beside an access token. */
const MAX_PIECES = 3;
const KINDS = { r: "refresh", a: "access" } as const;

const pieceName = (index: number): string => (index === 0 ? NAME : `${NAME}.${index}`);
const indexes = Array.from({ length: MAX_PIECES }, (_, index) => index);

/** Null: none, or none of ours. */
export function readSession(request: Request, secure: boolean): SessionToken | null {
  const cookies = cookiesOf(request);
  let text = "";
  for (const index of indexes) {
    const piece = cookies.get(nameOf(pieceName(index), secure));
    if (piece === undefined) break;
    text += decoded(piece) ?? "";
  }
  const kind = text.startsWith("r.") ? KINDS.r : text.startsWith("a.") ? KINDS.a : null;
  return kind === null || text.length === 2 ? null : { kind, value: text.slice(2) };
}

/** What keeps it, in place of what the request has; null: it is too large for cookies. */
export function writeSession(request: Request, token: SessionToken, secure: boolean): string[] | null {
  const text = `${token.kind === "refresh" ? "r" : "a"}.${token.value}`;
  // Tokens are of letters that need no encoding; others are possible (RFC 6749, A.17), and then take three bytes.
  const size = encodeURIComponent(text).length === text.length ? PIECE : Math.floor(PIECE / 3);
  const pieces = indexes.map((index) => text.slice(index * size, (index + 1) * size)).filter((piece) => piece !== "");
  if (pieces.length * size < text.length) return null;
  const kept = pieces.map((piece, index) => cookie(pieceName(index), piece, options(secure, null)));
  return [...kept, ...clearFrom(request, pieces.length, secure)];
}

/** What takes it away. */
export const clearSession = (request: Request, secure: boolean): string[] => clearFrom(request, 0, secure);

function clearFrom(request: Request, first: number, secure: boolean): string[] {
  const cookies = cookiesOf(request);
  return indexes
    .slice(first)
    .map(pieceName)
    .filter((name) => cookies.has(nameOf(name, secure)))
    .map((name) => cookie(name, "", options(secure, 0)));
}

/** Sent by our own pages alone. */
const options = (secure: boolean, maxAge: number | null): CookieOptions => ({ secure, sameSite: "Strict", maxAge });
