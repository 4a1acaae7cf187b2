import { type Json, type JsonObject, at, equal, isObject } from "../json.js";
import { type Schema, fieldSchema } from "../schema/schema.js";
import { FieldSet } from "./field-set.js";

/**
 * What structured-merge-diff does with values that have a schema: which fields there are, what differs, and merging an
 * applied configuration into a live object. Lists are atomic unless the schema says otherwise.
 */
export interface Comparison {
  added: FieldSet;
  modified: FieldSet;
  removed: FieldSet;
}

type Shape = "leaf" | "map" | "set" | "keyed";

function shapeOf(schema: Schema, value: Json | undefined, other: Json | undefined): Shape {
  const isMap = isObject(value) || isObject(other);
  if (isMap) return schema["x-kubernetes-map-type"] === "atomic" ? "leaf" : "map";
  if (!Array.isArray(value) && !Array.isArray(other)) return "leaf";
  if (schema["x-kubernetes-list-type"] === "set") return "set";
  return schema["x-kubernetes-list-type"] === "map" ? "keyed" : "leaf";
}

const UNKNOWN: Schema = { "x-kubernetes-preserve-unknown-fields": true };
const below = (schema: Schema, key: string): Schema => fieldSchema(schema, key) ?? UNKNOWN;

/** The items of an associative list by their path element. */
function keyedItems(schema: Schema, value: Json | undefined): Map<string, Json> {
  const items = new Map<string, Json>();
  if (!Array.isArray(value)) return items;
  for (const item of value) {
    const keys: JsonObject = {};
    for (const key of schema["x-kubernetes-list-map-keys"] ?? []) keys[key] = at(item, key) ?? null;
    items.set(`k:${JSON.stringify(keys)}`, item);
  }
  return items;
}

function setItems(value: Json | undefined): Map<string, Json> {
  const items = new Map<string, Json>();
  if (Array.isArray(value)) for (const item of value) items.set(`v:${JSON.stringify(item)}`, item);
  return items;
}

function mapItems(value: Json | undefined): Map<string, Json> {
  return new Map(isObject(value) ? Object.entries(value).map(([key, item]) => [`f:${key}`, item] as const) : []);
}

function itemsOf(shape: Shape, schema: Schema, value: Json | undefined): Map<string, Json> {
  if (shape === "map") return mapItems(value);
  return shape === "set" ? setItems(value) : keyedItems(schema, value);
}

function itemSchema(shape: Shape, schema: Schema, element: string): Schema {
  if (shape === "map") return below(schema, element.slice(2));
  return schema.items ?? UNKNOWN;
}

const isEmptyValue = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  (isObject(value) && Object.keys(value).length === 0) ||
  (Array.isArray(value) && value.length === 0);

/** Every field that an applied configuration sets (ToFieldSet): leaves, empty maps, entries of free-form maps, list items. */
export function fieldsOf(value: Json, schema: Schema): FieldSet {
  const set = new FieldSet();
  const shape = shapeOf(schema, value, undefined);
  for (const [element, item] of shape === "leaf" ? [] : itemsOf(shape, schema, value)) {
    const childSchema = itemSchema(shape, schema, element);
    const childShape = shapeOf(childSchema, item, undefined);
    if (shape === "set" || childShape === "leaf") {
      set.members.add(element);
      continue;
    }
    const declared = shape === "map" && schema.properties?.[element.slice(2)] !== undefined;
    if (!declared || isEmptyValue(item)) set.members.add(element);
    const child = fieldsOf(item, childSchema);
    if (!child.isEmpty()) set.children.set(element, child);
  }
  return set;
}

/** What differs between two values of one schema. */
export function compare(before: Json | undefined, after: Json | undefined, schema: Schema): Comparison {
  const out: Comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  walk(before, after, schema, [], out);
  return out;
}

