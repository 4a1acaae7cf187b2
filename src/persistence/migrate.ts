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
 * Runs the pending migrations, each in its own transaction, and makes the installation's row. Replicas that start together take turns: the lock belongs to one connection and
 * goes with it.
 * @throws where another replica holds the lock longer than `waitLimit`
 */
export async function migrate(dataSource: DataSource, options: MigrateOptions): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await takeLock(runner, options);
    // A migration takes the time that it takes.
    await runner.query("SET statement_timeout = 0");
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = "each";
    const done = await executor.executePendingMigrations();
    if (done.length > 0) options.logger.info({ migrations: done.map(({ name }) => name) }, "database migrated");
    await runner.query("INSERT INTO installation (id, cursor_key) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
      randomUUID(),
      randomBytes(16),
    ]);
    await runner.query("RESET statement_timeout");
    await runner.query("SELECT pg_advisory_unlock($1::bigint)", [ADVISORY_LOCK]);
  } catch (error) {
    await endSession(runner);
    throw error;
  } finally {
    await runner.release();
  }
}

/** Whether every migration that this program knows has run, and the installation's row is there. False too where the database has no tables yet. */
export async function isMigrated(dataSource: DataSource): Promise<boolean> {
  const known = MIGRATIONS.map((Migration) => new Migration().name);
  try {
    const [row] = await query<{ done: boolean }>(
      dataSource,
      `SELECT (SELECT count(DISTINCT name) FROM schema_migration WHERE name = ANY ($1::text[])) = $2
          AND EXISTS (SELECT FROM installation) AS done`,
      [known, known.length],
    );
    return row?.done ?? false;
  } catch (error) {
    const undefinedTable = "42P01";
    if (sqlState(error) === undefinedTable) return false;
    throw error;
  }
}

async function takeLock(runner: QueryRunner, { logger, waitLimit = 300_000 }: MigrateOptions): Promise<void> {
  const started = performance.now();
  let said = started;
  for (;;) {
    const rows: unknown = await runner.query("SELECT FROM pg_try_advisory_lock($1::bigint) AS l (taken) WHERE taken", [
      ADVISORY_LOCK,
    ]);
    if (Array.isArray(rows) && rows.length === 1) return;
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

/** The lock and the settings live in the session, so a session that failed must not go back into the pool. */
async function endSession(runner: QueryRunner): Promise<void> {
  await runner.query("SELECT pg_terminate_backend(pg_backend_pid())").catch(() => {});
}
