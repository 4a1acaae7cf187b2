import type { Problem } from "../../errors.js";
import type { Json } from "../json.js";
import { isStorable } from "./syntax.js";

/**
 * Takes a JSON argument in: checks that it is plain JSON, at most `maxJsonBytes` and `maxJsonDepth` levels, and copies it without its nulls (which mean
 * "not given" to Kubernetes).
 * @returns undefined where it is null or wrong
 */
export function jsonInput(
  value: unknown,
  limits: { maxJsonBytes: number; maxJsonDepth: number },
  path: string[],
  problems: Problem[],
): Json | undefined {
  let bytes = 0;
  let message: string | null = null;
  const copy = (part: unknown, depth: number): Json | undefined => {
    if (message !== null || part === null || part === undefined) return undefined;
    // Every part costs at least its comma, so that a long list of nothings is measured too.
    bytes += 1;
    if (typeof part === "boolean") return part;
    if (typeof part === "number" && Number.isFinite(part)) {
      bytes += 1;
      return part;
    }
    if (typeof part === "string") {
      bytes += Buffer.byteLength(part) + 2;
      if (!isStorable(part)) message = "This contains a NUL character or half of a surrogate pair.";
      return part;
    }
    if (bytes > limits.maxJsonBytes) return undefined;
    if (depth >= limits.maxJsonDepth) {
      message = `This has more than ${limits.maxJsonDepth} levels.`;
      return undefined;
    }
    if (Array.isArray(part)) {
      const items: Json[] = [];
      for (const item of part) items.push(copy(item, depth + 1) ?? null);
      return items;
    }
    if (!isPlainObject(part)) {
      message = "This is not JSON.";
      return undefined;
    }
    const entries: [string, Json][] = [];
    for (const [key, inner] of Object.entries(part)) {
      bytes += Buffer.byteLength(key) + 3;
      if (!isStorable(key)) message = "A key contains a NUL character or half of a surrogate pair.";
      const done = copy(inner, depth + 1);
      if (done !== undefined) entries.push([key, done]);
    }
    return Object.fromEntries(entries);
  };
  const result = copy(value, 0);
  if (bytes > limits.maxJsonBytes) message = `This has more than ${limits.maxJsonBytes} bytes.`;
  if (message === null) return result;
  problems.push({ path, message });
  return undefined;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
