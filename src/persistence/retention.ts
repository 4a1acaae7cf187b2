import { setTimeout as delay } from "node:timers/promises";
import type { DataSource } from "typeorm";
import type { Logger } from "../domain/ports/logger.js";
import { inTransaction } from "./transaction.js";
import type { Transaction } from "./transaction.js";

// One number for all replicas: whoever holds it prunes. Not the position lock, which writers wait for.
const ADVISORY_LOCK = "2893765104417382905";

export interface RetentionOptions {
  dataSource: DataSource;
  logger: Logger;
  /** How long a transition is kept, in milliseconds on the database's clock; 0: for ever. */
  keep: number;
  /** Rows of one transaction. */
  batchSize?: number;
  /** Between two transactions while more is due, in milliseconds. */
  pause?: number;
  /** Between two looks while nothing is due, in milliseconds, jittered. */
  interval?: number;
  /** Told of each batch, once it is committed. */
  onPruned?: (rows: number) => void;
}

/**
 * Removes what is older than the setting from the beginning of the log, a small transaction at a time, from one replica at a time. Nobody waits for it: it takes no lock that a writer
 * takes. The newest transition is always kept, so that cursors of a quiet installation hold.
 */
export class TransitionPruner {
  readonly #stopped = new AbortController();
  #running: Promise<void> | null = null;

  constructor(private readonly options: RetentionOptions) {}

  start(): void {
    if (this.options.keep > 0) this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  /** Removes all that is due now. @returns how many rows; 0 too where another replica is at it */
  async prune(): Promise<number> {
    const { keep, batchSize = 1_000, pause = 200, onPruned } = this.options;
    if (keep <= 0) return 0;
    let total = 0;
    for (;;) {
      const rows = await inTransaction(this.options.dataSource, (tx) => this.#batch(tx, batchSize));
      if (rows > 0) onPruned?.(rows);
      total += rows;
      if (rows < batchSize || this.#stopped.signal.aborted) return total;
      await this.#wait(pause);
    }
  }

  /**
   * Only the log's beginning, as far as everything in it is old: a clock that was wrong for a while makes it keep more, never less. Rows and `pruned_to` change together, so whoever
   * reads both in one statement knows whether they miss something.
   */
  async #batch(tx: Transaction, size: number): Promise<number> {
    const [lock] = await tx.query<{ taken: boolean }>("SELECT pg_try_advisory_xact_lock($1::bigint) AS taken", [
      ADVISORY_LOCK,
    ]);
    if (lock?.taken !== true) return 0;
    const [due] = await tx.query<{ pruned_to: string; cut: string | null }>(DUE, [this.options.keep, size]);
    if (due === undefined || due.cut === null) return 0;
    const [gone] = await tx.query<{ rows: number }>(
      `WITH gone AS (DELETE FROM transition WHERE position > $1::bigint AND position <= $2::bigint RETURNING position)
       SELECT count(*)::int AS rows FROM gone`,
      [due.pruned_to, due.cut],
    );
    await tx.query("UPDATE installation SET pruned_to = $1::bigint", [due.cut]);
    return gone?.rows ?? 0;
  }

  async #run(): Promise<void> {
    const { logger, keep, interval = 600_000 } = this.options;
    while (!this.#stopped.signal.aborted) {
      // Replicas that start together do not begin together.
      await this.#wait(interval * (0.05 + Math.random() * 0.95));
      if (this.#stopped.signal.aborted) return;
      try {
        const rows = await this.prune();
        if (rows > 0) logger.info({ rows, days: keep / 86_400_000 }, "old transitions were removed from the log");
      } catch (error) {
        logger.warn({ error: String(error) }, "the log could not be pruned; trying again later");
      }
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    // Rejects only when it is stopped, which the caller sees by itself.
    await delay(milliseconds, undefined, { signal: this.#stopped.signal }).catch(() => {});
  }
}

const DUE = `
WITH oldest AS (
  SELECT t.position, t.at FROM transition t
   WHERE t.position > (SELECT pruned_to FROM installation) AND t.position < (SELECT max(position) FROM transition)
   ORDER BY t.position LIMIT $2::int
)
SELECT i.pruned_to, (
  SELECT max(o.position) FROM oldest o
   WHERE o.position < coalesce((SELECT min(y.position) FROM oldest y
                                 WHERE y.at >= now() - $1::float8 * interval '1 millisecond'), o.position + 1)
) AS cut FROM installation i`;
