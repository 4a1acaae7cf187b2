import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalDuration, parseDuration } from "./duration.js";

/** Text, what Go's Duration.String() prints, nanoseconds; seen on Go 1.26. */
const ACCEPTED: [string, string, number][] = [
  ["0", "0s", 0],
  ["+0", "0s", 0],
  ["-0", "0s", 0],
  ["0s", "0s", 0],
  ["0h0m0s", "0s", 0],
  ["1h", "1h0m0s", 3.6e12],
  ["1h0m0s", "1h0m0s", 3.6e12],
  ["60m", "1h0m0s", 3.6e12],
  ["90s", "1m30s", 90e9],
  ["10m", "10m0s", 600e9],
  ["1.5h", "1h30m0s", 5.4e12],
  [".5m", "30s", 30e9],
  ["1.m", "1m0s", 60e9],
  ["1m1s1m", "2m1s", 121e9],
  ["100ms", "100ms", 1e8],
  ["1.5ms", "1.5ms", 1.5e6],
  ["1500us", "1.5ms", 1.5e6],
  ["1µs", "1µs", 1e3],
  ["1μs", "1µs", 1e3],
  ["1us", "1µs", 1e3],
  ["1ns", "1ns", 1],
  ["0.5ns", "0s", 0],
  ["1.9ns", "1ns", 1],
  ["-1h30m", "-1h30m0s", -5.4e12],
  ["+5s", "5s", 5e9],
  ["0.000000001s", "1ns", 1],
  ["1s1ns", "1.000000001s", 1_000_000_001],
  ["0.3333333333333333333h", "20m0s", 1.2e12],
  ["0.100000000000000000000h", "6m0s", 3.6e11],
  ["2562047h47m16.854775807s", "2562047h47m16.854775807s", 2 ** 63],
  ["9223372036854775807ns", "2562047h47m16.854775807s", 2 ** 63],
  ["-9223372036854775808ns", "-2562047h47m16.854775808s", -(2 ** 63)],
  ["000000000000000000000000000001s", "1s", 1e9],
];
const REFUSED = [
  "",
  " ",
  "-",
  "+",
  "s",
  ".",
  ".s",
  "-.s",
  "1",
  "10",
  "0.0",
  "00",
  "soon",
  "1d",
  "1w",
  "1H",
  "1 h",
  " 1h",
  "1h ",
  "1h30",
  "--1h",
  "1e3s",
  "1,5h",
  "١h",
  "1h\n",
  "2562048h",
  "9223372036854775808ns",
  "3000000h",
  "9223372036854775807ns1ns",
  "99999999999999999999999999s",
];

describe("durations as Go reads them", () => {
  it.each(ACCEPTED)("%s is printed as %s", (text, printed, nanoseconds) => {
    expect(canonicalDuration(text)).toBe(printed);
    expect(parseDuration(text)).toBe(nanoseconds / 1e6);
  });

  it.each(REFUSED)("%j is refused", (text) => {
    expect(canonicalDuration(text)).toBeNull();
    expect(parseDuration(text)).toBeNull();
  });

  it("is never negative zero", () => expect(Object.is(parseDuration("-0s"), 0)).toBe(true));

  const unit = fc.constantFrom("ns", "us", "µs", "ms", "s", "m", "h");
  const term = fc.tuple(fc.nat(99_999), fc.option(fc.nat(999)), unit);
  const duration = fc
    .array(term, { minLength: 1, maxLength: 4 })
    .map((terms) => terms.map(([n, f, u]) => (f === null ? `${n}${u}` : `${n}.${f}${u}`)).join(""));

  it("prints what it reads again as the same, unchanged", () => {
    fc.assert(
      fc.property(duration, (text) => {
        const printed = canonicalDuration(text);
        expect(printed).not.toBeNull();
        expect(canonicalDuration(printed ?? "")).toBe(printed);
        expect(parseDuration(printed ?? "")).toBe(parseDuration(text));
      }),
    );
  });

  it("agrees with itself on any text whether it is one", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("0123456789.+-hmsuµn ")) }), (text) => {
        expect(canonicalDuration(text) === null).toBe(parseDuration(text) === null);
      }),
      { numRuns: 1000 },
    );
  });

  it("reads a very long text in linear time", () => {
    const started = performance.now();
    expect(parseDuration(`${"9".repeat(60_000)}h`)).toBeNull();
    expect(parseDuration(`0.${"9".repeat(60_000)}h`)).toBeGreaterThan(3_599_999);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
