import type { FieldProblem } from "../api-error.js";
import { type Json, isObject } from "../json.js";
import { type Schema, fieldSchema } from "./schema.js";

const patterns = new Map<string, RegExp>();
function compiled(pattern: string): RegExp {
  let found = patterns.get(pattern);
  if (found === undefined) {
    found = new RegExp(pattern, "u");
    patterns.set(pattern, found);
  }
  return found;
}

/** What a value has wrong against its schema, worded as the API server words it for a custom resource. */
export function schemaProblems(value: Json, schema: Schema, path: string): FieldProblem[] {
  const wrongType = typeProblem(value, schema, path);
  if (wrongType !== undefined) return [wrongType];
  if (typeof value === "string") return stringProblems(value, schema, path);
  if (Array.isArray(value)) {
    const items = schema.items;
    return items === undefined ? [] : value.flatMap((item, index) => schemaProblems(item, items, `${path}[${index}]`));
  }
  if (!isObject(value)) return [];
  const out: FieldProblem[] = [];
  const count = Object.keys(value).length;
  if (schema.minProperties !== undefined && count < schema.minProperties) {
    out.push({
      field: path,
      reason: "FieldValueInvalid",
      message: `Invalid value: ${count}: ${path} in body should have at least ${schema.minProperties} properties`,
    });
  }
  if (schema.maxProperties !== undefined && count > schema.maxProperties) {
    out.push({
      field: path,
      reason: "FieldValueTooMany",
      message: `Too many: ${count}: must have at most ${schema.maxProperties} item${schema.maxProperties === 1 ? "" : "s"}`,
    });
  }
  for (const [key, item] of Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const child = fieldSchema(schema, key);
    if (child !== undefined) out.push(...schemaProblems(item, child, path === "" ? key : `${path}.${key}`));
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key))
      out.push({
        field: path === "" ? key : `${path}.${key}`,
        reason: "FieldValueRequired",
        message: "Required value",
      });
  }
  return out;
}

const GO_TYPES: Record<string, string> = {
  object: "object",
  array: "array",
  string: "string",
  boolean: "boolean",
  number: "number",
};

function typeProblem(value: Json, schema: Schema, path: string): FieldProblem | undefined {
  if (schema.type === undefined || (value === null && schema.nullable === true)) return undefined;
  const actual =
    value === null
      ? "null"
      : Array.isArray(value)
        ? "array"
        : typeof value === "number"
          ? Number.isInteger(value)
            ? "integer"
            : "number"
          : typeof value;
  if (actual === schema.type || (actual === "integer" && schema.type === "number")) return undefined;
  const shown = GO_TYPES[actual] ?? actual;
  return {
    field: path,
    reason: "FieldValueTypeInvalid",
    message: `Invalid value: "${shown}": ${path} in body must be of type ${schema.type}: "${shown}"`,
  };
}

function stringProblems(value: string, schema: Schema, path: string): FieldProblem[] {
  const out: FieldProblem[] = [];
  const shown = JSON.stringify(value);
  if (schema.maxLength !== undefined && value.length > schema.maxLength) {
    out.push({
      field: path,
      reason: "FieldValueTooLong",
      message: `Too long: may not be more than ${schema.maxLength} bytes`,
    });
  } else if (schema.minLength !== undefined && value.length < schema.minLength) {
    out.push({
      field: path,
      reason: "FieldValueInvalid",
      message: `Invalid value: ${shown}: ${path} in body should be at least ${schema.minLength} chars long`,
    });
  } else if (schema.pattern !== undefined && !compiled(schema.pattern).test(value)) {
    out.push({
      field: path,
      reason: "FieldValueInvalid",
      message: `Invalid value: ${shown}: ${path} in body should match '${schema.pattern}'`,
    });
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const known = schema.enum.map((choice) => JSON.stringify(choice)).join(", ");
    out.push({
      field: path,
      reason: "FieldValueNotSupported",
      message: `Unsupported value: ${shown}: supported values: ${known}`,
    });
  }
  if (schema.format === "date-time" && Number.isNaN(Date.parse(value))) {
    out.push({
      field: path,
      reason: "FieldValueInvalid",
      message: `Invalid value: ${shown}: ${path} in body must be of type date-time: ${shown}`,
    });
  }
  return out;
}
