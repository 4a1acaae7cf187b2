import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { DesiredState } from "../domain/ports/desired-state.js";
import type { Logger } from "../domain/ports/logger.js";
import type { ReadModel } from "../domain/ports/read-model.js";
import { startEmbeddedPostgres } from "./postgres/embedded.js";
import { createSampleData, SAMPLE_CLUSTERS } from "./sample-data/sample-data.js";
import { switchOnFaults } from "./sample-data/values.js";
import { startSimulator, type Simulator } from "./simulator/index.js";

/** What stands in, in development, for what is not set. */
export interface DevelopmentParts {
  /** Null: DATABASE_URL is set. It holds a password: never log it. */
  databaseUrl: string | null;
  /** CLUSTER_CONTEXTS and KUBECONFIG of the simulated clusters; null: real ones are set. */
  clusters: { contexts: string; kubeconfig: string } | null;
  simulator: Simulator | null;
  /** Makes the sample data, on the first start of this data directory only. */
  fill(parts: { desiredState: DesiredState; readModel: ReadModel; logger: Logger }): Promise<void>;
  stop(): Promise<void>;
}

export interface DevelopmentOptions {
  /** Where everything is kept between starts. */
  directory: string;
  database: boolean;
  clusters: boolean;
  sampleData: boolean;
  logger: Logger;
}

/** Starts the embedded PostgreSQL and the simulated clusters, whichever are wanted. @throws Error in production: these are no parts for it */
export async function startDevelopmentParts(options: DevelopmentOptions): Promise<DevelopmentParts> {
  if (process.env["NODE_ENV"] === "production") throw new Error("development parts refuse to run in production");
  await mkdir(options.directory, { recursive: true });
  const postgres = options.database
    ? await startEmbeddedPostgres({ dataDir: join(options.directory, "postgres") })
    : null;
  const simulator = options.clusters
    ? await startSimulator({
        clusters: Object.keys(SAMPLE_CLUSTERS),
        stateFile: join(options.directory, "clusters.json"),
      })
    : null;
  if (simulator !== null) switchOnFaults(simulator);
  return {
    databaseUrl: postgres?.url ?? null,
    clusters: simulator === null ? null : await writeKubeconfig(simulator, join(options.directory, "kubeconfig")),
    simulator,
    fill: async (parts) => {
      const marker = join(options.directory, "sample-data");
      if (simulator === null || existsSync(marker)) return;
      // An installation that was started empty stays so.
      if (options.sampleData) await createSampleData({ ...parts, simulator });
      await writeFile(marker, options.sampleData ? "made\n" : "not wanted\n");
    },
    stop: async () => {
      await simulator?.stop();
      await postgres?.stop();
    },
  };
}

/** Its tokens are made anew at each start, and are for nobody else on this machine. */
async function writeKubeconfig(simulator: Simulator, path: string): Promise<{ contexts: string; kubeconfig: string }> {
  await rm(path, { force: true });
  await writeFile(path, simulator.kubeconfig(), { mode: 0o600 });
  return { contexts: [...simulator.clusters.keys()].join(","), kubeconfig: resolve(path) };
}
