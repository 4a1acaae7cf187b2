import { type DocumentNode, type ExecutionArgs, type ExecutionResult, createSourceEventStream, execute } from "graphql";
import type { TransitionRecord } from "../../domain/transition.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { type GraphQLContext, renewContext } from "../context.js";
import type { ErrorFormatter } from "../errors.js";
import { formatResult } from "../results.js";
import type { Run } from "./group.js";
import type { TransitionHub } from "./hub.js";
import { confirm, type Selection } from "./selection.js";
import { TransitionSource } from "./source.js";

/** What an operation over WebSocket is executed with. */
export interface OperationArgs extends ExecutionArgs {
  contextValue: GraphQLContext;
}

/** Numbers for documents: the same text is the same document while it is kept parsed. */
const numbers = new WeakMap<DocumentNode, number>();
let lastNumber = 0;

function numberOf(document: DocumentNode): number {
  let number = numbers.get(document);
  if (number === undefined) {
    lastNumber += 1;
    number = lastNumber;
    numbers.set(document, number);
  }
  return number;
}

/** Equal for operations that ask the same. */
function keyOf(args: ExecutionArgs): string {
  const variables = Object.entries(args.variableValues ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([numberOf(args.document), args.operationName ?? null, variables]);
}

/** Executes a subscription's document for transitions, all of a chunk sharing their reads. */
function runner(args: OperationArgs, selection: Selection, formatter: ErrorFormatter): Run {
  const { readModel } = args.contextValue;
  return async (transitions: readonly TransitionRecord[], scope: ViewerScope) => {
    const kept = await confirm(readModel, scope, selection, transitions);
    const contextValue = renewContext(args.contextValue, scope);
    return Promise.all(
      kept.map(async (transition) => ({
        transition,
        result: formatResult(await execute({ ...args, contextValue, rootValue: transition }), formatter),
      })),
    );
  };
}

/**
 * Subscribes: like graphql-js's own, but equal subscriptions are executed once for all.
 * @returns the stream of results, or a result with the errors that kept it from beginning
 */
export async function subscribe(
  args: OperationArgs,
  hub: TransitionHub,
  formatter: ErrorFormatter,
): Promise<AsyncGenerator<ExecutionResult, undefined, undefined> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return formatResult(source, formatter);
  if (!(source instanceof TransitionSource)) throw new TypeError("a subscription's source is no TransitionSource");
  const { selection, from } = source;
  try {
    const { viewer } = args.contextValue;
    return hub.subscribe({ viewer, selection, from, key: keyOf(args), run: runner(args, selection, formatter) });
  } catch (error) {
    return { errors: [formatter.formatToError(error)] };
  }
}
