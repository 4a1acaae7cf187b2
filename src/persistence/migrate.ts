import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { MigrationExecutor } from "typeorm";
import type { DataSource, QueryRunner } from "typeorm";
import type { Logger } from "../domain/ports/logger.js";
import { MIGRATIONS } from "./migrations.js";
import { sqlState } from "./sql-errors.js";
import { query } from "./transaction.js";

// One number for all replicas: whoever holds it migrates.
const ADVISORY_LOCK = "5208741963027146091";
const LOOK_AGAIN = 100;
const SAY_SO_EVERY = 5_000;

export interface MigrateOptions {
  logger: Logger;
  /** How long to wait for another replica that is migrating, in milliseconds; default 5 minutes. */
  waitLimit?: number;
}

/**
 * Runs the pending migrations and makes the installation's row, all in one transaction. Replicas that start together take turns: the lock belongs to that transaction, since one of a session
 * would be left behind in a pooler's connection. Where nothing is pending no lock is taken.
 * @throws where another replica holds the lock longer than `waitLimit`
 */
export async function migrate(dataSource: DataSource, options: MigrateOptions): Promise<void> {
  if (await isUsable(dataSource)) return;
  const runner = dataSource.createQueryRunner();
  try {
    await takeLock(runner, options);
    // A migration takes the time that it takes.
    await runner.query("SET LOCAL statement_timeout = 0");
    await runner.query("SET LOCAL idle_in_transaction_session_timeout = 0");
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = "none";
    const done = await executor.executePendingMigrations();
    await runner.query("INSERT INTO installation (id, cursor_key) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
      randomUUID(),
      randomBytes(16),
    ]);
    await runner.commitTransaction();
    if (done.length > 0) options.logger.info({ migrations: done.map(({ name }) => name) }, "database migrated");
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    throw error;
  } finally {
    await runner.release();
  }
}

/**
 * Whether every migration that this program knows has run, the installation's row is there, and it can be written: a standby, or a database that was made read-only, cannot. False too
 * where the database has no tables yet.
 */
export async function isUsable(dataSource: DataSource): Promise<boolean> {
  const known = MIGRATIONS.map((Migration) => new Migration().name);
  try {
    const [row] = await query<{ done: boolean }>(
      dataSource,
      `SELECT (SELECT count(DISTINCT name) FROM schema_migration WHERE name = ANY ($1::text[])) = $2
          AND EXISTS (SELECT FROM installation) AND current_setting('transaction_read_only') = 'off' AS done`,
      [known, known.length],
    );
    return row?.done ?? false;
  } catch (error) {
    const undefinedTable = "42P01";
    if (sqlState(error) === undefinedTable) return false;
    throw error;
  }
}

/** Begins the transaction that holds the lock. */
async function takeLock(runner: QueryRunner, { logger, waitLimit = 300_000 }: MigrateOptions): Promise<void> {
  const started = performance.now();
  let said = started;
  for (;;) {
    await runner.startTransaction();
    const rows: unknown = await runner.query(
      "SELECT FROM pg_try_advisory_xact_lock($1::bigint) AS l (taken) WHERE taken",
      [ADVISORY_LOCK],
    );
    if (Array.isArray(rows) && rows.length === 1) return;
    await runner.rollbackTransaction();
    const now = performance.now();
    if (now - started > waitLimit) {
      throw new Error(`another replica has been migrating the database for over ${Math.round(waitLimit / 1000)} s`);
    }
    if (now - said > SAY_SO_EVERY) {
      said = now;
      logger.info(
        { seconds: Math.round((now - started) / 1000) },
        "waiting for another replica to migrate the database",
      );
    }
    await delay(LOOK_AGAIN * (0.5 + Math.random()));
  }
}
