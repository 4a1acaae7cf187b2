import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import { CloseCode, type ConnectionInitMessage, type Context, type Server, type ServerOptions } from "graphql-ws";
import type { RawData, WebSocket } from "ws";
import type { Logger } from "../domain/ports/logger.js";
import type { Viewer } from "../domain/viewer.js";
import { ExpectedError } from "../errors.js";
import type { Sink } from "../graphql/index.js";
import type { NextFrames } from "./frames.js";
import { ResultWriter } from "./result-writer.js";
import type { WriteTurns } from "./write-turns.js";

type ConnectionParams = ConnectionInitMessage["payload"];

/** What an operation of a connection finds in graphql-ws' `ctx.extra`. */
export interface SocketExtra {
  /** Known once the connection is acknowledged. */
  viewer: Viewer | null;
  requestId: string;
  /** Where the results of a subscription go. */
  sink(operationId: string): Sink;
}

/** What graphql-ws calls about operations. */
export type SocketOperations = {
  [Hook in "onSubscribe" | "onError" | "execute" | "subscribe"]: NonNullable<
    ServerOptions<ConnectionParams, SocketExtra>[Hook]
  >;
};

/** A connection as graphql-ws' hooks are given it. */
export interface ConnectionExtra extends SocketExtra {
  /** Who it is, from now until their token expires. */
  acknowledge(context: Context<ConnectionParams, ConnectionExtra>, viewer: Viewer): void;
}

export interface SocketOptions {
  server: Server<ConnectionExtra>;
  requestId: string;
  /** Milliseconds between pings. */
  keepAlive: number;
  logger: Logger;
  /** The connection under the WebSocket. */
  stream: Duplex;
  /** Shared by all sockets. */
  turns: WriteTurns;
  /** Likewise. */
  frames: NextFrames;
}

/** A peer that has not answered so many pings in a row is gone. */
const MISSED_PINGS = 2;
/** The same while data of ours is in the way: the ping waits behind it. */
const MISSED_PINGS_BEHIND_DATA = 8;
/** Bytes that wait for the peer to take them; beyond them nothing more is read from it, so that it cannot make us answer without end. */
const MAX_BUFFERED = 1_048_576;
/** How long a peer may take to answer our close, in milliseconds. */
const CLOSE_LIMIT = 3_000;
/** RFC 6455, 5.5: a close reason holds at most 123 bytes. */
const MAX_REASON = 123;
/** setTimeout counts in 31 bits. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * One WebSocket under graphql-ws. What is sent is awaited until the peer's side has taken it, and no more results are taken than a peer may leave lying, so that a
 * subscription waits for its reader, and a reader who is too slow lets its own bounded queue overflow (graphql/subscriptions), not the memory. Once a close is begun, nothing
 * is read, executed or delivered any more.
 */
export class Socket {
  /** Resolves when the connection is closed and what ran on it has ended. */
  readonly gone: Promise<void>;
  readonly #down: Promise<void>;
  readonly #logger: Logger;
  readonly #results: ResultWriter;
  #context: Context<ConnectionParams, ConnectionExtra> | null = null;
  /** Not there yet while graphql-ws looks at the subprotocol, over which it may close already. */
  readonly #closed: ((code: number, reason: string) => Promise<void>) | undefined;
  #ended: Promise<void> | undefined;
  #expiry: NodeJS.Timeout | null = null;
  #missedPings = 0;
  #deaf = false;
  #closing = false;

