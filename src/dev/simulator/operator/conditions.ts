import { type Json, type JsonObject, isObject, text } from "../json.js";

/** A condition to set; its lastTransitionTime is worked out. */
export interface NewCondition {
  type: string;
  status: "True" | "False";
  reason: string;
  message: string;
}

/**
 * The conditions with one set: an identical one stays as it is; lastTransitionTime moves only when the status changes.
 *
 * @param now - RFC 3339
 */
export function setCondition(conditions: Json[], next: NewCondition, now: string): Json[] {
  const current = conditions.find((each) => text(each, "type") === next.type);
  const sameStatus = current !== undefined && text(current, "status") === next.status;
  if (sameStatus && text(current, "reason") === next.reason && text(current, "message") === next.message)
    return conditions;
  const since = sameStatus ? text(current, "lastTransitionTime") : now;
  const condition: JsonObject = {
    lastTransitionTime: since,
    message: next.message,
    reason: next.reason,
    status: next.status,
    type: next.type,
  };
  return [...conditions.filter((each) => text(each, "type") !== next.type), condition];
}

/** The condition of a type. */
export function conditionOf(conditions: Json[], type: string): JsonObject | undefined {
  return conditions.filter(isObject).find((each) => text(each, "type") === type);
}
