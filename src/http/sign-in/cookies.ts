import type { IncomingMessage } from "node:http";

type Request = Pick<IncomingMessage, "headers">;

export interface CookieOptions {
  /** The address is https. Then the name gets the prefix that no other host and no plain HTTP can set a cookie under (RFC 6265bis, 4.1.3.2). */
  secure: boolean;
  sameSite: "Strict" | "Lax";
  /** Seconds; null: until the browser ends; 0: it is taken away. */
  maxAge: number | null;
}

/** Where cookies without the prefix are sent; those with it must be for the whole host. */
const PATH = "/auth";

/** A cookie's name as the browser keeps it. */
export const nameOf = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);

/** One `Set-Cookie`. No script can read it. @param value is encoded */
export function cookie(name: string, value: string, { secure, sameSite, maxAge }: CookieOptions): string {
  const parts = [
    `${nameOf(name, secure)}=${encodeURIComponent(value)}`,
    `Path=${secure ? "/" : PATH}`,
    "HttpOnly",
    `SameSite=${sameSite}`,
  ];
  if (maxAge !== null) parts.push(`Max-Age=${maxAge}`);
  if (secure) parts.push("Secure");
  return parts.join("; ");
}

/** The cookies of a request, still encoded; of two with one name the first. */
export function cookiesOf({ headers }: Request): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pair of (headers.cookie ?? "").split(";")) {
    const mark = pair.indexOf("=");
    const name = pair.slice(0, mark).trim();
    if (mark > 0 && !found.has(name)) found.set(name, pair.slice(mark + 1).trim());
  }
  return found;
}

/** Null where it was not encoded as ours are. */
export function decoded(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}
