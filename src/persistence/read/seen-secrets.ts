import type { AssignmentStatus } from "../../domain/kinds.js";
import type { SecretRecord } from "../../domain/secret.js";
import { type AssignmentSummary, secretStatus } from "../../domain/status/secret-status.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { columns, SECRET_COLUMNS, secretRecord, type SecretRow } from "../records.js";
import type { ReadDatabase } from "./database.js";
import { raw, type Sql, sql } from "./sql.js";
import { STATUS_FROM_SUMS, SUMS } from "./secret-status.js";
import { run } from "./statements.js";
import { seesAssignment } from "./visibility.js";

const STORED = raw(columns("s", SECRET_COLUMNS));
/** Every column but the status, which is the viewer's own; the reason follows from it in {@link explained}. */
const WITHOUT_STATUS = raw(
  columns(
    "s",
    SECRET_COLUMNS.filter((name) => name !== "status"),
  ),
);

/**
 * The secrets that the scope may see, as `s`, to stand behind FROM, with the status that it sees: for lists that filter, sort or count by it. Others take the table and
 * {@link seesListedSecret}.
 */
export function secretsWithStatus(scope: ViewerScope): Sql {
  if (scope.admin) return raw("secret s");
  // One pass over the scope's assignments is cheaper than asking for those of each secret.
  return sql`(SELECT ${WITHOUT_STATUS}, ${STATUS_FROM_SUMS} AS status FROM secret s LEFT JOIN (
    SELECT a.secret_id, ${SUMS} FROM assignment a WHERE ${seesAssignment(scope, "a")} GROUP BY a.secret_id
  ) r ON r.secret_id = s.id WHERE r.secret_id IS NOT NULL OR s.project_id = ANY(${scope.projectIds}::uuid[])) s`;
}

/** What to select of a page's secrets `s`, and what to join for it: where the page was found without statuses, a member's are made for its rows alone. */
export function secretColumns(scope: ViewerScope, statusKnown: boolean): { select: Sql; join: Sql } {
  if (scope.admin || statusKnown) return { select: STORED, join: raw("") };
  return {
    select: sql`${WITHOUT_STATUS}, ${STATUS_FROM_SUMS} AS status`,
    join: sql`CROSS JOIN LATERAL (
      SELECT ${SUMS} FROM assignment a WHERE a.secret_id = s.id AND (${seesAssignment(scope, "a")})) r`,
  };
}

/** Statuses that need no words; for a page of these no further statement is run. */
const SELF_EVIDENT: ReadonlySet<string> = new Set(["SYNCED", "UNASSIGNED"]);

/**
 * The records of rows. For a member the reason is made from the assignments that they may see, by the same rule that made the stored one from all: one more statement for the
 * whole page.
 */
export async function explained<Row extends SecretRow>(
  db: ReadDatabase,
  scope: ViewerScope,
  rows: readonly Row[],
): Promise<(row: Row) => SecretRecord> {
  if (scope.admin) return secretRecord;
  const unclear = rows.filter((row) => !SELF_EVIDENT.has(row.status));
  const summaries = await summariesOf(db, scope, unclear);
  return (row) => {
    const record = secretRecord(row);
    if (SELF_EVIDENT.has(row.status)) return { ...record, statusReason: null };
    const deleting = row.deletion_requested_at !== null;
    return { ...record, ...secretStatus({ deleting, assignments: summaries.get(row.id) ?? [] }) };
  };
}

interface SummaryRow {
  secret_id: string;
  status: AssignmentStatus;
  unassigning: boolean;
  project: string;
  message: string | null;
  count: number;
}

/** Those in order are most, and count but are never named: one row for all of them, unless the secret is being deleted. */
async function summariesOf(
  db: ReadDatabase,
  scope: ViewerScope,
  secrets: readonly SecretRow[],
): Promise<Map<string, AssignmentSummary[]>> {
  const summaries = new Map<string, AssignmentSummary[]>(secrets.map(({ id }) => [id, []]));
  if (secrets.length === 0) return summaries;
  const [going, staying] = [true, false].map((deleting) =>
    secrets.filter((secret) => (secret.deletion_requested_at !== null) === deleting).map(({ id }) => id),
  );
  const inOrder = raw("a.status = 'SYNCED' AND a.deletion_requested_at IS NULL");
  const sees = seesAssignment(scope, "a");
  const rows = await run<SummaryRow>(
    db,
    sql`SELECT a.secret_id, a.status, a.deletion_requested_at IS NOT NULL AS unassigning, p.name AS project, a.message, 1 AS count
      FROM assignment a JOIN project p ON p.id = a.project_id
      WHERE (a.secret_id = ANY(${going ?? []}::uuid[]) OR (a.secret_id = ANY(${staying ?? []}::uuid[]) AND NOT (${inOrder}))) AND (${sees})
    UNION ALL
      SELECT a.secret_id, 'SYNCED', false, '', NULL, count(*)::int FROM assignment a
      WHERE a.secret_id = ANY(${staying ?? []}::uuid[]) AND ${inOrder} AND (${sees}) GROUP BY a.secret_id
    ORDER BY project`,
  );
  for (const { secret_id, status, unassigning, project, message, count } of rows) {
    const summary = { status, unassigning, projectName: project, message };
    summaries.get(secret_id)?.push(...Array.from({ length: count }, () => summary));
  }
  return summaries;
}
