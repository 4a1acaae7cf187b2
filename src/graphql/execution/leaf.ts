import type { GraphQLLeafType } from "graphql";
import type { FieldPlan, Level } from "./plan.js";

/** Something failed here: stands among values until they are looked at. */
export class Failure {
  constructor(readonly error: unknown) {}
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- asked for each of thousands of values: one look at the property, and none at whether it is there
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

/** A leaf as it stands in the answer. @throws what the type's `serialize` throws */
export function serialize(type: GraphQLLeafType, value: unknown): unknown {
  const serialized: unknown = type.serialize(value);
  if (serialized === null || serialized === undefined) {
    throw new Error(
      `Expected \`${type.name}.serialize\` to return a non-nullable value, returned: ${String(serialized)}`,
    );
  }
  return serialized;
}

/** A leaf that is a property of its source: what the answer has for it, null where that is not known yet or cannot be. */
export function slowLeaf(level: Level, k: number, field: FieldPlan, value: unknown): unknown {
  const resolved = typeof value === "function" ? level.run.method(level, k, field) : value;
  if (!isPromise(resolved)) return level.leaf(k, field, null, resolved);
  level.later(k, field, resolved);
  return null;
}
