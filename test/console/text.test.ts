import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapOf, pairsOf } from "../../console/src/form/pairs.js";
import { partsOf } from "../../console/src/ui/yaml-parts.js";

describe("a line of YAML in colours", () => {
  it.each([
    ["  - secretKey: password # which", ["plain", "key", "text", "comment"]],
    ["# all of it", ["comment"]],
    ["immutable: true", ["key", "word"]],
    ['url: "https://a#b"', ["key", "text"]],
    ["just text", ["text"]],
    ["", []],
  ])("%s", (line, kinds) => {
    expect(partsOf(line).map(({ kind }) => kind)).toEqual(kinds);
  });

  it("is that line, whatever it holds: the text itself is written unseen above it", () => {
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({
        unit: fc.constantFrom("-", " ", ":", "#", "'", '"', "{", "[", "a", "1", "\u2028", "\r", "\t", "\\"),
      }),
    );
    fc.assert(
      fc.property(line, (text) => {
        expect(
          partsOf(text)
            .map((part) => part.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });

  it("is found in no time, however long it is", () => {
    const start = performance.now();
    for (const text of ["- ", "a:", "a: ", "'", '"\\', " #", "\t"]) partsOf(text.repeat(30_000));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe("a map of texts in lines", () => {
  it("is what was read, or is kept as it was", () => {
    const texts = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(texts, (map) => {
        const again = mapOf(pairsOf(map));
        expect(again ?? {}).toEqual(map);
      }),
    );
    expect(mapOf(pairsOf({ a: "b=c", d: "" }))).toEqual({ a: "b=c", d: "" });
    expect(pairsOf({ a: "two\nlines" })).toEqual({ text: "", kept: { a: "two\nlines" } });
    expect(mapOf(pairsOf(null))).toBeNull();
  });
});
