import fc from "fast-check";
import { parseValue } from "graphql";
import { describe, expect, it } from "vitest";
import { DateTime, parseDateTime } from "./date-time.js";
import { JsonScalar } from "./json.js";

describe("DateTime", () => {
  it("answers UTC, and reads back what it answers", () => {
    const moments = fc.date({
      min: new Date("0001-01-01T00:00:00Z"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (moment) => {
        const text = DateTime.serialize(moment);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(DateTime.parseValue(text)).toEqual(moment);
      }),
    );
  });

  it.each([
    ["2026-11-24T13:00:00Z", "2026-11-24T13:00:00.000Z"],
    ["2026-11-24t13:00:00.25z", "2026-11-24T13:00:00.250Z"],
    ["2026-11-24T13:00:00+05:30", "2026-11-24T07:30:00.000Z"],
    ["2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000Z"],
    ["2026-11-24T13:00:00.123456789Z", "2026-11-24T13:00:00.123Z"],
  ])("reads %s", (text, utc) => {
    expect(parseDateTime(text)?.toISOString()).toBe(utc);
  });

  it.each([
    "",
    "now",
    "2026-11-24",
    "2026-11-24T13:00:00",
    "2026-11-24 13:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00+24:00",
    "2026-01-01T00:00:00+01:60",
    "2026-01-01T00:00:00.Z",
    "+02026-01-01T00:00:00Z",
  ])("refuses %j", (text) => {
    expect(() => DateTime.parseValue(text)).toThrow(/RFC 3339/);
  });

  it.each([0, true, null, {}])("refuses %j", (value) => {
    expect(() => DateTime.parseValue(value)).toThrow(/RFC 3339/);
  });
});

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });

describe("JSON", () => {
  it("takes any JSON within its bounds as it is, as a value and as a literal", () => {
    const small = fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes("__proto__"));
    fc.assert(
      fc.property(small, (value) => {
        expect(JSON.stringify(JsonScalar.parseValue(value))).toBe(JSON.stringify(value));
      }),
    );
    expect(JsonScalar.parseLiteral(parseValue('{a: [1, 2.5, "x", true, null, {b: {}}]}'), {})).toEqual({
      a: [1, 2.5, "x", true, null, { b: {} }],
    });
    expect(JsonScalar.parseLiteral(parseValue("{a: $v}"), { v: [1] })).toEqual({ a: [1] });
  });

  it("is at most as many levels deep as can be set", () => {
    expect(JsonScalar.parseValue(nested(64))).toEqual(nested(64));
    expect(() => JsonScalar.parseValue(nested(65))).toThrow(/64 levels/);
    expect(() => JsonScalar.parseLiteral(parseValue(`${"[".repeat(65)}${"]".repeat(65)}`), {})).toThrow(/64 levels/);
  });

  it("is at most as long as can be set, in bytes", () => {
    expect(JsonScalar.parseValue("x".repeat(1_048_574))).toHaveLength(1_048_574);
    expect(() => JsonScalar.parseValue("x".repeat(1_048_575))).toThrow(/1048576 bytes long; this is 1048577/);
    expect(() => JsonScalar.parseValue("é".repeat(600_000))).toThrow(/1200002/);
  });

  it("refuses what is none, without quoting it", () => {
    expect(() => JsonScalar.parseValue(JSON.parse('{"__proto__": {"secret": 1}}'))).toThrow(
      /^A key in JSON must not be "__proto__".$/,
    );
    expect(() => JsonScalar.parseLiteral(parseValue("1e999"), {})).toThrow(/finite/);
    expect(() => JsonScalar.parseValue([undefined])).toThrow(/undefined/);
  });
});
