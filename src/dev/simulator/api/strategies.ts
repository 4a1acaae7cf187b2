import { type FieldProblem, invalid } from "../api-error.js";
import { type JsonObject, at, text, without } from "../json.js";
import { type KubeObject, nameOf, namespaceOf, toKubeObject } from "../kube-object.js";
import type { ResourceType } from "../resources.js";
import { metadataProblems } from "../schema/metadata.js";
import { secretProblems } from "../schema/secret-rules.js";
import { schemaProblems } from "../schema/validate.js";
import { admitExternalSecret } from "../webhook.js";

interface Settings {
  webhook: boolean;
}

/** A new object with what the server fills in, validated. @throws ApiError 422, 403 */
export function prepareCreate(type: ResourceType, object: KubeObject, settings: Settings): KubeObject {
  let fresh = object;
  if (type.subresources.includes("status")) fresh = toKubeObject(without(fresh, "status"));
  if (type.plural === "namespaces") {
    fresh = { ...fresh, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } };
  }
  validate(type, fresh, settings, undefined);
  return fresh;
}

/**
 * A changed object with what the request may not change put back, validated.
 *
 * @throws ApiError 422, 403
 */
export function prepareUpdate(
  type: ResourceType,
  existing: KubeObject,
  sent: KubeObject,
  subresource: string,
  settings: Settings,
): KubeObject {
  if (subresource === "status") {
    const status = sent["status"];
    const next = toKubeObject(status === undefined ? without(existing, "status") : { ...existing, status });
    validate(type, next, { webhook: false }, existing);
    return next;
  }
  const kept: JsonObject = {};
  for (const field of [
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "name",
    "namespace",
  ]) {
    const value = existing.metadata[field];
    if (value !== undefined) kept[field] = value;
  }
  const metadata = {
    ...without(
      sent.metadata,
      "uid",
      "creationTimestamp",
      "deletionTimestamp",
      "deletionGracePeriodSeconds",
      "selfLink",
    ),
    ...kept,
  };
  let next: KubeObject = { ...sent, metadata };
  if (type.subresources.includes("status")) {
    const status = existing["status"];
    next = toKubeObject(status === undefined ? without(next, "status") : { ...next, status });
  }
  if (type.plural === "namespaces") {
    // spec.finalizers change by the subresource finalize alone.
    if (subresource !== "finalize") next = { ...next, spec: existing["spec"] ?? {} };
  }
  validate(type, next, settings, existing);
  return next;
}

function validate(type: ResourceType, object: KubeObject, settings: Settings, existing: KubeObject | undefined): void {
  const problems = [...metadataProblems(type, object)];
  if (type.custom) {
    for (const part of ["spec", "status"]) {
      const value = object[part];
      const schema = type.schema.properties?.[part];
      if (value !== undefined && schema !== undefined) problems.push(...schemaProblems(value, schema, part));
    }
  }
  if (type.plural === "secrets") problems.push(...secretProblems(object, existing));
  if (type.plural === "events") problems.push(...eventProblems(object));
  if (problems.length > 0) throw invalid(type, nameOf(object), problems);
  if (settings.webhook && type.plural === "externalsecrets" && at(object.metadata, "deletionTimestamp") === undefined)
    admitExternalSecret(object);
}

function eventProblems(object: KubeObject): FieldProblem[] {
  const involved = text(object, "involvedObject", "namespace");
  const own = namespaceOf(object);
  if (involved === own || (involved === "" && (own === "default" || own === "kube-system"))) return [];
  return [
    {
      field: "involvedObject.namespace",
      reason: "FieldValueInvalid",
      message: `Invalid value: ${JSON.stringify(involved)}: does not match event.namespace`,
    },
  ];
}
