import type { AssignmentRecord } from "../../domain/assignment.js";
import type { AssignmentRow } from "../records.js";
import { raw, type Sql } from "./sql.js";

export type AssignmentField = keyof AssignmentRecord;

type TimeColumn = "refreshed_at" | "observed_at" | "last_transition_at" | "deletion_requested_at" | "created_at";

/** A row as {@link selectFields} asks for it, times in milliseconds since the epoch. A column that was not asked for is not there. */
export type FieldsRow = Partial<Omit<AssignmentRow, TimeColumn>> & { [C in TimeColumn]?: number | null } & {
  id: string;
};

const COLUMNS: Record<AssignmentField, keyof AssignmentRow> = {
  id: "id",
  secretId: "secret_id",
  projectId: "project_id",
  status: "status",
  reason: "reason",
  message: "message",
  desiredGeneration: "desired_generation",
  syncedGeneration: "synced_generation",
  refreshedAt: "refreshed_at",
  observedAt: "observed_at",
  lastTransitionAt: "last_transition_at",
  externalSecretUid: "uid",
  appliedManifest: "applied_manifest",
  deletionRequestedAt: "deletion_requested_at",
  createdAt: "created_at",
};

const TIMES: ReadonlySet<string> = new Set<TimeColumn>([
  "refreshed_at",
  "observed_at",
  "last_transition_at",
  "deletion_requested_at",
  "created_at",
]);

export const ALL_FIELDS: readonly AssignmentField[] = Object.keys(COLUMNS).filter(
  (field): field is AssignmentField => field in COLUMNS,
);
/** What lists read unless told otherwise. */
export const LISTED_FIELDS = ALL_FIELDS.filter((field) => field !== "appliedManifest");

/** The columns of these fields, of rows of `assignment` with alias `a`. */
export function selectFields(fields: readonly AssignmentField[]): Sql {
  const columns = fields.map((field) => COLUMNS[field]);
  return raw(columns.map((column) => (TIMES.has(column) ? milliseconds(column) : `a.${column}`)).join(", "));
}

// A number is several times cheaper to write and to read than a timestamp's text. Half a microsecond more, since a float8 of so many seconds may be a little below the
// true value, and would be cut to the millisecond before.
const milliseconds = (column: string): string => `floor(date_part('epoch', a.${column}) * 1000 + 0.0005) AS ${column}`;

/**
 * The record of a row that was asked for these fields; the others are undefined. One object literal for all selections, since setting field by field costs more than all the rest of
 * reading a row.
 */
export function readFields<F extends AssignmentField>(row: FieldsRow): Pick<AssignmentRecord, F | "id"> {
  const record: { [K in AssignmentField]: AssignmentRecord[K] | undefined } = {
    id: row.id,
    secretId: row.secret_id,
    projectId: row.project_id,
    status: row.status,
    reason: row.reason,
    message: row.message,
    desiredGeneration: row.desired_generation,
    syncedGeneration: row.synced_generation,
    refreshedAt: date(row.refreshed_at),
    observedAt: date(row.observed_at),
    lastTransitionAt: date(row.last_transition_at) ?? undefined,
    externalSecretUid: row.uid,
    appliedManifest: row.applied_manifest,
    deletionRequestedAt: date(row.deletion_requested_at),
    createdAt: date(row.created_at) ?? undefined,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields of F were selected, and their columns are NOT NULL where their types say so
  return record as Pick<AssignmentRecord, F | "id">;
}

const date = (value: number | null | undefined): Date | null | undefined =>
  typeof value === "number" ? new Date(value) : value;
