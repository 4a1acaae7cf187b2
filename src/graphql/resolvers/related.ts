import { notFound } from "../../errors.js";
import type { BatchValues } from "../execution/batch.js";

interface Loads<V> {
  loadAll(ids: readonly (string | null)[]): Promise<readonly (V | null)[]> | readonly (V | null)[];
}

/**
 * What many things each lead to, where that may be nothing.
 * @param loader asked only where there is something to load: an answer that looks at no loader is the same for everybody
 */
export function related<V>(ids: readonly (string | null)[], loader: () => Loads<V>): BatchValues {
  return ids.every((id) => id === null) ? ids : loader().loadAll(ids);
}

/** The same where nothing can be missing but what went away between two reads: NOT_FOUND then, as `orGone` says for one. */
export function allOrGone<V>(kind: string, values: ReturnType<Loads<V>["loadAll"]>): BatchValues {
  const checked = (found: readonly (V | null)[]): readonly unknown[] =>
    found.includes(null) ? found.map((value) => value ?? notFound(kind)) : found;
  return values instanceof Promise ? values.then(checked) : checked(values);
}
