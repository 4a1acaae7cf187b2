import { randomUUID } from "node:crypto";
import { createPersistence, type Persistence } from "../../../src/persistence/index.js";
import type { Logger } from "../../../src/domain/ports/logger.js";
import { startPostgres } from "./postgres.js";
import { seedWorld } from "./seed.js";
import type { WorldSize } from "./world.js";

/** Says what went wrong, and nothing else. */
export const logger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (fields, message) => void process.stderr.write(`warn ${message} ${JSON.stringify(fields)}\n`),
  error: (fields, message) => void process.stderr.write(`error ${message} ${JSON.stringify(fields)}\n`),
  child: () => logger,
};

/** Persistence alone, on a database of its own with a world in it. */
export interface BenchStore {
  persistence: Persistence;
  url: string;
  world: WorldSize;
  clusterId: string;
  /** Of a lease that lasts. */
  term: string;
  stop(): Promise<void>;
}

export async function startStore(size: { secrets: number; projects: number }): Promise<BenchStore> {
  const database = await startPostgres();
  const persistence = await openPersistence(database.url);
  const seeded = await seed(persistence, size);
  const term = randomUUID();
  await persistence.clusterState.holdLease(seeded.clusterId, term, 3_600_000);
  return {
    ...seeded,
    persistence,
    url: database.url,
    term,
    async stop() {
      await persistence.stop();
      await database.stop();
    },
  };
}

export async function openPersistence(url: string): Promise<Persistence> {
  const persistence = createPersistence({
    url,
    poolSize: 10,
    lockTimeout: 5_000,
    idleInTransactionTimeout: 5_000,
    statementTimeout: 120_000,
    logger,
  });
  await persistence.start();
  return persistence;
}

/** Fills a migrated database. */
export async function seed(
  { clusterState, dataSource }: Persistence,
  size: { secrets: number; projects: number },
): Promise<{ world: WorldSize; clusterId: string }> {
  const world = { ...size, installation: await clusterState.installationId() };
  const [cluster] = await clusterState.ensureClusters(["bench"]);
  if (cluster === undefined) throw new Error("there is no cluster");
  if (size.secrets > 0) await seedWorld(dataSource, cluster.id, world);
  return { world, clusterId: cluster.id };
}
