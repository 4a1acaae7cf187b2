import { isJsonObject, type JsonObject } from "../../src/domain/json.js";
import type { SimulatedCluster } from "../../src/dev/simulator/index.js";
import type { NamedId } from "./scene.js";

/** One secret in one project. */
export interface Place {
  project: { name: string };
  secret: { name: string };
}

export const objectOf = (cluster: SimulatedCluster, { project, secret }: Place) =>
  cluster.store.get("externalsecrets", project.name, secret.name);

export const nativeOf = (cluster: SimulatedCluster, { project, secret }: Place) =>
  cluster.store.get("secrets", project.name, secret.name);

/** What stands at a path of an object; undefined where nothing does. */
export const at = (object: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    object,
  );

/** The object that stands under a key; an empty one where none does. */
export function partOf(object: JsonObject | undefined, key: string): JsonObject {
  const part = object?.[key];
  return isJsonObject(part) ? part : {};
}

export const isTerminating = (object: unknown): boolean => at(object, "metadata", "deletionTimestamp") !== undefined;

export function labelsOf(object: unknown): Record<string, string> {
  const labels = at(object, "metadata", "labels");
  if (typeof labels !== "object" || labels === null) return {};
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]));
}

/** Field managers, each once. */
export function managersOf(object: unknown): string[] {
  const entries = at(object, "metadata", "managedFields");
  const names = Array.isArray(entries) ? entries.map((entry: unknown) => String(at(entry, "manager"))) : [];
  return [...new Set(names)].sort();
}

/** An ExternalSecret as somebody else writes it. */
export function externalSecret(
  namespace: string,
  name: string,
  of: { store: NamedId; key: string; refreshInterval?: string; labels?: Record<string, string> },
): JsonObject {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace, ...(of.labels === undefined ? {} : { labels: of.labels }) },
    spec: {
      refreshInterval: of.refreshInterval ?? "1h0m0s",
      secretStoreRef: { name: of.store.name, kind: "ClusterSecretStore" },
      target: { name, template: { metadata: {} } },
      data: [{ secretKey: "password", remoteRef: { key: of.key, property: "password" } }],
    },
  };
}
