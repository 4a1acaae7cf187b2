import type { JsonObject } from "../../domain/json.js";
import type { ReadyCondition } from "../../domain/status/seen.js";
import { cleanMessage } from "../message.js";
import { isRecord } from "../object-guards.js";

/** A text of a status, or null where there is none. The empty text stays. */
export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

function conditionsOf(status: JsonObject | undefined): readonly unknown[] {
  const conditions: unknown = status?.["conditions"];
  return Array.isArray(conditions) ? conditions : [];
}

/** The condition `Ready`, its message cleaned. @param clean `cleanMessage`, that may remember what it was given before */
export function readyOf(status: JsonObject | undefined, clean: (text: string) => string): ReadyCondition | null {
  for (const ready of conditionsOf(status)) {
    if (!isRecord(ready) || ready["type"] !== "Ready") continue;
    const { message, reason, lastTransitionTime } = ready;
    return {
      status: clean(textOf(ready["status"]) ?? "Unknown"),
      reason: typeof reason === "string" ? clean(reason) : null,
      message: typeof message === "string" ? clean(message) : null,
      lastTransitionTime: textOf(lastTransitionTime),
    };
  }
  return null;
}

/** The conditions by which the namespace controller says why a namespace cannot finish going. */
const BLOCKING = new Set([
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
]);

/** Their messages, where they are True. */
export function blockersOf(status: JsonObject | undefined): readonly string[] {
  return conditionsOf(status).flatMap((condition) => {
    const { type } = isRecord(condition) ? condition : {};
    if (!isRecord(condition) || typeof type !== "string" || !BLOCKING.has(type) || condition["status"] !== "True")
      return [];
    return [cleanMessage(textOf(condition["message"]) ?? type)];
  });
}

/** `spec.finalizers` of a namespace, which are not those of its metadata. */
export function namespaceFinalizersOf(spec: JsonObject | undefined): string[] {
  const finalizers: unknown = spec?.["finalizers"];
  return Array.isArray(finalizers) ? finalizers.filter((finalizer) => typeof finalizer === "string") : [];
}
