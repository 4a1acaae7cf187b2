import type { DataSource } from "typeorm";
import type { ClientConfig } from "pg";
import type { Logger } from "../domain/ports/logger.js";
import type { LogPlace, TransitionStream } from "../domain/ports/transition-stream.js";
import type { TransitionRecord } from "../domain/transition.js";
import { badUserInput, ExpectedError, preconditionFailed } from "../errors.js";
import { idPrefix, sealPlace, unsealPlace } from "./cursor.js";
import { Listener } from "./listen.js";
import { NotificationClock } from "./notification-clock.js";
import { TRANSITION_COLUMNS, columns, transitionRecord } from "./records.js";
import type { TransitionRow } from "./records.js";
import { onCommit, query } from "./transaction.js";
import { CHANNEL } from "./transition-log.js";

export interface TailerOptions {
  dataSource: DataSource;
  /** For the one connection that listens. */
  listenClient: ClientConfig;
  logger: Logger;
  /** Looks at the log this often whatever was notified, in milliseconds. */
  pollInterval?: number;
  /** Rows of one read. */
  batchSize?: number;
  observer?: StreamObserver;
}

/** What is measured of the stream. */
export interface StreamObserver {
  /** Seconds from a commit of this process until its notification came back, on this machine's monotonic clock. */
  notified(seconds: number): void;
  /** Age of the newest transition of a batch when it was read, in seconds on the database's clock. */
  read(ageSeconds: number): void;
}

/** Milliseconds, jittered. */
const RETRY_AFTER = 200;

type Batch = readonly TransitionRecord[];

interface ReadRow extends TransitionRow {
  pruned_to: string;
  /** The id of the transition that is read on from; null: none stands there. */
  here: string | null;
  /** Seconds, on the database's clock. */
  age: number;
}

/** This replica's only reader of the log as it grows. Woken by its own commits, by NOTIFY and by the clock; a lost wake-up costs time, never a transition. */
export class TransitionTailer implements TransitionStream {
  private readonly listeners = new Set<(batch: Batch) => void>();
  private readonly gapListeners = new Set<() => void>();
  private readonly notifications: NotificationClock;
  private lastRead = performance.now();
  private readonly listener: Listener;
  private readonly pollInterval: number;
  private readonly batchSize: number;
  private cursorKey: Buffer | null = null;
  private place: LogPlace | null = null;
  private draining: Promise<void> | null = null;
  private wokenAgain = false;
  private stopped = false;
  private poll: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  private forgetCommits: () => void = () => {};

  constructor(private readonly options: TailerOptions) {
    this.pollInterval = options.pollInterval ?? 5_000;
    this.batchSize = options.batchSize ?? 1_000;
    this.notifications = new NotificationClock((seconds) => options.observer?.notified(seconds));
    this.listener = new Listener({
      client: options.listenClient,
      channel: CHANNEL,
      logger: options.logger,
      onWake: (payload) => this.wakeUpTo(payload),
    });
  }

