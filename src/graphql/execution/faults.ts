import { type GraphQLError, locatedError } from "graphql";
import type { Fault, FieldPlan, Level } from "./plan.js";

/**
 * Makes of what failed the errors of the answer, and the nulls: as if everything had been resolved one after the other in the document's order. Of errors that make the same place null, the
 * first one counts, as in graphql-js where nothing is asynchronous (specification, 6.4.4).
 * @returns the errors, and whether the whole answer is null
 */
export function settle(faults: Fault[]): { errors: GraphQLError[]; isNull: boolean } {
  const errors: GraphQLError[] = [];
  const nulled = new Nulled();
  const ordered = faults.map((fault) => ({ fault, order: orderOf(fault) })).sort((a, b) => compare(a.order, b.order));
  for (const { fault } of ordered) {
    if (nulled.covers(fault)) continue;
    errors.push(locatedError(fault.error, [...fault.field.nodes], pathOf(fault)));
    nulled.propagate(fault);
  }
  return { errors, isNull: nulled.root };
}

/** Whether a fault makes the whole answer null: nothing on the way to the top may be null. */
export function reachesTop({ level, field, item }: Fault): boolean {
  if (item !== null && field.shape.items?.nonNull !== true) return false;
  if (!field.shape.nonNull) return false;
  for (let at = level.origin; at !== null; at = at.level.origin) {
    if (at.field.shape.items?.nonNull === false || !at.field.shape.nonNull) return false;
  }
  return true;
}

/** The object of the top level that a fault is below. */
export function topOf({ level, k }: Fault): number {
  let place = k;
  for (let at = level.origin; at !== null; at = at.level.origin) place = at.parentOf(place);
  return place;
}

/** What has become null because something in it failed. */
class Nulled {
  root = false;
  private readonly objects = new Map<Level, Set<number>>();
  private readonly places = new Map<Level, Set<string>>();

  /** Whether the place of a fault is null already, or in something that is. */
  covers(fault: Fault): boolean {
    let { level, k, field, item } = fault;
    for (;;) {
      if (this.root || this.hasPlace(level, k, field, item) || this.hasPlace(level, k, field, null)) return true;
      if (this.objects.get(level)?.has(k) === true) return true;
      const { origin } = level;
      if (origin === null) return false;
      item = origin.itemOf(k);
      k = origin.parentOf(k);
      ({ level, field } = origin);
    }
  }

  /** Sets null at the nearest place around a fault that may be. */
  propagate(fault: Fault): void {
    let { level, k, field, item } = fault;
    for (;;) {
      const { items } = field.shape;
      const result = level.results[k];
      if (item !== null && items?.nonNull === false) {
        this.addPlace(level, k, field, item);
        const list = result?.[field.key];
        if (Array.isArray(list)) list[item] = null;
        return;
      }
      if (!field.shape.nonNull) {
        this.addPlace(level, k, field, null);
        if (result !== undefined) field.set(result, null);
        return;
      }
      const { origin } = level;
      if (origin === null) {
        this.root = true;
        return;
      }
      const dead = this.objects.get(level) ?? new Set();
      this.objects.set(level, dead.add(k));
      item = origin.itemOf(k);
      k = origin.parentOf(k);
      ({ level, field } = origin);
    }
  }

  private hasPlace(level: Level, k: number, field: FieldPlan, item: number | null): boolean {
    return this.places.get(level)?.has(placeOf(k, field, item)) === true;
  }

  private addPlace(level: Level, k: number, field: FieldPlan, item: number | null): void {
    const places = this.places.get(level) ?? new Set();
    this.places.set(level, places.add(placeOf(k, field, item)));
  }
}

const placeOf = (k: number, field: FieldPlan, item: number | null): string => `${k} ${field.index} ${item ?? ""}`;

/** The way down to a fault in numbers, of which the smaller come first in the document. */
function orderOf({ level, k, field, item }: Fault): number[] {
  const order = [item ?? -1, field.index];
  let place = k;
  for (let at = level.origin; at !== null; at = at.level.origin) {
    order.push(at.itemOf(place) ?? 0, at.field.index);
    place = at.parentOf(place);
  }
  return order.reverse();
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

function pathOf({ level, k, field, item }: Fault): (string | number)[] {
  return [...pathTo(level, k), field.key, ...(item === null ? [] : [item])];
}

/** The way to an object in the answer. */
export function pathTo(level: Level, k: number): (string | number)[] {
  const path: (string | number)[] = [];
  let place = k;
  for (let at = level.origin; at !== null; at = at.level.origin) {
    const item = at.itemOf(place);
    if (item !== null) path.push(item);
    path.push(at.field.key);
    place = at.parentOf(place);
  }
  return path.reverse();
}
