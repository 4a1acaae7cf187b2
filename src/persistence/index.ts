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
import { isMigrated, migrate } from "./migrate.js";
import type { ReadDatabase } from "./read/database.js";
import { createReadModel } from "./read/index.js";
import { poolDatabase } from "./read/pool-database.js";
import { isConnectionLoss } from "./sql-errors.js";
import { TransitionTailer } from "./tailer.js";
import { poolOf } from "./transaction.js";

export interface PersistenceSettings extends DataSourceSettings {
  /** How long `start` waits for a database that does not answer yet, in milliseconds; default 30 s. */
  connectLimit?: number;
  /** How long `start` waits for another replica that is migrating, in milliseconds; default 5 minutes. */
  migrateLimit?: number;
  /** How often the log is looked at whatever was notified, in milliseconds; default 5 s. */
  pollInterval?: number;
}

/** All of persistence behind its ports. */
export interface Persistence {
  /** For tests and for what has no port; everybody else goes through the ports. */
  readonly dataSource: DataSource;
  readonly clusterState: ClusterState;
  readonly stream: TransitionStream;
  readonly readModel: ReadModel;
  /** The one way to write desired state; it needs the parts that are built on the others. */
  desiredState(parts: Omit<DesiredStateParts, "dataSource">): DesiredState;
  /** Connects, migrates, and follows the log from its head. @throws where the database stays away, or cannot be migrated */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Whether the database answers now, and has every table. Never throws, and answers within 2 s. */
  ready(): Promise<boolean>;
}

const READY_LIMIT = 2_000;

export function createPersistence(settings: PersistenceSettings): Persistence {
  const { logger } = settings;
  const dataSource = createDataSource(settings);
  const tailer = new TransitionTailer({
    dataSource,
    listenClient: connectionOptions(settings, "secretariat listen"),
    logger,
    ...(settings.pollInterval === undefined ? {} : { pollInterval: settings.pollInterval }),
  });
  return {
    dataSource,
    clusterState: createClusterState(dataSource),
    stream: tailer,
    readModel: createReadModel(readDatabase(dataSource)),
    desiredState: (parts) => createDesiredState({ ...parts, dataSource }),
    async start() {
      await connect(dataSource, settings.connectLimit ?? 30_000, logger);
      await migrate(dataSource, {
        logger,
        ...(settings.migrateLimit === undefined ? {} : { waitLimit: settings.migrateLimit }),
      });
      await tailer.start();
    },
    async stop() {
      await tailer.stop();
      if (dataSource.isInitialized) await dataSource.destroy();
    },
    async ready() {
      if (!dataSource.isInitialized) return false;
      const late = new AbortController();
      const answer = isMigrated(dataSource).catch(() => false);
      const limit = delay(READY_LIMIT, false, { signal: late.signal }).catch(() => false);
      return Promise.race([answer, limit]).finally(() => late.abort());
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

async function connect(dataSource: DataSource, limit: number, logger: Logger): Promise<void> {
  const started = performance.now();
  for (let wait = 100; ; wait = Math.min(2 * wait, 2_000)) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      // A wrong password or database does not get better by waiting.
      if (!isConnectionLoss(error) || performance.now() - started > limit) throw error;
      logger.warn({ error: String(error) }, "the database does not answer yet");
    }
    await delay(wait * (0.5 + Math.random() / 2));
  }
}
