import { notFound } from "../../errors.js";

/**
 * For a field that is never null: what it leads to can only be missing when it went away between two reads.
 * @throws NOT_FOUND then
 */
export const orGone =
  (kind: string) =>
  <V>(value: V | null): V => {
    if (value === null) throw notFound(kind);
    return value;
  };

/**
 * A column that a list reads for the fields that need it.
 * @throws Error where it was not read, which is a defect
 */
export function readColumn<V>(value: V | undefined): V {
  if (value === undefined) throw new Error("a field was resolved whose column was not read");
  return value;
}