  constructor(
    private readonly socket: WebSocket,
    { server, requestId, keepAlive, logger, stream, turns, frames }: SocketOptions,
  ) {
    this.#logger = logger.child({ requestId });
    const isOpen = (): boolean => !this.#closing && socket.readyState === socket.OPEN;
    this.#results = new ResultWriter({ stream, isOpen, turns, frames });
    socket.on("error", (error) => this.#logger.debug({ err: error }, "a WebSocket failed"));
    socket.on("pong", () => {
      this.#missedPings = 0;
    });
    const pinging = setInterval(() => this.#ping(), keepAlive);
    this.#down = new Promise((resolve) => {
      socket.once("close", (code, reason) => {
        clearInterval(pinging);
        this.#end(code, reason.toString("utf8"));
        resolve();
      });
    });
    this.gone = this.#down.then(() => this.#ended);
    this.#closed = server.opened(
      {
        protocol: socket.protocol,
        send: (data) => this.#send(data),
        close: (code, reason) => this.close(code ?? CloseCode.InternalServerError, reason ?? ""),
        onMessage: (handle) => {
          socket.on("message", (data, isBinary) => this.#receive(handle, data, isBinary));
        },
      },
      {
        viewer: null,
        requestId,
        sink: (operationId) => this.#results.sink(operationId),
        acknowledge: (context, viewer) => {
          this.#context = context;
          context.extra.viewer = viewer;
          this.#closeAtExpiry(viewer);
        },
      },
    );
  }

  /** From now on nothing that the client sends is looked at. */
  stopListening(): void {
    this.#deaf = true;
  }

  /** Whether an operation that is no subscription is under way: graphql-ws keeps a generator for those that are. */
  get isBusy(): boolean {
    return Object.values(this.#context?.subscriptions ?? {}).includes(null);
  }

  /** Ends what runs on the connection, and then the connection. */
  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#results.flush();
    this.#closing = true;
    this.#deaf = true;
    // Else the peer's answer would not be read.
    this.socket.resume();
    this.socket.close(code, fitting(reason));
    this.#end(code, reason);
    const late = setTimeout(() => this.socket.terminate(), CLOSE_LIMIT);
    this.socket.once("close", () => clearTimeout(late));
  }

  #end(code: number, reason: string): void {
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    this.#ended ??= this.#closed?.(code, reason).catch((error: unknown) => {
      this.#logger.warn({ err: error }, "a connection did not end cleanly");
    });
  }

  #receive(handle: (text: string) => Promise<void>, data: RawData, isBinary: boolean): void {
    if (this.#deaf) return;
    if (isBinary || !Buffer.isBuffer(data)) return this.close(CloseCode.BadRequest, "Messages are text.");
    // What a message's handler throws closes the connection: with 4403 where the token is to blame.
    handle(data.toString("utf8")).catch((error: unknown) => {
      if (error instanceof ExpectedError && error.code === "UNAUTHENTICATED")
        return this.close(CloseCode.Forbidden, error.message);
      const reference = randomUUID();
      this.#logger.error({ err: error, reference }, "unexpected failure on a WebSocket");
      this.close(CloseCode.InternalServerError, `Internal server error, reference ${reference}`);
    });
  }

  async #send(data: string): Promise<void> {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return await this.#down;
    this.#results.flush();
    const isTaken = await new Promise<boolean>((resolve) => {
      socket.send(data, (error) => resolve(!(error instanceof Error)));
      if (socket.bufferedAmount > MAX_BUFFERED) socket.pause();
    });
    if (!isTaken) return await this.#down;
    if (socket.isPaused && socket.bufferedAmount <= MAX_BUFFERED) {
      this.#missedPings = 0;
      socket.resume();
    }
  }

  #ping(): void {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    if (this.#missedPings >= (socket.isPaused ? MISSED_PINGS_BEHIND_DATA : MISSED_PINGS)) {
      this.#logger.debug({}, "a peer does not answer; its connection is ended");
      return socket.terminate();
    }
    this.#missedPings += 1;
    socket.ping();
  }

  /** Clients take 4403 for "connect again, with a fresh token" (DESIGN.md, graphql-ws). */
  #closeAtExpiry(viewer: Viewer): void {
    if (viewer.expiresAt === null) return;
    const left = Math.max(0, viewer.expiresAt - Date.now());
    this.#expiry = setTimeout(
      () => {
        if (left > MAX_TIMER) this.#closeAtExpiry(viewer);
        else this.close(CloseCode.Forbidden, "The token has expired; connect again with a fresh one.");
      },
      Math.min(left, MAX_TIMER),
    );
  }
}

/** As much of a reason as a close frame holds. */
function fitting(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= MAX_REASON) return reason;
  return bytes
    .subarray(0, MAX_REASON - 3)
    .toString("utf8")
    .replace(/\ufffd+$/u, "");
}
