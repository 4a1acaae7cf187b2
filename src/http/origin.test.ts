import { describe, expect, it } from "vitest";
import { refuseOrigin } from "./origin.js";

const refused = (host: string | undefined, origin: string | undefined, loopbackOnly = false): boolean =>
  refuseOrigin(
    { headers: { ...(host === undefined ? {} : { host }), ...(origin === undefined ? {} : { origin }) } },
    { allowedOrigins: ["https://console.example.com"], loopbackOnly },
  ) !== null;

describe("refuseOrigin", () => {
  it.each([
    ["a program, without an origin", "api.example.com", undefined, false],
    ["our own page", "api.example.com", "https://api.example.com", false],
    ["our own page on a port", "localhost:4000", "http://localhost:4000", false],
    ["a listed origin", "api.example.com", "https://console.example.com", false],
    ["another page", "api.example.com", "https://evil.example.com", true],
    ["a page whose name begins like ours", "api.example.com", "https://api.example.com.evil.example", true],
    ["another port", "localhost:4000", "http://localhost:4001", true],
    ["an opaque origin", "api.example.com", "null", true],
    ["no host to compare with", undefined, "https://api.example.com", true],
  ])("%s", (_case, host, origin, expected) => expect(refused(host, origin)).toBe(expected));

  it.each([
    ["localhost:4000", false],
    ["127.0.0.1:4000", false],
    ["[::1]:4000", false],
    ["LOCALHOST", false],
    ["rebound.example.com:4000", true],
    ["localhost.example.com", true],
    ["127.0.0.1.example.com", true],
    [undefined, true],
  ])("with the development identity, the host %s: refused %s", (host, expected) =>
    expect(refused(host, undefined, true)).toBe(expected),
  );
});
