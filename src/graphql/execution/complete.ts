import { GraphQLError, isObjectType } from "graphql";
import { Failure, isPromise } from "./leaf.js";
import { ObjectLevel, orThrow } from "./level.js";
import { PlacedOrigin, type Places } from "./origin.js";
import type { AbstractPlan, FieldPlan, Level, ObjectPlan } from "./plan.js";

/** Objects that are found below a field, to become a level of their own. */
class Found {
  readonly sources: unknown[] = [];
  readonly parents: number[] = [];
  readonly items: number[] = [];
  readonly lists: unknown[][] = [];
}

/** Takes the values of a field of all objects of a level into the answer, and resolves what is below them (specification, 6.4.3, CompleteValue). */
export function complete(level: Level, field: FieldPlan, values: readonly unknown[]): void {
  const { items, leaf, object, abstract } = field.shape;
  if (
    object !== null &&
    (items === null ? allObjects(level, field, object, values) : allLists(level, field, object, values))
  )
    return;
  if (items !== null) return completeLists(level, field, values);
  if (leaf !== null) {
    values.forEach((value, k) => set(level, k, field, level.leaf(k, field, null, value)));
    return;
  }
  const found = new Found();
  values.forEach((value, k) => {
    const good = present(level, k, field, null, value);
    if (good === null) return;
    found.sources.push(good);
    found.parents.push(k);
  });
  if (object !== null) descend(level, field, object, found);
  else if (abstract !== null) descendInto(level, field, abstract, found);
}

/** Whether it can be an object of the answer, and nothing else. */
const isPlainSource = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  !(value instanceof Error) &&
  !(value instanceof Failure) &&
  !isPromise(value);

/** The common case of an object field, where every parent has one: false where it is not so. */
function allObjects(level: Level, field: FieldPlan, plan: ObjectPlan, values: readonly unknown[]): boolean {
  for (let k = 0; k < values.length; k += 1) if (!isPlainSource(values[k])) return false;
  const child = new ObjectLevel(level.run, plan, values, new PlacedOrigin(level, field, { kind: "same" }));
  for (let k = 0; k < values.length; k += 1) set(level, k, field, child.results[k]);
  level.run.columns(child);
  return true;
}

/** The common case of a list of objects, where every parent has one without gaps: false where it is not so. */
function allLists(level: Level, field: FieldPlan, plan: ObjectPlan, values: readonly unknown[]): boolean {
  const sources: unknown[] = [];
  const starts: number[] = [];
  for (let k = 0; k < values.length; k += 1) {
    const list: unknown = values[k];
    if (!Array.isArray(list)) return false;
    starts.push(sources.length);
    for (let item = 0; item < list.length; item += 1) {
      const source: unknown = list[item];
      if (!isPlainSource(source)) return false;
      sources.push(source);
    }
  }
  const child = new ObjectLevel(level.run, plan, sources, new PlacedOrigin(level, field, { kind: "lists", starts }));
  for (let k = 0; k < values.length; k += 1) {
    set(level, k, field, child.results.slice(starts[k], starts[k + 1] ?? sources.length));
  }
  if (sources.length > 0) level.run.columns(child);
  return true;
}

function completeLists(level: Level, field: FieldPlan, values: readonly unknown[]): void {
  const lists = values.map((value, k) => itemsOf(level, k, field, value));
  const all = lists.flatMap((list) => list ?? []);
  // Promises in lists: all are awaited, and the lists are made anew of what they are.
  level.run.whenSettled(all, (settled) => {
    let at = 0;
    const { leaf, object, abstract } = field.shape;
    const found = new Found();
    lists.forEach((list, k) => {
      if (list === null) return;
      const out: unknown[] = [];
      set(level, k, field, out);
      for (let item = 0; item < list.length; item += 1) {
        const value = settled[at];
        at += 1;
        if (leaf !== null) out.push(level.leaf(k, field, item, value));
        else {
          out.push(null);
          const good = present(level, k, field, item, value);
          if (good === null) continue;
          found.sources.push(good);
          found.parents.push(k);
          found.items.push(item);
          found.lists.push(out);
        }
      }
    });
    if (object !== null) descend(level, field, object, found);
    else if (abstract !== null) descendInto(level, field, abstract, found);
  });
}

