import { setTimeout as delay } from "node:timers/promises";
import { createClient, type Client } from "graphql-ws";
import { Client as SqlClient } from "pg";
import { WebSocket } from "ws";
import { z } from "zod";
import type { Random } from "../random.js";
import type { Person } from "../stage/issuer.js";
import type { World } from "../stage/world.js";
import { Seen } from "../check/seen.js";

const SELECTION =
  "id cursor subject subjectId from to reason message actor secret { id name status statusReason assignmentCounts { status count } assignments(first: 20) { totalCount nodes { project { name } } } } assignment { id status message project { name } } project { id name status statusReason } provider { id name statusReason } cluster { id name }";

const EVENT = z.object({ id: z.string(), cursor: z.string(), subject: z.string(), subjectId: z.string() });

/** What a subscription is about, beside its viewer. */
export interface Topic {
  field: "transitions" | "assignmentStatusChanged" | "secretStatusChanged" | "providerStatusChanged";
  /** A project's global id. */
  projectId?: string;
}

/** From one place in the log on, without a break: what was received must be exactly what there was to see. */
export interface Segment {
  /** Positions between which it begins: after the first, at the latest after the second. */
  from: [bigint, bigint];
  /** Which of the pasts of the database it began in. */
  past: number;
  /** Milliseconds since the last restore when it began; null: nothing was restored before. */
  sinceRestore: number | null;
  /** Ids of transitions, as they came. */
  received: string[];
  /** When each came, milliseconds since 1970. */
  times: number[];
  /** It was ended because its place is of another past. */
  refused: boolean;
}

export interface SubscriberOptions {
  person: Person;
  topic: Topic;
  /** `slow` reads with pauses; `stalled` stops reading altogether, until it is ended. */
  manner: "prompt" | "slow" | "stalled";
}

/** A subscriber that goes on with `since` wherever it is cut off, at any replica. */
export class Subscriber {
  readonly segments: Segment[] = [];
  readonly seen = new Seen();
  reconnects = 0;
  /** How often it was told that it is too slow. */
  tooSlow = 0;
  /** Answers that make no sense to it. */
  readonly complaints: string[] = [];
  #cursor: string | null = null;
  #client: Client | null = null;
  #socket: WebSocket | null = null;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly world: World,
    private readonly random: Random,
    readonly options: SubscriberOptions,
  ) {}

  get name(): string {
    const { person, topic, manner } = this.options;
    return `${person.subject} (${manner}, ${topic.field}${topic.projectId === undefined ? "" : " of a project"})`;
  }

  get received(): number {
    return this.segments.reduce((sum, { received }) => sum + received.length, 0);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** From now on it reads promptly. */
  hurry(): void {
    this.options.manner = "prompt";
    this.#resume();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#resume();
    this.#close();
    await this.#running;
  }

  /** Cuts its own connection, as a person who closes the lid. */
  cut(): void {
    this.#socket?.terminate();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      while (!this.#stopped && !this.world.stage.replicas.some((replica) => replica.running)) await delay(100);
      try {
        if (this.#cursor === null) await this.#begin();
        if (!this.#stopped) await this.#connectOnce();
      } catch {
        // Nobody answers; again in a moment.
      }
      this.reconnects += 1;
      await delay(this.random.between(50, 500));
    }
  }

  /** Asks where the stream stands; how far the log is before and after says where that is at most. */
  async #begin(): Promise<void> {
    const past = this.world.restores;
    const before = await this.#head();
    const { transitionCursor } = await this.world.api.ask<{ transitionCursor: string }>(
      this.options.person,
      "{ transitionCursor }",
    );
    const after = await this.#head();
    if (past !== this.world.restores) return;
    this.#cursor = transitionCursor;
    const { restoredAt } = this.world;
    const sinceRestore = restoredAt === null ? null : performance.now() - restoredAt;
    this.segments.push({ from: [before, after], past, sinceRestore, received: [], times: [], refused: false });
  }

  async #head(): Promise<bigint> {
    const client = new SqlClient({ connectionString: this.world.stage.database.url });
    client.on("error", () => {});
    await client.connect();
    try {
      const { rows } = await client.query<{ head: string }>(
        "SELECT coalesce(max(position), 0)::text AS head FROM transition",
      );
      return BigInt(rows[0]?.head ?? "0");
    } finally {
      await client.end();
    }
  }

  async #connectOnce(): Promise<void> {
    const { person, topic } = this.options;
    const token = await this.world.api.tokenOf(person);
    const replica = this.world.api.pick();
    const keep = (socket: WebSocket): void => {
      this.#socket = socket;
    };
    class Kept extends WebSocket {
      constructor(...given: ConstructorParameters<typeof WebSocket>) {
        super(...given);
        keep(this);
      }
    }
    const client = createClient({
      url: `${replica.url.replace("http", "ws")}/graphql`,
      webSocketImpl: Kept,
      retryAttempts: 0,
      keepAlive: 10_000,
      connectionAckWaitTimeout: 10_000,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    this.#client = client;
    const argument = topic.projectId === undefined ? "" : ", projectId: $projectId";
    const parameters = topic.projectId === undefined ? "" : ", $projectId: ID";
    const iterator = client.iterate({
      query: `subscription ($since: String${parameters}) { event: ${topic.field}(since: $since${argument}) { ${SELECTION} } }`,
      variables: { since: this.#cursor, ...(topic.projectId === undefined ? {} : { projectId: topic.projectId }) },
    });
    let before = 0;
    try {
      for await (const result of iterator) {
        if (result.errors !== undefined) {
          this.#refused(result.errors);
          return;
        }
        this.#take(result.data?.["event"], JSON.stringify(result));
        before += 1;
        if (before % 20 === 0) await this.#dawdle();
      }
    } catch (error) {
      if (Array.isArray(error)) this.#refused(error);
    } finally {
      this.#close();
    }
  }

  #take(data: unknown, text: string): void {
    const event = EVENT.parse(data);
    this.seen.take(text);
    this.#cursor = event.cursor;
    const segment = this.segments.at(-1);
    segment?.received.push(event.id.slice(event.id.indexOf("_") + 1));
    segment?.times.push(Date.now());
  }

  #refused(errors: readonly unknown[]): void {
    const parsed = z
      .object({ message: z.string(), extensions: z.object({ code: z.string(), reason: z.string().optional() }) })
      .safeParse(errors[0]);
    const code = parsed.success ? parsed.data.extensions.code : "?";
    if (code === "SUBSCRIBER_TOO_SLOW") this.tooSlow += 1;
    else if (parsed.success && parsed.data.extensions.reason === "CursorExpired") {
      const segment = this.segments.at(-1);
      if (segment !== undefined) segment.refused = true;
      this.#cursor = null;
    } else if (code !== "INTERNAL_SERVER_ERROR") this.complaints.push(JSON.stringify(errors[0]));
  }

  async #dawdle(): Promise<void> {
    const { manner } = this.options;
    if (manner === "slow") await delay(this.random.between(50, 400));
    if (manner !== "stalled" || this.random.next() > 0.2) return;
    const socket = this.#socket;
    socket?.pause();
    for (let i = 0; i < 60 && this.options.manner === "stalled" && !this.#stopped; i += 1) await delay(250);
    if (socket?.readyState === WebSocket.OPEN) socket.resume();
  }

  #resume(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.resume();
  }

  #close(): void {
    const client = this.#client;
    this.#client = null;
    if (client !== null) void Promise.resolve(client.dispose()).catch(() => {});
    this.#socket?.terminate();
  }
}