  /** Begins at the head of the log: what was there before is read by those who ask for it. */
  async start(): Promise<void> {
    const { dataSource } = this.options;
    const [row] = await query<{ cursor_key: Buffer }>(dataSource, "SELECT cursor_key FROM installation");
    if (row === undefined) throw new Error("the database has no installation row; it was not migrated");
    this.cursorKey = row.cursor_key;
    this.place = await this.currentPlace();
    this.forgetCommits = onCommit(dataSource, (position) => {
      this.notifications.committed(position);
      this.wake();
    });
    this.listener.start();
    this.poll = setInterval(() => this.wake(), this.pollInterval);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.poll);
    this.forgetCommits();
    await this.listener.stop();
    await this.draining;
    clearTimeout(this.retry);
    this.listeners.clear();
    this.gapListeners.clear();
  }

  /** Seconds since the log was last read to its end, and since the oldest own commit whose notification did not come yet. */
  lag(): { sinceRead: number; unnotified: number } {
    return { sinceRead: (performance.now() - this.lastRead) / 1000, unnotified: this.notifications.oldest() };
  }

  head(): LogPlace {
    return this.started(this.place);
  }

  async currentPlace(): Promise<LogPlace> {
    const [row] = await query<{ position: string; id: string | null }>(
      this.options.dataSource,
      `(SELECT position, id FROM transition ORDER BY position DESC LIMIT 1)
       UNION ALL SELECT pruned_to, NULL FROM installation
       ORDER BY position DESC, id LIMIT 1`,
    );
    if (row === undefined) throw new Error("the database has no installation row; it was not migrated");
    return { position: BigInt(row.position), transitionId: row.id };
  }

  listen(listener: (batch: Batch) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onGap(listener: () => void): () => void {
    this.gapListeners.add(listener);
    return () => this.gapListeners.delete(listener);
  }

  async read(after: bigint, upTo: bigint, limit: number): Promise<TransitionRecord[]> {
    const { rows } = await this.readRows(after, upTo, limit);
    return rows.map(transitionRecord);
  }

  /** What was pruned, and what stands at `after`, is asked in the same statement, so that all are of one moment. */
  private async readRows(
    after: bigint,
    upTo: bigint,
    limit: number,
  ): Promise<{ rows: ReadRow[]; here: string | null }> {
    const rows = await query<ReadRow | { pruned_to: string; here: string | null; id: null }>(
      this.options.dataSource,
      `SELECT i.pruned_to, (SELECT p.id FROM transition p WHERE p.position = $1::bigint) AS here, t.*
         FROM installation i LEFT JOIN LATERAL (
         SELECT ${columns("t", TRANSITION_COLUMNS)}, extract(epoch FROM clock_timestamp() - t.at)::float8 AS age FROM transition t
          WHERE t.position > $1::bigint AND t.position <= $2::bigint ORDER BY t.position LIMIT $3
       ) t ON true ORDER BY t.position`,
      [after.toString(), upTo.toString(), limit],
    );
    if (rows[0] !== undefined && BigInt(rows[0].pruned_to) > after) throw cursorExpired();
    return { rows: rows.filter((row) => row.id !== null), here: rows[0]?.here ?? null };
  }

  seal(place: LogPlace): string {
    return sealPlace(this.started(this.cursorKey), place);
  }

  async open(cursor: string): Promise<LogPlace> {
    const found = unsealPlace(this.started(this.cursorKey), cursor);
    if (found === null) {
      throw badUserInput([
        {
          path: ["since"],
          message: "This is no cursor of this installation. Take one from Transition.cursor or transitionCursor.",
        },
      ]);
    }
    const [row] = await query<{ id: string | null; pruned_to: string }>(
      this.options.dataSource,
      `SELECT t.id, i.pruned_to FROM installation i LEFT JOIN transition t ON t.position = $1::bigint`,
      [found.position.toString()],
    );
    const id = row?.id ?? null;
    const { position } = found;
    const stands =
      found.idPrefix === null
        ? position === BigInt(row?.pruned_to ?? -1)
        : id !== null && idPrefix(id).equals(found.idPrefix);
    if (stands) return { position, transitionId: found.idPrefix === null ? null : id };
    throw cursorExpired();
  }

  private wakeUpTo(payload: string | null): void {
    const told = payload !== null && /^\d{1,19}$/.test(payload) ? BigInt(payload) : null;
    if (told !== null) this.notifications.notified(told);
    else if (payload === null) this.notifications.reconnected();
    // Most often the news of our own commit, which woke us before.
    if (told !== null && this.place !== null && told <= this.place.position) return;
    this.wake();
  }

  private wake(): void {
    if (this.stopped) return;
    this.wokenAgain = true;
    this.draining ??= this.drain().finally(() => {
      this.draining = null;
      // Woken after the last look and before this.
      if (this.wokenAgain) this.wake();
    });
  }

  private async drain(): Promise<void> {
    while (this.wokenAgain && !this.stopped) {
      this.wokenAgain = false;
      try {
        await this.readOn();
      } catch (error) {
        this.options.logger.warn({ error: String(error) }, "the transition log could not be read; trying again");
        // What woke us may have been the only one to do so until the clock.
        clearTimeout(this.retry);
        this.retry = setTimeout(() => this.wake(), RETRY_AFTER * (0.5 + Math.random()));
        return;
      }
    }
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const rows = await this.readOrSkip();
      this.lastRead = performance.now();
      const last = rows.at(-1);
      if (last === undefined || this.stopped) return;
      this.place = { position: BigInt(last.position), transitionId: last.id };
      this.options.observer?.read(last.age);
      const batch = rows.map(transitionRecord);
      for (const listener of this.listeners) this.tell(() => listener(batch));
      if (batch.length < this.batchSize) return;
    }
  }

  /**
   * A process that was stopped for longer than transitions are kept cannot tell of those in between, and one whose database was restored under it has told of what never was: it says so, and
   * goes on at the head.
   */
  private async readOrSkip(): Promise<ReadRow[]> {
    const { position, transitionId } = this.head();
    try {
      const { rows, here } = await this.readRows(position, MAX_POSITION, this.batchSize);
      if (transitionId === null || here === transitionId) return rows;
      await this.beginAnew("the log is another than the one that this replica had read (was the database restored?)");
    } catch (error) {
      if (!isExpired(error)) throw error;
      await this.beginAnew("the log was pruned beyond what this replica had read");
    }
    return [];
  }

  private async beginAnew(why: string): Promise<void> {
    this.place = await this.currentPlace();
    this.options.logger.error({}, `${why}; subscriptions and leaders begin anew`);
    for (const listener of this.gapListeners) this.tell(listener);
  }

  private tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.options.logger.error({ error: String(error) }, "a listener of the transition log threw; the others go on");
    }
  }

  private started<T>(value: T | null): T {
    if (value === null) throw new Error("the transition stream was not started");
    return value;
  }
}

const MAX_POSITION = 2n ** 63n - 1n;

const EXPIRED = "CursorExpired";
const cursorExpired = (): ExpectedError =>
  preconditionFailed(
    EXPIRED,
    "The history no longer holds the place of this cursor. Read the lists anew, with a new transitionCursor.",
  );
const isExpired = (error: unknown): boolean => error instanceof ExpectedError && error.details.reason === EXPIRED;
