import { describe, expect, it } from "vitest";
import { matchesHost } from "./server-url.js";
import { containing, validate } from "./testing/support.js";

const auth = { tokenSecretRef: { name: "t", namespace: "n", key: "k" } };
const server = (given: string) => {
  const { config, problems } = validate("VAULT", { server: given, auth });
  return config === null ? problems.map(({ message }) => message) : config["server"];
};

describe("the address of a server", () => {
  it.each([
    ["https://vault.example.com", "https://vault.example.com"],
    ["https://Vault.Example.com:8200/", "https://vault.example.com:8200"],
    ["https://vault.example.com:443", "https://vault.example.com"],
    ["http://127.0.0.1:8200", "http://127.0.0.1:8200"],
    ["http://[::1]:8200", "http://[::1]:8200"],
    ["https://vault", "https://vault"],
    ["https://proxy.example.com/vault/", "https://proxy.example.com/vault"],
  ])("%s is kept as %s", (given, kept) => {
    expect(server(given)).toBe(kept);
  });

  it.each([
    ["https://user:pw@vault.example.com", "user name"],
    ["https://vault.example.com?x=1", "query"],
    ["https://vault.example.com#x", "fragment"],
    ["ftp://vault.example.com", "must be an address such as"],
    ["vault.example.com", "must be an address such as"],
    ["//vault.example.com", "must be an address such as"],
    ["https:\\\\vault.example.com", "must be an address such as"],
    ["https://vault.example.com\\@evil.test", "user name"],
    ["https://vault.example.com.", "must be an address such as"],
    ["https://vault..example.com", "plainly"],
    ["https://0x7f.1", "plainly"],
    ["https://2130706433", "plainly"],
    ["https://[::ffff:127.0.0.1]", "plainly"],
    ["https://vault.example.com/a/../b", "plainly"],
    ["https://vault.example.com/%2e%2e", "must be an address such as"],
    ["https://vault.example.com:99999", "must be an address such as"],
    ["https://vault.exämple.com", "must be an address such as"],
    ["https://vault.example.com\n", "must be an address such as"],
    [" https://vault.example.com", "must be an address such as"],
  ])("%j is refused", (given, words) => {
    expect(server(given)).toEqual([containing(words)]);
  });
});

describe("matchesHost", () => {
  it.each([
    ["vault.example.com", "vault.example.com", "443", true],
    ["Vault.Example.com", "vault.example.com", "443", true],
    ["vault.example.com", "vault.example.com", "8200", true],
    ["vault.example.com:8200", "vault.example.com", "8200", true],
    ["vault.example.com:8200", "vault.example.com", "443", false],
    ["vault.example.com", "a.vault.example.com", "443", false],
    ["vault.example.com", "vaultxexample.com", "443", false],
    ["*.vault.azure.net", "team.vault.azure.net", "443", true],
    ["*.vault.azure.net", "a.b.vault.azure.net", "443", false],
    ["*.vault.azure.net", ".vault.azure.net", "443", false],
    ["*.vault.azure.net", "vault.azure.net", "443", false],
    ["*-team.example.com", "a-team.example.com", "443", true],
    ["*", "vault", "443", true],
    ["*", "vault.example.com", "443", false],
    ["*.*.example.com", "a.b.example.com", "443", false],
    ["", "", "443", false],
    [":443", "", "443", false],
  ])("%j and %s:%s: %s", (pattern, hostname, port, expected) => {
    expect(matchesHost([pattern], hostname, port)).toBe(expected);
  });

  it("without patterns allows nothing, and says which setting would", () => {
    expect(matchesHost([], "vault.example.com", "443")).toBe(false);
    const { problems } = validate(
      "VAULT",
      { server: "https://vault.example.com", auth: { tokenSecretRef: { name: "t", key: "k" } } },
      { scope: "PROJECT", byMember: true },
    );
    expect(problems).toEqual([{ path: ["server"], message: containing("MEMBER_PROVIDER_HOSTS") }]);
  });
});
