import { SECRET_STATUSES } from "../../domain/kinds.js";
import { raw, type Sql, sql } from "./sql.js";

/*
 * DESIGN.md, "The status of a secret", in SQL: what domain/status/secret-status.ts says of a list of assignments, said of rows; a test holds the two together.
 * `r` stands for the sums over the assignments that the viewer may see, `s` for the secret.
 */

/** The sums, over rows of `assignment` with alias `a`; grouped by secret or for one alone. */
export const SUMS = raw(`
  count(*) AS total,
  count(*) FILTER (WHERE a.deletion_requested_at IS NULL) AS wanted,
  count(*) FILTER (WHERE a.status = 'DELETE_FAILED') AS delete_failed,
  count(*) FILTER (WHERE a.status = 'DELETE_FAILED' AND a.deletion_requested_at IS NOT NULL) AS unassign_failed,
  count(*) FILTER (WHERE a.status = 'FAILED' AND a.deletion_requested_at IS NULL) AS failed,
  count(*) FILTER (WHERE a.status = 'SYNCED_ERROR' AND a.deletion_requested_at IS NULL) AS in_error,
  count(*) FILTER (WHERE a.status = 'SYNCED' AND a.deletion_requested_at IS NULL) AS synced`);

/** The first row of the table that applies. A secret without any assignment may have no sums at all (null). */
export const STATUS_FROM_SUMS = raw(`CASE
  WHEN s.deletion_requested_at IS NOT NULL AND r.delete_failed > 0 THEN 'DELETE_FAILED'
  WHEN s.deletion_requested_at IS NOT NULL THEN 'DELETING'
  WHEN r.unassign_failed > 0 THEN 'DELETE_FAILED'
  WHEN coalesce(r.total, 0) = 0 THEN 'UNASSIGNED'
  WHEN r.wanted = 0 THEN 'PENDING'
  WHEN r.failed > 0 THEN 'FAILED'
  WHEN r.in_error > 0 THEN 'SYNCED_ERROR'
  WHEN r.synced = r.wanted THEN 'SYNCED'
  WHEN r.synced > 0 THEN 'PARTIALLY_SYNCED'
  ELSE 'PENDING' END`);

/** Statuses sort as kinds.ts lists them. The index `ix_secret_status` has just this expression. */
export const statusRank = (column: Sql, statuses: readonly string[]): Sql =>
  sql`array_position(ARRAY[${raw(statuses.map((status) => `'${status}'`).join(","))}]::text[], ${column})`;

export const SECRET_STATUS_RANK = statusRank(raw("s.status"), SECRET_STATUSES);
