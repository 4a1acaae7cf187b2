import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "../stage/simulation.js";
import type { Random } from "../random.js";
import type { Fault, FaultContext } from "./fault.js";

/** A fault in one of the clusters that is over after some time. */
function inCluster(
  name: string,
  weight: number,
  seconds: readonly [number, number],
  begin: (cluster: Cluster, random: Random) => Promise<() => Promise<unknown>>,
): Fault {
  return {
    name,
    weight,
    async strike({ world, random }: FaultContext) {
      const end = await begin(random.pick(world.stage.clusters), random);
      await delay(1_000 * random.between(...seconds));
      await end();
    },
  };
}

const done = async (): Promise<void> => {};
const onProducts = { match: {} };

/** What goes wrong in clusters. */
export const clusterFaults: readonly Fault[] = [
  inCluster("watch dropped", 2, [0, 0], async (cluster) => {
    await cluster.do({ do: "dropWatches" });
    return done;
  }),
  inCluster("watch 410", 2, [0, 0], async (cluster) => {
    await cluster.do({ do: "compact" });
    await cluster.do({ do: "failWatches" });
    return done;
  }),
  inCluster("watch silent", 1, [2, 10], (cluster) => cluster.fault({ ...onProducts, effect: { kind: "stallWatch" } })),
  inCluster("API errors", 3, [2, 10], (cluster, random) =>
    cluster.fault({
      effect: { kind: "status", code: random.pick([500, 503, 429, 504]) },
      probability: random.between(0.2, 0.8),
    }),
  ),
  inCluster("API slow", 3, [2, 10], (cluster, random) =>
    cluster.fault({ effect: { kind: "delay", ms: random.between(100, 1_500) }, probability: 0.5 }),
  ),
  inCluster("API answers lost", 3, [2, 10], (cluster, random) =>
    cluster.fault({
      match: { verb: random.pick(["apply", "delete", "patch"]) },
      effect: { kind: "lostAnswer" },
      probability: 0.4,
    }),
  ),
  inCluster("cluster out of reach", 2, [2, 15], (cluster) => cluster.fault({ effect: { kind: "refuse" } })),
  inCluster("cluster connections cut", 2, [0, 0], async (cluster) => {
    await cluster.do({ do: "dropConnections" });
    return done;
  }),
  inCluster("cluster token expired", 2, [3, 12], (cluster) => cluster.fault({ effect: { kind: "unauthorized" } })),
  inCluster("operator away", 2, [3, 15], async (cluster) => {
    await cluster.do({ do: "operator", running: false });
    return () => cluster.do({ do: "operator", running: true });
  }),
  inCluster("operator slow", 2, [3, 15], async (cluster) => {
    await cluster.do({ do: "slowOperator", ms: 1_500 });
    return () => cluster.do({ do: "slowOperator", ms: 0 });
  }),
  inCluster("backend away", 2, [3, 12], async (cluster) => {
    await cluster.do({ do: "backend", away: true });
    return () => cluster.do({ do: "backend", away: false });
  }),
  inCluster("backend refuses", 2, [3, 12], async (cluster) => {
    await cluster.do({ do: "backend", denied: true });
    return () => cluster.do({ do: "backend", denied: false });
  }),
];
