import type { KubernetesObject } from "./kubernetes-object.js";

/** Whether a value is a JSON object (not null, not a list). */
export const isRecord = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Whether an answer is an object as the API server makes them. Only what everything here relies on is looked at, since every event passes through;
 * the API server has validated the rest.
 */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  if (!isRecord(value)) return false;
  const { metadata } = value;
  return (
    isRecord(metadata) &&
    typeof metadata["name"] === "string" &&
    typeof metadata["uid"] === "string" &&
    typeof metadata["resourceVersion"] === "string"
  );
}
