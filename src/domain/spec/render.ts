import type { JsonObject } from "../json.js";
import type { SecretScope } from "../kinds.js";
import type { StoredSpec } from "../secret.js";
import { own, without } from "./read.js";

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
  store: { name: string; scope: SecretScope };
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
      ...specFor(input.apiVersion, stored.spec),
      secretStoreRef: { name: store.name, kind: store.scope === "ORGANIZATION" ? "ClusterSecretStore" : "SecretStore" },
    },
  };
}

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
    ...(Object.keys(labels).length > 0 ? { labels: { ...labels } } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations: { ...annotations } } : {}),
  };
}
