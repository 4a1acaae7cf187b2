import { IncomingMessage } from "node:http";
import { ClusterUnreachableError } from "../kubernetes-error.js";
import type { ClusterCredentials, RequestCredentials } from "./credentials.js";
import { exchange, type TransportRequest, type TransportResponse } from "./exchange.js";
import { FairLimiter } from "./fair-limiter.js";
import { unreachable } from "./network-error.js";

export interface TransportSettings {
  maxConcurrency: number;
  maxQueued: number;
  requestTimeout: number;
  maxBodyBytes: number;
}

/** Whoever sends decided otherwise: no failure of the connection. */
class Withheld extends Error {
  constructor(readonly reason: unknown) {
    super("the request was withheld");
  }
}

/** HTTP to one API server over its kept-alive connections: bounds, time limits, a 401 repeated with new credentials. */
export class HttpTransport {
  readonly #limiter: FairLimiter;
  readonly #ongoing = new Set<(error: Error) => void>();
  readonly #base: { protocol: string; hostname: string; port: string; path: string };
  /** As it is shown in messages. */
  readonly #host: string;
  #closed = false;

  constructor(
    private readonly credentials: ClusterCredentials,
    private readonly settings: TransportSettings,
  ) {
    const { server } = credentials;
    this.#limiter = new FairLimiter(settings.maxConcurrency, settings.maxQueued);
    this.#host = server.host;
    this.#base = {
      protocol: server.protocol,
      hostname: server.hostname.replace(/^\[(.*)\]$/u, "$1"),
      port: server.port,
      // Some servers stand behind a path: https://rancher.example/k8s/clusters/c-1
      path: server.pathname.replace(/\/+$/u, ""),
    };
  }

  /** Requests under way and waiting, watches left out. */
  get load(): { active: number; waiting: number } {
    return { active: this.#limiter.active, waiting: this.#limiter.waiting };
  }

  /**
   * @returns the whole answer, whatever its status
   * @throws ClusterUnreachableError; what `beforeSending` throws
   */
  async request(lane: string, request: TransportRequest): Promise<TransportResponse> {
    return await this.#explained(async () => {
      const release = await this.#limiter.acquire(lane, request.signal);
      try {
        const answer = await this.#authenticated(request, false);
        if (answer instanceof IncomingMessage) throw new TypeError("a whole answer was asked for");
        return answer;
      } finally {
        release();
      }
    });
  }

  /**
   * A long answer, such as a watch: it takes no place among the bounded requests.
   * @returns the open stream, which the caller destroys; or the answer, where its status is not 200
   * @throws ClusterUnreachableError
   */
  async open(request: TransportRequest): Promise<IncomingMessage | TransportResponse> {
    return await this.#explained(() => this.#authenticated(request, true));
  }

  /** An error of a stream from `open`, as callers know it. */
  explain(error: unknown): ClusterUnreachableError {
    return unreachable(error, this.#host, this.credentials.proxied);
  }

  /** Ends every request, stream and connection. */
  close(): void {
    this.#closed = true;
    for (const fail of this.#ongoing) fail(this.#closedError());
    this.credentials.close();
  }

  async #explained<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof Withheld ? error.reason : this.explain(error);
    }
  }

  async #authenticated(request: TransportRequest, streaming: boolean): Promise<TransportResponse | IncomingMessage> {
    const credentials = await untilAborted(this.credentials.current(), request.signal);
    const answer = await this.#send(request, credentials, streaming);
    if (answer instanceof IncomingMessage || answer.status !== 401) return answer;
    const renewed = await untilAborted(this.credentials.renew(credentials), request.signal);
    return renewed === credentials ? answer : await this.#send(request, renewed, streaming);
  }

  async #send(
    request: TransportRequest,
    credentials: RequestCredentials,
    streaming: boolean,
  ): Promise<TransportResponse | IncomingMessage> {
    if (this.#closed) throw this.#closedError();
    try {
      request.beforeSending?.();
    } catch (error) {
      throw new Withheld(error);
    }
    const context = {
      base: this.#base,
      credentials,
      timeout: request.timeout ?? this.settings.requestTimeout,
      maxBodyBytes: this.settings.maxBodyBytes,
      ongoing: this.#ongoing,
    };
    return await exchange(context, request, streaming);
  }

  #closedError(): ClusterUnreachableError {
    return new ClusterUnreachableError("aborted", `${this.#host}: the connection was closed.`);
  }
}

/** What is shared goes on; only the caller stops waiting. */
async function untilAborted<R>(work: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (signal === undefined) return await work;
  // Nobody hears of it where the caller has gone already, and a rejection that nobody hears ends the process.
  work.catch(() => {});
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
