import { isJsonObject, type Json, type JsonObject } from "../json.js";

/** The object under a key; an empty one where there is none, or something else. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = own(parent, key);
  return isJsonObject(value) ? value : {};
}

/** The list of objects under a key; what is no object in it is left out. */
export function objectsAt(parent: JsonObject, key: string): JsonObject[] {
  const value = own(parent, key);
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}

/** The string under a key; null where there is none, an empty one, or something else. */
export function stringAt(parent: JsonObject, key: string): string | null {
  const value = own(parent, key);
  return typeof value === "string" && value !== "" ? value : null;
}

/** The value under a key of the object itself: `constructor` and the like are never inherited. */
export function own(parent: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** An object without some of its keys. */
export function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** An object with one key set, or taken out where the value is undefined. */
export function withKey(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  const rest = without(object, [key]);
  return value === undefined ? rest : { ...rest, [key]: value };
}
