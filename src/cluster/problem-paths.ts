import { isJsonObject, type Json } from "../domain/json.js";
import type { Problem } from "../errors.js";
import { isTypedPatchFailure, type KubernetesError } from "./kubernetes-error.js";

/**
 * A field as the API server names it, as a path from the object.
 * @param field `spec.data[0].secretKey`, `.spec.refreshInterval` (of apply conflicts), `spec.target.template.data[a.b]`
 */
function pathOfField(field: string): string[] {
  const path: string[] = [];
  for (const [, name, index] of field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/gu)) {
    const part = name ?? index ?? "";
    if (part !== "" && part !== "<nil>") path.push(part.replaceAll(/^"|"$/gu, ""));
  }
  return path;
}

/** What the API server refuses in an object, one problem for each cause. Paths lead from the object. */
export function problemsOf(error: KubernetesError): Problem[] {
  if (error.causes.length > 0) {
    return error.causes.map(({ field, message, reason }) => ({
      path: pathOfField(field),
      message: message || reason || error.message,
    }));
  }
  if (isTypedPatchFailure(error)) {
    const fields = [...error.message.matchAll(/\.(spec[^\s:]*): ([^.]+?)(?=\s+\.spec|$)/gu)];
    if (fields.length > 0) return fields.map(([, field = "", message = ""]) => ({ path: pathOfField(field), message }));
  }
  return [{ path: [], message: error.message }];
}

/** The paths to everything in a JSON object that is no object itself, and to empty ones. */
export function leavesOf(value: Json, path: string[] = []): string[][] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, child]) => leavesOf(child, [...path, key]));
}

/** What two lists of paths both cover: where one leads further than the other, the longer path. */
export function commonPaths(one: readonly string[][], other: readonly string[][]): string[][] {
  return one.flatMap((a) =>
    other.flatMap((b) => {
      const longer = a.length <= b.length ? b : a;
      return isOnOneWay(a, b) ? [longer] : [];
    }),
  );
}

/** Whether one of two paths leads to or through the other's end. */
export function isOnOneWay(a: readonly string[], b: readonly string[]): boolean {
  const [shorter, longer] = a.length <= b.length ? [a, b] : [b, a];
  return shorter.every((part, index) => part === longer[index]);
}
