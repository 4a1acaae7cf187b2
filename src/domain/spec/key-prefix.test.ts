import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROVIDER_KINDS } from "../kinds.js";
import { checkProjectName } from "../names.js";
import { checkKeyPrefix, expandKeyPrefix, keyProblem } from "./key-prefix.js";
import { settings } from "./testing.js";

describe("a key prefix", () => {
  it.each([
    ["VAULT", "projects/{project}/"],
    ["VAULT", "{project}/"],
    ["VAULT", "projects/{project}/db"],
    ["VAULT", "team-{project}/"],
    ["AWS_SECRETS_MANAGER", "{project}_"],
    ["AWS_SECRETS_MANAGER", "prod/{project}.x"],
    ["GCP_SECRET_MANAGER", "app-{project}_"],
    ["AZURE_KEY_VAULT", "{project}--"],
    ["AZURE_KEY_VAULT", "app-{project}--x"],
  ] as const)("%s: %s is taken", (kind, prefix) => expect(checkKeyPrefix(prefix, kind, ["p"])).toEqual([]));

  it.each([
    ["VAULT", ""],
    ["VAULT", "shared/"],
    ["VAULT", "{project}"],
    ["VAULT", "projects/{project}"],
    ["VAULT", "{project}-"],
    ["VAULT", "{project}--"],
    ["VAULT", "{project}x/"],
    ["VAULT", "{project}/{project}/"],
    ["VAULT", "{PROJECT}/"],
    ["VAULT", "{project}{x}/"],
    ["VAULT", "/{project}/"],
    ["VAULT", "a//{project}/"],
    ["VAULT", "a/../{project}/"],
    ["VAULT", "./{project}/"],
    ["VAULT", "{project}//"],
    ["VAULT", "{project}/../"],
    ["VAULT", "a b/{project}/"],
    ["VAULT", "ü/{project}/"],
    ["VAULT", `${"a".repeat(513)}{project}/`],
    ["AZURE_KEY_VAULT", "{project}/"],
    ["AZURE_KEY_VAULT", "{project}_"],
    ["AZURE_KEY_VAULT", "{project}-"],
    ["AZURE_KEY_VAULT", "{project}-x"],
  ] as const)("%s: %j is refused", (kind, prefix) => {
    const problems = checkKeyPrefix(prefix, kind, ["projectKeyPrefix"]);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ path }) => path[0] === "projectKeyPrefix")).toBe(true);
  });

  it("is filled in, whatever the name looks like to a replacement", () => {
    expect(expandKeyPrefix("projects/{project}/", "alpha")).toBe("projects/alpha/");
    expect(expandKeyPrefix("{project}/", "$&")).toBe("$&/");
  });

  it("never gives one project the keys of another", () => {
    const name = fc
      .stringMatching(/^[ab1][ab1-]{0,4}[ab1]$/)
      .filter((text) => checkProjectName(text, settings, []).length === 0);
    const prefix = fc.string({ unit: fc.constantFrom("{project}", "a", "-", "/", "_", "."), maxLength: 8 });
    const kind = fc.constantFrom(...PROVIDER_KINDS);
    fc.assert(
      fc.property(prefix, kind, name, name, (text, of, one, other) => {
        fc.pre(checkKeyPrefix(text, of, []).length === 0 && one !== other);
        expect(expandKeyPrefix(text, one).startsWith(expandKeyPrefix(text, other))).toBe(false);
      }),
      { numRuns: 3000, maxSkipsPerRun: 2000 },
    );
  });
});

describe("a key that a member may write", () => {
  it.each(["a", "a/b", "A-Z_0.9+=@/x", "a..b", "...", ".hidden"])("%s", (key) => expect(keyProblem(key)).toBeNull());
  it.each([
    "",
    "/a",
    "a/",
    "a//b",
    "a/../b",
    "a/./b",
    "..",
    ".",
    "a b",
    "a%2Fb",
    "a\\b",
    "ä",
    "a\n",
    "a?x",
    "a#x",
    "a*",
  ])("is not %j", (key) => expect(keyProblem(key)).not.toBeNull());
});
