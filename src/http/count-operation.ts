import type { Metrics, OperationType, Outcome, Transport } from "./metrics.js";

/** The code of a failure that is ours. */
export const INTERNAL = "INTERNAL_SERVER_ERROR";

/** What is counted of an operation. */
export interface Counted {
  operation: OperationType;
  outcome: Outcome;
  /** Of the errors in its answer. */
  codes: readonly string[];
}

/** @param seconds until the whole answer was there; of a subscription, until it had begun */
export function countOperation(
  { requests, requestSeconds, errors }: Metrics,
  { transport, operation, outcome, codes }: Counted & { transport: Transport },
  seconds: number,
): void {
  requests.inc({ transport, operation, outcome });
  requestSeconds.observe({ transport, operation, outcome }, seconds);
  for (const code of codes) errors.inc({ code });
}
