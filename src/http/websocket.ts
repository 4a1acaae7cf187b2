import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { GraphQLError } from "graphql";
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type ConnectionInitMessage, type Server } from "graphql-ws";
import { WebSocketServer, type WebSocket } from "ws";
import type { Logger } from "../domain/ports/logger.js";
import type { Viewer } from "../domain/viewer.js";
import { preconditionFailed } from "../errors.js";
import { refuseUpgrade } from "./client-error.js";
import type { Counted } from "./count-operation.js";
import { countedOperations } from "./counted-operations.js";
import { NextFrames } from "./frames.js";
import { requestIdOf } from "./request.js";
import { Socket, type ConnectionExtra, type SocketOperations } from "./socket.js";
import { WriteTurns } from "./write-turns.js";

type ConnectionParams = ConnectionInitMessage["payload"];

/** Milliseconds. */
export interface WebSocketTimes {
  /** Between pings; a peer that leaves two unanswered is gone. */
  keepAlive: number;
  /** For `connection_init` to come, else 4408. */
  initTimeout: number;
}

const TIMES: WebSocketTimes = { keepAlive: 15_000, initTimeout: 10_000 };

export interface WebSocketOptions extends Partial<WebSocketTimes> {
  operations: SocketOperations;
  /** @throws ExpectedError UNAUTHENTICATED */
  authenticate: (authorization: string | undefined) => Promise<Viewer>;
  /** @returns why an upgrade is refused, with the HTTP status line's end, or null */
  refuse(request: IncomingMessage): { status: string; message: string } | null;
  /** Called once for each operation, with the seconds until it was answered, had begun, or was refused. */
  count: (counted: Counted, seconds: number) => void;
  maxConnections: number;
  maxFrameBytes: number;
  /** Operations under way at once on one connection. */
  maxOperations: number;
  logger: Logger;
}

const GOING_AWAY = 1001;
/** How long a stop waits for queries and mutations that are under way, in milliseconds. */
const STOP_LIMIT = 2_000;

/** graphql-transport-ws on `ws`, with bounds, sign-in and expiry. */
export class WebSocketGateway {
  readonly #upgrader: WebSocketServer;
  readonly #server: Server<ConnectionExtra>;
  readonly #sockets = new Set<Socket>();
  readonly #frames = new NextFrames();
  readonly #turns = new WriteTurns(() => this.#frames.forget());
  #stopping = false;

  constructor(private readonly options: WebSocketOptions) {
    this.#upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.maxFrameBytes,
      perMessageDeflate: false,
      // Without our subprotocol graphql-ws closes with 4406, which a browser can read; a refused handshake it could not.
      handleProtocols: (protocols) =>
        protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
    });
    this.#server = graphqlServer(options);
  }

  /** Open connections. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Answers an HTTP upgrade, or refuses it with an HTTP status. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refuse(request);
    if (refusal !== null) return refuseUpgrade(socket, refusal.status, refusal.message);
    this.#upgrader.handleUpgrade(request, socket, head, (webSocket) =>
      this.#serve(webSocket, socket, requestIdOf(request)),
    );
  }

  /** Lets queries and mutations that are under way be answered, closes every connection with 1001, and resolves when all are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const socket of this.#sockets) socket.stopListening();
    const deadline = performance.now() + STOP_LIMIT;
    while ([...this.#sockets].some((socket) => socket.isBusy) && performance.now() < deadline) await delay(10);
    const gone = [...this.#sockets].map((socket) => socket.gone);
    for (const socket of this.#sockets) socket.close(GOING_AWAY, "The server is stopping; connect again.");
    await Promise.all(gone);
  }

  #refuse(request: IncomingMessage): { status: string; message: string } | null {
    if (this.#stopping) return { status: "503 Service Unavailable", message: "This server is stopping." };
    const refusal = this.options.refuse(request);
    if (refusal !== null) return refusal;
    if (this.connections < this.options.maxConnections) return null;
    return { status: "503 Service Unavailable", message: "This server has too many connections. Try again later." };
  }

  #serve(webSocket: WebSocket, stream: Duplex, requestId: string): void {
    const { keepAlive = TIMES.keepAlive, logger } = this.options;
    const shared = { server: this.#server, turns: this.#turns, frames: this.#frames };
    const socket = new Socket(webSocket, { ...shared, stream, requestId, keepAlive, logger });
    this.#sockets.add(socket);
    void socket.gone.then(() => this.#sockets.delete(socket));
  }
}

function graphqlServer(options: WebSocketOptions): Server<ConnectionExtra> {
  const { authenticate, count, maxOperations, initTimeout = TIMES.initTimeout } = options;
  const operations = countedOperations(options.operations, count);
  return makeServer<ConnectionParams, ConnectionExtra>({
    ...operations,
    connectionInitWaitTimeout: initTimeout,
    onConnect: async (context) => {
      const viewer = await authenticate(authorizationOf(context.connectionParams));
      context.extra.acknowledge(context, viewer);
      return true;
    },
    onSubscribe: async (context, id, payload) => {
      // The one that is asked for stands among them already. Refused by itself: the others go on.
      const isTooMany = Object.keys(context.subscriptions).length > maxOperations;
      if (!isTooMany) return await operations.onSubscribe(context, id, payload);
      count({ operation: "unknown", outcome: "refused", codes: ["PRECONDITION_FAILED"] }, 0);
      return [tooMany(maxOperations)];
    },
  });
}

function tooMany(max: number): GraphQLError {
  const refusal = preconditionFailed(
    "QuotaExceeded",
    `This connection has ${max} operations under way already. End one of them, or open another connection.`,
  );
  return new GraphQLError(refusal.message, { originalError: refusal });
}

/** `authorization`, as graphql-ws clients send it, in either spelling of HTTP. */
function authorizationOf(params: ConnectionParams): string | undefined {
  const value = params?.["authorization"] ?? params?.["Authorization"];
  if (value === undefined || value === null || value === "") return undefined;
  // What is no text is no token either, and is refused as one.
  return typeof value === "string" ? value : "not text";
}
