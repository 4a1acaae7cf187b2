import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkProjectName, checkProviderName, checkSecretName, checkText } from "./names.js";
import { DEFAULT_RULE_SETTINGS } from "./settings.js";

const settings = { ...DEFAULT_RULE_SETTINGS, reservedNamespaces: ["secretariat", "monitoring"] };

describe("a project's name", () => {
  it.each(["ab", "a1", "1a", "team-alpha", "a".repeat(41), "kube", "kubernetes", "defaults"])("%s is taken", (name) =>
    expect(checkProjectName(name, settings, ["name"])).toEqual([]),
  );

  it.each([
    ["", 2],
    ["a", 1],
    ["a".repeat(42), 1],
    ["Team", 1],
    ["team_a", 1],
    ["team.a", 1],
    ["-team", 1],
    ["team-", 1],
    ["te--am", 1],
    ["tëam", 1],
    ["team\n", 1],
    ["default", 1],
    ["kube-system", 1],
    ["kube-anything", 1],
    ["secretariat", 1],
    ["monitoring", 1],
    ["-A--b-", 2],
    ["A", 2],
  ])("%j has %i problems", (name, count) => {
    const problems = checkProjectName(name, settings, ["name"]);
    expect(problems).toHaveLength(count);
    expect(problems.every(({ path }) => path.join(".") === "name")).toBe(true);
  });
});

describe("names of secrets and providers", () => {
  it.each(["ab", "db.password-1", "0.0", "a".repeat(253)])("%s is taken", (name) => {
    expect(checkSecretName(name, ["name"])).toEqual([]);
    expect(checkProviderName(name, ["name"])).toEqual([]);
  });
  it.each(["", "A", "a".repeat(254), "a..b", ".a", "a.", "a_b", "-a", "a-.b", "a/b", "a\n", "ab\u0000"])(
    "%j is refused",
    (name) => {
      expect(checkSecretName(name, ["name"]).length).toBeGreaterThan(0);
      expect(checkProviderName(name, ["name"]).length).toBeGreaterThan(0);
    },
  );
  it("asks two characters of a secret, one of a provider", () => {
    expect(checkSecretName("a", [])).toHaveLength(1);
    expect(checkProviderName("a", [])).toEqual([]);
  });
});

describe("free text", () => {
  it.each(["", "A team's place, für alle 🙂", "x".repeat(100)])("%j is taken", (text) =>
    expect(checkText(text, { max: 100 }, ["d"])).toEqual([]),
  );
  it.each(["a\nb", "a\tb", "a\u0000", "\u007f", "\u0085", "\u202etxt", "\u2066x", "\u2028", "\ud800"])(
    "%j has a character that does not belong there",
    (text) => expect(checkText(text, { max: 100 }, ["d"])).toHaveLength(1),
  );
  it("counts characters, not halves of them", () => {
    expect(checkText("🙂".repeat(10), { max: 10 }, ["d"])).toEqual([]);
    expect(checkText("🙂".repeat(11), { max: 10 }, ["d"])).toHaveLength(1);
  });
  it("says both at once", () => expect(checkText("\n".repeat(11), { max: 10 }, ["d"])).toHaveLength(2));
});

it("takes no name that a namespace, a label and an Azure prefix could not hold", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...Array.from("ab1-_.A")), maxLength: 45 }), (name) => {
      const taken = checkProjectName(name, settings, []).length === 0;
      const good = /^[a-z0-9](?:[a-z0-9]|-(?!-))*[a-z0-9]$/.test(name) && name.length <= 41;
      expect(taken).toBe(good);
    }),
    { numRuns: 2000 },
  );
});
