import { isJsonObject, type JsonObject } from "../json.js";
import { otherOfItem } from "./other.js";
import { objectAt, own, stringAt } from "./read.js";

/**
 * Gives the items of a new list what the old list's items said beyond the typed fields (a rewrite, a conversion strategy): typed input cannot repeat it, and what it
 * leaves out stays. An old item goes with the new one of the same identity (its key in the Secret, its key in the backend); those that match nothing go with
 * their index, where the lists are equally long.
 */
export function carryOther(
  kind: "data" | "dataFrom",
  before: readonly JsonObject[],
  after: readonly JsonObject[],
): JsonObject[] {
  const left = new Map(before.map((item, index) => [index, item]));
  const partners = after.map((item) => {
    for (const [index, old] of left) {
      if (identityOf(kind, old) !== identityOf(kind, item)) continue;
      left.delete(index);
      return old;
    }
    return undefined;
  });
  return after.map((item, index) => {
    const byPlace = before.length === after.length ? left.get(index) : undefined;
    const old =
      partners[index] ??
      (byPlace !== undefined && sourceOf(kind, byPlace) === sourceOf(kind, item) ? byPlace : undefined);
    const other = old === undefined ? null : otherOfItem(kind, old);
    return other === null ? item : merged(item, other);
  });
}

function sourceOf(kind: "data" | "dataFrom", item: JsonObject): string {
  if (kind === "data") return "remoteRef";
  return own(item, "extract") === undefined ? "find" : "extract";
}

function identityOf(kind: "data" | "dataFrom", item: JsonObject): string {
  if (kind === "data") return stringAt(item, "secretKey") ?? "";
  const source = sourceOf(kind, item);
  const found = objectAt(item, source);
  return source === "extract"
    ? JSON.stringify([source, stringAt(found, "key"), stringAt(found, "property")])
    : JSON.stringify([source, stringAt(found, "path"), stringAt(objectAt(found, "name"), "regexp")]);
}

/** What the item says itself comes first. */
function merged(item: JsonObject, other: JsonObject): JsonObject {
  const entries = new Map(Object.entries(item));
  for (const [key, value] of Object.entries(other)) {
    const mine = entries.get(key);
    if (mine === undefined) entries.set(key, value);
    else if (isJsonObject(mine) && isJsonObject(value)) entries.set(key, merged(mine, value));
  }
  return Object.fromEntries(entries);
}
