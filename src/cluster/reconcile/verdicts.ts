import type { Verdict } from "../../domain/ports/cluster-state.js";

/** Milliseconds after which an unchanged verdict is written again, so that `observedAt` says when it was last seen to be true. */
const CONFIRM_AFTER = 60_000;

/**
 * What of a verdict is to be written; undefined: nothing, the row says the same and said so a moment ago.
 * @param looked the cluster was asked, or its watches show it: the verdict is no guess of before
 */
export function verdictToWrite<S extends string>(
  judged: Verdict<S> | "gone",
  row: { current: Verdict<S>; observedAt: number | null; now: number },
  looked: boolean,
): Verdict<S> | "gone" | undefined {
  if (judged === "gone" || !sameVerdict(judged, row.current)) return judged;
  const confirmed = row.observedAt !== null && row.now - row.observedAt < CONFIRM_AFTER;
  return looked && !confirmed ? judged : undefined;
}

/** Whether two verdicts say the same to whoever reads them. */
export const sameVerdict = (a: Verdict<string>, b: Verdict<string>): boolean =>
  a.status === b.status && a.reason === b.reason && a.message === b.message;
