import { randomUUID } from "node:crypto";
import type { NewTransition } from "../domain/transition.js";

/** The channel of the wake-up; its payload is the last position written, for those who look at it. */
export const CHANNEL = "secretariat";

// Whoever holds it writes positions; one number for all replicas, else their positions would not be in the order of their commits.
const ADVISORY_LOCK = "7310305170938261853";

/**
 * The last thing that a transaction does (DESIGN.md, "Transactions"): takes the lock that lasts until its COMMIT, then writes `transitions` in their order and
 * notifies. Since a position is given only under the lock, the order of positions is the order of commits.
 * @returns the last position; 0 where there was nothing to write (then no lock is taken and nobody is woken)
 */
export async function writeTransitions(query: Query, transitions: readonly NewTransition[]): Promise<bigint> {
  if (transitions.length === 0) return 0n;
  const columns = COLUMNS.map(({ of }) => transitions.map(of));
  const rows = await query(INSERT, [transitions.map(() => randomUUID()), ...columns]);
  const last = rows[0]?.["last"];
  if (typeof last !== "string") throw new Error("the transition log answered no position");
  return BigInt(last);
}

export type Query = (sql: string, params: readonly unknown[]) => Promise<Record<string, unknown>[]>;

const COLUMNS: { name: string; type: "text" | "uuid"; of: (t: NewTransition) => string | null }[] = [
  { name: "subject", type: "text", of: (t) => t.subject },
  { name: "subject_id", type: "uuid", of: (t) => t.subjectId },
  { name: "from_status", type: "text", of: (t) => t.from },
  { name: "to_status", type: "text", of: (t) => t.to },
  { name: "reason", type: "text", of: (t) => t.reason },
  { name: "message", type: "text", of: (t) => t.message },
  { name: "actor", type: "text", of: (t) => t.actor },
  { name: "secret_id", type: "uuid", of: (t) => t.secretId },
  { name: "assignment_id", type: "uuid", of: (t) => t.assignmentId },
  { name: "project_id", type: "uuid", of: (t) => t.projectId },
  { name: "provider_id", type: "uuid", of: (t) => t.providerId },
  { name: "cluster_id", type: "uuid", of: (t) => t.clusterId },
];

const NAMES = COLUMNS.map(({ name }) => name).join(", ");

// The lock comes first: nextval and the clock stand in lists of what is joined with its row. The inner SELECT orders before nextval is asked, so that positions follow the order in which the
// transitions were noted. All of one transaction happen at one time. Only the sequence and the clock are read, so that a snapshot from before the lock shows nothing old.
const INSERT = `
WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock('${ADVISORY_LOCK}'::bigint)),
clock AS MATERIALIZED (SELECT clock_timestamp() AS now FROM locked),
written AS (
  INSERT INTO transition (position, id, at, ${NAMES})
  SELECT nextval('transition_position_seq'), ordered.id, clock.now, ${COLUMNS.map(({ name }) => `ordered.${name}`).join(", ")}
    FROM (SELECT * FROM unnest($1::uuid[], ${COLUMNS.map(({ type }, i) => `$${i + 2}::${type}[]`).join(", ")})
            WITH ORDINALITY AS noted (id, ${NAMES}, place)
           ORDER BY place) AS ordered
   CROSS JOIN clock
  RETURNING position
), last AS (SELECT max(position) AS position FROM written)
SELECT last.position AS last, pg_notify('${CHANNEL}', last.position::text) FROM last`;
