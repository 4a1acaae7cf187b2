import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Json } from "../json.js";
import { toYaml } from "./yaml.js";

describe("YAML for people", () => {
  it("is sorted, indented, and shows texts of several lines as they are", () => {
    const text = toYaml({
      kind: "X",
      apiVersion: "a/v1",
      list: [{ b: 1, a: [true, null] }, [], {}, ["x", ["y"]]],
      text: "one\n  two\n\nthree\n",
      cut: "one\ntwo",
      nested: [{ script: "a\nb\n" }, "c\nd"],
    });
    expect(text).toBe(`apiVersion: a/v1
cut: |-
  one
  two
kind: X
list:
  - a:
      - true
      - null
    b: 1
  - []
  - {}
  - - x
    - - "y"
nested:
  - script: |
      a
      b
  - |-
    c
    d
text: |
  one
    two

  three
`);
  });

  it.each([
    "yes",
    "No",
    "on",
    "y",
    "N",
    "null",
    "~",
    "true",
    "1",
    "1h",
    "0x1F",
    "0o7",
    "1_000",
    "12:30:00",
    "2026-01-01",
    ".inf",
    ".nan",
    "NaN",
    "e0",
    "=",
    "<<",
    "",
    " x",
    "x ",
    "#x",
    "a: b",
    "a #b",
    "-",
    "- a",
    "? a",
    "!x",
    "&x",
    "*x",
    "@x",
    "`x`",
    "%x",
    "{{ .a }}",
    "[a]",
    "'",
    '"',
    "\\",
    "\u0000",
    "\u0085",
    "\u202e",
    "\u2028",
    "\ufeff",
    "\ud800",
    "---",
    "...",
    "a\tb",
    "\n",
    "\n\n",
    "a\n\n",
    " a\nb",
    "a \nb",
    "a\r\nb",
    "\ta\nb",
    "a\n\u202eb",
  ])("quotes %j where a reader could misread it", (text) => {
    const yaml = toYaml({ [text]: text, list: [text] });
    // A lone surrogate has no place in a stream; whatever the reader, it is what was meant.
    for (const version of ["1.1", "1.2"] as const)
      expect(parse(yaml, { version })).toEqual({ [text]: text, list: [text] });
    expect(yaml).not.toMatch(/[\u007f-\u009f\u202a-\u202e\u2028\ufeff]/);
    expect(yaml.isWellFormed()).toBe(true);
  });

  it.each([null, true, false, 0, -1.5, 1e21, "x", "a\nb", [], {}])("writes %j alone", (value) =>
    expect(parse(toYaml(value))).toEqual(value),
  );

  it("is the same for the same object in another order, as a database gives it back", () =>
    expect(toYaml({ b: 1, a: { d: 2, c: 3 } })).toBe(toYaml({ a: { c: 3, d: 2 }, b: 1 })));

  it("says what it was given, to readers of YAML 1.1 and 1.2", () => {
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: fc.constantFrom(...Array.from(`abex01_ :-#'"\n\t{}[]|>&*!%@,?~=.\u00a0\u2028é🙂`)) }),
        fc.string({ unit: "grapheme" }),
        fc.constantFrom<Json>(null, true, 0, 1.5, -3, "no", "1e3"),
        fc.array(tie("tree"), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 6 }), tie("tree"), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const yaml = toYaml(value);
        expect(parse(yaml, { version: "1.2" })).toEqual(value);
        expect(parse(yaml, { version: "1.1", merge: false })).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });
});
