import { type Json, type JsonObject, isObject } from "../json.js";
import { type Schema, fieldSchema } from "./schema.js";

/**
 * A value as the API server keeps it: unknown fields dropped, null in fields that are not nullable dropped, defaults filled in.
 *
 * @param unknown - collects the paths of dropped fields, as strict decoding names them
 */
export function pruneAndDefault(value: Json, schema: Schema, unknown: string[] = [], path = ""): Json {
  if (isObject(value)) {
    if (schema["x-kubernetes-preserve-unknown-fields"] === true && schema.properties === undefined) return value;
    const out: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      const child = fieldSchema(schema, key);
      const here = path === "" ? key : `${path}.${key}`;
      if (child === undefined) unknown.push(here);
      else if (item !== null || child.nullable === true) out[key] = pruneAndDefault(item, child, unknown, here);
    }
    for (const [key, child] of Object.entries(schema.properties ?? {})) {
      if (child.default !== undefined && !Object.hasOwn(out, key)) out[key] = pruneAndDefault(child.default, child);
    }
    return out;
  }
  const items = schema.items;
  if (Array.isArray(value) && items !== undefined)
    return value.map((item, index) => pruneAndDefault(item, items, unknown, `${path}[${index}]`));
  return value;
}
