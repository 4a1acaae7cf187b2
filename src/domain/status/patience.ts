/** How long each kind of silence is borne before a status says so, in milliseconds. */
export interface Patience {
  /** A cluster that cannot be reached leaves statuses as they are for so long. */
  unreachable: number;
  /** After a write the operator may be silent for so long. */
  operator: number;
  /** A finalizer may hold an object that is going away for so long. */
  finalizer: number;
  /** A failure is told before its cause is known only after so long: the operator's event comes by another watch than its status. */
  cause: number;
}

/** DESIGN.md, "The status of an assignment". */
export const PATIENCE: Patience = { unreachable: 60_000, operator: 120_000, finalizer: 120_000, cause: 1_000 };

/** What is left of `limit` after `elapsed`, at least 1 ms: when to look again. */
export const remaining = (limit: number, elapsed: number): number => Math.max(1, limit - elapsed);

/** For messages: "2 minutes", "30 seconds". */
export function lasting(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  const [count, unit] = minutes >= 1 ? [Math.round(minutes), "minute"] : [Math.ceil(milliseconds / 1_000), "second"];
  return `${count} ${count === 1 ? unit : `${unit}s`}`;
}
