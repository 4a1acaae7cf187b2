import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { localPath } from "./return-path.js";

const HERE = "https://secretariat.example.com";

describe("where a sign-in leads back to", () => {
  it.each([
    ["/", "/"],
    ["/secrets?status=FAILED&search=a%20b", "/secrets?status=FAILED&search=a%20b"],
    ["/projects/checkout?tab=members#top", "/projects/checkout?tab=members"],
    ["/a b", "/a%20b"],
    ["/a/../b", "/b"],
    ["/a//b", "/a//b"],
    ["/authors", "/authors"],
  ])("%j: %j", (given, expected) => expect(localPath(given)).toBe(expected));

  it.each([
    null,
    "",
    "secrets",
    "//evil.example.com",
    "///evil.example.com",
    String.raw`/\evil.example.com`,
    String.raw`\\evil.example.com`,
    "/\n/evil.example.com",
    "/./\t/evil.example.com",
    "/.//evil.example.com",
    "/x/..//evil.example.com",
    "https://evil.example.com",
    "javascript:alert(1)",
    " /secrets",
    "/auth/callback?code=x",
    "/secrets/../auth/sign-in",
    `/${"a".repeat(1_501)}`,
    `/?${"%20".repeat(499)}`,
  ])("%j leads home", (given) => expect(localPath(given)).toBe("/"));

  it("never leads a browser away, or into another header", () => {
    const part = fc.constantFrom(
      "/",
      "\\",
      ".",
      "..",
      "\t",
      "\n",
      "\r",
      "@",
      ":",
      "evil.example.com",
      "https:",
      "?",
      "#",
      "a",
      "%2f",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { maxLength: 12 }).map((parts) => `/${parts.join("")}`),
          fc.webUrl(),
          fc.string(),
        ),
        (given) => {
          const path = localPath(given);
          expect(new URL(path, HERE).origin).toBe(HERE);
          expect(path).toMatch(/^\/(?!\/)[\x21-\x7e]*$/);
          expect(localPath(path)).toBe(path);
        },
      ),
    );
  });
});
