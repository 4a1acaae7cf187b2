import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergePatch } from "../patches.js";
import { formatDuration, parseDuration } from "./duration.js";
import { goSpec } from "./go-shape.js";
import { convertKeys, decodeValue, rewriteKeys, validateKeys } from "./keys.js";
import { render } from "./template.js";

describe("Go durations", () => {
  it.each([
    ["1h", 3_600_000, "1h0m0s"],
    ["90m", 5_400_000, "1h30m0s"],
    ["1m", 60_000, "1m0s"],
    ["0", 0, "0s"],
    ["1.5s", 1500, "1.5s"],
    ["250ms", 250, "250ms"],
    ["1h15m30.918273645s", 4_530_918.273645, "1h15m30.918273645s"],
    ["-5s", -5000, "-5s"],
    ["2us", 0.002, "2µs"],
  ])("%s", (source, ms, canonical) => {
    expect(parseDuration(source)).toBeCloseTo(ms, 6);
    expect(formatDuration(ms)).toBe(canonical);
  });
  it.each(["soon", "", "1", "1d", "h", "1h ", "1 h"])("not %j", (source) =>
    expect(parseDuration(source)).toBeUndefined(),
  );
  it("read back what they write", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e10 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBeCloseTo(ms, 3);
      }),
    );
  });
});

describe("a spec as Go writes it", () => {
  it.each([
    ["durations", { refreshInterval: "60m" }, { refreshInterval: "1h0m0s", secretStoreRef: {}, target: {} }],
    ["an empty template", { target: { template: {} } }, { secretStoreRef: {}, target: { template: { metadata: {} } } }],
    [
      "empty labels",
      { target: { template: { metadata: { labels: {} } } } },
      { secretStoreRef: {}, target: { template: { metadata: {} } } },
    ],
    ["false and empty text", { target: { immutable: false, name: "" } }, { secretStoreRef: {}, target: {} }],
    [
      "an item",
      { data: [{ secretKey: "a", remoteRef: { key: "k", property: "", version: "" } }] },
      { secretStoreRef: {}, target: {}, data: [{ secretKey: "a", remoteRef: { key: "k" } }] },
    ],
    [
      "sources",
      { dataFrom: [{ find: { name: {}, tags: {}, path: "" }, rewrite: [] }] },
      { secretStoreRef: {}, target: {}, dataFrom: [{ find: { name: {}, path: "" } }] },
    ],
  ])("%s", (_what, given, expected) => expect(goSpec(given)).toEqual(expected));
});

describe("keys and values", () => {
  const values = (entries: Record<string, string>): Map<string, Buffer> =>
    new Map(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)]));
  it("are converted", () => {
    expect([...convertKeys("Default", values({ "a/b c": "1" })).keys()]).toEqual(["a_b_c"]);
    expect([...convertKeys("Unicode", values({ "a/b": "1" })).keys()]).toEqual(["a_U002f_b"]);
    expect(() => convertKeys("Default", values({ "a/b": "1", a_b: "2" }))).toThrow("collision");
    expect(() => validateKeys(values({ "a/b": "1" }))).toThrow("invalid character /");
  });
  it.each([
    ["Base64", "YWI=", "ab"],
    ["Base64URL", "_-8=", "\uFFFD\uFFFD"],
    ["Auto", "YWI=", "ab"],
    ["Auto", "not base64!", "not base64!"],
    ["None", "YWI=", "YWI="],
  ])("%s decodes %s", (strategy, source, expected) =>
    expect(decodeValue(strategy, Buffer.from(source)).toString("utf8")).toBe(expected),
  );
  it("that cannot be decoded are told", () =>
    expect(() => decodeValue("Base64", Buffer.from("a!"))).toThrow("illegal base64 data at input byte 1"));
  it("are rewritten", () => {
    expect([
      ...rewriteKeys(
        [{ regexp: { source: "^team/", target: "" } }, { transform: { template: "x_{{ .value }}" } }],
        values({ "team/db": "1" }),
      ).keys(),
    ]).toEqual(["x_db"]);
  });
  it("are rendered", () => {
    const given = values({ user: "app", "with-dash": "d" });
    expect(render("k", '{{ .user | upper | b64enc }}:{{ index . "with-dash" }}:{{ "lit" }}', given)).toBe("QVBQ:d:lit");
    expect(() => render("k", "{{ .user | constructor }}", given)).toThrow('function "constructor" not defined');
    for (const template of ["{{ .user", "{{ .user }} and {{ .user", "{{"])
      expect(() => render("k", template, given)).toThrow("template: k:1: unclosed action");
  });
});

describe("merge patch", () => {
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: "foo" }, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j with %j (RFC 7396)", (target, patch, expected) => expect(mergePatch(target, patch)).toEqual(expected));
});
