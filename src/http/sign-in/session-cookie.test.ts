import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clearSession, readSession, writeSession, type SessionToken } from "./session-cookie.js";

const withCookies = (cookies: ReadonlyMap<string, string>) => ({
  headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
});

/** What a browser has after these lines. */
function keep(cookies: ReadonlyMap<string, string>, lines: readonly string[]): Map<string, string> {
  const kept = new Map(cookies);
  for (const line of lines) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (line.includes("Max-Age=0")) kept.delete(name);
    else kept.set(name, value);
  }
  return kept;
}

const token = (value: string): SessionToken => ({ kind: "refresh", value });

describe("the cookie of a session", () => {
  it("is read as it was written, of any size up to its limit, over whatever was there", () => {
    const text = fc.oneof(
      fc.string({ minLength: 1, maxLength: 300 }),
      fc.string({ unit: fc.constantFrom("a", "Z", "9", "-", "_", "."), minLength: 1, maxLength: 11_000 }),
    );
    fc.assert(
      fc.property(text, text, fc.boolean(), fc.constantFrom("refresh", "access"), (first, second, secure, kind) => {
        const one = keep(new Map(), writeSession(withCookies(new Map()), token(first), secure) ?? []);
        const lines = writeSession(withCookies(one), { kind, value: second }, secure) ?? [];
        const both = keep(one, lines);
        expect(readSession(withCookies(both), secure)).toEqual({ kind, value: second });
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(4_096);
        expect(keep(both, clearSession(withCookies(both), secure)).size).toBe(0);
      }),
    );
  });

  it("is not written where it is too large", () => {
    const none = withCookies(new Map());
    expect(writeSession(none, token("a".repeat(11_398)), true)).toHaveLength(3);
    expect(writeSession(none, token("a".repeat(11_399)), true)).toBeNull();
    expect(writeSession(none, token("ä".repeat(4_000)), true)).toBeNull();
  });

  it("is another one for https and for plain HTTP", () => {
    const cookies = keep(new Map(), writeSession(withCookies(new Map()), token("t"), false) ?? []);
    expect(readSession(withCookies(cookies), true)).toBeNull();
    expect(readSession(withCookies(cookies), false)).toEqual(token("t"));
  });

  it.each(["", "x", "r", "r.", "q.t", "%", "%ff"])("%j is none", (value) => {
    expect(readSession(withCookies(new Map([["__Host-secretariat-session", value]])), true)).toBeNull();
  });
});
