import type {
  AssignmentWork,
  ProjectWork,
  ProviderTargetWork,
  WorkIndexEntry,
} from "../../domain/ports/cluster-state.js";
import type { Logger } from "../../domain/ports/logger.js";
import type { Patience } from "../../domain/status/patience.js";
import type { OperatorEvents } from "../events.js";
import type { ObservedExternalSecret, ObservedNamespace, ObservedSecretStore, Projector } from "../projection.js";
import type { OperatorApiVersion } from "../resources.js";
import type { KubernetesApi } from "../transport/kubernetes-api.js";
import type { ObservedCache } from "../watch/observed-cache.js";
import type { BatchLoader } from "./batch-loader.js";
import type { ContestLog } from "./contest.js";
import type { MissedCauses } from "./missed-causes.js";
import type { StatusBatcher } from "./status-batcher.js";
import type { TroubleLog } from "./trouble-log.js";
import type { UidIndex } from "./uid-index.js";

/** What stands in the cluster, as the watchers and our own writes showed it. */
export interface ObservedCluster {
  externalSecrets: ObservedCache<ObservedExternalSecret>;
  secretStores: ObservedCache<ObservedSecretStore>;
  clusterSecretStores: ObservedCache<ObservedSecretStore>;
  namespaces: ObservedCache<ObservedNamespace>;
}

/** Hashes of a spec as it was applied and as the server answered it, so that what the server adds is not taken for drift. */
export interface AcceptedSpec {
  wanted: string;
  live: string;
}

/** All that a pass over one key needs, for as long as this process leads the cluster. */
export interface LeaderContext {
  clusterName: string;
  /** The value of our installation label. */
  installation: string;
  /** Its writes throw DeposedError, unsent, where the lease may have run out. */
  api: KubernetesApi;
  /** The served version of external-secrets.io; null: none is served (NO_OPERATOR). */
  operatorApiVersion: OperatorApiVersion | null;
  projector: Projector;
  observed: ObservedCluster;
  /** Whether every watch is running, so that what is not observed is not there, but for the moment that an event takes. */
  seesAll(): boolean;
  events: OperatorEvents;
  batcher: StatusBatcher;
  assignments: BatchLoader<AssignmentWork>;
  providerTargets: BatchLoader<ProviderTargetWork>;
  projects: BatchLoader<ProjectWork>;
  contest: ContestLog;
  troubles: TroubleLog;
  missedCauses: MissedCauses;
  patience: Patience;
  accepted: Map<string, AcceptedSpec>;
  /** uids of objects whose delete this leader sent, or may have sent: that they go is no drift, also where the row could not be told any more. */
  deletesSent: Set<string>;
  /** Assignments to be force-synced once at their next pass: their provider has just become READY, and the operator itself does not watch stores. */
  forceOnce: Set<string>;
  uids: UidIndex;
  /** specHash of stores that are only read, as the last pass saw them, by key. */
  existingStores: Map<string, string>;
  /** Assignments and stores whose provider has changed or become READY. @param providerId whose */
  providerRecovered(providerId: string): void;
  /** Something changed about a project's namespace: all that is in it is looked at again. */
  projectChanged(projectId: string): void;
  /** Another row depends on what was just seen: it is looked at again. */
  lookAt(kind: WorkIndexEntry["kind"], id: string): void;
  /** The row has the object with this uid (null: none yet): nothing is kept of those that it had before. */
  replaced(key: string, uid: string | null): void;
  /** The key's row is gone for good: nothing is kept of it. */
  forget(key: string): void;
  logger: Logger;
}

/** This process is not sure to lead the cluster any more: whatever was under way stops, and the next leader goes on. */
export class DeposedError extends Error {
  override readonly name = "DeposedError";
  constructor() {
    super("another replica may lead this cluster by now");
  }
}
