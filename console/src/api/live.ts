import type { ApolloClient } from "@apollo/client";
import { createClient as createSocketClient, type Client as SocketClient } from "graphql-ws";
import { print } from "graphql/language/printer";
import { LIVE_SUBSCRIPTION, PARTS, START, type LiveTransition } from "./live-documents.ts";
import { refreshAfter } from "./refresh.ts";

/** How the stream of transitions stands: what is shown may be old unless it is live. */
export type LiveState = "connecting" | "live" | "lost";

/** Transitions that come within this time are written into the cache at once, in milliseconds: one render for all. */
const BATCH_TIME = 200;
/** How long a transition may be written again after an answer that was read before it, in milliseconds. */
const MEMORY_TIME = 15_000;
/** Between pings, and how long the pong may take, in milliseconds: a dead connection shows after both. */
const PING = { interval: 8_000, limit: 4_000 };
const BACKOFF = { first: 300, most: 10_000 };
/** The server closes a connection so when its token ends or is no good (graphql-ws, CloseCode.Forbidden). */
const TOKEN_ENDED = 4403;
/** A connection that lived so long, in milliseconds, is followed by the next one at once when its token ends. */
const STEADY = 1_000;

export interface LiveOptions {
  client: ApolloClient;
  authorization(): Promise<string | undefined>;
  /** The server does not take the token, for that reason. @returns whether there is another one now */
  refused(why: string): Promise<boolean>;
}

/**
 * Keeps the cache as the API says it is. One subscription carries every transition that the viewer may see; after a lost connection it goes on with `since`, so that nothing is missed.
 */
export class Live {
  #state: LiveState = "connecting";
  #since: string | null = null;
  #stopped = false;
  #attempt = 0;
  #socket: SocketClient | null = null;
  /** When the server took the connection (performance.now()); null: not yet. */
  #liveSince: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #batchTimer: ReturnType<typeof setTimeout> | undefined;
  #batch: LiveTransition[] = [];
  #recent: { at: number; transition: LiveTransition }[] = [];
  readonly #stateListeners = new Set<() => void>();
  readonly #batchListeners = new Set<(batch: readonly LiveTransition[]) => void>();

  constructor(private readonly options: LiveOptions) {}

  get state(): LiveState {
    return this.#state;
  }

  /** @returns what ends it */
  readonly onState = (listener: () => void): (() => void) => {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  };

  /** Told of each batch after it was written into the cache. @returns what ends it */
  onBatch(listener: (batch: readonly LiveTransition[]) => void): () => void {
    this.#batchListeners.add(listener);
    return () => this.#batchListeners.delete(listener);
  }

