import type { Page, PageArgs } from "../../domain/ports/paging.js";
import type { TransitionFilter } from "../../domain/ports/read-model.js";
import type { TransitionRecord } from "../../domain/transition.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { columns, TRANSITION_COLUMNS, transitionRecord, type TransitionRow } from "../records.js";
import type { ReadDatabase } from "./database.js";
import { isId, isText, oneOf, uuids } from "./input.js";
import { decodeAfter, limit, type Order } from "./keyset.js";
import { LAST_POSITION, type Log, logOf, surelyAfter, surelyBefore } from "./logs.js";
import { and, FALSE, raw, type Sql, sql, TRUE } from "./sql.js";
import { type OfParent, PARENT, parentsOf, readPage, readPages, run } from "./statements.js";
import { seesTransition } from "./visibility.js";

const COLUMNS = raw(columns("t", TRANSITION_COLUMNS));

/**
 * Newest first. Its cursors hold the transition's id and not its position, which would count for a member what they may not see. After one that is no longer kept nothing older is
 * kept either.
 */
const order = (list: string): Order<TransitionRow> => ({
  list,
  keys: [{ type: "uuid", by: raw("t.id"), of: (row) => row.id }],
  direction: "DESC",
});

/** The position that all of the page are below; with a cursor of a transition that is no longer kept, or that cannot be seen, 0. */
function end(scope: ViewerScope, list: Order<TransitionRow>, after: string | null): Sql {
  const id = decodeAfter(list, after)?.[0];
  if (id === undefined) return LAST_POSITION;
  return sql`coalesce((SELECT place.position FROM transition place WHERE place.id = ${id}::uuid AND ${seesTransition(scope, "place")}), 0)`;
}

export async function history(
  db: ReadDatabase,
  scope: ViewerScope,
  filter: TransitionFilter,
  page: PageArgs,
): Promise<Page<TransitionRecord>> {
  const list = order("history");
  const log = logOf(scope, filter);
  const all = Object.entries(conditions(scope, filter));
  const others = all.filter(([column]) => column !== log?.column);
  const { since, until } = filter;
  const from = since === undefined ? raw("0") : surelyBefore(since);
  const below =
    until === undefined
      ? end(scope, list, page.after)
      : sql`least(${end(scope, list, page.after)}, ${surelyAfter(until)})`;
  return readPage(db, {
    order: list,
    page,
    rows: newest(log, and(...others.map(([, condition]) => condition)), { from, below }, limit(page)),
    whole: sql`transition t WHERE ${and(...all.map(([, condition]) => condition))}`,
    recorder: () => transitionRecord,
  });
}

/**
 * The newest that match, of the whole log or of some of the logs that it consists of.
 * @param matching all conditions but that on the log's column
 */
function newest(log: Log | null, matching: Sql, { from, below }: { from: Sql; below: Sql }, count: Sql): Sql {
  if (log === null) {
    return sql`SELECT ${COLUMNS} FROM transition t WHERE ${and(sql`t.position >= ${from} AND t.position < ${below}`, matching)}
      ORDER BY t.position DESC ${count}`;
  }
  // With "=" for the range, PostgreSQL would know that the column is the same all through, and might read the whole log by position alone, passing over everything else in it. As
  // a range, only the index on both columns has this order. The first condition, implied by the second, is what says that the column is not null, as its index is for.
  const column = sql`t.${raw(log.column)}`;
  return sql`SELECT ${COLUMNS} FROM (
      SELECT part.position FROM unnest(${log.values}::${raw(log.type)}[]) AS log (value) CROSS JOIN LATERAL (
        SELECT t.position FROM transition t
        WHERE ${column} >= log.value AND (${column}, t.position) >= (log.value, ${from})
          AND (${column}, t.position) < (log.value, ${below}) AND ${matching}
        ORDER BY ${column} DESC, t.position DESC ${count}
      ) part ORDER BY part.position DESC ${count}
    ) place JOIN transition t ON t.position = place.position ORDER BY t.position DESC`;
}

/** What must hold, by the column that it is of. */
function conditions(scope: ViewerScope, filter: TransitionFilter): Record<Log["column"] | "at", Sql> {
  const { subject, secretId, projectId, providerId, clusterId, actor, since, until } = filter;
  return {
    subject: oneOf(raw("t.subject"), subject),
    secret_id: isId(raw("t.secret_id"), secretId),
    project_id: and(isId(raw("t.project_id"), projectId), seesTransition(scope, "t")),
    provider_id: isId(raw("t.provider_id"), providerId),
    cluster_id: isId(raw("t.cluster_id"), clusterId),
    actor: actor === undefined ? TRUE : isText(actor) ? sql`t.actor = ${actor}` : FALSE,
    at: and(
      since === undefined ? TRUE : sql`t.at >= ${since}::timestamptz`,
      until === undefined ? TRUE : sql`t.at < ${until}::timestamptz`,
    ),
  };
}

/** Newest first: of a secret, its own and its assignments'. */
export async function historyOf(
  db: ReadDatabase,
  scope: ViewerScope,
  parent: { kind: "secret" | "assignment"; ids: readonly string[] },
  page: PageArgs,
): Promise<Map<string, Page<TransitionRecord>>> {
  const list = order(`${parent.kind}.history`);
  const all = and(sql`t.${raw(parent.kind)}_id = parent.id`, seesTransition(scope, "t"));
  return readPages<TransitionRow & OfParent, TransitionRecord>(db, parent.ids, {
    order: list,
    page,
    rows: sql`SELECT ${PARENT}, t.* FROM ${parentsOf(parent.ids)} CROSS JOIN LATERAL (
      SELECT ${COLUMNS} FROM transition t WHERE ${and(all, sql`t.position < ${end(scope, list, page.after)}`)}
      ORDER BY t.position DESC ${limit(page)}) t`,
    whole: sql`transition t WHERE ${all}`,
    recorder: () => transitionRecord,
  });
}

export async function transitionsByIds(
  db: ReadDatabase,
  scope: ViewerScope,
  ids: readonly string[],
): Promise<TransitionRecord[]> {
  const rows = await run<TransitionRow>(
    db,
    sql`SELECT ${COLUMNS} FROM transition t
      WHERE ${and(sql`t.id = ANY(${uuids(ids)}::uuid[])`, seesTransition(scope, "t"))}`,
  );
  return rows.map(transitionRecord);
}
