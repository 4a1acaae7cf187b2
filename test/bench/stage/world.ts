import { renderExternalSecret } from "../../../src/domain/spec/render.js";
import { buildSpec } from "../../../src/domain/spec/build-spec.js";
import { DEFAULT_RULE_SETTINGS } from "../../../src/domain/settings.js";
import type { JsonObject } from "../../../src/domain/json.js";
import type { StoredSpec } from "../../../src/domain/secret.js";

/** How large a world is, the same for the database and for the API server. Assignment i is secret i % secrets in project i / secrets. */
export interface WorldSize {
  /** The value of our label; the database's installation. */
  installation: string;
  secrets: number;
  projects: number;
}

export const STORE = "bench-vault";

export const assignmentCount = ({ secrets, projects }: WorldSize): number => secrets * projects;

type Kind = "project" | "secret" | "assignment" | "provider" | "target" | "object" | "namespace";
const KINDS: readonly Kind[] = ["project", "secret", "assignment", "provider", "target", "object", "namespace"];

/** The same id in the database and in the cluster. */
export const idOf = (kind: Kind, index: number): string =>
  `${(KINDS.indexOf(kind) + 1).toString(16).padStart(8, "0")}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;

export const projectName = (index: number): string => `team-${index}`;
export const secretName = (index: number): string => `secret-${index}`;

export function storedSpec(index: number): StoredSpec {
  const { stored, problems } = buildSpec(
    secretName(index),
    { data: [{ secretKey: "password", remoteKey: `app/${index}`, property: "password", decodingStrategy: "NONE" }] },
    DEFAULT_RULE_SETTINGS,
  );
  if (stored === null || problems.length > 0) throw new Error(`no spec: ${JSON.stringify(problems)}`);
  return stored;
}

/** An ExternalSecret as we applied it and the operator answered, about 2.4 KB. @param synced false: the operator says that the native Secret was deleted */
export function liveObject(
  { installation, secrets }: WorldSize,
  index: number,
  version: number,
  synced = true,
): JsonObject {
  const secret = index % secrets;
  const rendered = renderExternalSecret({
    apiVersion: "v1",
    namespace: projectName(Math.floor(index / secrets)),
    name: secretName(secret),
    uid: idOf("object", index),
    ids: { installation, assignment: idOf("assignment", index) },
    store: { name: STORE, scope: "ORGANIZATION" },
    stored: storedSpec(secret),
    forceSyncToken: null,
  });
  const time = new Date(Date.UTC(2026, 10, 24) + (index % 86_400) * 1000).toISOString().replace(".000", "");
  const { metadata } = rendered;
  return {
    ...rendered,
    metadata: {
      ...(typeof metadata === "object" && metadata !== null && !Array.isArray(metadata) ? metadata : {}),
      creationTimestamp: time,
      generation: 1,
      resourceVersion: String(version),
      finalizers: ["externalsecrets.external-secrets.io/externalsecret-cleanup"],
      managedFields: managedFields(time),
    },
    status: {
      binding: { name: secretName(secret) },
      conditions: [
        {
          lastTransitionTime: time,
          message: synced ? "secret synced" : "secret deleted due to DeletionPolicy",
          reason: synced ? "SecretSynced" : "SecretDeleted",
          status: "True",
          type: "Ready",
        },
      ],
      refreshTime: time,
      syncedResourceVersion: `1-${(index * 7919).toString(16).padStart(56, "a")}`,
    },
  };
}

function managedFields(time: string): JsonObject[] {
  const own = { apiVersion: "external-secrets.io/v1", fieldsType: "FieldsV1", time };
  return [
    {
      ...own,
      manager: "secretariat",
      operation: "Apply",
      fieldsV1: {
        "f:metadata": {
          "f:labels": {
            "f:app.kubernetes.io/managed-by": {},
            "f:secretariat.io/assignment": {},
            "f:secretariat.io/installation": {},
          },
        },
        "f:spec": {
          "f:data": {},
          "f:refreshInterval": {},
          "f:refreshPolicy": {},
          "f:secretStoreRef": { "f:kind": {}, "f:name": {} },
          "f:target": {
            "f:creationPolicy": {},
            "f:deletionPolicy": {},
            "f:name": {},
            "f:template": { "f:metadata": {} },
          },
        },
      },
    },
    {
      ...own,
      manager: "external-secrets",
      operation: "Update",
      fieldsV1: {
        "f:metadata": {
          "f:finalizers": { ".": {}, 'v:"externalsecrets.external-secrets.io/externalsecret-cleanup"': {} },
        },
      },
    },
    {
      ...own,
      manager: "external-secrets",
      operation: "Update",
      subresource: "status",
      fieldsV1: {
        "f:status": {
          ".": {},
          "f:binding": { ".": {}, "f:name": {} },
          "f:conditions": {},
          "f:refreshTime": {},
          "f:syncedResourceVersion": {},
        },
      },
    },
  ];
}

export function liveNamespace(index: number, version: number): JsonObject {
  return namespace(projectName(index), idOf("namespace", index), version);
}
export const KUBE_SYSTEM = namespace("kube-system", "99999999-0000-4000-8000-000000000000", 1);

function namespace(name: string, uid: string, version: number): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, uid, resourceVersion: String(version), creationTimestamp: "2026-11-24T00:00:00Z" },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}

export function liveStore(version: number): JsonObject {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: {
      name: STORE,
      uid: "88888888-0000-4000-8000-000000000000",
      resourceVersion: String(version),
      generation: 1,
      creationTimestamp: "2026-11-24T00:00:00Z",
    },
    spec: { provider: { vault: { server: "https://vault.example.com", path: "secret" } } },
    status: {
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "Valid",
          message: "store validated",
          lastTransitionTime: "2026-11-24T00:00:00Z",
        },
      ],
    },
  };
}
