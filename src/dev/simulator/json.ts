/** A JSON value. Objects are treated as immutable once they are in a store: every change makes a new one. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  [key: string]: Json;
}

/** Whether a value is a JSON object (not null, not a list). */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of object keys and list indexes; undefined where any part is missing. */
export function at(value: Json | undefined, ...path: (string | number)[]): Json | undefined {
  let here = value;
  for (const part of path) {
    if (Array.isArray(here) && typeof part === "number") here = here[part];
    else if (isObject(here) && typeof part === "string" && Object.hasOwn(here, part)) here = here[part];
    else return undefined;
  }
  return here;
}

/** The string at a path, or "" where there is none. */
export function text(value: Json | undefined, ...path: (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The object at a path, or an empty one. */
export function record(value: Json | undefined, ...path: (string | number)[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

/** The list at a path, or an empty one. */
export function list(value: Json | undefined, ...path: (string | number)[]): Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The string entries of the object at a path: labels, annotations. */
export function stringMap(value: Json | undefined, ...path: (string | number)[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, entry] of Object.entries(record(value, ...path))) if (typeof entry === "string") out[key] = entry;
  return out;
}

/** Whether two JSON values are equal; the order of object keys does not matter. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** A deep copy. */
export function clone<T extends Json>(value: T): T {
  return structuredClone(value);
}

/** A copy of an object without some of its keys. */
export function without(value: JsonObject, ...keys: string[]): JsonObject {
  const out: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) if (!keys.includes(key)) out[key] = entry;
  return out;
}

/** How many levels of objects and lists a value has; stops counting above the limit. */
export function depth(value: Json, limit: number): number {
  if (typeof value !== "object" || value === null || limit <= 0) return 0;
  let deepest = 0;
  for (const entry of Object.values(value)) deepest = Math.max(deepest, depth(entry, limit - 1));
  return deepest + 1;
}

/** Parses JSON text. @throws SyntaxError */
export function parseJson(source: string): Json {
  const value: unknown = JSON.parse(source);
  if (!isJson(value)) throw new SyntaxError("not JSON");
  return value;
}

/** What JSON.parse gives is JSON all through, so that looking at the outside tells. */
const isJson = (value: unknown): value is Json =>
  value === null || ["boolean", "number", "string", "object"].includes(typeof value);
