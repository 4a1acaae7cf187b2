import { type Json, isObject, parseJson } from "../json.js";

/** A value as a native Secret gets it: text as it is, everything else as JSON. */
export function asText(value: Json): string {
  return typeof value === "string" ? value : goJson(value);
}

/** JSON with the keys of objects in order, as Go writes maps. */
export function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${goJson(item)}`).join(",")}}`;
}

/** Parses JSON text; undefined where it is none. */
export function tryJson(source: string): Json | undefined {
  try {
    return parseJson(source);
  } catch {
    return undefined;
  }
}

/** A property by name, else by dotted path (the plain part of gjson: names, list indexes, `#` for the length, `\.` for a dot). */
export function property(value: Json | undefined, path: string): Json | undefined {
  if (isObject(value) && Object.hasOwn(value, path)) return value[path];
  let here = value;
  for (const part of path.split(/(?<!\\)\./u).map((each) => each.replaceAll("\\.", "."))) {
    if (Array.isArray(here)) here = part === "#" ? here.length : here[Number(part)];
    else if (isObject(here) && Object.hasOwn(here, part)) here = here[part];
    else return undefined;
  }
  return here;
}
