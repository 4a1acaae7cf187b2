import { badUserInput } from "../../errors.js";
import { isText, isUuid } from "./input.js";

/** What a cursor may hold of a row: a name, an id, a rank, or a time in microseconds since the epoch. */
export type KeyType = "text" | "uuid" | "rank" | "time";
export type KeyValue = string | number;

// Raised when the meaning of a cursor changes, so that an old one is refused and not misread.
const VERSION = 1;
/** Far above what any name, escaped, can need. */
const LONGEST_CURSOR = 2_048;

/** @param list which list in which order; a cursor of one is no good in another */
export function encodeCursor(list: string, key: readonly KeyValue[]): string {
  return Buffer.from(JSON.stringify([VERSION, list, ...key])).toString("base64url");
}

/** @throws BAD_USER_INPUT, path `after`, for anything but a cursor of this list */
export function decodeCursor(list: string, types: readonly KeyType[], cursor: string): KeyValue[] {
  const parsed = parse(cursor);
  if (!Array.isArray(parsed) || parsed[0] !== VERSION) throw refused("is not a cursor of this API");
  if (parsed[1] !== list) throw refused("is a cursor of another list or another order");
  const values: unknown[] = parsed.slice(2);
  const good = values.filter((value, i): value is KeyValue => isKey(value, types[i]));
  if (values.length !== types.length || good.length !== types.length) throw refused("is not a cursor of this API");
  return good;
}

const refused = (what: string) =>
  badUserInput([
    { path: ["after"], message: `${what}; pass a cursor from the same list, with the same orderBy, or leave it out.` },
  ]);

function parse(cursor: string): unknown {
  if (cursor.length > LONGEST_CURSOR || !/^[\w-]+$/.test(cursor)) return null;
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}

function isKey(value: unknown, type: KeyType | undefined): boolean {
  switch (type) {
    case "text":
      return typeof value === "string" && isText(value);
    case "uuid":
      return typeof value === "string" && isUuid(value);
    case "rank":
      return typeof value === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 31;
    case "time":
      return typeof value === "number" && Number.isSafeInteger(value);
    case undefined:
      return false;
  }
}
