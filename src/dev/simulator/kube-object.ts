import { type Json, type JsonObject, at, isObject, text } from "./json.js";

/** A Kubernetes object as it is stored and sent. */
export interface KubeObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: JsonObject;
}

/** Makes a KubeObject of a JSON object, with empty parts where they are missing. */
export function toKubeObject(value: JsonObject): KubeObject {
  const metadata = value["metadata"];
  return {
    ...value,
    apiVersion: text(value, "apiVersion"),
    kind: text(value, "kind"),
    metadata: isObject(metadata) ? metadata : {},
  };
}

/** metadata.name */
export const nameOf = (object: KubeObject): string => text(object.metadata, "name");
/** metadata.namespace, "" for what is cluster-scoped */
export const namespaceOf = (object: KubeObject): string => text(object.metadata, "namespace");
/** metadata.uid */
export const uidOf = (object: KubeObject): string => text(object.metadata, "uid");
/** metadata.resourceVersion */
export const versionOf = (object: KubeObject): string => text(object.metadata, "resourceVersion");
/** metadata.generation, 0 where the resource has none */
export function generationOf(object: KubeObject): number {
  const found = at(object.metadata, "generation");
  return typeof found === "number" ? found : 0;
}
/** Whether the object is going away. */
export const isTerminating = (object: KubeObject): boolean => text(object.metadata, "deletionTimestamp") !== "";
/** metadata.finalizers */
export function finalizersOf(object: KubeObject): string[] {
  const found = at(object.metadata, "finalizers");
  return Array.isArray(found) ? found.filter((entry): entry is string => typeof entry === "string") : [];
}

/** The object with some metadata fields set; undefined removes a field. */
export function withMetadata(object: KubeObject, fields: Record<string, Json | undefined>): KubeObject {
  const metadata: JsonObject = { ...object.metadata };
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) delete metadata[key];
    else metadata[key] = value;
  }
  return { ...object, metadata };
}

/** RFC 3339 with seconds, as metav1.Time writes it. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
