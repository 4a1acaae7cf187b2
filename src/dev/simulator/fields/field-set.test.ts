import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Json, equal, isObject } from "../json.js";
import { object, string, strings } from "../schema/schema.js";
import { FieldSet, pathText } from "./field-set.js";
import { compare, fieldsOf, merge, prune } from "./typed.js";

const element = fc.constantFrom("f:a", "f:b", "f:c", 'v:"x"', 'k:{"name":"y"}');
const set = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 8 }).map((paths) => {
  const made = new FieldSet();
  for (const path of paths) made.insert(path);
  return made;
});
const keys = (each: FieldSet): string[] =>
  each
    .paths()
    .map((path) => JSON.stringify(path))
    .toSorted();

/** A free-form value: maps of maps, text and lists. */
const schema = object({}, { "x-kubernetes-preserve-unknown-fields": true });
const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ maxLength: 3 }),
    fc.array(fc.string({ maxLength: 2 }), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
  ),
})).value;
const map = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { maxKeys: 3 });

describe("FieldSet", () => {
  it("survives FieldsV1", () => {
    fc.assert(
      fc.property(set, (each) => {
        expect(keys(FieldSet.fromFieldsV1(each.toFieldsV1()))).toEqual(keys(each));
      }),
    );
  });

  it("does sets' arithmetic on paths", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const [left, right] = [new Set(keys(a)), new Set(keys(b))];
        expect(keys(a.union(b))).toEqual([...new Set([...left, ...right])].toSorted());
        expect(keys(a.intersection(b))).toEqual([...left].filter((path) => right.has(path)).toSorted());
        expect(keys(a.difference(b))).toEqual([...left].filter((path) => !right.has(path)).toSorted());
      }),
    );
  });

  it.each([
    [["f:spec", "f:refreshInterval"], ".spec.refreshInterval"],
    [["f:metadata", "f:finalizers", 'v:"x"'], '.metadata.finalizers[="x"]'],
    [["f:metadata", "f:ownerReferences", 'k:{"uid":"1"}'], '.metadata.ownerReferences[uid="1"]'],
  ])("prints %j as %s", (path, expected) => expect(pathText(path)).toBe(expected));
});

describe("typed values", () => {
  it("differ in nothing from themselves", () => {
    fc.assert(
      fc.property(map, (each) => {
        const difference = compare(each, structuredClone(each), schema);
        expect([difference.added.isEmpty(), difference.modified.isEmpty(), difference.removed.isEmpty()]).toEqual([
          true,
          true,
          true,
        ]);
      }),
    );
  });

  it("that are merged hold all that was merged in, and merging again changes nothing", () => {
    fc.assert(
      fc.property(map, map, (live, config) => {
        const merged = merge(live, config, schema);
        expect(compare(merged, merge(merged, config, schema), schema).modified.isEmpty()).toBe(true);
        expect(
          fieldsOf(config, schema)
            .difference(fieldsOf(merged, schema))
            .paths()
            .filter((path) => path.length === 1),
        ).toEqual([]);
      }),
    );
  });

  it("that are applied and dropped again are as before, where nobody else has them", () => {
    fc.assert(
      fc.property(map, map, (live, config) => {
        const fresh = Object.fromEntries(Object.entries(config).filter(([key]) => !Object.hasOwn(live, key)));
        const merged = merge(live, fresh, schema);
        expect(equal(prune(merged, fieldsOf(fresh, schema), new FieldSet(), schema), live)).toBe(true);
      }),
    );
  });

  it("know sets of text and lists as one", () => {
    const typed = object({ set: strings({ "x-kubernetes-list-type": "set" }), list: strings(), text: string() });
    const merged = merge({ set: ["a"], list: ["a"] }, { set: ["b"], list: ["b"] }, typed);
    expect(merged).toEqual({ set: ["a", "b"], list: ["b"] });
    expect(fieldsOf(merged, typed).toFieldsV1()).toEqual({ "f:set": { 'v:"a"': {}, 'v:"b"': {} }, "f:list": {} });
    expect(isObject(merged)).toBe(true);
  });
});
