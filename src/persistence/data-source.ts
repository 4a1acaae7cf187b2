import { Client } from "pg";
import type { ClientConfig } from "pg";
import { DataSource } from "typeorm";
import type { Logger } from "../domain/ports/logger.js";
import { ENTITIES } from "./entities/index.js";
import { MIGRATIONS } from "./migrations.js";
import { QueryLogger } from "./query-logger.js";

/** How to reach PostgreSQL, and how long anything may wait there. Times are in milliseconds; 0 means for ever, as PostgreSQL has it. */
export interface DataSourceSettings {
  /** `postgres://…`; it may hold a password, so it must never be logged. */
  url: string;
  /** Connections of this process; the tailer's LISTEN connection is one more. */
  poolSize: number;
  lockTimeout: number;
  /** A process stopped inside a transaction holds the others up no longer than this. */
  idleInTransactionTimeout: number;
  statementTimeout: number;
  logger: Logger;
}

/** Waits for a new connection at most this long, in milliseconds: an unreachable database must become an error, not a hang. */
const CONNECT_TIMEOUT = 10_000;

/** What every connection of this program says and sets, pooled or not. */
export function connectionOptions(settings: Omit<DataSourceSettings, "poolSize" | "logger">, name: string) {
  return {
    connectionString: settings.url,
    application_name: name,
    lock_timeout: settings.lockTimeout,
    idle_in_transaction_session_timeout: settings.idleInTransactionTimeout,
    statement_timeout: settings.statementTimeout,
    options: "-c timezone=UTC -c default_transaction_isolation=read\\ committed",
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    keepAlive: true,
  };
}

/**
 * Between being handed out by the pool and being taken by whoever asked, a connection has no listener of its own; what the server says in the same packet in which it answered the one before
 * ("terminating connection") would end the process. Whoever has a statement under way is told by that.
 */
class PooledClient extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on("error", () => {});
  }
}

/** The TypeORM data source, not yet connected. Nothing synchronises the schema but the migrations, and nothing runs those but `migrate`. */
export function createDataSource(settings: DataSourceSettings): DataSource {
  const { url, poolSize, logger } = settings;
  return new DataSource({
    type: "postgres",
    url,
    poolSize,
    // Statements that are asked for without awaiting the one before are sent at once (transaction.ts).
    extra: { ...connectionOptions(settings, "secretariat"), pipeline: true, Client: PooledClient },
    poolErrorHandler: (error: unknown) => {
      logger.warn(
        { error: String(error) },
        "an idle database connection was lost; the pool opens another when it needs one",
      );
    },
    installExtensions: false,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: "schema_migration",
    synchronize: false,
    migrationsRun: false,
    logger: new QueryLogger(logger),
  });
}
