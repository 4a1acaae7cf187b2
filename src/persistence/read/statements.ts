import type { Page, PageArgs } from "../../domain/ports/paging.js";
import type { ReadDatabase } from "./database.js";
import { uuids } from "./input.js";
import { type Order, toPage } from "./keyset.js";
import { compile, raw, type Sql, sql } from "./sql.js";

export function run<Row extends object>(db: ReadDatabase, statement: Sql): Promise<Row[]> {
  const { text, params } = compile(statement);
  return db.query<Row>(text, params);
}

/** How to make records of rows, once all rows are known: for what needs a further statement for all of them. */
export type Recorder<Row, T> = (rows: readonly Row[]) => Promise<(row: Row) => T> | ((row: Row) => T);

/** Runs the statement of a page and, only where somebody asks, the one that counts the whole list; both at once. */
export async function readPage<Row extends object, T>(
  db: ReadDatabase,
  list: {
    order: Order<Row>;
    page: PageArgs;
    /** Answers at most `first` + 1 rows, in order. */
    rows: Sql;
    /** What stands behind FROM of the whole list, its WHERE included. */
    whole: Sql;
    recorder: Recorder<Row, T>;
  },
): Promise<Page<T>> {
  const { order, page } = list;
  const [rows, totals] = await Promise.all([
    run<Row>(db, list.rows),
    page.withTotal ? run<{ total: number }>(db, sql`SELECT count(*)::float8 AS total FROM ${list.whole}`) : null,
  ]);
  const record = await list.recorder(rows.slice(0, page.first));
  return toPage(order, page, rows, record, totals === null ? null : (totals[0]?.total ?? 0));
}

/** The parents of a list of lists, in SQL: `parent.id`, and `parent.n`, from 1. */
export function parentsOf(ids: readonly string[]): Sql {
  return sql`unnest(${uuids(ids)}::uuid[]) WITH ORDINALITY AS parent (id, n)`;
}
/** The column that says whose child a row is; a number, since an id would be most of the row. */
export const PARENT = raw("parent.n::int AS parent_n");
export interface OfParent {
  parent_n: number;
}

/**
 * One page for each parent in one statement, or two with totals. A parent that is not there, or not to be seen, has an empty page: the caller's conditions see to the latter.
 */
export async function readPages<Row extends OfParent, T>(
  db: ReadDatabase,
  ids: readonly string[],
  lists: {
    order: Order<Row>;
    page: PageArgs;
    /** Answers PARENT and at most `first` + 1 rows for each parent, those of one in order. */
    rows: Sql;
    /** What stands behind FROM of one parent's whole list, its WHERE with `parent.id` included. */
    whole: Sql;
    recorder: Recorder<Row, T>;
  },
): Promise<Map<string, Page<T>>> {
  const { order, page } = lists;
  const [rows, totals] = await Promise.all([
    run<Row>(db, lists.rows),
    page.withTotal
      ? run<OfParent & { total: number }>(
          db,
          sql`SELECT ${PARENT}, (SELECT count(*)::float8 FROM ${lists.whole}) AS total FROM ${parentsOf(ids)}`,
        )
      : null,
  ]);
  const rowsOf = byParent(ids, rows);
  const record = await lists.recorder(rows);
  const totalOf = new Map(totals?.map((row) => [row.parent_n, row.total]));
  const numberOf = new Map(uuids(ids).map((id, i) => [id, i + 1]));
  const pages = new Map<string, Page<T>>();
  for (const id of new Set(ids)) {
    const total = totals === null ? null : (totalOf.get(numberOf.get(id) ?? 0) ?? 0);
    pages.set(id, toPage(order, page, rowsOf.get(id) ?? [], record, total));
  }
  return pages;
}

/** The rows of each parent, in their order. */
export function byParent<Row extends OfParent>(ids: readonly string[], rows: readonly Row[]): Map<string, Row[]> {
  const parents = uuids(ids);
  const lists = parents.map((): Row[] => []);
  for (const row of rows) lists[row.parent_n - 1]?.push(row);
  return new Map(parents.map((id, i) => [id, lists[i] ?? []]));
}
