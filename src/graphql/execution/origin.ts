import type { FieldPlan, Level, Origin } from "./plan.js";

/** Which of the parents an object belongs to, and its place in the parent's list. */
export type Places =
  /** Object n is in parent n. */
  | { kind: "same" }
  /** All items of all lists: those of parent n begin at number `starts[n]`. */
  | { kind: "lists"; starts: readonly number[] }
  /** By the object's number; no items where there is no list. */
  | { kind: "each"; parents: readonly number[]; items: readonly number[] };

/** Where the objects of a level stand: in which field of which objects. Asked for errors and paths alone. */
export class PlacedOrigin implements Origin {
  constructor(
    readonly level: Level,
    readonly field: FieldPlan,
    private readonly places: Places,
  ) {}

  parentOf(k: number): number {
    const { places } = this;
    if (places.kind === "same") return k;
    if (places.kind === "each") return places.parents[k] ?? 0;
    return places.starts.findLastIndex((start) => start <= k);
  }

  /** Null: no list. */
  itemOf(k: number): number | null {
    const { places } = this;
    if (places.kind === "same") return null;
    if (places.kind === "each") return places.items[k] ?? null;
    return k - (places.starts[this.parentOf(k)] ?? 0);
  }
}
