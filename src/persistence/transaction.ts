import { setTimeout as delay } from "node:timers/promises";
import { Client, Pool } from "pg";
import { QueryRunnerAlreadyReleasedError } from "typeorm";
import type { DataSource, EntityManager, QueryRunner } from "typeorm";
import { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js";
import type { NewTransition } from "../domain/transition.js";
import { IDLE_IN_TRANSACTION, isConnectionLoss, isRetryable, sqlState } from "./sql-errors.js";
import { writeTransitions } from "./transition-log.js";

/** A row as node-postgres gives it: bigint as string, timestamptz as Date, jsonb parsed. */
export type Row = Record<string, unknown>;

/**
 * Runs one parameterised statement. The caller says what its rows are; the columns of the statement must be so.
 * @throws node-postgres's DatabaseError; see sql-errors.ts
 */
export type RunStatement = <T extends object = Row>(sql: string, params?: readonly unknown[]) => Promise<T[]>;

/** What the work of one transaction may do. Usable only until the work's promise is settled. */
export interface Transaction {
  /** Runs one parameterised statement. @returns its rows (those of RETURNING, for a change) */
  readonly query: RunStatement;
  readonly manager: EntityManager;
  /** Remembers a transition; all are written at the end of the transaction, in the order noted. */
  note(transition: NewTransition): void;
}

/** The connection was lost while COMMIT was under way: the work is either wholly done or wholly not, and nobody can say which. */
export class CommitOutcomeUnknown extends Error {
  override readonly name = "CommitOutcomeUnknown";
}

/** Each try may wait for a lock as long as `lock_timeout`; these bound the whole. */
const MAX_TRIES = 8;
const GIVE_UP_AFTER = 20_000;
const FIRST_DELAY = 10;
const LONGEST_DELAY = 500;

/**
 * Runs `work` in one transaction (READ COMMITTED) and commits it, its transitions last. Work that lost against others (deadlock, lock time-out, a lost connection) is
 * done again from the beginning, so it must have no effect outside of the transaction.
 * @throws whatever `work` throws, after rolling back; CommitOutcomeUnknown
 */
export async function inTransaction<T>(dataSource: DataSource, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const started = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(dataSource, work);
    } catch (error) {
      const late = performance.now() - started > GIVE_UP_AFTER;
      if (!isRetryable(error) || attempt >= MAX_TRIES || late) throw error;
    }
    await delay(Math.random() * Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt));
  }
}

/** Runs one statement on any connection of the pool, in a transaction of its own. */
export async function query<T extends object = Row>(
  dataSource: DataSource,
  sql: string,
  params: readonly unknown[] = [],
): Promise<T[]> {
  const { rows } = await poolOf(dataSource).query<T>(sql, [...params]);
  return rows;
}

/** Calls `listener` with the last position after each commit of this process that wrote transitions. @returns the way to stop */
export function onCommit(dataSource: DataSource, listener: (lastPosition: bigint) => void): () => void {
  const listeners = commitListeners.get(dataSource) ?? new Set();
  commitListeners.set(dataSource, listeners);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const commitListeners = new WeakMap<DataSource, Set<(lastPosition: bigint) => void>>();

async function attemptOnce<T>(dataSource: DataSource, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  const noted: NewTransition[] = [];
  const run: RunStatement = (sql, params = []) => runStatement(runner, sql, params);
  let result: T;
  let position: bigint;
  try {
    await runner.startTransaction();
    result = await work({ query: run, manager: runner.manager, note: (transition) => noted.push(transition) });
    position = await writeTransitions(run, noted);
    await commit(runner);
  } catch (error) {
    await abandon(runner);
    throw error;
  }
  await runner.release();
  if (position > 0n) for (const listener of commitListeners.get(dataSource) ?? []) listener(position);
  return result;
}

/** Asks the driver, since TypeORM drops the answer: COMMIT of a transaction in which a statement failed says ROLLBACK, without an error. */
async function commit(runner: QueryRunner): Promise<void> {
  // Lost before: COMMIT was never sent.
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  const client = await connectionOf(runner);
  let command: string;
  try {
    ({ command } = await client.query("COMMIT"));
  } catch (error) {
    // A transaction that was idle for too long was ended before COMMIT was read.
    if (isConnectionLoss(error) && sqlState(error) !== IDLE_IN_TRANSACTION) {
      throw new CommitOutcomeUnknown("the database connection was lost during COMMIT", { cause: error });
    }
    throw error;
  }
  if (command !== "COMMIT") throw new Error("a statement of the transaction failed and its error was swallowed");
}

async function abandon(runner: QueryRunner): Promise<void> {
  if (runner.isReleased) return;
  try {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
  } catch {
    // What went wrong first is what the caller hears of; but a connection that may still be inside the transaction must not go back into the pool.
    const client = await connectionOf(runner).catch(() => null);
    client?.end().catch(() => {});
  }
  await runner.release();
}

/**
 * Statements go to the driver and not through TypeORM's runner: its errors would carry the parameters, which hold what people typed, into whatever logs them.
 */
async function runStatement<T extends object>(
  runner: QueryRunner,
  sql: string,
  params: readonly unknown[],
): Promise<T[]> {
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  const client = await connectionOf(runner);
  const { rows } = await client.query<T>(sql, [...params]);
  return rows;
}

async function connectionOf(runner: QueryRunner): Promise<Client> {
  const client: unknown = await runner.connect();
  if (!(client instanceof Client)) throw new TypeError("TypeORM's connection is not node-postgres's");
  return client;
}

/** The pool behind a data source, for statements outside of transactions. @throws TypeError before the data source is connected */
export function poolOf({ driver }: DataSource): Pool {
  const pool: unknown = driver instanceof PostgresDriver ? driver.master : null;
  if (!(pool instanceof Pool)) throw new TypeError("the data source is not connected to PostgreSQL");
  return pool;
}
