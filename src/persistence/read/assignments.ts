import type { AssignmentRecord } from "../../domain/assignment.js";
import { ASSIGNMENT_STATUSES, type AssignmentStatus } from "../../domain/kinds.js";
import type { Page, PageArgs } from "../../domain/ports/paging.js";
import type { AssignmentFilter, AssignmentOrder } from "../../domain/ports/read-model.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { ALL_FIELDS, type FieldsRow, readFields, selectFields } from "./assignment-fields.js";
import type { ReadDatabase } from "./database.js";
import { contains, isId, oneOf, uuids } from "./input.js";
import { isAfter, type Key, limit, microseconds, type Order, orderBy } from "./keyset.js";
import { statusRank } from "./secret-status.js";
import { and, join, raw, type Sql, sql } from "./sql.js";
import { byParent, type OfParent, PARENT, parentsOf, readPages, run } from "./statements.js";
import { seesAssignment } from "./visibility.js";

type ParentKind = "secret" | "project";

/** The parts of the sort key but the id, which a cursor needs and the record may not have: `key_0`, `key_1`. */
interface ListedRow extends FieldsRow, OfParent {
  key_0: string | number;
  key_1?: string | number;
}

type UnnumberedKey = Pick<Key<ListedRow>, "type" | "by">;

// The ExternalSecret is named like the secret, so its name sorts as the secret's without a look at the secret.
const SECRET_NAME: UnnumberedKey = { type: "text", by: raw("a.object_name") };
const PROJECT_NAME: UnnumberedKey = { type: "text", by: raw("p.name") };
const STATUS: UnnumberedKey = { type: "rank", by: statusRank(raw("a.status"), ASSIGNMENT_STATUSES) };
const LAST_TRANSITION_AT: UnnumberedKey = { type: "time", by: raw("a.last_transition_at") };

/** Of one status, by the name that tells the parent's children apart. */
const keysOf = (field: AssignmentOrder["field"], parent: ParentKind): readonly UnnumberedKey[] =>
  ({
    SECRET_NAME: [SECRET_NAME],
    PROJECT_NAME: [PROJECT_NAME],
    STATUS: [STATUS, parent === "secret" ? PROJECT_NAME : SECRET_NAME],
    LAST_TRANSITION_AT: [LAST_TRANSITION_AT],
  })[field];

const ID: Key<ListedRow> = { type: "uuid", by: raw("a.id"), of: (row) => row.id };
const NUMBERED = [(row: ListedRow) => row.key_0, (row: ListedRow) => row.key_1 ?? ""];

function orderOf(parent: ParentKind, { field, direction }: AssignmentOrder): Order<ListedRow> {
  const keys = keysOf(field, parent).map((key, i): Key<ListedRow> => ({ ...key, of: NUMBERED[i] ?? ID.of }));
  return { list: `${parent}.assignments.${field}`, keys: [...keys, ID], direction };
}

function selectKeys(order: Order<ListedRow>): Sql {
  const named = order.keys.filter((key) => key !== ID);
  return join(
    named.map(({ by, type }, i) => sql`, ${type === "time" ? microseconds(by) : by} AS ${raw(`key_${i}`)}`),
    "",
  );
}

export async function assignmentsOf<F extends keyof AssignmentRecord>(
  db: ReadDatabase,
  scope: ViewerScope,
  parent: { kind: ParentKind; ids: readonly string[] },
  filter: AssignmentFilter,
  by: AssignmentOrder,
  page: PageArgs,
  fields: readonly F[],
): Promise<Map<string, Page<Pick<AssignmentRecord, F | "id">>>> {
  const order = orderOf(parent.kind, by);
  const asked: readonly (F | "id")[] = [...new Set<F | "id">(["id", ...fields])];
  const all = and(
    sql`a.${raw(parent.kind)}_id = parent.id`,
    seesAssignment(scope, "a"),
    isId(raw("a.project_id"), filter.projectId),
    oneOf(raw("a.status"), filter.status),
    contains(filter.search, raw("a.object_name"), raw("p.name")),
  );
  return readPages<ListedRow, Pick<AssignmentRecord, F | "id">>(db, parent.ids, {
    order,
    page,
    // The join with project goes away where neither the order nor the search looks at it (a primary key's, left, and unused).
    rows: sql`SELECT ${PARENT}, x.* FROM ${parentsOf(parent.ids)} CROSS JOIN LATERAL (
      SELECT ${selectFields(asked)}${selectKeys(order)} FROM assignment a LEFT JOIN project p ON p.id = a.project_id
      WHERE ${and(all, isAfter(order, page.after))} ORDER BY ${orderBy(order)} ${limit(page)}) x`,
    whole: sql`assignment a LEFT JOIN project p ON p.id = a.project_id WHERE ${all}`,
    recorder: () => readFields<F>,
  });
}

export async function assignmentsByIds(
  db: ReadDatabase,
  scope: ViewerScope,
  ids: readonly string[],
): Promise<AssignmentRecord[]> {
  const rows = await run<FieldsRow>(
    db,
    sql`SELECT ${selectFields(ALL_FIELDS)} FROM assignment a
      WHERE ${and(sql`a.id = ANY(${uuids(ids)}::uuid[])`, seesAssignment(scope, "a"))}`,
  );
  return rows.map((row) => readFields<keyof AssignmentRecord>(row));
}

/** Only statuses that occur, in the order of the enum. */
export async function assignmentCountsOfSecrets(
  db: ReadDatabase,
  scope: ViewerScope,
  secretIds: readonly string[],
): Promise<Map<string, { status: AssignmentStatus; count: number }[]>> {
  const rows = await run<OfParent & { status: AssignmentStatus; count: number }>(
    db,
    sql`SELECT ${PARENT}, a.status, count(*)::float8 AS count FROM ${parentsOf(secretIds)}
      JOIN assignment a ON a.secret_id = parent.id WHERE ${seesAssignment(scope, "a")}
      GROUP BY parent.n, a.status ORDER BY ${statusRank(raw("a.status"), ASSIGNMENT_STATUSES)}`,
  );
  const counts = byParent(secretIds, rows);
  return new Map(
    [...new Set(secretIds)].map((id) => [id, (counts.get(id) ?? []).map(({ status, count }) => ({ status, count }))]),
  );
}
