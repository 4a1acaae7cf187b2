/** How long each kind of silence is borne before a status says so, in milliseconds (DESIGN.md, "The status of an assignment"). */
export const PATIENCE = {
  /** A cluster that cannot be reached leaves statuses as they are for so long. */
  unreachable: 60_000,
  /** After a write the operator may be silent for so long. */
  operator: 120_000,
  /** A finalizer may hold an object that is going away for so long. */
  finalizer: 120_000,
} as const;

/** What is left of `limit` after `elapsed`, at least 1 ms: when to look again. */
export const remaining = (limit: number, elapsed: number): number => Math.max(1, limit - elapsed);
