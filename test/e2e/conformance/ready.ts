import type { JsonObject } from "../../../src/domain/json.js";
import { isObject } from "../support/raw-cluster.js";

/** The Ready condition of an object's status. */
export function readyOf(object: JsonObject): JsonObject | undefined {
  const { status } = object;
  const conditions = isObject(status) ? status["conditions"] : undefined;
  if (!Array.isArray(conditions)) return undefined;
  return conditions.filter(isObject).find(({ type }) => type === "Ready");
}
