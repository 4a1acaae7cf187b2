import { isDeepStrictEqual } from "node:util";

/** Whether two JSON values say the same; the order of an object's keys says nothing (jsonb does not keep it), keys that are undefined are not there. */
export function sameJson(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
