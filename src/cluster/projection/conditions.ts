import { foreignText } from "../../domain/foreign-text.js";
import type { JsonObject } from "../../domain/json.js";
import type { ReadyCondition } from "../../domain/status/seen.js";
import { isRecord } from "../object-guards.js";

/** A text of a status, or null where there is none. The empty text stays. */
export const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

const MAX_PLAIN = 256;

/** A text that is kept in the database: whoever may write a status could put anything there. Null for what the operator would not write. */
export function plainTextOf(value: unknown): string | null {
  return typeof value === "string" && value.length <= MAX_PLAIN && /^[\x20-\x7e]*$/u.test(value) ? value : null;
}

function conditionsOf(status: JsonObject | undefined): readonly unknown[] {
  const conditions: unknown = status?.["conditions"];
  return Array.isArray(conditions) ? conditions : [];
}

/** The condition `Ready`, its message cleaned. @param clean `foreignText`, that may remember what it was given before */
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
    return [foreignText(textOf(condition["message"]) ?? type)];
  });
}

/** `spec.finalizers` of a namespace, which are not those of its metadata. */
export function namespaceFinalizersOf(spec: JsonObject | undefined): string[] {
  const finalizers: unknown = spec?.["finalizers"];
  return Array.isArray(finalizers) ? finalizers.filter((finalizer) => typeof finalizer === "string") : [];
}
