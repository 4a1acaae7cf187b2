import type { OrderDirection, Page, PageArgs } from "../../domain/ports/paging.js";
import { decodeCursor, encodeCursor, type KeyType, type KeyValue } from "./cursor.js";
import { join, raw, type Sql, sql, TRUE } from "./sql.js";

/** One part of a sort key. The columns are all NOT NULL, so no place for nulls has to be agreed on. */
export interface Key<Row> {
  type: KeyType;
  /** The value to sort by; an index must have just this expression to be of use. */
  by: Sql;
  of: (row: Row) => KeyValue;
}

/** A total order of one list: the last key is unique, or together with the others is. Descending is the exact reverse. */
export interface Order<Row> {
  /** Which list in which order, the direction aside; stands in its cursors. */
  list: string;
  keys: readonly Key<Row>[];
  direction: OrderDirection;
}

export function orderBy<Row>(order: Order<Row>): Sql {
  return join(
    order.keys.map((key) => sql`${key.by} ${raw(order.direction)}`),
    ", ",
  );
}

/** The key of the cursor's row, null without a cursor. @throws BAD_USER_INPUT, path `after` */
export function decodeAfter<Row>(order: Order<Row>, after: string | null): KeyValue[] | null {
  if (after === null) return null;
  return decodeCursor(
    nameOf(order),
    order.keys.map((key) => key.type),
    after,
  );
}

/** The rows that come after the cursor's. @throws BAD_USER_INPUT, path `after` */
export function isAfter<Row>(order: Order<Row>, after: string | null): Sql {
  const values = decodeAfter(order, after);
  if (values === null) return TRUE;
  const types = order.keys.map((key) => key.type);
  const left = join(
    order.keys.map((key) => key.by),
    ", ",
  );
  const right = join(
    values.map((value, i) => parameter(value, types[i])),
    ", ",
  );
  // A comparison of rows, and not of each part, is what PostgreSQL can start an index scan with.
  return sql`(${left}) ${raw(order.direction === "ASC" ? ">" : "<")} (${right})`;
}

/**
 * One row more than was asked for, to know whether there is a next page. A number in the text and no parameter: with a limit that it does not know, PostgreSQL
 * prepares for reading a tenth of the table.
 */
export function limit(page: PageArgs): Sql {
  if (!Number.isSafeInteger(page.first) || page.first < 0)
    throw new RangeError("first must be a whole number, 0 or more");
  return raw(`LIMIT ${page.first + 1}`);
}

/** A time's key, exact: a Date has no microseconds, so a cursor made of one would skip or repeat rows. */
export const microseconds = (column: Sql): Sql => sql`(extract(epoch FROM ${column}) * 1000000)::float8`;

/** The page from at most `first` + 1 rows. */
export function toPage<Row, T>(
  order: Order<Row>,
  page: PageArgs,
  rows: readonly Row[],
  record: (row: Row) => T,
  totalCount: number | null,
): Page<T> {
  const list = nameOf(order);
  const edges = rows.slice(0, page.first).map((row) => new LazyEdge(list, order.keys, row, record(row)));
  return { edges, hasNextPage: rows.length > page.first, hasPreviousPage: page.after !== null, totalCount };
}

/** Most cursors of a nested list are never asked for, and making one costs more than reading its row. */
class LazyEdge<Row, T> {
  readonly #list: string;
  readonly #keys: readonly Key<Row>[];
  readonly #row: Row;

  constructor(
    list: string,
    keys: readonly Key<Row>[],
    row: Row,
    readonly node: T,
  ) {
    this.#list = list;
    this.#keys = keys;
    this.#row = row;
  }

  get cursor(): string {
    return encodeCursor(
      this.#list,
      this.#keys.map((key) => key.of(this.#row)),
    );
  }
}

const nameOf = <Row>(order: Order<Row>): string => `${order.list}.${order.direction}`;

function parameter(value: KeyValue, type: KeyType | undefined): Sql {
  switch (type) {
    case "uuid":
      return sql`${value}::uuid`;
    case "rank":
      return sql`${value}::int`;
    case "time":
      return sql`'epoch'::timestamptz + ${value}::float8 * interval '1 microsecond'`;
    case "text":
      return sql`${value}::text`;
    case undefined:
      throw new Error("a key without a type");
  }
}