  /** @param since where the stream stood before anything else was read */
  start(since: string): void {
    this.#since = since;
    this.#stopped = false;
    addEventListener("online", this.#retryNow);
    addEventListener("offline", this.#lose);
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    removeEventListener("online", this.#retryNow);
    removeEventListener("offline", this.#lose);
    clearTimeout(this.#timer);
    clearTimeout(this.#batchTimer);
    void this.#socket?.dispose();
  }

  /** An answer that was asked for at that moment may be older than what was told since: that is written again. */
  answered(askedAt: number): void {
    const now = performance.now();
    this.#recent = this.#recent.filter(({ at }) => now - at < MEMORY_TIME);
    const newer = this.#recent.filter(({ at }) => at >= askedAt).map(({ transition }) => transition);
    if (newer.length > 0) this.#write(newer);
  }

  readonly #retryNow = (): void => {
    if (this.#state !== "lost") return;
    this.#attempt = 0;
    clearTimeout(this.#timer);
    void this.#connect();
  };

  readonly #lose = (): void => {
    this.#socket?.terminate();
  };

  async #connect(): Promise<void> {
    if (this.#stopped) return;
    const socket = this.#openSocket();
    this.#socket = socket;
    this.#liveSince = null;
    const { how, code, reason } = await this.#subscribe(socket);
    void socket.dispose();
    if (this.#stopped) return;
    this.#flush();
    if (how === "forgotten") await this.#beginAnew();
    if (code === TOKEN_ENDED) {
      // As it has to be from time to time: nothing is lost, so nothing is said.
      if (this.#liveSince !== null && performance.now() - this.#liveSince > STEADY) return await this.#connect();
      if (this.#liveSince === null) await this.options.refused(reason).catch(() => false);
    }
    this.#later();
  }

  #later(): void {
    this.#setState("lost");
    const delay = Math.min(BACKOFF.most, BACKOFF.first * 2 ** this.#attempt++) * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => void this.#connect(), delay);
  }

  /** The server knows nothing of where we stood: everything is read anew. */
  async #beginAnew(): Promise<void> {
    try {
      const { data } = await this.options.client.query({ query: START, fetchPolicy: "network-only" });
      this.#since = data?.transitionCursor ?? null;
      await this.options.client.refetchQueries({ include: "active" });
    } catch {
      // Tried again with the next connection.
    }
  }

  #openSocket(): SocketClient {
    let late: ReturnType<typeof setTimeout> | undefined;
    const socket = createSocketClient({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`,
      retryAttempts: 0,
      keepAlive: PING.interval,
      connectionParams: async () => {
        const value = await this.options.authorization();
        return value === undefined ? {} : { authorization: value };
      },
      on: {
        connected: () => {
          this.#attempt = 0;
          this.#liveSince = performance.now();
          this.#setState("live");
        },
        ping: (received) => {
          if (!received) late = setTimeout(() => socket.terminate(), PING.limit);
        },
        pong: (received) => {
          if (received) clearTimeout(late);
        },
        closed: () => clearTimeout(late),
      },
    });
    return socket;
  }

  /** @returns why it ended; it never does while all is well */
  #subscribe(socket: SocketClient): Promise<Ending> {
    return new Promise((resolve) => {
      socket.subscribe<{ transitions: LiveTransition }>(
        { query: print(LIVE_SUBSCRIPTION), variables: { since: this.#since } },
        {
          next: ({ data, errors }) => {
            if (data !== null && data !== undefined) this.#take(data.transitions);
            else if (errors?.[0]?.extensions?.["code"] === "BAD_USER_INPUT") resolve({ ...CLOSED, how: "forgotten" });
          },
          error: (error) => resolve(endingOf(error)),
          complete: () => resolve(CLOSED),
        },
      );
    });
  }

  #take(transition: LiveTransition): void {
    this.#since = transition.cursor;
    this.#batch.push(transition);
    this.#recent.push({ at: performance.now(), transition });
    this.#batchTimer ??= setTimeout(() => this.#flush(), BATCH_TIME);
  }

  #flush(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    this.#write(batch);
    refreshAfter(this.options.client, batch);
    for (const listener of this.#batchListeners) listener(batch);
  }

  #write(batch: readonly LiveTransition[]): void {
    const { cache } = this.options.client;
    cache.batch({
      update: () => {
        for (const { subject, subjectId, to, secret, assignment, project, provider, cluster } of batch) {
          if (secret !== null) cache.writeFragment({ fragment: PARTS.secret, data: secret });
          if (assignment !== null) cache.writeFragment({ fragment: PARTS.assignment, data: assignment });
          if (project !== null) cache.writeFragment({ fragment: PARTS.project, data: project });
          if (provider !== null) cache.writeFragment({ fragment: PARTS.provider, data: provider });
          if (cluster !== null) cache.writeFragment({ fragment: PARTS.cluster, data: cluster });
          if (to === null) cache.evict({ id: `${TYPES[subject] ?? subject}:${subjectId}` });
        }
      },
    });
  }

  #setState(state: LiveState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener();
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ASSIGNMENT: "Assignment",
  CLUSTER: "Cluster",
  PROJECT: "Project",
  PROVIDER: "Provider",
  SECRET: "Secret",
};

/** How a subscription ended: with the connection, or because the server knows nothing of where it stood. */
interface Ending {
  how: "closed" | "forgotten";
  /** The connection's close code; null: it was not closed. */
  code: number | null;
  reason: string;
}

const CLOSED: Ending = { how: "closed", code: null, reason: "" };

function endingOf(error: unknown): Ending {
  if (isBadInput(error)) return { ...CLOSED, how: "forgotten" };
  return error instanceof CloseEvent ? { how: "closed", code: error.code, reason: error.reason } : CLOSED;
}

const isBadInput = (error: unknown): boolean =>
  Array.isArray(error) &&
  error.some(
    (one: unknown) =>
      typeof one === "object" &&
      one !== null &&
      "extensions" in one &&
      typeof one.extensions === "object" &&
      one.extensions !== null &&
      "code" in one.extensions &&
      one.extensions.code === "BAD_USER_INPUT",
  );
