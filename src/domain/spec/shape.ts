import { isJsonObject, type Json, type JsonObject } from "../json.js";
import type { Problem } from "../../errors.js";
import { canonicalDuration } from "./duration.js";
import { isStorable } from "./syntax.js";

/** What ESO's CRD and the operator's Go types say of one field: enough to check a spec, fill in its defaults and leave out what the operator would drop. */
export type Shape = StringShape | BooleanShape | StringMapShape | ListShape | ObjectShape | RefusedShape;

interface FieldRules {
  required?: true;
  /**
   * The Go field has no `omitempty`, or is a pointer: an empty value survives the operator's re-serialisation. Without it an empty string, list or map, and false, is
   * the same as absent.
   */
  keepEmpty?: true;
}
export interface StringShape extends FieldRules {
  kind: "string";
  /** The CRD's default. */
  default?: string;
  values?: readonly string[];
  /** @returns what is wrong with it, or null */
  check?: (text: string) => string | null;
  max?: number;
  /** A Go duration, which is kept as Go prints it. */
  duration?: true;
}
export interface BooleanShape extends FieldRules {
  kind: "boolean";
}
/** A map from strings to strings: labels, tags, template data. */
export interface StringMapShape extends FieldRules {
  kind: "stringMap";
  checkKey?: (key: string) => string | null;
}
export interface ListShape extends FieldRules {
  kind: "list";
  items: Shape;
}
export interface ObjectShape extends FieldRules {
  kind: "object";
  fields: Readonly<Record<string, Shape>>;
  /** Made where it is missing: a Go struct that is no pointer is always written, and defaults need a place. */
  always?: true;
  /** Exactly one of the fields must be given. */
  one?: true;
}
/** A field that the operator knows and Secretariat refuses for all. */
export interface RefusedShape extends FieldRules {
  kind: "refused";
  message: string;
}

/**
 * A value with every default of its shape filled in, durations as Go prints them, and without what the operator's next Update would drop: else that would look like
 * drift (ESO.md). Parts that the shape does not know, and values of a wrong type, stay as they are.
 */
export function complete(value: Json, shape: Shape): Json {
  if (shape.kind === "string") {
    if (typeof value !== "string" || shape.duration === undefined) return value;
    return canonicalDuration(value) ?? value;
  }
  if (shape.kind === "list") return Array.isArray(value) ? value.map((item) => complete(item, shape.items)) : value;
  if (shape.kind !== "object" || !isJsonObject(value)) return value;
  const entries = new Map<string, Json>();
  for (const [key, inner] of Object.entries(value)) {
    const field = fieldOf(shape, key);
    const done = field === undefined ? inner : complete(inner, field);
    if (field === undefined || field.keepEmpty === true || !isEmpty(done, field)) entries.set(key, done);
  }
  for (const [key, field] of Object.entries(shape.fields)) {
    if (entries.has(key)) continue;
    if (field.kind === "string" && field.default !== undefined) entries.set(key, field.default);
    if (field.kind === "object" && field.always === true) entries.set(key, complete({}, field));
  }
  return Object.fromEntries(entries);
}

function isEmpty(value: Json, shape: Shape): boolean {
  if (shape.kind === "string") return value === "";
  if (shape.kind === "boolean") return value === false;
  if (shape.kind === "list") return Array.isArray(value) && value.length === 0;
  if (shape.kind === "stringMap") return isJsonObject(value) && Object.keys(value).length === 0;
  // Go knows no empty struct: what is left out is written as `{}` where the field is no pointer, and a pointer to `{}` stays.
  return false;
}

/** The field of that name, inherited ones (`constructor`) left aside. */
function fieldOf(shape: ObjectShape, key: string): Shape | undefined {
  return Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
}

/** A list with more problems than this is cut: more than any secret within the bounds can have, and nobody reads further. */
export const MAX_PROBLEMS = 1000;

