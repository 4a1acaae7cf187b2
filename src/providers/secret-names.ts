import { isJsonObject } from "../domain/json.js";
import type { Json } from "../domain/json.js";
import type { Field } from "./input-schema.js";

/** The names of the Secrets that a checked config refers to, sorted, each once. */
export function secretNames(field: Field, value: Json): string[] {
  const found = new Set<string>();
  collect(field, value, found);
  return [...found].toSorted();
}

function collect(field: Field, value: Json, found: Set<string>): void {
  if (!isJsonObject(value)) return;
  if (field.type === "reference" && field.to === "secret") {
    if (typeof value["name"] === "string") found.add(value["name"]);
  } else if (field.type === "object") {
    for (const [name, inner] of Object.entries(field.fields)) collect(inner, value[name] ?? null, found);
  }
}
