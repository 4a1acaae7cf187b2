import { type Clock, realClock } from "./clock.js";
import { SimulatedCluster } from "./cluster.js";
import { isObject, type JsonObject } from "./json.js";
import { renderKubeconfig } from "./kubeconfig.js";
import { type ClusterSettings, DEFAULTS } from "./settings.js";
import { StateFile } from "./state-file.js";

/** How to start simulated clusters. */
export interface SimulatorOptions extends Partial<ClusterSettings> {
  /** Their names, each once. */
  clusters: readonly string[];
  /** Port of the first one, the others follow; without it (or 0) free ports. */
  port?: number;
  clock?: Clock;
  /** Where their objects and values are kept over restarts; without it they are not. */
  stateFile?: string;
}

/** Simulated clusters that are running. */
export interface Simulator {
  clusters: Map<string, SimulatedCluster>;
  /** A kubeconfig (YAML) with a context for each cluster, named as it; `admin` for the token that may do everything. */
  kubeconfig(role?: "secretariat" | "admin"): string;
  /** Stops them all, and writes the state file. */
  stop(): Promise<void>;
}

/**
 * Starts simulated Kubernetes clusters with a simulated External Secrets Operator each, on loopback.
 *
 * @throws Error where two clusters have one name, a port is taken, or the state file is not one
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clusters: names, port = 0, clock = realClock, stateFile, ...given } = options;
  if (names.length === 0) throw new Error("name at least one cluster");
  if (new Set(names).size !== names.length) throw new Error(`the names of clusters must differ: ${names.join(", ")}`);
  const kept: JsonObject = stateFile === undefined ? {} : await StateFile.read(stateFile);
  const settings: ClusterSettings = { ...DEFAULTS, ...given };
  const clusters = new Map<string, SimulatedCluster>();
  const stopAll = async (): Promise<void> => {
    await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
  };
  for (const [index, name] of names.entries()) {
    const before = kept[name];
    const cluster = new SimulatedCluster(name, clock, settings, isObject(before) ? before : undefined);
    clusters.set(name, cluster);
    try {
      await cluster.start(port === 0 ? 0 : port + index);
    } catch (error) {
      clusters.delete(name);
      await stopAll();
      throw error;
    }
  }
  let file: StateFile | undefined;
  if (stateFile !== undefined) {
    const dump = (): JsonObject => ({
      ...kept,
      ...Object.fromEntries([...clusters].map(([name, cluster]) => [name, cluster.dump()])),
    });
    file = new StateFile(stateFile, dump);
    for (const cluster of clusters.values()) cluster.onChange(() => file?.changed());
    await file.flush();
  }
  return {
    clusters,
    kubeconfig: (role = "secretariat") =>
      renderKubeconfig(
        [...clusters.values()].map(({ name, url, token, adminToken }) => ({
          name,
          url,
          token: role === "admin" ? adminToken : token,
        })),
      ),
    async stop() {
      await stopAll();
      await file?.flush();
    },
  };
}
