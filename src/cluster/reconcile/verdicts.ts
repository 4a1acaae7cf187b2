import type { Verdict } from "../../domain/ports/cluster-state.js";

/** Milliseconds after which an unchanged verdict is written again with whatever else of the row changes, so that `observedAt` says when it was last seen to be true. */
const CONFIRM_AFTER = 60_000;
/** The same where nothing else changes: tens of thousands of rows that are as they were must not cost a write each whenever everything is looked at. */
const CONFIRM_ALONE_AFTER = 24 * 3_600_000;

/**
 * What of a verdict is to be written; undefined: nothing, the row says the same and said so a moment ago.
 * @param looked the cluster was asked, or its watches show it: the verdict is no guess of before
 * @param alone nothing else of the row is to be written
 */
export function verdictToWrite<S extends string>(
  judged: Verdict<S> | "gone",
  row: { current: Verdict<S>; observedAt: number | null; now: number },
  looked: boolean,
  alone: boolean,
): Verdict<S> | "gone" | undefined {
  if (judged === "gone" || !sameVerdict(judged, row.current)) return judged;
  const confirmed = row.observedAt !== null && row.now - row.observedAt < (alone ? CONFIRM_ALONE_AFTER : CONFIRM_AFTER);
  return looked && !confirmed ? judged : undefined;
}

/** Whether two verdicts say the same to whoever reads them. */
export const sameVerdict = (a: Verdict<string>, b: Verdict<string>): boolean =>
  a.status === b.status && a.reason === b.reason && a.message === b.message;
