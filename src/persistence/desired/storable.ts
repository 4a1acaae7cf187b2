import { isStorable } from "../../domain/spec/syntax.js";
import type { Problem } from "../../errors.js";

/**
 * What PostgreSQL's jsonb cannot hold, anywhere in a value: the NUL character, and halves of surrogate pairs. Told before it becomes a failed statement.
 * @param path where `value` stands in the input
 */
export function checkStorable(value: unknown, path: readonly string[]): Problem[] {
  if (typeof value === "string") return isStorable(value) ? [] : [problem(path, "This text")];
  if (Array.isArray(value)) return value.flatMap((item, i) => checkStorable(item, [...path, String(i)]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    isStorable(key) ? checkStorable(item, [...path, key]) : [problem(path, "A key of this object")],
  );
}

const problem = (path: readonly string[], what: string): Problem => ({
  path: [...path],
  message: `${what} contains a NUL character or half of a surrogate pair, which cannot be stored.`,
});
