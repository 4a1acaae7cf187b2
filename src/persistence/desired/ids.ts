import { badUserInput, type ExpectedError, notFound } from "../../errors.js";
import type { RuleSettings } from "../../domain/settings.js";
import { isUuid } from "../read/input.js";

/**
 * The ids, each once, in their first order.
 * @throws NOT_FOUND where one cannot be an id of ours: nothing can be seen by it
 */
export function knownForm(kind: string, ids: readonly string[]): string[] {
  if (!ids.every(isUuid)) throw notFound(kind);
  return [...new Set(ids)];
}

/** @throws BAD_USER_INPUT where an argument holds more entries than the bound, before any of them is looked at */
export function boundedList(list: readonly unknown[] | null | undefined, path: string[], settings: RuleSettings): void {
  const most = settings.maxIdsPerArgument;
  const count = list?.length ?? 0;
  if (count > most) throw tooMany(count, most, path);
}

const tooMany = (count: number, most: number, path: string[]): ExpectedError =>
  badUserInput([
    { path, message: `There are ${count} entries; at most ${most} are allowed. Send them in several parts.` },
  ]);
