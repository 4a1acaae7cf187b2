import type { DataSource } from "typeorm";
import type { ClientConfig } from "pg";
import type { Logger } from "../domain/ports/logger.js";
import type { LogPlace, TransitionStream } from "../domain/ports/transition-stream.js";
import type { TransitionRecord } from "../domain/transition.js";
import { badUserInput, preconditionFailed } from "../errors.js";
import { idPrefix, sealPlace, unsealPlace } from "./cursor.js";
import { Listener } from "./listen.js";
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
}

/** Milliseconds, jittered. */
const RETRY_AFTER = 200;

type Batch = readonly TransitionRecord[];

/** This replica's only reader of the log as it grows. Woken by its own commits, by NOTIFY and by the clock; a lost wake-up costs time, never a transition. */
export class TransitionTailer implements TransitionStream {
  private readonly listeners = new Set<(batch: Batch) => void>();
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
    this.forgetCommits = onCommit(dataSource, () => this.wake());
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

  async read(after: bigint, upTo: bigint, limit: number): Promise<TransitionRecord[]> {
    const rows = await query<TransitionRow>(
      this.options.dataSource,
      `SELECT ${columns("t", TRANSITION_COLUMNS)} FROM transition t
        WHERE t.position > $1::bigint AND t.position <= $2::bigint ORDER BY t.position LIMIT $3`,
      [after.toString(), upTo.toString(), limit],
    );
    return rows.map(transitionRecord);
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
    throw preconditionFailed(
      "CursorExpired",
      "The history no longer holds the place of this cursor. Read the lists anew, with a new transitionCursor.",
    );
  }

  private wakeUpTo(payload: string | null): void {
    const told = payload !== null && /^\d{1,19}$/.test(payload) ? BigInt(payload) : null;
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
      const batch = await this.read(this.head().position, MAX_POSITION, this.batchSize);
      const last = batch.at(-1);
      if (last === undefined || this.stopped) return;
      this.place = { position: last.position, transitionId: last.id };
      for (const listener of this.listeners) this.tell(listener, batch);
      if (batch.length < this.batchSize) return;
    }
  }

  private tell(listener: (batch: Batch) => void, batch: Batch): void {
    try {
      listener(batch);
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
