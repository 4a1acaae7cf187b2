import type { Verdict } from "../../domain/ports/cluster-state.js";

/** Whether two verdicts say the same to whoever reads them. */
export const sameVerdict = (a: Verdict<string>, b: Verdict<string>): boolean =>
  a.status === b.status && a.reason === b.reason && a.message === b.message;
