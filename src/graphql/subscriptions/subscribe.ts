import { type DocumentNode, type ExecutionArgs, type ExecutionResult, createSourceEventStream, execute } from "graphql";
import type { TransitionRecord } from "../../domain/transition.js";
import { type GraphQLContext, renewContext } from "../context.js";
import type { ErrorFormatter } from "../errors.js";
import { formatResult } from "../results.js";
import type { Run } from "./group.js";
import { watchContext } from "./watch-context.js";
import type { TransitionHub } from "./hub.js";
import { confirm, type Selection } from "./selection.js";
import type { Answer } from "./shared-answers.js";
import type { Delivery, Sink } from "./sink.js";
import { TransitionSource } from "./source.js";

/** What an operation over WebSocket is executed with. */
export interface OperationArgs extends ExecutionArgs {
  contextValue: GraphQLContext;
  /** Where a subscription's results go. */
  sink: Sink;
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

/** Executes a subscription's document for transitions, all of a chunk sharing their reads, and serialises what comes of it. */
function runner(args: OperationArgs, selection: Selection, formatter: ErrorFormatter): Run {
  const { readModel } = args.contextValue;
  return async (transitions, scope, shared) => {
    const kept = await confirm(readModel, scope, selection, transitions);
    // Made by the first that is executed: most of thousands of scopes find their answers made.
    let context: GraphQLContext | null = null;
    const execution = async (transition: TransitionRecord): Promise<Answer> => {
      context ??= renewContext(args.contextValue, scope);
      const { contextValue, looked } = watchContext(context);
      const result = await execute({ ...args, contextValue, rootValue: transition });
      const payload = Buffer.from(JSON.stringify(formatResult(result, formatter)));
      return { payload, own: looked() || result.errors !== undefined };
    };
    return Promise.all(
      kept.map(async (transition): Promise<Delivery> => {
        const make = (): Promise<Answer> => execution(transition);
        const payload = shared === null ? (await make()).payload : await shared.payload(transition.position, make);
        return { place: { position: transition.position, transitionId: transition.id }, payload };
      }),
    );
  };
}

/**
 * Subscribes: like graphql-js's own, but equal subscriptions are executed and serialised once for all, and results go to the sink.
 * @returns what ends with the subscription, or a result with the errors that kept it from beginning
 */
export async function subscribe(
  args: OperationArgs,
  hub: TransitionHub,
  formatter: ErrorFormatter,
): Promise<AsyncGenerator<never, undefined, undefined> | ExecutionResult> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return formatResult(source, formatter);
  if (!(source instanceof TransitionSource)) throw new TypeError("a subscription's source is no TransitionSource");
  const { selection, from } = source;
  try {
    const { sink } = args;
    const { viewer } = args.contextValue;
    return hub.subscribe({ viewer, selection, from, key: keyOf(args), run: runner(args, selection, formatter), sink });
  } catch (error) {
    return { errors: [formatter.formatToError(error)] };
  }
}
