import type { Problem } from "../errors.js";
import { isJsonObject } from "../domain/json.js";
import type { Json, JsonObject } from "../domain/json.js";
import { hasControlCharacters } from "../domain/spec/syntax.js";
import type { ProviderValidation } from "../domain/ports/provider-catalog.js";
import { has } from "./input-schema.js";
import type {
  Choice,
  Field,
  IntegerField,
  ObjectField,
  ReferenceField,
  TextField,
  TextListField,
} from "./input-schema.js";
import { REFERRED_TO, referenceShape } from "./reference-shape.js";
import { list, shownName } from "./words.js";

/** Beyond these an object's unknown fields are only counted. */
const MAX_UNKNOWN_FIELDS = 20;

const NOT_FOR_MEMBERS =
  "a project's own provider signs in with a Secret of the project's namespace, by reference, and in no other way.";

/**
 * Checks a value against an object's table, whole: every problem is found, whatever others there are. Messages are written to follow "This", which catalog.ts puts before them.
 * @returns the value with defaults filled in and nulls left out, its fields in the table's order; it is of use only where no problem was added.
 */
export function checkObject(
  schema: ObjectField,
  value: JsonObject,
  context: ProviderValidation,
  path: string[],
  problems: Problem[],
): JsonObject {
  checkNames(schema, value, path, problems);
  const checked: JsonObject = {};
  for (const [name, field] of Object.entries(schema.fields)) {
    const given = Object.hasOwn(value, name) ? value[name] : null;
    const result = checkField(field, given ?? null, context, [...path, name], problems);
    if (result !== null) checked[name] = result;
  }
  if (schema.choice !== undefined) checkChoice(schema.choice, value, context, path, problems);
  if (schema.also !== undefined) problems.push(...schema.also(value, context, path));
  return checked;
}

function checkField(
  field: Field,
  value: Json,
  context: ProviderValidation,
  path: string[],
  problems: Problem[],
): Json | null {
  if (value === null) {
    if (field.required === true) problems.push({ path, message: "is needed." });
    return field.type === "text" ? (field.default ?? null) : null;
  }
  if (context.byMember && field.adminsOnly !== undefined) {
    problems.push({ path, message: `is for platform admins only: ${field.adminsOnly}` });
    return null;
  }
  switch (field.type) {
    case "text":
      return checkText(field, value, context, path, problems);
    case "integer":
      return checkInteger(field, value, path, problems);
    case "texts":
      return checkTexts(field, value, path, problems);
    case "reference":
      return checkReference(field, value, context, path, problems);
    case "object":
      if (!isJsonObject(value)) {
        problems.push({ path, message: `must be an object with ${list(Object.keys(field.fields))}.` });
        return null;
      }
      return checkObject(field, value, context, path, problems);
  }
}

function checkNames(schema: ObjectField, value: JsonObject, path: string[], problems: Problem[]): void {
  const known = Object.keys(schema.fields);
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(schema.fields, name));
  for (const name of unknown.slice(0, MAX_UNKNOWN_FIELDS)) {
    const credentials = path.length > 0 ? " Credentials are never given here, only the Secrets that hold them." : "";
    const message = `is not a field that is known here; known are ${list(known)}.${credentials}`;
    problems.push({ path: [...path, shownName(name)], message });
  }
  const more = unknown.length - MAX_UNKNOWN_FIELDS;
  if (more > 0) problems.push({ path, message: `has ${more} more fields that are not known here.` });
}

function checkChoice(
  choice: Choice,
  value: JsonObject,
  context: ProviderValidation,
  path: string[],
  problems: Problem[],
): void {
  const given = choice.of.filter((name) => has(value, name));
  if (given.length > 1) {
    problems.push({ path, message: `may have only one of ${list(choice.of)}; given are ${list(given)}.` });
  }
  if (given.length > 0) return;
  if (choice.required) problems.push({ path, message: `needs exactly one of ${list(choice.of)}.` });
  else if (context.byMember && choice.requiredOfMembers !== undefined) {
    problems.push({ path, message: choice.requiredOfMembers });
  }
}

function checkText(
  field: TextField,
  value: Json,
  context: ProviderValidation,
  path: string[],
  problems: Problem[],
): string | null {
  const refuse = (message: string): null => {
    problems.push({ path, message });
    return null;
  };
  if (typeof value !== "string") return refuse(`must be text: ${field.mustBe}.`);
  if (value === "") return refuse("must not be empty; leave it out instead.");
  if (value.length > field.max) return refuse(`must not be longer than ${field.max} characters.`);
  if (field.parse !== undefined) {
    const parsed = field.parse(value, context);
    return "problem" in parsed ? refuse(parsed.problem) : parsed.value;
  }
  if (hasControlCharacters(value)) return refuse("must not have control characters.");
  const fits = field.oneOf?.includes(value) ?? field.pattern?.test(value) ?? true;
  return fits ? value : refuse(`must be ${field.mustBe}.`);
}

/** A SecretStore may refer to its own namespace only, which the operator takes by itself. */
function checkReference(
  field: ReferenceField,
  value: Json,
  context: ProviderValidation,
  path: string[],
  problems: Problem[],
): JsonObject | null {
  const { what, hint } = REFERRED_TO[field.to];
  if (context.byMember && field.to !== "secret") {
    problems.push({ path, message: `must not be ${what}: ${NOT_FOR_MEMBERS}` });
    return null;
  }
  const schema = referenceShape(field, context);
  if (!isJsonObject(value)) {
    problems.push({ path, message: `must be an object with ${Object.keys(schema.fields).join(", ")}: ${hint}.` });
    return null;
  }
  if (context.scope === "PROJECT" && has(value, "namespace")) {
    const message = "must be left out: a project's provider refers to its own namespace only.";
    problems.push({ path: [...path, "namespace"], message });
    return checkObject(schema, { ...value, namespace: null }, context, path, problems);
  }
  return checkObject(schema, value, context, path, problems);
}

function checkInteger(field: IntegerField, value: Json, path: string[], problems: Problem[]): number | null {
  if (typeof value === "number" && Number.isInteger(value) && value >= field.min && value <= field.max) return value;
  problems.push({ path, message: `must be a whole number from ${field.min} to ${field.max}.` });
  return null;
}

function checkTexts(field: TextListField, value: Json, path: string[], problems: Problem[]): string[] | null {
  const good = Array.isArray(value) && value.length > 0 && value.length <= field.maxItems;
  if (good && value.every((entry) => isGoodText(entry, field.max))) return value.filter((e) => typeof e === "string");
  problems.push({
    path,
    message: `must be a list of 1 to ${field.maxItems} texts of at most ${field.max} characters, without control characters.`,
  });
  return null;
}

function isGoodText(value: Json, max: number): boolean {
  return typeof value === "string" && value !== "" && value.length <= max && !hasControlCharacters(value);
}
