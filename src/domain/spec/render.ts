import { isJsonObject, type JsonObject } from "../json.js";
import type { SecretScope } from "../kinds.js";
import type { StoredSpec } from "../secret.js";
import { EXTERNAL_SECRET_SPEC } from "./operator-schema.js";
import { objectAt, own, withKey, without } from "./read.js";
import { complete } from "./shape.js";

/** Versions of external-secrets.io that are spoken; v1beta1 only where a cluster serves nothing newer. */
export type OperatorApiVersion = "v1" | "v1beta1";

/** Labels of every object of ours. They hold ids, never names: a label's value has at most 63 characters. */
export const LABELS = {
  installation: "secretariat.io/installation",
  assignment: "secretariat.io/assignment",
  provider: "secretariat.io/provider",
  project: "secretariat.io/project",
  managedBy: "app.kubernetes.io/managed-by",
} as const;
/** Changed to make the operator fetch again: it does so after a change of any annotation (ESO.md). */
export const FORCE_SYNC_ANNOTATION = "secretariat.io/force-sync";
/** The field manager of all our writes. */
export const FIELD_MANAGER = "secretariat";

/** What is applied for an assignment. Plain data, the same for the same input. */
export function renderExternalSecret(input: {
  apiVersion: OperatorApiVersion;
  namespace: string;
  name: string;
  /** Of the object that is to be changed; null: a new one. */
  uid: string | null;
  /** Null: no label of ours, for an adopted object before its first change. */
  ids: { installation: string; assignment: string } | null;
  /** `kindImplied`: a SecretStore that is named without its kind, as somebody wrote it. */
  store: { name: string; scope: SecretScope; kindImplied?: boolean };
  stored: StoredSpec;
  /** Null: no sync was ever forced. */
  forceSyncToken: string | null;
}): JsonObject {
  const { stored, ids, store } = input;
  const labels =
    ids === null ? stored.labels : { ...stored.labels, ...ours(ids.installation, "assignment", ids.assignment) };
  const annotations =
    input.forceSyncToken === null
      ? stored.annotations
      : { ...stored.annotations, [FORCE_SYNC_ANNOTATION]: input.forceSyncToken };
  return {
    apiVersion: `external-secrets.io/${input.apiVersion}`,
    kind: "ExternalSecret",
    metadata: metadata(input.name, input.namespace, input.uid, labels, annotations),
    spec: {
      ...specFor(input.apiVersion, ids === null ? stored.spec : withTemplate(stored)),
      secretStoreRef: {
        name: store.name,
        ...(store.kindImplied === true
          ? {}
          : { kind: store.scope === "ORGANIZATION" ? "ClusterSecretStore" : "SecretStore" }),
      },
    },
  };
}

/**
 * Without a template the operator copies the ExternalSecret's labels and annotations onto the native Secret, and writes it anew with each of them (ESO.md). What was
 * adopted so, keeps its author's; ours stay off.
 */
function withTemplate({ spec, labels, annotations }: StoredSpec): JsonObject {
  const target = objectAt(spec, "target");
  if (own(target, "template") !== undefined) return spec;
  const template = complete({ target: { template: { metadata: maps(labels, annotations) } } }, EXTERNAL_SECRET_SPEC);
  const filledIn = isJsonObject(template) ? objectAt(objectAt(template, "target"), "template") : {};
  return withKey(spec, "target", withKey(target, "template", filledIn));
}

/** Empty ones are left out: the operator's own updates would drop them. */
const maps = (labels: Record<string, string>, annotations: Record<string, string>): JsonObject => ({
  ...(Object.keys(labels).length > 0 ? { labels: { ...labels } } : {}),
  ...(Object.keys(annotations).length > 0 ? { annotations: { ...annotations } } : {}),
});

/** Operators that serve v1beta1 alone know no refresh policy and do what Periodic says; another one is sent, and refused by them openly. */
function specFor(apiVersion: OperatorApiVersion, spec: JsonObject): JsonObject {
  return apiVersion === "v1beta1" && own(spec, "refreshPolicy") === "Periodic"
    ? without(spec, ["refreshPolicy"])
    : spec;
}

/** What is applied for a managed provider: a ClusterSecretStore where `namespace` is null, else a SecretStore. */
export function renderStore(input: {
  apiVersion: OperatorApiVersion;
  name: string;
  namespace: string | null;
  uid: string | null;
  ids: { installation: string; provider: string };
  /** ProviderCatalog.renderStoreSpec. */
  spec: JsonObject;
}): JsonObject {
  return {
    apiVersion: `external-secrets.io/${input.apiVersion}`,
    kind: input.namespace === null ? "ClusterSecretStore" : "SecretStore",
    metadata: metadata(
      input.name,
      input.namespace,
      input.uid,
      ours(input.ids.installation, "provider", input.ids.provider),
      {},
    ),
    spec: input.spec,
  };
}

/** What is created for a project whose namespace is missing. */
export function renderNamespace(input: { name: string; ids: { installation: string; project: string } }): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: metadata(input.name, null, null, ours(input.ids.installation, "project", input.ids.project), {}),
  };
}

function ours(installation: string, kind: "assignment" | "provider" | "project", id: string): Record<string, string> {
  return { [LABELS.installation]: installation, [LABELS[kind]]: id, [LABELS.managedBy]: FIELD_MANAGER };
}

function metadata(
  name: string,
  namespace: string | null,
  uid: string | null,
  labels: Record<string, string>,
  annotations: Record<string, string>,
): JsonObject {
  return {
    name,
    ...(namespace === null ? {} : { namespace }),
    ...(uid === null ? {} : { uid }),
    ...maps(labels, annotations),
  };
}
