import type { ExecutionArgs, ExecutionResult } from "graphql";
import type { ConnectionInitMessage, ServerOptions } from "graphql-ws";
import type { Viewer } from "../domain/viewer.js";
import { unauthenticated } from "../errors.js";
import type { Engine } from "./apollo.js";
import { beforeExecution } from "./before-execution.js";
import { createContext } from "./context.js";
import { checkOperation } from "./limits/operation.js";
import { Loaders } from "./loaders.js";
import { formatResult } from "./results.js";
import type { TransitionHub } from "./subscriptions/hub.js";
import type { Sink } from "./subscriptions/sink.js";
import { type OperationArgs, subscribe } from "./subscriptions/subscribe.js";

/** What an operation finds of its connection: who it is, and where it is found in the log. */
export interface ConnectionIdentity {
  /** Null until the connection is acknowledged. */
  viewer: Viewer | null;
  requestId: string;
  /** Where the results of a subscription of this connection go, by the id that its client gave it. */
  sink(operationId: string): Sink;
}

/** The parts of graphql-ws' options that are about GraphQL; connecting is the transport's. */
export type WebSocketOperations = {
  [Hook in "onSubscribe" | "onError" | "execute" | "subscribe"]: NonNullable<
    ServerOptions<ConnectionInitMessage["payload"], ConnectionIdentity>[Hook]
  >;
};

/** Whether these are what onSubscribe answered: graphql-ws hands them on as they are. */
function hasContext(args: ExecutionArgs): args is OperationArgs {
  const context: unknown = args.contextValue;
  if (typeof context !== "object" || context === null || !("sink" in args)) return false;
  return "loaders" in context && context.loaders instanceof Loaders;
}

const requestIdOf = (args: ExecutionArgs): string | undefined =>
  hasContext(args) ? args.contextValue.requestId : undefined;

/** Operations over graphql-transport-ws: the same documents, limits, context and errors as over HTTP. */
export function webSocketOperations(engine: Engine, hub: TransitionHub): WebSocketOperations {
  const { schema, executor, documents, formatter, shared, limits } = engine;

  async function prepare(
    identity: ConnectionIdentity,
    id: string,
    request: {
      query: string;
      operationName?: string | null | undefined;
      variables?: Record<string, unknown> | null | undefined;
    },
  ): Promise<OperationArgs | readonly Error[]> {
    if (identity.viewer === null) throw unauthenticated();
    const { document, refusal, errors } = documents.prepare(request.query);
    if (document === null) return refusal === null ? errors : [refusal];
    const { operationName, variables } = request;
    const operation = checkOperation(schema, document, { operationName, variables }, limits);
    const contextValue = await createContext(shared, { viewer: identity.viewer, requestId: identity.requestId });
    await beforeExecution(contextValue, document, operation);
    return {
      schema,
      document,
      contextValue,
      operationName: operationName ?? null,
      variableValues: variables ?? {},
      sink: identity.sink(id),
    };
  }

  async function guarded(
    run: () => Promise<ExecutionResult> | ExecutionResult,
    requestId: string | undefined,
  ): Promise<ExecutionResult> {
    try {
      return formatResult(await run(), formatter, requestId);
    } catch (error) {
      return { errors: [formatter.formatToError(error, requestId)] };
    }
  }

  return {
    async onSubscribe({ extra }, id, payload) {
      try {
        const prepared = await prepare(extra, id, payload);
        return "schema" in prepared
          ? prepared
          : prepared.map((error) => formatter.formatToError(error, extra.requestId));
      } catch (error) {
        // Whatever is thrown here would close the connection, with every other operation on it.
        return [formatter.formatToError(error, extra.requestId)];
      }
    },
    execute: (args) =>
      guarded(() => {
        if (!hasContext(args)) throw new TypeError("an operation was not prepared");
        return executor.execute(args);
      }, requestIdOf(args)),
    async subscribe(args) {
      try {
        if (!hasContext(args)) throw new TypeError("a subscription was not prepared");
        return await subscribe(args, hub, formatter);
      } catch (error) {
        return { errors: [formatter.formatToError(error, requestIdOf(args))] };
      }
    },
    onError: ({ extra }, _id, _payload, errors) => errors.map((error) => formatter.format(error, extra.requestId)),
  };
}
