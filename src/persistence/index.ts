import { setTimeout as delay } from "node:timers/promises";
import type { DataSource } from "typeorm";
import type { ClusterState } from "../domain/ports/cluster-state.js";
import type { DesiredState } from "../domain/ports/desired-state.js";
import type { Logger } from "../domain/ports/logger.js";
import type { ReadModel } from "../domain/ports/read-model.js";
import type { TransitionStream } from "../domain/ports/transition-stream.js";
import { createClusterState } from "./cluster-state/index.js";
import { connectionOptions, createDataSource } from "./data-source.js";
import type { DataSourceSettings } from "./data-source.js";
import { createDesiredState } from "./desired/index.js";
import type { DesiredStateParts } from "./desired/index.js";
import { LeaseConnection } from "./lease-connection.js";
import { isUsable, migrate } from "./migrate.js";
import type { ReadDatabase } from "./read/database.js";
import { createReadModel } from "./read/index.js";
import { poolDatabase } from "./read/pool-database.js";
import { TransitionPruner, type RetentionOptions } from "./retention.js";
import { isConnectionLoss } from "./sql-errors.js";
import { TransitionTailer, type StreamObserver } from "./tailer.js";
import { poolOf } from "./transaction.js";

export interface PersistenceSettings extends DataSourceSettings {
  /** How long `start` waits for a database that does not answer yet, in milliseconds; default 30 s. */
  connectLimit?: number;
  /** How long `start` waits for another replica that is migrating, in milliseconds; default 5 minutes. */
  migrateLimit?: number;
  /** How often the log is looked at whatever was notified, in milliseconds; default 5 s. */
  pollInterval?: number;
  /** How long transitions are kept; left out: for ever. */
  retention?: Omit<RetentionOptions, "dataSource" | "logger" | "onPruned">;
  observer?: PersistenceObserver;
}

/** What is measured as it happens. */
export interface PersistenceObserver extends StreamObserver {
  /** Transitions were removed because of their age. */
  pruned(rows: number): void;
}

/** What can be read at any time. */
export interface PersistenceStats {
  /** Connections of the pool. */
  connections: { busy: number; idle: number; limit: number };
  /** Callers that wait for a connection. */
  waiting: number;
  /** Seconds since the log was last read to its end. */
  sinceRead: number;
  /** Seconds that the oldest commit of this process has waited for its notification; 0: none waits. */
  unnotified: number;
}

/** All of persistence behind its ports. */
export interface Persistence {
  /** For tests and for what has no port; everybody else goes through the ports. */
  readonly dataSource: DataSource;
  readonly clusterState: ClusterState;
  readonly stream: TransitionStream;
  readonly readModel: ReadModel;
  readonly pruner: TransitionPruner;
  /** The one way to write desired state; it needs the parts that are built on the others. */
  desiredState(parts: Omit<DesiredStateParts, "dataSource">): DesiredState;
  /** Connects, migrates, and follows the log from its head. @throws where the database stays away, or cannot be migrated */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Whether the database answers now, has every table and takes writes. Never throws, and answers within 2 s. */
  ready(): Promise<boolean>;
  stats(): PersistenceStats;
}

const READY_LIMIT = 2_000;

export function createPersistence(settings: PersistenceSettings): Persistence {
  const { logger, observer } = settings;
  const dataSource = createDataSource(settings);
  const pruner = new TransitionPruner({
    keep: 0,
    ...settings.retention,
    dataSource,
    logger,
    onPruned: (rows) => observer?.pruned(rows),
  });
  const tailer = new TransitionTailer({
    dataSource,
    listenClient: connectionOptions(settings, "secretariat listen"),
    logger,
    ...(settings.pollInterval === undefined ? {} : { pollInterval: settings.pollInterval }),
    ...(observer === undefined ? {} : { observer }),
  });
  const leases = new LeaseConnection(connectionOptions(settings, "secretariat lease"), logger);
  return {
    dataSource,
    clusterState: createClusterState(dataSource, (sql, params) => leases.run(sql, params)),
    stream: tailer,
    readModel: createReadModel(readDatabase(dataSource)),
    pruner,
    desiredState: (parts) => createDesiredState({ ...parts, dataSource }),
    async start() {
      await patiently(settings.connectLimit ?? 30_000, logger, () => dataSource.initialize());
      await patiently(settings.connectLimit ?? 30_000, logger, async () => {
        await migrate(dataSource, {
          logger,
          ...(settings.migrateLimit === undefined ? {} : { waitLimit: settings.migrateLimit }),
        });
      });
      await patiently(settings.connectLimit ?? 30_000, logger, () => tailer.start());
      pruner.start();
    },
    async stop() {
      await Promise.all([tailer.stop(), pruner.stop(), leases.close()]);
      if (dataSource.isInitialized) await dataSource.destroy();
    },
    async ready() {
      if (!dataSource.isInitialized) return false;
      const late = new AbortController();
      const answer = isUsable(dataSource).catch(() => false);
      const limit = delay(READY_LIMIT, false, { signal: late.signal }).catch(() => false);
      return Promise.race([answer, limit]).finally(() => late.abort());
    },
    stats() {
      const { sinceRead, unnotified } = tailer.lag();
      if (!dataSource.isInitialized)
        return { connections: { busy: 0, idle: 0, limit: settings.poolSize }, waiting: 0, sinceRead, unnotified };
      const { totalCount, idleCount, waitingCount } = poolOf(dataSource);
      const connections = { busy: totalCount - idleCount, idle: idleCount, limit: settings.poolSize };
      return { connections, waiting: waitingCount, sinceRead, unnotified };
    },
  };
}

/** The data source has its pool only once it is connected. */
function readDatabase(dataSource: DataSource): ReadDatabase {
  let database: ReadDatabase | null = null;
  return {
    query: (sql, params) => {
      database ??= poolDatabase(poolOf(dataSource));
      return database.query(sql, params);
    },
  };
}

/** Tries again while the database does not answer, or goes away in the middle. @param limit milliseconds */
async function patiently(limit: number, logger: Logger, attempt: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  for (let wait = 100; ; wait = Math.min(2 * wait, 2_000)) {
    try {
      await attempt();
      return;
    } catch (error) {
      // A wrong password or database does not get better by waiting.
      if (!isConnectionLoss(error) || performance.now() - started > limit) throw error;
      logger.warn({ error: String(error) }, "the database does not answer yet");
    }
    await delay(wait * (0.5 + Math.random() / 2));
  }
}
