import { FALSE, type Sql, sql, TRUE } from "./sql.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether the text has the shape of an id as this database gives them out; anything else cannot name a row, and PostgreSQL would fail on it. */
export const isUuid = (text: string): boolean => UUID.test(text);

/** The ids that can name a row, each once. */
export const uuids = (ids: readonly string[]): string[] => [...new Set(ids)].filter(isUuid);

/** No text column holds a NUL character, and PostgreSQL fails on a parameter that does. */
export const isText = (text: string): boolean => !text.includes("\0");

/** The longest name that anything has (domain/names.ts): what is longer is part of none. */
const LONGEST_NAME = 253;

/** Whether one of the columns contains the text, without regard to case; `%`, `_` and `\` mean themselves. Nothing given: no restriction. */
export function contains(search: string | undefined, ...columns: [Sql, ...Sql[]]): Sql {
  if (search === undefined || search === "") return TRUE;
  if (search.length > LONGEST_NAME || !isText(search)) return FALSE;
  const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return columns.map((column) => sql`${column} ILIKE ${pattern}`).reduce((left, right) => sql`${left} OR ${right}`);
}

/** Whether the column holds one of the words. Nothing given, or an empty list: no restriction (see SecretFilter). */
export function oneOf(column: Sql, words: readonly string[] | undefined): Sql {
  return words === undefined || words.length === 0 ? TRUE : sql`${column} = ANY(${words}::text[])`;
}

/** Whether the column holds this id; an id that cannot name a row matches nothing. */
export function isId(column: Sql, id: string | undefined): Sql {
  if (id === undefined) return TRUE;
  return isUuid(id) ? sql`${column} = ${id}::uuid` : FALSE;
}
