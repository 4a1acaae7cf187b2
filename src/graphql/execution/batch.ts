import type { GraphQLResolveInfo } from "graphql";
import type { GraphQLContext } from "../context.js";

/** What a batch resolver may know of the field: what is the same for all its parents. */
export type BatchInfo = Pick<GraphQLResolveInfo, "fieldNodes" | "fragments">;

/** One value for each parent, in their order; an Error stands for a field that failed. */
export type BatchValues = Promise<readonly unknown[]> | readonly unknown[];

/** Answers a field for all parents at one place of the answer at once. What is thrown fails all of them. */
export type Batch = (
  parents: readonly unknown[],
  args: Readonly<Record<string, unknown>>,
  context: GraphQLContext,
  info: BatchInfo,
) => BatchValues;

/** Where the batch resolver stands in the field's extensions. */
const BATCH = "batch";

class BatchExtension {
  constructor(readonly batch: Batch) {}
}

/**
 * The extensions of a field that is answered for many parents at once, for `@Extensions`. Compiled execution asks this and not the field's resolver, so that it must answer the same;
 * a test asks both.
 * @param parent the class of the parents
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the class of the arguments
export function batched<Parent extends object, Args = Readonly<Record<string, unknown>>>(
  parent: abstract new (...args: never[]) => Parent,
  resolve: (parents: readonly Parent[], args: Args, context: GraphQLContext, info: BatchInfo) => BatchValues,
): Record<string, unknown> {
  const isParent = (value: unknown): value is Parent => value instanceof parent;
  const batch: Batch = (parents, args, context, info) => {
    if (!parents.every(isParent)) throw new TypeError(`a parent is no ${parent.name}`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they are coerced by the schema, which was made of the class of these arguments
    return resolve(parents, args as Args, context, info);
  };
  return { [BATCH]: new BatchExtension(batch) };
}

/** The field's batch resolver; null: it has none. */
export function batchOf(extensions: Readonly<Record<string, unknown>>): Batch | null {
  const extension = extensions[BATCH];
  return extension instanceof BatchExtension ? extension.batch : null;
}
