import type { IncomingMessage } from "node:http";
import type { PendingSignIn } from "../../auth/sign-in/client.js";
import { cookie, cookiesOf, decoded, nameOf, type CookieOptions } from "./cookies.js";
import { localPath } from "./return-path.js";

type Request = Pick<IncomingMessage, "headers">;

/** A sign-in that has left for the issuer. */
export interface Pending extends PendingSignIn {
  /** Where in the console it goes on afterwards. */
  returnTo: string;
}

/** One cookie for each, so that several tabs may sign in at once; its name ends with the state. */
const PREFIX = "secretariat-sign-in.";
/** How long somebody may take at the issuer, in seconds. */
const MAX_AGE = 600;
/** How many may be under way in one browser: more would fill the head of every request. */
const MAX_PENDING = 4;
/** 256 bits, as base64url. */
const RANDOM = /^[\w-]{43}$/;

/** What keeps it, and takes away the oldest of too many. */
export function writePending(request: Request, { state, ...rest }: Pending, secure: boolean): string[] {
  const value = [Date.now(), rest.nonce, rest.verifier, rest.returnTo].join(" ");
  const others = statesOf(request, secure)
    .toSorted((one, other) => other.at - one.at)
    .slice(MAX_PENDING - 1);
  return [
    cookie(PREFIX + state, value, options(secure, MAX_AGE)),
    ...others.map((other) => clearPending(other.state, secure)),
  ];
}

/** The sign-in that somebody comes back from; null: none of this browser's, or too long ago. */
export function readPending(request: Request, state: string | null, secure: boolean): Pending | null {
  if (state === null || !RANDOM.test(state)) return null;
  const value = decoded(cookiesOf(request).get(nameOf(PREFIX + state, secure)) ?? "");
  const [at = "", nonce = "", verifier = "", returnTo = "", ...rest] = (value ?? "").split(" ");
  const age = Date.now() - Number(at);
  const isWhole = /^\d+$/.test(at) && RANDOM.test(nonce) && RANDOM.test(verifier) && rest.length === 0;
  // Another replica's clock may be a little ahead.
  if (!isWhole || age > MAX_AGE * 1000 || age < -60_000) return null;
  return { state, nonce, verifier, returnTo: localPath(returnTo) };
}

/** What takes it away. @param state as readPending found it */
export const clearPending = (state: string, secure: boolean): string => cookie(PREFIX + state, "", options(secure, 0));

function statesOf(request: Request, secure: boolean): { state: string; at: number }[] {
  const prefix = nameOf(PREFIX, secure);
  return [...cookiesOf(request)].flatMap(([name, value]) => {
    const state = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    return RANDOM.test(state) ? [{ state, at: Number.parseInt(value, 10) || 0 }] : [];
  });
}

/** Sent along when the issuer sends the browser back. */
const options = (secure: boolean, maxAge: number): CookieOptions => ({ secure, sameSite: "Lax", maxAge });