/** Checks a value against its shape and adds what is wrong to `problems`. Unknown parts are only looked through for what must never be there. */
export function checkShape(value: Json, shape: Shape, path: string[], problems: Problem[]): void {
  const wrong = (message: string, at = path): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ path: at, message });
  };
  if (problems.length >= MAX_PROBLEMS) return;
  switch (shape.kind) {
    case "refused":
      return wrong(shape.message);
    case "boolean":
      return typeof value === "boolean" ? undefined : wrong("This must be true or false.");
    case "string":
      return typeof value === "string"
        ? checkString(value, shape, wrong)
        : wrong("This must be a string; put it in quotes.");
    case "stringMap":
      if (!isJsonObject(value)) return wrong("This must be a map from strings to strings.");
      for (const [key, inner] of Object.entries(value)) {
        const message = shape.checkKey?.(key) ?? null;
        if (message !== null) wrong(message, [...path, key]);
        if (typeof inner !== "string") wrong("The value must be a string; put it in quotes.", [...path, key]);
        else if (!isStorable(key) || !isStorable(inner)) wrong(UNSTORABLE, [...path, key]);
      }
      return;
    case "list":
      if (!Array.isArray(value)) return wrong("This must be a list.");
      for (const [index, item] of value.entries()) checkShape(item, shape.items, [...path, String(index)], problems);
      return;
    case "object":
      if (!isJsonObject(value)) return wrong("This must be an object.");
      checkObject(value, shape, path, problems, wrong);
  }
}

const UNSTORABLE = "This contains a NUL character or half of a surrogate pair.";

function checkString(text: string, shape: StringShape, wrong: (message: string) => void): void {
  if (text === "" && shape.required === true) return wrong("This must not be empty.");
  if (!isStorable(text)) return wrong(UNSTORABLE);
  if (shape.max !== undefined && text.length > shape.max) return wrong(`This has more than ${shape.max} characters.`);
  if (shape.duration === true && canonicalDuration(text) === null)
    return wrong('This is no duration. Write numbers with units, as in "1h", "90s" or "1h30m".');
  if (shape.values !== undefined && !shape.values.includes(text))
    return wrong(`This must be one of ${shape.values.join(", ")}.`);
  const message = shape.check?.(text) ?? null;
  if (message !== null) wrong(message);
}

function checkObject(
  value: JsonObject,
  shape: ObjectShape,
  path: string[],
  problems: Problem[],
  wrong: (message: string, at?: string[]) => void,
): void {
  for (const [key, inner] of Object.entries(value)) {
    const field = fieldOf(shape, key);
    if (field === undefined) checkUnknown(key, inner, [...path, key], problems);
    else checkShape(inner, field, [...path, key], problems);
  }
  for (const [key, field] of Object.entries(shape.fields))
    if (field.required === true && !Object.hasOwn(value, key)) wrong("This is needed.", [...path, key]);
  if (shape.one === true && Object.keys(value).length !== 1)
    wrong(`Exactly one of ${Object.keys(shape.fields).join(", ")} must be given.`);
}

/** Names of parts that lead to another store or a generator, by which the provider's rules would be got round. */
const ELSEWHERE = new Set(["sourceRef", "generatorRef", "storeRef"]);
const DURATION_NAME = /(?:interval|duration|ttl|timeout)$/i;

/** Whether a part that this version of the rules does not know would do harm: lead elsewhere, or stop the operator with a duration that it cannot parse. */
function checkUnknown(key: string, value: Json, path: string[], problems: Problem[]): void {
  if (problems.length >= MAX_PROBLEMS) return;
  const wrong = (message: string): void => void problems.push({ path, message });
  if (!isStorable(key)) return wrong(UNSTORABLE);
  if (ELSEWHERE.has(key)) return wrong(SOURCE_REF);
  if (typeof value === "string") {
    if (!isStorable(value)) return wrong(UNSTORABLE);
    if (DURATION_NAME.test(key) && canonicalDuration(value) === null)
      return wrong('This is no duration. Write numbers with units, as in "1h", "90s" or "1h30m".');
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkUnknown("", item, [...path, String(index)], problems);
  } else if (isJsonObject(value)) {
    for (const [inner, item] of Object.entries(value)) checkUnknown(inner, item, [...path, inner], problems);
  }
}

export const SOURCE_REF =
  "Another store or a generator cannot be used here: every value comes from the secret's provider. Take this out.";

/** Paths of the parts of a value that its shape does not know. */
export function unknownPaths(value: Json, shape: Shape): string[][] {
  const under = (key: string, inner: Json, field: Shape): string[][] =>
    unknownPaths(inner, field).map((path) => [key, ...path]);
  if (shape.kind === "list" && Array.isArray(value))
    return value.flatMap((item, index) => under(String(index), item, shape.items));
  if (shape.kind !== "object" || !isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const field = fieldOf(shape, key);
    return field === undefined ? [[key]] : under(key, inner, field);
  });
}
