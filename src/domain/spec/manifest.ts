import type { Problem } from "../../errors.js";
import { isJsonObject, type Json, type JsonObject } from "../json.js";
import { checkSecretName } from "../names.js";
import type { StoredSpec } from "../secret.js";
import type { RuleSettings } from "../settings.js";
import { jsonInput } from "./json-input.js";
import { readYaml } from "./manifest-yaml.js";
import { keptMetadata } from "./metadata.js";
import { EXTERNAL_SECRET_SPEC } from "./operator-schema.js";
import { objectAt, own, stringAt, withKey, without } from "./read.js";
import { complete, MAX_PROBLEMS } from "./shape.js";
import { checkSpec } from "./spec-rules.js";
import { isSubdomain } from "./syntax.js";

/** What a manifest says. */
export interface ParsedManifest {
  name: string;
  namespace: string | null;
  /** The store that must be a provider's; null only beside the problem that says so. */
  storeRef: { name: string; kind: "SecretStore" | "ClusterSecretStore" } | null;
  stored: StoredSpec;
}

/** A manifest that nothing may be written from. */
export interface RefusedManifest {
  problems: Problem[];
  /** As much as could be read, so that further rules can be checked at once; null: too little. */
  parsed: ParsedManifest | null;
}

const API_VERSIONS = ["external-secrets.io/v1", "external-secrets.io/v1beta1"];
const ROOT_FIELDS = new Set(["apiVersion", "kind", "metadata", "spec", "status"]);

/**
 * Reads one YAML document, an ExternalSecret of external-secrets.io/v1 or v1beta1 (DESIGN.md, "Manifests"). What a server fills in is ignored; defaults are filled in;
 * parts of `spec` that these rules do not know are kept, and the caller asks the clusters' CRDs for them.
 * @returns every problem at once, with paths from the document's root: `["spec", "data", "0", "secretKey"]`
 */
export function parseManifest(text: string, settings: RuleSettings): ParsedManifest | RefusedManifest {
  const problems: Problem[] = [];
  const document = readYaml(text, settings, problems);
  if (document === null) return { problems, parsed: null };

  if (!API_VERSIONS.includes(stringAt(document, "apiVersion") ?? ""))
    problems.push({ path: ["apiVersion"], message: `This must be ${API_VERSIONS.join(" or ")}.` });
  if (own(document, "kind") !== "ExternalSecret")
    problems.push({ path: ["kind"], message: "This must be ExternalSecret." });
  for (const key of Object.keys(document))
    if (!ROOT_FIELDS.has(key)) problems.push({ path: [key], message: "An ExternalSecret has no such field." });

  const metadata = objectAt(document, "metadata");
  const name = stringAt(metadata, "name");
  if (name === null) problems.push({ path: ["metadata", "name"], message: "A name is needed." });
  else problems.push(...checkSecretName(name, ["metadata", "name"]));
  const namespace = own(metadata, "namespace");
  if (namespace !== undefined && typeof namespace !== "string")
    problems.push({ path: ["metadata", "namespace"], message: "This must be a string; put it in quotes." });

  const given = own(document, "spec");
  // jsonInput also takes out nulls, which mean "not given" to Kubernetes.
  const spec = isJsonObject(given) ? jsonInput(given, settings, ["spec"], problems) : undefined;
  if (!isJsonObject(given)) problems.push({ path: ["spec"], message: "This is needed, and must be an object." });
  const stored: StoredSpec = {
    spec: isJsonObject(spec) ? completed(without(spec, ["secretStoreRef"]), name) : {},
    labels: stringMap(metadata, "labels", problems),
    annotations: stringMap(metadata, "annotations", problems),
  };
  let storeRef: ParsedManifest["storeRef"] = null;
  if (isJsonObject(spec)) {
    storeRef = readStoreRef(spec, problems);
    problems.push(...checkSpec(stored, name ?? "unnamed", settings));
  }
  const parsed =
    name === null
      ? null
      : { name, namespace: typeof namespace === "string" && namespace !== "" ? namespace : null, storeRef, stored };
  return parsed === null || problems.length > 0 ? { problems: problems.slice(0, MAX_PROBLEMS), parsed } : parsed;
}

/** Every default of the CRD, and the native Secret's name, which the CRD leaves to the operator. */
function completed(spec: JsonObject, name: string | null): JsonObject {
  const whole = complete(spec, EXTERNAL_SECRET_SPEC);
  if (!isJsonObject(whole)) return spec;
  const target = objectAt(whole, "target");
  if (
    !isJsonObject(own(whole, "target")) ||
    own(target, "name") !== undefined ||
    name === null ||
    checkSecretName(name, []).length > 0
  )
    return whole;
  return withKey(whole, "target", withKey(target, "name", name));
}

function stringMap(metadata: JsonObject, key: string, problems: Problem[]): Record<string, string> {
  const path = ["metadata", key];
  const value = own(metadata, key);
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) {
    problems.push({ path, message: "This must be a map from strings to strings." });
    return {};
  }
  const entries: [string, string][] = [];
  for (const [inner, text] of Object.entries<Json>(value)) {
    if (typeof text === "string") entries.push([inner, text]);
    else problems.push({ path: [...path, inner], message: "The value must be a string; put it in quotes." });
  }
  return keptMetadata(Object.fromEntries(entries));
}

function readStoreRef(spec: JsonObject, problems: Problem[]): ParsedManifest["storeRef"] {
  const path = ["spec", "secretStoreRef"];
  const ref = own(spec, "secretStoreRef");
  if (!isJsonObject(ref)) {
    problems.push({
      path,
      message: "Name the store of a provider here: `name`, and `kind` SecretStore or ClusterSecretStore.",
    });
    return null;
  }
  for (const key of Object.keys(ref))
    if (key !== "name" && key !== "kind")
      problems.push({ path: [...path, key], message: "A store reference has `name` and `kind` only." });
  const name = stringAt(ref, "name");
  if (name === null || name.length > 253 || !isSubdomain(name))
    problems.push({ path: [...path, "name"], message: "Name the store of a provider here (a DNS-1123 subdomain)." });
  const kind = own(ref, "kind") ?? "SecretStore";
  if (kind !== "SecretStore" && kind !== "ClusterSecretStore") {
    problems.push({ path: [...path, "kind"], message: "This must be SecretStore or ClusterSecretStore." });
    return null;
  }
  return name === null ? null : { name, kind };
}
