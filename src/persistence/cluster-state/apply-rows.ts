import type { Transaction } from "../transaction.js";
import type { Cell, RowPlan } from "./plan.js";

/** The type of every column that a leader writes. Names in SQL come from here and from nowhere else. */
const COLUMN_TYPES = {
  status: "text",
  reason: "text",
  message: "text",
  observed_at: "timestamptz",
  last_transition_at: "timestamptz",
  uid: "text",
  namespace_uid: "text",
  namespace_ours: "boolean",
  adopted: "boolean",
  sent: "boolean",
  applied_generation: "integer",
  synced_generation: "integer",
  applied_manifest: "text",
  refreshed_at: "timestamptz",
  write_resource_version: "text",
  written_at: "timestamptz",
  unanswered: "boolean",
  write_ready: "text",
  write_synced_resource_version: "text",
  write_forced: "boolean",
  force_sync_applied: "integer",
  force_sync_token: "text",
  delete_sent_at: "timestamptz",
} as const;
type ColumnName = keyof typeof COLUMN_TYPES;
const COLUMN_NAMES = Object.keys(COLUMN_TYPES).filter((name): name is ColumnName => name in COLUMN_TYPES);

export type JudgedTable = "assignment" | "provider_target" | "project";

/**
 * Writes what the plans say, in one statement, each row only if it still is the version that was judged.
 * @param held the rows' parents are locked, and with them everybody who would lock several of these rows: then each row is touched once, where it otherwise is locked in the order of ids
 * first
 * @returns the ids that were written
 */
export async function updateRows(
  tx: Transaction,
  table: JudgedTable,
  plans: readonly RowPlan[],
  held: boolean,
): Promise<Set<string>> {
  if (plans.length === 0) return new Set();
  const names = COLUMN_NAMES.filter((name) => plans.some(({ set }) => set.has(name)));
  // A column that one row changes and another leaves alone: what the other has is written again. Null where it was not read: see applied_manifest below.
  const cells = names.map((name) => plans.map(({ row, set }) => text(set.has(name) ? set.get(name) : row[name])));
  const assignments = names.map((name) =>
    // Never read and never set to null: it may be kilobytes.
    name === "applied_manifest" ? `${name} = coalesce(c.${name}, t.${name})` : `${name} = c.${name}`,
  );
  const locked = `, locked AS MATERIALIZED (SELECT t.id FROM ${table} t JOIN c ON c.id = t.id ORDER BY t.id FOR UPDATE OF t)`;
  const rows = await tx.query<{ id: string }>(
    `WITH c AS MATERIALIZED (
       SELECT * FROM unnest($1::uuid[], $2::text[]${names.map((name, i) => `, $${i + 3}::${COLUMN_TYPES[name]}[]`).join("")})
         AS c (id, seen${names.map((name) => `, ${name}`).join("")})
     )${held ? "" : locked}
     UPDATE ${table} t SET ${assignments.join(", ")}
       FROM c${held ? "" : " JOIN locked ON locked.id = c.id"}
      WHERE t.id = c.id AND t.xmin::text = c.seen
     RETURNING t.id`,
    [plans.map(({ row }) => row.id), plans.map(({ row }) => row.seen), ...cells],
  );
  return new Set(rows.map(({ id }) => id));
}

/** As PostgreSQL reads it; the driver's own writing of dates is slow. */
function text(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : (value ?? null);
}

const STILL_UNWANTED: Record<JudgedTable, string> = {
  assignment: "t.deletion_requested_at IS NOT NULL",
  // The last store of a provider that still serves a secret stays: the secret's going comes back to it.
  provider_target: `EXISTS (SELECT FROM provider v WHERE v.id = t.provider_id AND v.deletion_requested_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM secret s WHERE s.provider_id = t.provider_id)`,
  project: `t.deletion_requested_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM assignment a WHERE a.project_id = t.id)
    AND NOT EXISTS (SELECT FROM secret s WHERE s.project_id = t.id)
    AND NOT EXISTS (SELECT FROM provider v WHERE v.project_id = t.id)`,
};

/**
 * Removes rows, each only if it still is the version that was judged, a person wants it gone, and nothing hangs on it.
 * @returns the ids that went
 */
export async function deleteRows(tx: Transaction, table: JudgedTable, plans: readonly RowPlan[]): Promise<Set<string>> {
  if (plans.length === 0) return new Set();
  const rows = await tx.query<{ id: string }>(
    `WITH c AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::text[]) AS c (id, seen)),
       locked AS MATERIALIZED (SELECT t.id FROM ${table} t JOIN c ON c.id = t.id ORDER BY t.id FOR UPDATE OF t)
     DELETE FROM ${table} t USING c JOIN locked ON locked.id = c.id
      WHERE t.id = c.id AND t.xmin::text = c.seen AND ${STILL_UNWANTED[table]}
     RETURNING t.id`,
    [plans.map(({ row }) => row.id), plans.map(({ row }) => row.seen)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Whether a plan changes the row itself: one that only notes a transition does not. */
export function changesRow({ set }: { set: ReadonlyMap<string, Cell> }): boolean {
  return set.size > 0;
}
