import type { GraphQLSchema } from "graphql";
import type { DesiredState } from "../domain/ports/desired-state.js";
import type { Logger } from "../domain/ports/logger.js";
import type { ReadModel } from "../domain/ports/read-model.js";
import type { TransitionStream } from "../domain/ports/transition-stream.js";
import { type Engine, type HttpAnswer, HttpExecutor, type HttpRequest } from "./apollo.js";
import type { Request, SharedContext } from "./context.js";
import { Documents } from "./documents.js";
import { ErrorFormatter } from "./errors.js";
import { Executor } from "./execution/executor.js";
import { DEFAULT_GRAPHQL_LIMITS, type LimitSettings, graphQLLimits } from "./limits/settings.js";
import { buildGraphQLSchema } from "./schema.js";
import { TransitionHub } from "./subscriptions/hub.js";
import { type WebSocketOperations, webSocketOperations } from "./websocket.js";

export interface GraphQLOptions {
  readModel: ReadModel;
  desiredState: DesiredState;
  /** Already telling its listeners. */
  stream: TransitionStream;
  logger: Logger;
  /** Our installation's id; left out: manifests that were not applied yet are shown without our label. */
  installation?: string | null;
  /** Left out: the defaults. */
  /** Left out: the defaults. */
  limits?: LimitSettings;
}

/** The GraphQL layer, ready for a transport. */
export interface GraphQLLayer {
  readonly schema: GraphQLSchema;
  readonly hub: TransitionHub;
  /** Answers a request over HTTP; never throws for what a client sent. */
  execute(request: HttpRequest, identity: Request): Promise<HttpAnswer>;
  /** The body for a failure before any GraphQL, such as UNAUTHENTICATED: the same shape and codes as everywhere. */
  formatError(error: unknown, requestId?: string): string;
  /** For graphql-ws' `makeServer`; `ctx.extra` holds the connection's identity. */
  readonly operations: WebSocketOperations;
  /** Ends every subscription, then whatever else runs. */
  stop(): Promise<void>;
}

/** Puts the layer together. */
export async function createGraphQL(options: GraphQLOptions): Promise<GraphQLLayer> {
  const { readModel, desiredState, stream, logger } = options;
  const limits = options.limits === undefined ? DEFAULT_GRAPHQL_LIMITS : graphQLLimits(options.limits);
  const schema = await buildGraphQLSchema();
  const formatter = new ErrorFormatter(logger);
  const installation = options.installation ?? null;
  const shared: SharedContext = { readModel, desiredState, stream, logger, installation, pages: limits.pages };
  const executor = new Executor(schema);
  const engine: Engine = {
    schema,
    executor,
    documents: new Documents(schema, limits.document),
    formatter,
    shared,
    limits,
  };
  const http = await HttpExecutor.start(engine, logger);
  const hub = new TransitionHub(readModel, stream, logger, limits.subscriptions);
  return {
    schema,
    hub,
    execute: (request, identity) => http.execute(request, identity),
    formatError: (error, requestId) => JSON.stringify({ errors: [formatter.format(error, requestId)] }),
    operations: webSocketOperations(engine, hub),
    async stop() {
      hub.stop();
      await http.stop();
    },
  };
}
