import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "../domain/ports/logger.js";
import type { Viewer } from "../domain/viewer.js";
import { COMMON_HEADERS, send, text, type Answer } from "./answer.js";
import { answerClientError } from "./client-error.js";
import { countOperation } from "./count-operation.js";
import type { GraphiQLFiles } from "./graphiql.js";
import type { ConsoleFiles } from "./console.js";
import { GraphQLEndpoint, type GraphQLExecutor } from "./graphql-endpoint.js";
import type { Readiness } from "./health.js";
import type { Metrics } from "./metrics.js";
import { refuseOrigin, type OriginRules } from "./origin.js";
import { pathOf, requestIdOf } from "./request.js";
import { Routes } from "./routes.js";
import type { SignInRoutes } from "./sign-in/routes.js";
import type { SocketOperations } from "./socket.js";
import { WebSocketGateway, type WebSocketTimes } from "./websocket.js";

export interface HttpServerOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  graphql: GraphQLExecutor & { operations: SocketOperations };
  authenticate(authorization: string | undefined): Promise<Viewer>;
  readiness: Readiness;
  metrics: Metrics;
  /** Null: GRAPHIQL is off. */
  graphiql: GraphiQLFiles | null;
  /** Null: it was not built. */
  console: ConsoleFiles | null;
  /** Null: the console does not go to an issuer. */
  signIn: SignInRoutes | null;
  origins: OriginRules;
  /** Routes of the development identity; false: not one of its own. */
  development: (request: IncomingMessage, response: ServerResponse) => boolean;
  limits: {
    maxBodyBytes: number;
    maxFrameBytes: number;
    /** WebSocket connections; of all connections a few more, so that probes are still answered. */
    maxConnections: number;
    maxSubscriptionsPerConnection: number;
    /** Milliseconds for a request to arrive whole. */
    requestTimeout: number;
  };
  logger: Logger;
  /** Shorter for tests. */
  sockets?: Partial<WebSocketTimes>;
}

/** How long a stop waits for requests that are under way, in milliseconds. */
const STOP_LIMIT = 5_000;
/** A connection on which nothing moves is closed, in milliseconds; longer than the database may take for a statement. */
const SILENCE_LIMIT = 120_000;
/** Connections beside those that WebSockets may take. */
const SPARE_CONNECTIONS = 500;

/** The one port: GraphQL over HTTP and WebSocket, GraphiQL, health and metrics. */
export class HttpServer {
  readonly #server: Server;
  readonly #sockets: WebSocketGateway;
  readonly #routes: Routes;
  /** The answer that each connection waits for. */
  readonly #underWay = new Map<Duplex, ServerResponse>();
  #stopping = false;

  constructor(private readonly options: HttpServerOptions) {
    const { limits, graphql, metrics, logger, origins } = options;
    this.#server = createServer(
      {
        requestTimeout: limits.requestTimeout,
        headersTimeout: Math.min(10_000, limits.requestTimeout),
        connectionsCheckingInterval: Math.min(5_000, limits.requestTimeout),
        keepAliveTimeout: 65_000,
        maxHeaderSize: 32_768,
        // Some clients offer HTTP/2 on every request (`Upgrade: h2c`): they are answered as if they had not.
        shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
      },
      (request, response) => void this.#serve(request, response),
    );
    this.#server.timeout = SILENCE_LIMIT;
    this.#server.maxConnections = limits.maxConnections + SPARE_CONNECTIONS;
    const authenticate = (authorization: string | undefined): Promise<Viewer> => options.authenticate(authorization);
    this.#routes = new Routes({
      ...options,
      endpoint: new GraphQLEndpoint({ graphql, authenticate, metrics, maxBodyBytes: limits.maxBodyBytes }),
      isStopping: () => this.#stopping,
    });
    this.#sockets = new WebSocketGateway({
      ...options.sockets,
      operations: graphql.operations,
      authenticate,
      refuse: (request) => {
        if (pathOf(request) !== "/graphql")
          return { status: "404 Not Found", message: "WebSockets are served at /graphql." };
        const message = refuseOrigin(request, origins);
        return message === null ? null : { status: "403 Forbidden", message };
      },
      count: (counted, seconds) => countOperation(metrics, { transport: "websocket", ...counted }, seconds),
      maxConnections: limits.maxConnections,
      maxFrameBytes: limits.maxFrameBytes,
      maxOperations: limits.maxSubscriptionsPerConnection,
      logger,
    });
    this.#server.on("upgrade", (request, socket, head) => this.#sockets.upgrade(request, socket, head));
    // At the limit of connections those that nobody uses make room: the next try is let in.
    this.#server.on("drop", () => this.#server.closeIdleConnections());
    this.#server.on("clientError", (error, socket) => answerClientError(error, socket, this.#underWay.get(socket)));
  }

  /** Begins to listen. @returns the port. @throws Error where it cannot, in words that say what to do */
  async start(): Promise<number> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
      this.#server.listen(port, host, resolve);
    });
    return addressOf(this.#server).port;
  }

  /** Open WebSocket connections. */
  get connections(): number {
    return this.#sockets.connections;
  }

  /** Accepts nothing more, lets what is under way finish for a while, and closes WebSockets with 1001. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const response of this.#underWay.values()) endAfter(response);
    this.#server.closeIdleConnections();
    const late = setTimeout(() => this.#server.closeAllConnections(), STOP_LIMIT);
    await this.#sockets.stop();
    await closed;
    clearTimeout(late);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = requestIdOf(request);
    const { socket } = request;
    this.#underWay.set(socket, response);
    response.once("close", () => {
      if (this.#underWay.get(socket) === response) this.#underWay.delete(socket);
    });
    response.setHeader("x-request-id", requestId);
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value);
    if (this.#stopping) endAfter(response);
    try {
      const answer = await this.#answer(request, response, requestId);
      if (answer !== null) send(request, response, answer);
    } catch (error) {
      this.options.logger.error({ err: error, requestId }, "a request failed");
      send(request, response, text(500, `Internal server error, request ${requestId}.`));
    }
  }

  /** @returns null where there is nobody to answer, or somebody else answers */
  async #answer(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<Answer | null> {
    const answer = (await this.#routes.forMachines(request)) ?? this.#routes.refuse(request);
    if (answer !== null) return answer;
    if (this.options.development(request, response)) return null;
    return await this.#routes.forPeople(request, requestId);
  }
}

/** Its connection takes no further request. */
function endAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `Port ${port} is in use: stop what listens there, or set PORT to another.`,
    EACCES: `Port ${port} needs more rights than this user has: set PORT to one above 1023.`,
    EADDRNOTAVAIL: `HOST ${host} is no address of this machine: set HOST to one, or leave it out.`,
    ENOTFOUND: `HOST ${host} is no address of this machine: set HOST to one, or leave it out.`,
  };
  const message = advice[error.code ?? ""];
  return message === undefined ? error : new Error(message, { cause: error });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  return address;
}
