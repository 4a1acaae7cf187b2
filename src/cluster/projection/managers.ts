import type { ManagedFieldsEntry } from "../kubernetes-object.js";
import { isRecord } from "../object-guards.js";
import { Interner } from "./interner.js";
import type { ObservedManager } from "./observed.js";

const NONE: readonly ObservedManager[] = Object.freeze([]);

/** Field managers without their fields; the same few repeat over all objects, and are kept once. */
export class ManagerTable {
  readonly #known = new Interner<readonly ObservedManager[]>();

  /**
   * @param previous what was answered for this object before, which is mostly still true
   * @returns newest first by their `time`; those of one second in the server's order
   */
  of(
    entries: readonly ManagedFieldsEntry[] | undefined,
    previous: readonly ObservedManager[] = NONE,
  ): readonly ObservedManager[] {
    if (entries === undefined || entries.length === 0) return NONE;
    const sorted = sortedByTime(entries);
    if (previous.length === sorted.length && sorted.every((entry, index) => isSame(entry, previous[index])))
      return previous;
    let key = "";
    for (const entry of sorted) {
      key += `${entry.manager ?? ""}\u0000${entry.operation ?? ""}\u0000${entry.subresource ?? ""}\u0000`;
      key += `${ownsSpec(entry) ? "s" : ""}${ownsMetadata(entry) ? "m" : ""}\u0000`;
    }
    return this.#known.get(key, () => Object.freeze(sorted.map(observed)));
  }
}

function isSame(entry: ManagedFieldsEntry, known: ObservedManager | undefined): boolean {
  return (
    known !== undefined &&
    nameOf(entry) === known.name &&
    operationOf(entry) === known.operation &&
    subresourceOf(entry) === known.subresource &&
    ownsSpec(entry) === known.ownsSpec &&
    ownsMetadata(entry) === known.ownsMetadata
  );
}

/** By insertion, since there are few: this is done for each event. */
function sortedByTime(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const sorted: ManagedFieldsEntry[] = [];
  for (const entry of entries) {
    let at = sorted.length;
    while (at > 0 && timeOf(sorted[at - 1]) < timeOf(entry)) at -= 1;
    if (at === sorted.length) sorted.push(entry);
    else sorted.splice(at, 0, entry);
  }
  return sorted;
}

/** RFC 3339 in UTC with whole seconds: as texts in order. */
const timeOf = (entry: ManagedFieldsEntry | undefined): string => entry?.time ?? "";
const nameOf = (entry: ManagedFieldsEntry): string => entry.manager ?? "";
const operationOf = (entry: ManagedFieldsEntry): "Apply" | "Update" =>
  entry.operation === "Apply" ? "Apply" : "Update";
const subresourceOf = ({ subresource }: ManagedFieldsEntry): string | null =>
  subresource === undefined || subresource === "" ? null : subresource;
const ownsSpec = (entry: ManagedFieldsEntry): boolean => entry.fieldsV1?.["f:spec"] !== undefined;

function ownsMetadata(entry: ManagedFieldsEntry): boolean {
  const metadata = entry.fieldsV1?.["f:metadata"];
  return isRecord(metadata) && (metadata["f:labels"] !== undefined || metadata["f:annotations"] !== undefined);
}

const observed = (entry: ManagedFieldsEntry): ObservedManager => ({
  name: nameOf(entry),
  operation: operationOf(entry),
  subresource: subresourceOf(entry),
  ownsSpec: ownsSpec(entry),
  ownsMetadata: ownsMetadata(entry),
});
