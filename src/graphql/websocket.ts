import { type ExecutionArgs, type ExecutionResult, execute } from "graphql";
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
import { type OperationArgs, subscribe } from "./subscriptions/subscribe.js";

/** What an operation finds of its connection: who it is, and where it is found in the log. */
export interface ConnectionIdentity {
  /** Null until the connection is acknowledged. */
  viewer: Viewer | null;
  requestId: string;
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
  return typeof context === "object" && context !== null && "loaders" in context && context.loaders instanceof Loaders;
}

/** Operations over graphql-transport-ws: the same documents, limits, context and errors as over HTTP. */
export function webSocketOperations(engine: Engine, hub: TransitionHub): WebSocketOperations {
  const { schema, documents, formatter, shared, limits } = engine;

  async function prepare(
    identity: ConnectionIdentity,
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
    return { schema, document, contextValue, operationName: operationName ?? null, variableValues: variables ?? {} };
  }

  async function guarded(run: () => Promise<ExecutionResult> | ExecutionResult): Promise<ExecutionResult> {
    try {
      return formatResult(await run(), formatter);
    } catch (error) {
      return { errors: [formatter.formatToError(error)] };
    }
  }

  return {
    async onSubscribe({ extra }, _id, payload) {
      try {
        const prepared = await prepare(extra, payload);
        return "schema" in prepared ? prepared : prepared.map((error) => formatter.formatToError(error));
      } catch (error) {
        // Whatever is thrown here would close the connection, with every other operation on it.
        return [formatter.formatToError(error)];
      }
    },
    execute: (args) => guarded(() => execute(args)),
    async subscribe(args) {
      try {
        if (!hasContext(args)) throw new TypeError("a subscription was not prepared");
        return await subscribe(args, hub, formatter);
      } catch (error) {
        return { errors: [formatter.formatToError(error)] };
      }
    },
    onError: (_context, _id, _payload, errors) => errors.map((error) => formatter.format(error)),
  };
}
