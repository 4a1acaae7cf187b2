import type { Problem } from "../../errors.js";
import { isJsonObject, type Json, type JsonObject } from "../json.js";
import { checkSecretName } from "../names.js";
import type { SecretTargetInput } from "../ports/desired-state.js";
import type { StoredSpec } from "../secret.js";
import type { RuleSettings } from "../settings.js";
import { jsonInput } from "./json-input.js";
import { TEMPLATE_INPUT } from "./operator-schema.js";
import { objectAt, own, stringAt, withKey, without } from "./read.js";
import { unknownPaths } from "./shape.js";
import { CREATION_POLICY, DEFAULT_SECRET_TYPE, DELETION_POLICY } from "./vocabulary.js";

/** Every field of a target set back to its default. */
export const TARGET_DEFAULTS = {
  name: null,
  type: null,
  creationPolicy: null,
  deletionPolicy: null,
  immutable: null,
  template: null,
  labels: null,
  annotations: null,
} as const satisfies SecretTargetInput;
/** With these the Secret is made by somebody else, or by nobody: it keeps the type that it has. */
const FOREIGN_SECRET = new Set<Json | undefined>(["Merge", "CreateOrMerge", "None"]);

/**
 * `spec.target` after typed input was laid over it; defaults that the CRD knows are filled in later.
 * @param current `spec` is the target's, labels and annotations are the ExternalSecret's
 * @param input undefined: stays; null: all of it back to the default
 */
export function buildTarget(
  name: string,
  current: StoredSpec,
  input: SecretTargetInput | null | undefined,
  settings: RuleSettings,
  problems: Problem[],
): JsonObject {
  const fields: SecretTargetInput = input === null ? TARGET_DEFAULTS : (input ?? {});
  let target = current.spec;
  if (fields.name !== undefined) target = withKey(target, "name", fields.name ?? undefined);
  if (fields.creationPolicy !== undefined)
    target = withKey(target, "creationPolicy", CREATION_POLICY.toOperator(fields.creationPolicy ?? "OWNER"));
  if (fields.deletionPolicy !== undefined)
    target = withKey(target, "deletionPolicy", DELETION_POLICY.toOperator(fields.deletionPolicy ?? "RETAIN"));
  if (fields.immutable !== undefined)
    target = withKey(target, "immutable", fields.immutable === true ? true : undefined);
  // A bad name is one problem, said of the secret's name.
  if (own(target, "name") === undefined && checkSecretName(name, []).length === 0)
    target = withKey(target, "name", name);

  let template = templateBefore(current);
  if (fields.template !== undefined) {
    const kept = { ...pick(template, "type"), ...pick(template, "metadata") };
    template = { ...kept, ...templateInput(fields.template, settings, problems) };
  }
  let metadata = objectAt(template, "metadata");
  for (const key of ["labels", "annotations"] as const) {
    if (fields[key] === undefined) continue;
    metadata = withKey(metadata, key, jsonInput(fields[key], settings, ["target", key], problems));
  }
  template = withKey(template, "metadata", metadata);
  if (fields.type !== undefined) template = withKey(template, "type", fields.type ?? DEFAULT_SECRET_TYPE);
  // The operator keeps the type of an existing Secret where none is said: said, a change back to Opaque fails openly; unsaid, a Secret of another type can be merged into.
  if (fields.type !== undefined || fields.creationPolicy !== undefined) {
    const type = stringAt(template, "type");
    const foreign = FOREIGN_SECRET.has(own(target, "creationPolicy"));
    if (foreign && type === DEFAULT_SECRET_TYPE) template = without(template, ["type"]);
    if (!foreign && type === null) template = withKey(template, "type", DEFAULT_SECRET_TYPE);
  }
  return withKey(target, "template", template);
}

/**
 * The template as it is. An adopted object may have none, and then the operator copies the ExternalSecret's labels and annotations onto the Secret; they are written
 * down here, so that they stay there and ours, which come now, do not.
 */
function templateBefore(current: StoredSpec): JsonObject {
  if (own(current.spec, "template") !== undefined) return objectAt(current.spec, "template");
  return { metadata: { labels: { ...current.labels }, annotations: { ...current.annotations } } };
}

function templateInput(input: unknown, settings: RuleSettings, problems: Problem[]): JsonObject {
  const path = ["target", "template"];
  const template = jsonInput(input, settings, path, problems);
  if (template === undefined) return {};
  if (!isJsonObject(template)) {
    problems.push({ path, message: "This must be an object." });
    return {};
  }
  if (own(template, "type") !== undefined)
    problems.push({ path: [...path, "type"], message: "Give the type in the field `type` of the target." });
  if (own(template, "metadata") !== undefined)
    problems.push({
      path: [...path, "metadata"],
      message: "Give labels and annotations in the fields `labels` and `annotations` of the target.",
    });
  const known = without(template, ["type", "metadata"]);
  for (const unknown of unknownPaths(known, TEMPLATE_INPUT))
    problems.push({
      path: [...path, ...unknown],
      message: `This is no known part of a template; known are ${Object.keys(TEMPLATE_INPUT.fields).join(", ")}.`,
    });
  return known;
}

const pick = (object: JsonObject, key: string): JsonObject => {
  const value = own(object, key);
  return value === undefined ? {} : { [key]: value };
};