function walk(
  before: Json | undefined,
  after: Json | undefined,
  schema: Schema,
  path: string[],
  out: Comparison,
): void {
  if (before === after) return;
  const shape = shapeOf(schema, before, after);
  if (path.length > 0) {
    if (before === undefined) out.added.insert(path);
    else if (after === undefined) out.removed.insert(path);
  }
  if (shape === "leaf" || (isEmptyValue(before) && isEmptyValue(after))) {
    if (before !== undefined && after !== undefined && !equal(before, after)) out.modified.insert(path);
    return;
  }
  const left = itemsOf(shape, schema, before);
  const right = itemsOf(shape, schema, after);
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    walk(left.get(element), right.get(element), itemSchema(shape, schema, element), [...path, element], out);
  }
}

/** The live value with an applied configuration merged in; nothing is removed by this. */
export function merge(live: Json | undefined, config: Json, schema: Schema): Json {
  const shape = shapeOf(schema, config, undefined);
  if (shape === "leaf" || live === undefined || live === null) return config;
  if (shape === "map") {
    if (!isObject(live) || !isObject(config)) return config;
    const out: JsonObject = { ...live };
    for (const [key, item] of Object.entries(config)) out[key] = merge(live[key], item, below(schema, key));
    return out;
  }
  const items = itemsOf(shape, schema, live);
  for (const [element, item] of itemsOf(shape, schema, config)) {
    items.set(element, shape === "set" ? item : merge(items.get(element), item, schema.items ?? UNKNOWN));
  }
  return [...items.values()];
}

/** The value without what was applied before (`dropped`) and nobody applies or owns any more (`kept`). */
export function prune(value: Json, dropped: FieldSet, kept: FieldSet, schema: Schema): Json {
  const shape = shapeOf(schema, value, undefined);
  if (shape === "leaf") return value;
  const items = itemsOf(shape, schema, value);
  for (const element of new Set([...dropped.members, ...dropped.children.keys()])) {
    const item = items.get(element);
    if (item === undefined) continue;
    if (!kept.touches(element)) {
      items.delete(element);
      continue;
    }
    const child = dropped.children.get(element);
    if (child === undefined || shape === "set") continue;
    items.set(
      element,
      prune(item, child, kept.children.get(element) ?? new FieldSet(), itemSchema(shape, schema, element)),
    );
  }
  if (shape === "map") return Object.fromEntries([...items].map(([element, item]) => [element.slice(2), item]));
  return [...items.values()];
}

/** What an applied configuration says that its schema does not allow, worded as the typed conversion words it. */
export function typeProblems(value: Json, schema: Schema, path = ""): string[] {
  if (value === null || schema["x-kubernetes-preserve-unknown-fields"] === true) return [];
  const shown = `&value.valueUnstructured{Value:${goValue(value)}}`;
  switch (schema.type) {
    case "object": {
      if (!isObject(value)) return [`${path}: expected map, got &{${goPlain(value)}}`];
      const out: string[] = [];
      for (const [key, item] of Object.entries(value)) {
        const child = fieldSchema(schema, key);
        // Nothing further is looked at in a map beside a field that is not known.
        if (child === undefined) return [...out, `${path}.${key}: field not declared in schema`];
        out.push(...typeProblems(item, child, `${path}.${key}`));
      }
      return out;
    }
    case "array": {
      if (!Array.isArray(value)) return [`${path}: expected list, got &{${goPlain(value)}}`];
      const items = schema.items;
      return items === undefined ? [] : value.flatMap((item, index) => typeProblems(item, items, `${path}[${index}]`));
    }
    case "string":
      return typeof value === "string" ? [] : [`${path}: expected string, got ${shown}`];
    case "boolean":
      return typeof value === "boolean" ? [] : [`${path}: expected boolean, got ${shown}`];
    case "integer":
    case "number":
      return typeof value === "number" ? [] : [`${path}: expected numeric (int or float), got ${shown}`];
    case undefined:
      break;
  }
  return [];
}

function goValue(value: Json): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(", ")}}`;
  if (!isObject(value)) return String(value);
  return `map[string]interface {}{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${goValue(item)}`)
    .join(", ")}}`;
}

/** As Go's %v prints a value. */
function goPlain(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goPlain).join(" ")}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, item]) => `${key}:${goPlain(item)}`).join(" ")}]`;
  }
  return value === null ? "<nil>" : String(value);
}
