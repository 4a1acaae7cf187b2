import { setTimeout as delay } from "node:timers/promises";
import { Client, Pool, type QueryConfig } from "pg";
import { QueryRunnerAlreadyReleasedError } from "typeorm";
import type { DataSource, QueryRunner } from "typeorm";
import { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js";
import type { NewTransition } from "../domain/transition.js";
import { preparedName } from "./prepared.js";
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
  /**
   * Runs one parameterised statement. Statements that do not wait for each other's rows may be asked for without awaiting the one before: they are sent at once and run in that
   * order. All must be awaited in the end. @returns its rows (those of RETURNING, for a change)
   */
  readonly query: RunStatement;
  /** A statement of whose answer nobody needs anything: sent at once, and where it fails the transaction does. */
  send(sql: string, params: readonly unknown[]): void;
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
  const { rows } = await poolOf(dataSource).query<T>(statement(sql, params));
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
  const sent: Promise<unknown>[] = [];
  let result: T;
  let position: bigint;
  try {
    const client = await connectionOf(runner);
    // Statements go to the driver and not through TypeORM's runner: its errors would carry the parameters, which hold what people typed, into whatever logs them.
    const run: RunStatement = async <R extends object>(sql: string, params: readonly unknown[] = []): Promise<R[]> => {
      if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
      return (await client.query<R>(statement(sql, params))).rows;
    };
    const send = (answer: Promise<unknown>): void => {
      // What fails is told by COMMIT, or by what comes first.
      answer.catch(() => {});
      sent.push(answer);
    };
    send(client.query("START TRANSACTION"));
    result = await work({
      query: run,
      send: (sql, params) => send(run(sql, params)),
      note: (transition) => noted.push(transition),
    });
    position = await commit(runner, client, run, { noted, sent });
  } catch (error) {
    await abandon(runner);
    throw error;
  }
  await runner.release();
  if (position > 0n) for (const listener of commitListeners.get(dataSource) ?? []) listener(position);
  return result;
}

/**
 * The transitions and COMMIT, sent together: the lock of the log is held for no round trip. Asks the driver, since TypeORM drops the answer: COMMIT of a transaction in which
 * a statement failed says ROLLBACK, without an error.
 */
async function commit(
  runner: QueryRunner,
  client: Client,
  run: RunStatement,
  { noted, sent }: { noted: readonly NewTransition[]; sent: readonly Promise<unknown>[] },
): Promise<bigint> {
  // Lost before: COMMIT was never sent.
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  const [before, written, committed] = await Promise.allSettled([
    Promise.all(sent),
    writeTransitions(run, noted),
    client.query("COMMIT"),
  ]);
  for (const outcome of [before, written, committed]) {
    if (outcome.status === "fulfilled") continue;
    // A transaction that was idle for too long was ended before COMMIT was read.
    if (isConnectionLoss(outcome.reason) && sqlState(outcome.reason) !== IDLE_IN_TRANSACTION) {
      throw new CommitOutcomeUnknown("the database connection was lost during COMMIT", { cause: outcome.reason });
    }
    throw outcome.reason;
  }
  if (committed.status === "fulfilled" && committed.value.command !== "COMMIT")
    throw new Error("a statement of the transaction failed and its error was swallowed");
  return written.status === "fulfilled" ? written.value : 0n;
}

async function abandon(runner: QueryRunner): Promise<void> {
  if (runner.isReleased) return;
  try {
    await (await connectionOf(runner)).query("ROLLBACK");
  } catch {
    // What went wrong first is what the caller hears of; but a connection that may still be inside the transaction must not go back into the pool.
    const client = await connectionOf(runner).catch(() => null);
    client?.end().catch(() => {});
  }
  await runner.release();
}

function statement(text: string, params: readonly unknown[]): QueryConfig {
  const name = preparedName(text);
  return { text, values: [...params], ...(name === undefined ? {} : { name }) };
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
