import { Failure, serialize, slowLeaf } from "./leaf.js";
import type { Fault, FieldPlan, Level, ObjectPlan, Origin, Result, Run } from "./plan.js";

export const isObject = (value: unknown): value is Record<string, unknown> =>
  (typeof value === "object" && value !== null) || typeof value === "function";

/** What has no properties has none of these either, as for graphql-js' default resolver. */
const NOTHING: Readonly<Record<string, unknown>> = {};

/**
 * All objects at one place of the answer: those of `secrets.nodes.assignments.nodes`, whichever secret they belong to. Each field is resolved for all of them before the next, so that there is one
 * promise for a field, and not one for each object.
 */
export class ObjectLevel implements Level {
  readonly results: Result[] = [];

  constructor(
    readonly run: Run,
    readonly plan: ObjectPlan,
    readonly sources: readonly unknown[],
    /** Null: the top. */
    readonly origin: Origin | null,
  ) {
    for (let k = 0; k < sources.length; k += 1) this.results[k] = this.make(k);
  }

  /** @param item the place in a list; null: the field itself */
  fail(k: number, field: FieldPlan, item: number | null, error: unknown): void {
    const fault: Fault = { level: this, k, field, item, error };
    this.run.faults.push(fault);
  }

  /** A field without a value. @returns null */
  absent(k: number, field: FieldPlan, item: number | null = null): null {
    const { nonNull } = item === null ? field.shape : (field.shape.items ?? field.shape);
    if (nonNull) {
      const name = `${field.parent.name}.${field.definition.name}`;
      this.fail(k, field, item, new Error(`Cannot return null for non-nullable field ${name}.`));
    }
    return null;
  }

  /** A leaf that is a promise, which is set when it is known: never at once, since the object is not there yet. */
  later(k: number, field: FieldPlan, value: PromiseLike<unknown>): void {
    this.run.whenSettled([value], ([settled]) => {
      const result = this.results[k];
      if (result !== undefined) field.set(result, this.leaf(k, field, null, settled));
    });
  }

  /** A value of a leaf type as it stands in the answer. */
  leaf(k: number, field: FieldPlan, item: number | null, value: unknown): unknown {
    const { leaf } = field.shape;
    if (value === undefined || value === null || leaf === null) return this.absent(k, field, item);
    try {
      return serialize(leaf, orThrow(value));
    } catch (error) {
      this.fail(k, field, item, error);
      return null;
    }
  }

  private make(k: number): Result {
    const source = this.sources[k];
    const object = isObject(source) ? source : NOTHING;
    try {
      return this.plan.make(object, this, k);
    } catch {
      return this.makeSlowly(object, k);
    }
  }

  /** Field by field, where a property of the source throws. */
  private makeSlowly(source: Readonly<Record<string, unknown>>, k: number): Result {
    const result: Result = {};
    for (const field of this.plan.fields) {
      result[field.key] = field.constant;
      if (field.constant !== null || this.plan.columns.includes(field)) continue;
      try {
        const value = source[field.definition.name];
        result[field.key] = slowLeaf(this, k, field, value);
      } catch (error) {
        this.fail(k, field, null, error);
      }
    }
    return result;
  }
}

/** A value that is none is thrown. */
export function orThrow(value: unknown): unknown {
  if (value instanceof Failure) throw value.error;
  if (value instanceof Error) throw value;
  return value;
}
