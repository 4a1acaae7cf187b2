import { describe, expect, it } from "vitest";
import { claimAt, viewerOf } from "./claims.js";

const names = { rolesClaim: "realm_access.roles", adminRole: "platform-admin", groupsClaim: "groups" };

describe("claimAt", () => {
  it.each<[Record<string, unknown>, string, unknown]>([
    [{ roles: ["a"] }, "roles", ["a"]],
    [{ realm_access: { roles: ["a"] } }, "realm_access.roles", ["a"]],
    [{ "https://example.com/roles": ["a"] }, "https://example.com/roles", ["a"]],
    [{ "https://example.com/app": { roles: ["a"] } }, "https://example.com/app.roles", ["a"]],
    [{ resource_access: { "my.client": { roles: ["a"] } } }, "resource_access.my.client.roles", ["a"]],
    [{ "a.b": "exact", a: { b: "inner" } }, "a.b", "exact"],
    [{ a: { c: 1 }, "a.b": { c: 2 } }, "a.b.c", 2],
    [{}, "realm_access.roles", undefined],
    [{ realm_access: "x" }, "realm_access.roles", undefined],
    [{ realm_access: ["x"] }, "realm_access.0", undefined],
    [{}, "constructor.name", undefined],
    [{}, "toString", undefined],
  ])("%j at %s", (claims, path, found) => {
    expect(claimAt(claims, path)).toEqual(found);
  });
});

describe("viewerOf", () => {
  it.each<[unknown, string]>([
    [["platform-admin"], "PLATFORM_ADMIN"],
    [["other", "platform-admin"], "PLATFORM_ADMIN"],
    ["platform-admin", "PLATFORM_ADMIN"],
    ["other platform-admin", "TEAM_MEMBER"],
    [["Platform-Admin"], "TEAM_MEMBER"],
    [["platform-admin "], "TEAM_MEMBER"],
    [[["platform-admin"]], "TEAM_MEMBER"],
    [{ "platform-admin": true }, "TEAM_MEMBER"],
    [true, "TEAM_MEMBER"],
    [null, "TEAM_MEMBER"],
    [undefined, "TEAM_MEMBER"],
  ])("with roles %j is %s", (roles, role) => {
    expect(viewerOf({ sub: "ada", realm_access: { roles } }, names).role).toBe(role);
  });

  it.each<[unknown, string[]]>([
    [["/alpha"], ["alpha"]],
    [["alpha"], ["alpha"]],
    [["//alpha"], ["/alpha"]],
    [["/alpha/beta"], ["alpha/beta"]],
    [["/alpha/"], ["alpha/"]],
    [
      ["Alpha", "alpha", "/alpha"],
      ["Alpha", "alpha"],
    ],
    ["/alpha", ["alpha"]],
    [["/", "", "a\u0000b", 7, null, ["alpha"], "x".repeat(254)], []],
    [{ alpha: true }, []],
    [undefined, []],
  ])("with groups %j has %j", (groups, expected) => {
    expect(viewerOf({ sub: "ada", groups }, names).groups).toEqual(expected);
  });

  it.each<[unknown, string | null]>([
    ["ada@example.com", "ada@example.com"],
    ["", null],
    ["a\nb", null],
    ["x".repeat(257), null],
    [7, null],
    [undefined, null],
  ])("with email %j shows %j", (email, expected) => {
    expect(viewerOf({ sub: "ada", email, name: email }, names)).toMatchObject({ email: expected, name: expected });
  });

  it("keeps the expiry within what a date can hold", () => {
    expect(viewerOf({ sub: "ada", exp: 1e300 }, names).expiresAt).toBe(8.64e15);
    expect(viewerOf({ sub: "ada", exp: 1 }, names).expiresAt).toBe(1_000);
  });
});
