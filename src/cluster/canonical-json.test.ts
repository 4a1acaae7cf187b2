import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../domain/json.js";
import { canonicalJson, hashJson } from "./canonical-json.js";

/** The same value with the members of every object in another order. */
function shuffled(value: Json, order: (keys: string[]) => string[]): Json {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(order(Object.keys(value)).map((key) => [key, shuffled(value[key] ?? null, order)]));
}
const isJson = (value: unknown): value is Json => value !== undefined;
const json = fc.json().map((text): Json => {
  const value: unknown = JSON.parse(text);
  return isJson(value) ? value : null;
});

describe("canonical JSON", () => {
  it("is JSON of the same value, and the same text whatever the order of members", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(value);
        expect(canonicalJson(shuffled(value, (keys) => keys.toReversed()))).toBe(text);
        expect(hashJson(shuffled(value, (keys) => keys.sort()))).toBe(hashJson(value));
      }),
    );
  });

  it("keeps the order of lists, and what differs apart", () => {
    expect(hashJson([1, 2])).not.toBe(hashJson([2, 1]));
    expect(hashJson({ a: "1" })).not.toBe(hashJson({ a: 1 }));
    expect(hashJson({ a: null })).not.toBe(hashJson({}));
    expect(hashJson({ "a:b": 1 })).not.toBe(hashJson({ a: { b: 1 } }));
  });

  it("takes absent values as absent", () => {
    const absent: { [key: string]: Json } = { a: 1 };
    Reflect.set(absent, "b", undefined);
    expect(canonicalJson(absent)).toBe('{"a":1}');
    expect(canonicalJson(undefined)).toBe("null");
  });

  it("hashes to 96 bits", () => {
    expect(hashJson({ a: [1, "ü"] })).toMatch(/^[\w-]{16}$/u);
  });
});
