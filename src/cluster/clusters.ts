import type { KubeConfig } from "@kubernetes/client-node";
import type { ClusterGateway } from "../domain/ports/cluster-gateway.js";
import type { ClusterState } from "../domain/ports/cluster-state.js";
import type { Logger } from "../domain/ports/logger.js";
import { SYSTEM_ACTOR, type TransitionRecord } from "../domain/transition.js";
import { createClusterClient, type ClusterClient, type ClusterClientSettings } from "./cluster-client.js";
import { ClusterController, type ClusterControllerOptions } from "./cluster-controller.js";
import { KubernetesClusterGateway } from "./gateway.js";
import type { LeaderMetrics } from "./reconcile/leader.js";

export interface ClustersOptions extends Pick<
  ClusterControllerOptions,
  "state" | "renderStoreSpec" | "lease" | "discovery" | "reflector" | "leader" | "concurrency"
> {
  connections: readonly { name: string; kubeConfig: KubeConfig }[];
  logger: Logger;
  /** What is counted of each cluster, by its name. */
  metrics(cluster: string): LeaderMetrics;
  client?: Partial<ClusterClientSettings>;
}

/** Milliseconds that requests under way have to end by themselves when the process stops: less than it waits for this part, so that the leases are given back. */
const STOP_GRACE = 1_000;

/** All clusters of this process. */
export interface Clusters {
  gateway: ClusterGateway;
  start(): void;
  stop(): Promise<void>;
  /** What the log tells: changes by people are to be followed in the clusters. */
  wake(transitions: readonly TransitionRecord[]): void;
  /** What this process knows of desired state may be of another past (the database was restored): it gives up leading, and whoever leads next looks at everything. */
  beginAnew(): void;
  /** Names of the clusters that this process leads now. */
  leading(): string[];
  /** The name of a cluster that this process leads now; null: it does not. */
  led(clusterId: string): string | null;
}

/**
 * Makes the clusters' rows and connects each. Nothing is sent before `start`.
 * @throws what the database throws
 */
export async function createClusters(options: ClustersOptions): Promise<Clusters> {
  const { state, connections, logger } = options;
  const installation = await state.installationId();
  const gateway = new KubernetesClusterGateway({ installationId: installation });
  const records = await state.ensureClusters(connections.map((connection) => connection.name));
  const clients: ClusterClient[] = [];
  const controllers = new Map<string, ClusterController>();
  const names = new Map<string, string>();
  for (const { name, kubeConfig } of connections) {
    const record = records.find((candidate) => candidate.name === name);
    if (record === undefined) throw new Error(`no row was made for the cluster ${name}`);
    const client = createClusterClient(kubeConfig, options.client);
    const controller = new ClusterController({
      ...options,
      clusterId: record.id,
      name,
      client,
      installation,
      metrics: options.metrics(name),
      logger: logger.child({ cluster: name }),
    });
    gateway.connect(record.id, { name, api: client.api("gateway"), discovery: controller.discovery });
    clients.push(client);
    controllers.set(name, controller);
    names.set(record.id, name);
  }
  return {
    gateway,
    start: () => {
      for (const controller of controllers.values()) controller.start();
    },
    stop: async () => {
      const close = (): void => {
        for (const client of clients) client.close();
      };
      // What a cluster does not answer is not waited for: with its connections closed every pass ends.
      const timer = setTimeout(close, STOP_GRACE);
      await Promise.all([...controllers.values()].map((controller) => controller.stop()));
      clearTimeout(timer);
      close();
    },
    wake: (transitions) => {
      const ids = idsToFollow(transitions);
      if (ids !== null) for (const controller of controllers.values()) controller.wake(ids);
    },
    beginAnew: () => {
      for (const controller of controllers.values()) controller.stepDown();
    },
    led: (clusterId) => {
      const name = names.get(clusterId);
      return name !== undefined && controllers.get(name)?.leading === true ? name : null;
    },
    leading: () => [...controllers].filter(([, controller]) => controller.leading).map(([name]) => name),
  };
}

/** What people changed. What a leader itself wrote it has seen already. */
function idsToFollow(transitions: readonly TransitionRecord[]): Parameters<ClusterState["affectedWork"]>[1] | null {
  const followed = transitions.filter((transition) => transition.actor !== SYSTEM_ACTOR);
  const of = (subject: TransitionRecord["subject"]): string[] => [
    ...new Set(
      followed.filter((transition) => transition.subject === subject).map((transition) => transition.subjectId),
    ),
  ];
  // What was forgotten may have been the last that a project or its stores waited for.
  const waiting = followed.flatMap(({ to, reason, projectId }) =>
    to === null && reason === "Abandoned" && projectId !== null ? [projectId] : [],
  );
  const projectIds = [...new Set([...of("PROJECT"), ...waiting])];
  const ids = { assignmentIds: of("ASSIGNMENT"), providerIds: of("PROVIDER"), projectIds };
  return ids.assignmentIds.length + ids.providerIds.length + ids.projectIds.length > 0 ? ids : null;
}