/** The items of a list, or null where there is none. */
function itemsOf(level: Level, k: number, field: FieldPlan, value: unknown): readonly unknown[] | null {
  const list = present(level, k, field, null, value);
  if (list === null || Array.isArray(list)) return list;
  try {
    if (typeof list === "object" && Symbol.iterator in list) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what has the symbol is iterable by its contract
      return Array.from(list as Iterable<unknown>);
    }
    throw new GraphQLError(
      `Expected Iterable, but did not find one for field "${field.parent.name}.${field.definition.name}".`,
    );
  } catch (error) {
    level.fail(k, field, null, error);
    return null;
  }
}

/** A value that something can be read of; null where there is none, or it failed. */
function present(level: Level, k: number, field: FieldPlan, item: number | null, value: unknown): {} | null {
  if (value === undefined || value === null) return level.absent(k, field, item);
  try {
    return orThrow(value) ?? null;
  } catch (error) {
    level.fail(k, field, item, error);
    return null;
  }
}

function set(level: Level, k: number, field: FieldPlan, value: unknown): void {
  const result = level.results[k];
  if (result !== undefined) field.set(result, value);
}

function descend(level: Level, field: FieldPlan, plan: ObjectPlan, found: Found): void {
  const { sources, parents, items, lists } = found;
  if (sources.length === 0) return;
  const places: Places = { kind: "each", parents, items };
  const child = new ObjectLevel(level.run, plan, sources, new PlacedOrigin(level, field, places));
  child.results.forEach((result, k) => {
    const list = lists[k];
    if (list !== undefined) list[items[k] ?? 0] = result;
    else set(level, parents[k] ?? 0, field, result);
  });
  level.run.columns(child);
}

/** By the type that each value says it has. */
function descendInto(level: Level, field: FieldPlan, abstract: AbstractPlan, found: Found): void {
  const { sources, parents, items, lists } = found;
  const types = sources.map((source, i) => typeOf(level, parents[i] ?? 0, field, abstract, source));
  level.run.whenSettled(types, (names) => {
    const byType = new Map<ObjectPlan, Found>();
    names.forEach((name, i) => {
      const [k, item, list] = [parents[i] ?? 0, items[i], lists[i]];
      try {
        const plan = planOf(level, field, abstract, orThrow(name));
        const same = byType.get(plan) ?? new Found();
        byType.set(plan, same);
        same.sources.push(sources[i]);
        same.parents.push(k);
        if (item !== undefined) same.items.push(item);
        if (list !== undefined) same.lists.push(list);
      } catch (error) {
        level.fail(k, field, item ?? null, error);
      }
    });
    for (const [plan, same] of byType) descend(level, field, plan, same);
  });
}

function typeOf(level: Level, k: number, field: FieldPlan, { type }: AbstractPlan, source: unknown): unknown {
  try {
    return type.resolveType?.(source, level.run.context, level.run.infoOf(level, k, field), type);
  } catch (error) {
    return new Failure(error);
  }
}

/** @throws GraphQLError in graphql-js' own words */
function planOf(level: Level, field: FieldPlan, { type, of }: AbstractPlan, name: unknown): ObjectPlan {
  const plan = typeof name === "string" ? of(name) : null;
  if (plan !== null) return plan;
  const must = `Abstract type "${type.name}" must resolve to an Object type at runtime for field "${field.parent.name}.${field.definition.name}"`;
  if (name === undefined || name === null) {
    throw new GraphQLError(
      `${must}. Either the "${type.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
    );
  }
  if (typeof name !== "string") throw new GraphQLError(`${must}, and not to a ${typeof name}.`);
  const named = level.run.plan.schema.getType(name);
  if (named === undefined)
    throw new GraphQLError(
      `Abstract type "${type.name}" was resolved to a type "${name}" that does not exist inside the schema.`,
    );
  if (!isObjectType(named))
    throw new GraphQLError(`Abstract type "${type.name}" was resolved to a non-object type "${name}".`);
  throw new GraphQLError(`Runtime Object type "${name}" is not a possible type for "${type.name}".`);
}
