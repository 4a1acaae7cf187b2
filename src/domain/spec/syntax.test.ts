import { describe, expect, it } from "vitest";
import { checkAnnotations, checkLabels, isQualifiedName, isStorable, isSubdomain } from "./syntax.js";

describe("Kubernetes' syntax", () => {
  it.each(["a", "A.b_c-9", "a".repeat(63), "example.com/a", `${"a.".repeat(126)}a/x`, "kubernetes.io/metadata.name"])(
    "takes the key %s",
    (key) => expect(isQualifiedName(key)).toBe(true),
  );
  it.each([
    "",
    "-a",
    "a-",
    "a".repeat(64),
    "/a",
    "a/",
    "a/b/c",
    "A.com/a",
    "a b",
    "ä",
    `${"a.".repeat(127)}a/x`,
    "a\n",
  ])("does not take the key %j", (key) => expect(isQualifiedName(key)).toBe(false));

  it.each(["", "a", "A_b.c-9", "a".repeat(63)])("takes the label's value %j", (value) =>
    expect(checkLabels({ a: value }, false, [])).toEqual([]),
  );
  it.each(["-a", "a.", "a".repeat(64), "a b", "a/b", "{{ .x }}", 1, null, undefined, {}])(
    "does not take the label's value %j",
    (value) => expect(checkLabels({ a: value }, false, ["l"]).map(({ path }) => path)).toEqual([["l", "a"]]),
  );
  it("leaves templates to the operator where there are any", () =>
    expect(checkLabels({ a: "{{ .x }} y" }, true, [])).toEqual([]));

  it("takes any text in annotations, up to 256 KiB in all", () => {
    expect(checkAnnotations({ a: "line\nline", "b/c": "x".repeat(200_000) }, [])).toEqual([]);
    expect(checkAnnotations({ a: "x".repeat(140_000), b: "ü".repeat(70_000) }, ["n"])).toHaveLength(1);
    expect(checkAnnotations({ "a b": 1 }, ["n"]).map(({ path }) => path)).toEqual([
      ["n", "a b"],
      ["n", "a b"],
    ]);
  });

  it.each(["a", "a.b", "0-1.x"])("%s is a subdomain", (text) => expect(isSubdomain(text)).toBe(true));
  it.each(["", "A", "a.", ".a", "a..b", "-a", "a_b", "a\n"])("%j is none", (text) =>
    expect(isSubdomain(text)).toBe(false),
  );

  it.each(["", "a\nb", "🙂"])("%j can be stored", (text) => expect(isStorable(text)).toBe(true));
  it.each(["\u0000", "a\u0000b", "\ud83d", "\ude42\ud83d"])("%j cannot", (text) =>
    expect(isStorable(text)).toBe(false),
  );
});
