import type { SecretStatus } from "../../domain/kinds.js";
import { SECRET_STATUSES } from "../../domain/kinds.js";
import type { Page, PageArgs } from "../../domain/ports/paging.js";
import type { SecretFilter, SecretOrder } from "../../domain/ports/read-model.js";
import type { SecretRecord } from "../../domain/secret.js";
import type { ViewerScope } from "../../domain/viewer.js";
import type { SecretRow } from "../records.js";
import type { ReadDatabase } from "./database.js";
import { contains, isId, isUuid, oneOf, uuids } from "./input.js";
import { isAfter, type Key, limit, microseconds, type Order, orderBy } from "./keyset.js";
import { SECRET_STATUS_RANK } from "./secret-status.js";
import { explained, secretColumns, secretsWithStatus } from "./seen-secrets.js";
import { and, FALSE, raw, type Sql, sql, TRUE } from "./sql.js";
import { type OfParent, PARENT, parentsOf, readPage, readPages, run } from "./statements.js";
import { isInProjects, seesListedSecret, seesProject, seesSecret } from "./visibility.js";

/** `sort_time` is there only where a list is sorted by a time. */
interface ListedRow extends SecretRow {
  sort_time?: number;
}

const NAME: Key<ListedRow> = { type: "text", by: raw("s.name"), of: (row) => row.name };
const ID: Key<ListedRow> = { type: "uuid", by: raw("s.id"), of: (row) => row.id };
const STATUS: Key<ListedRow> = {
  type: "rank",
  by: SECRET_STATUS_RANK,
  of: (row) => SECRET_STATUSES.indexOf(row.status) + 1,
};
const SCOPE: Key<ListedRow> = { type: "text", by: raw("s.scope"), of: (row) => row.scope };
const time = (column: Sql): Key<ListedRow> => ({ type: "time", by: column, of: (row) => row.sort_time ?? 0 });

const KEYS: Record<SecretOrder["field"], readonly Key<ListedRow>[]> = {
  NAME: [NAME, ID],
  STATUS: [STATUS, NAME, ID],
  SCOPE: [SCOPE, NAME, ID],
  CREATED_AT: [time(raw("s.created_at")), ID],
  UPDATED_AT: [time(raw("s.updated_at")), ID],
};

const orderOf = (list: string, { field, direction }: SecretOrder): Order<ListedRow> => ({
  list: `${list}.${field}`,
  keys: KEYS[field],
  direction,
});

/** The column that a cursor of this order needs and the record has not. */
function sortTime(order: Order<ListedRow>): Sql {
  const key = order.keys.find(({ type }) => type === "time");
  return key === undefined ? raw("") : sql`, ${microseconds(key.by)} AS sort_time`;
}

export async function secrets(
  db: ReadDatabase,
  scope: ViewerScope,
  filter: SecretFilter,
  by: SecretOrder,
  page: PageArgs,
): Promise<Page<SecretRecord>> {
  const order = orderOf("secrets", by);
  const statusKnown = by.field === "STATUS" || restrictsStatus(filter);
  const { from, condition } = seenBy(scope, filter, statusKnown);
  const { select, join } = secretColumns(scope, statusKnown);
  return readPage<ListedRow, SecretRecord>(db, {
    order,
    page,
    rows: sql`SELECT ${select} ${sortTime(order)} FROM (
        SELECT s.* FROM ${from} WHERE ${and(condition, isAfter(order, page.after))} ORDER BY ${orderBy(order)} ${limit(page)}
      ) s ${join} ORDER BY ${orderBy(order)}`,
    whole: wholeList(scope, filter),
    recorder: (shown) => explained(db, scope, shown),
  });
}

/** Only statuses that occur, in the order of the enum. */
export async function secretCounts(
  db: ReadDatabase,
  scope: ViewerScope,
  filter: SecretFilter,
): Promise<{ status: SecretStatus; count: number }[]> {
  const { from, condition } = seenBy(scope, filter, true);
  return run(
    db,
    sql`SELECT s.status, count(*)::float8 AS count FROM ${from} WHERE ${condition}
      GROUP BY s.status ORDER BY ${SECRET_STATUS_RANK}`,
  );
}

export async function secretsByIds(
  db: ReadDatabase,
  scope: ViewerScope,
  ids: readonly string[],
): Promise<SecretRecord[]> {
  const { select, join } = secretColumns(scope, false);
  const condition = and(sql`s.id = ANY(${uuids(ids)}::uuid[])`, seesSecret(scope, "s"));
  const rows = await run<SecretRow>(db, sql`SELECT ${select} FROM secret s ${join} WHERE ${condition}`);
  const record = await explained(db, scope, rows);
  return rows.map(record);
}

/** By name. */
export async function secretsOfProviders(
  db: ReadDatabase,
  scope: ViewerScope,
  providerIds: readonly string[],
  page: PageArgs,
): Promise<Map<string, Page<SecretRecord>>> {
  const order = orderOf("provider.secrets", { field: "NAME", direction: "ASC" });
  const { select, join } = secretColumns(scope, false);
  const all = and(sql`s.provider_id = parent.id`, seesListedSecret(scope, "s"));
  return readPages<ListedRow & OfParent, SecretRecord>(db, providerIds, {
    order,
    page,
    rows: sql`SELECT ${PARENT}, ${select} FROM ${parentsOf(providerIds)} CROSS JOIN LATERAL (
        SELECT s.* FROM secret s WHERE ${and(all, isAfter(order, page.after))} ORDER BY ${orderBy(order)} ${limit(page)}
      ) s ${join} ORDER BY parent.n, ${orderBy(order)}`,
    whole: sql`secret s WHERE ${all}`,
    recorder: (shown) => explained(db, scope, shown),
  });
}

const restrictsStatus = (filter: SecretFilter): boolean => filter.status !== undefined && filter.status.length > 0;

function seenBy(scope: ViewerScope, filter: SecretFilter, statusKnown: boolean): { from: Sql; condition: Sql } {
  return statusKnown
    ? { from: secretsWithStatus(scope), condition: matches(scope, filter) }
    : { from: raw("secret s"), condition: and(seesListedSecret(scope, "s"), matches(scope, filter)) };
}

function wholeList(scope: ViewerScope, filter: SecretFilter): Sql {
  const { from, condition } = seenBy(scope, filter, restrictsStatus(filter));
  return sql`${from} WHERE ${condition}`;
}

function matches(scope: ViewerScope, filter: SecretFilter): Sql {
  return and(
    contains(filter.search, raw("s.name")),
    isId(raw("s.provider_id"), filter.providerId),
    oneOf(raw("s.scope"), filter.scope === undefined ? undefined : [filter.scope]),
    oneOf(raw("s.use_case"), filter.useCase),
    hasStatus(filter.status),
    isInProject(scope, filter.projectId),
  );
}

/** By rank, as the index of statuses has it, and in the text, since how many there are of a status decides how to look for them. */
function hasStatus(statuses: readonly SecretStatus[] | undefined): Sql {
  if (statuses === undefined || statuses.length === 0) return TRUE;
  const ranks = statuses.map((status) => SECRET_STATUSES.indexOf(status) + 1);
  return sql`${SECRET_STATUS_RANK} IN (${raw([...new Set(ranks)].toSorted((a, b) => a - b).join(", "))})`;
}

function isInProject(scope: ViewerScope, projectId: string | undefined): Sql {
  if (projectId === undefined) return TRUE;
  if (!isUuid(projectId)) return FALSE;
  return and(isInProjects("s", sql`${projectId}::uuid`), seesProject(scope, sql`${projectId}::uuid`));
}
