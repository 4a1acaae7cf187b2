import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp, type App, type AppOptions } from "../../src/app.js";
import { readConfig } from "../../src/config.js";
import {
  startSimulator,
  type SimulatedCluster,
  type Simulator,
  type SimulatorOptions,
} from "../../src/dev/simulator/index.js";
import type { Logger } from "../../src/domain/ports/logger.js";
import { PATIENCE, type Patience } from "../../src/domain/status/patience.js";
import { silentLogger } from "./logger.js";
import { createTestDatabase } from "./postgres.js";

/** A whole Secretariat on its own database and its own simulated clusters, over real HTTP. */
export interface TestApp {
  app: App;
  url: string;
  databaseUrl: string;
  simulator: Simulator;
  cluster(name?: string): SimulatedCluster;
  /** One more process on the same database and the same clusters; the caller stops it. @param env settings that are other than the first one's */
  replica(env?: Readonly<Record<string, string>>): Promise<App>;
  stop(): Promise<void>;
}

export interface TestAppOptions {
  clusters?: readonly string[];
  simulator?: Partial<SimulatorOptions>;
  /** Settings beside those of the harness. */
  env?: Readonly<Record<string, string>>;
  logger?: Logger;
  /** Where the built web console is; left out: none is served. */
  consoleDirectory?: string;
  /** Shorter than the product's, where a row of a status table is about waiting. */
  patience?: Partial<Patience>;
  /** Shorter than the harness's. */
  timings?: AppOptions["clusterTimings"];
  /** Shorter than the product's. */
  socketTimings?: AppOptions["socketTimings"];
  /** Fills the migrated database before anything is started. */
  prepare?: (databaseUrl: string) => Promise<void>;
}

/** Times that are short enough for tests and long enough for a busy machine. */
const TIMINGS = {
  lease: { duration: 6_000, interval: 500 },
  discovery: { interval: 1_000, impatientInterval: 200 },
  reflector: { minBackoff: 50, maxBackoff: 500 },
  leader: { minBackoff: 100, maxBackoff: 1_000, recoveryJitter: 50 },
};

/** Starts it; the clusters are named `berlin` and `oslo` unless told otherwise. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const clusters = options.clusters ?? ["berlin", "oslo"];
  const directory = await mkdtemp(join(tmpdir(), "secretariat-app-"));
  const database = await createTestDatabase();
  const simulator = await startSimulator({ clusters, timeScale: 0.05, ...options.simulator });
  const kubeconfig = await writeKubeconfig(simulator, directory);
  const start = (env: Readonly<Record<string, string>> = {}): Promise<App> =>
    startApp({
      config: readConfig(
        {
          PORT: "0",
          DATABASE_URL: database.url,
          CLUSTER_CONTEXTS: clusters.join(","),
          KUBECONFIG: kubeconfig,
          DATA_DIRECTORY: directory,
          ...options.env,
          ...env,
        },
        [],
      ),
      logger: options.logger ?? silentLogger,
      graphiqlDirectory: "dist/graphiql",
      consoleDirectory: options.consoleDirectory ?? null,
      clusterTimings: {
        ...TIMINGS,
        leader: { ...TIMINGS.leader, patience: { ...PATIENCE, ...options.patience } },
        ...options.timings,
      },
      ...(options.socketTimings === undefined ? {} : { socketTimings: options.socketTimings }),
    });
  await options.prepare?.(database.url);
  const app = await start();
  const cluster = (name = clusters[0] ?? ""): SimulatedCluster => {
    const found = simulator.clusters.get(name);
    if (found === undefined) throw new Error(`there is no cluster ${name}`);
    return found;
  };
  return {
    app,
    url: app.url,
    databaseUrl: database.url,
    simulator,
    cluster,
    replica: start,
    async stop() {
      await app.stop();
      await simulator.stop();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function writeKubeconfig(simulator: Simulator, directory: string): Promise<string> {
  const path = join(directory, "kubeconfig");
  await writeFile(path, simulator.kubeconfig(), { mode: 0o600 });
  return path;
}
