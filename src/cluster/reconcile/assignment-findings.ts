import type { AssignmentChange, AssignmentWork } from "../../domain/ports/cluster-state.js";
import type { Trouble } from "../../domain/status/trouble.js";
import type { ObservedExternalSecret } from "../projection.js";
import type { Drift } from "./ensure-object.js";
import type { LeaderContext } from "./leader-context.js";

/** What one pass found out and did, before it is judged. */
export interface Findings {
  object: ObservedExternalSecret | null;
  trouble: Trouble | null;
  drift: Drift | null;
  /** Bookkeeping of what was done in this pass. */
  done: Omit<AssignmentChange, "id" | "revision" | "verdict" | "noted">;
  /** The last write, as the row will have it. */
  lastWrite: AssignmentWork["lastWrite"];
  retryIn: number | null;
}

export const nothingDone = (work: AssignmentWork, object: ObservedExternalSecret | null): Findings => ({
  object,
  trouble: null,
  drift: null,
  done: {},
  lastWrite: work.lastWrite,
  retryIn: null,
});

/** When our delete was sent; also where a change of mind kept the row from being told. */
export const ourDeleteSentAt = (context: LeaderContext, work: AssignmentWork): number | null =>
  work.deleteSentAt ?? (work.uid !== null && context.deletesSent.has(work.uid) ? work.now : null);
