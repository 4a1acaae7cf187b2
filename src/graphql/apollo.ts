import { ApolloServer, type ApolloServerPlugin, HeaderMap, type HTTPGraphQLResponse } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { type GraphQLSchema, OperationTypeNode } from "graphql";
import type { Logger } from "../domain/ports/logger.js";
import { beforeExecution } from "./before-execution.js";
import { type GraphQLContext, type Request, type SharedContext, createContext } from "./context.js";
import { type Documents, MAX_VALIDATION_ERRORS } from "./documents.js";
import { type ErrorFormatter, refuse } from "./errors.js";
import type { Executor } from "./execution/executor.js";
import type { Facts } from "./facts.js";
import { checkOperation } from "./limits/operation.js";
import type { GraphQLLimits } from "./limits/settings.js";
import { observe, refused } from "./observe.js";

/** A GraphQL request over HTTP. */
export interface HttpRequest {
  method: string;
  /** The query string with its question mark, or empty. */
  search: string;
  /** By their names in lower case. */
  headers: ReadonlyMap<string, string>;
  /** The parsed JSON body; undefined where there is none. */
  body: unknown;
}

/** What is to be answered. */
export interface HttpAnswer {
  status: number;
  headers: Iterable<readonly [string, string]>;
  body: string;
  facts: Facts;
}

/** What operations are executed with. */
export interface Engine {
  schema: GraphQLSchema;
  executor: Executor;
  documents: Documents;
  formatter: ErrorFormatter;
  shared: SharedContext;
  limits: GraphQLLimits;
}

const SUBSCRIPTION_OVER_HTTP =
  "Subscriptions are served over WebSocket at the same address, with the subprotocol graphql-transport-ws.";

/** Looks at each operation after it is parsed and valid, and before it is executed. */
function guard({ schema, limits }: Engine): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        async didResolveOperation({ request, document, contextValue }): Promise<void> {
          const { operationName, variables } = request;
          const operation = checkOperation(schema, document, { operationName, variables }, limits);
          if (operation.operation === OperationTypeNode.SUBSCRIPTION)
            throw refuse([{ path: [], message: SUBSCRIPTION_OVER_HTTP }]);
          await beforeExecution(contextValue, document, operation);
        },
      }),
  };
}

/** Has operations executed by our executor in place of Apollo's call of graphql-js. */
function executing({ executor, formatter }: Engine): ApolloServerPlugin<GraphQLContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        async responseForOperation({ request, document, contextValue }) {
          const { operationName, variables } = request;
          const { data, errors } = await executor.execute({
            document,
            operationName,
            variableValues: variables,
            contextValue,
          });
          const singleResult = {
            ...(errors === undefined
              ? {}
              : { errors: errors.map((error) => formatter.format(error, contextValue.requestId)) }),
            ...(data === undefined ? {} : { data }),
          };
          return { http: { headers: new HeaderMap() }, body: { kind: "single", singleResult } };
        },
      }),
  };
}

/** The text of the document in a request; null where there is none to look at, which Apollo then says. */
function sourceOf({ method, search, body }: HttpRequest): string | null {
  if (method === "GET") return new URLSearchParams(search).get("query");
  if (typeof body !== "object" || body === null || !("query" in body)) return null;
  return typeof body.query === "string" ? body.query : null;
}

async function answerOf({ status, headers, body }: HTTPGraphQLResponse, facts: Facts): Promise<HttpAnswer> {
  if (body.kind === "complete") return { status: status ?? 200, headers, body: body.string, facts };
  let text = "";
  for await (const part of body.asyncIterator) text += part;
  return { status: status ?? 200, headers, body: text, facts };
}

/** Apollo Server for GraphQL over HTTP: with nothing that reports, prescribes caching, or shows a page. */
export class HttpExecutor {
  private constructor(
    private readonly server: ApolloServer<GraphQLContext>,
    private readonly engine: Engine,
  ) {}

  static async start(engine: Engine, logger: Logger): Promise<HttpExecutor> {
    const { schema, documents, formatter, limits } = engine;
    const log = (write: (fields: object, message: string) => void) => (message?: unknown) => {
      write({ source: "apollo" }, String(message));
    };
    const server = new ApolloServer<GraphQLContext>({
      schema,
      nodeEnv: "production",
      introspection: true,
      csrfPrevention: true,
      allowBatchedHttpRequests: false,
      includeStacktraceInErrorResponses: false,
      persistedQueries: false,
      stopOnTerminationSignals: false,
      parseOptions: { maxTokens: limits.document.maxTokens },
      validationOptions: { maxErrors: MAX_VALIDATION_ERRORS },
      documentStore: documents.store,
      formatError: (_formatted, error) => formatter.format(error),
      stringifyResult: (value) => JSON.stringify(value),
      logger: {
        debug: log((fields, message) => logger.debug(fields, message)),
        info: log((fields, message) => logger.info(fields, message)),
        warn: log((fields, message) => logger.warn(fields, message)),
        error: log((fields, message) => logger.error(fields, message)),
      },
      plugins: [
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
        observe(formatter),
        guard(engine),
        executing(engine),
      ],
    });
    await server.start();
    return new HttpExecutor(server, engine);
  }

  /** Answers a request, also one that is none: with the status and media type of GraphQL over HTTP. */
  async execute(request: HttpRequest, identity: Request): Promise<HttpAnswer> {
    const { method, search, body } = request;
    const facts: Facts = { operation: null, codes: [] };
    const response = await this.server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, search, body, headers: new HeaderMap(request.headers) },
      context: async () => {
        try {
          return { ...(await this.contextOf(request, identity)), facts };
        } catch (error) {
          refused(error, facts, this.engine.formatter, identity.requestId);
          throw error;
        }
      },
    });
    return answerOf(response, facts);
  }

  /** @throws GraphQLError for a document that passes a limit */
  private async contextOf(request: HttpRequest, identity: Request): Promise<GraphQLContext> {
    const source = sourceOf(request);
    // Whatever passes a limit ends here, before it is parsed a second time; what is good is found in the store.
    const refusal = source === null ? null : this.engine.documents.prepare(source).refusal;
    if (refusal !== null) throw refusal;
    return await createContext(this.engine.shared, identity);
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }
}
