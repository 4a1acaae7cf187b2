import type { ClusterRecord } from "../cluster.js";
import type { JsonObject } from "../json.js";
import type {
  AssignmentStatus,
  ClusterStatus,
  ProjectStatus,
  ProviderKind,
  ProviderStatus,
  SecretScope,
} from "../kinds.js";
import type { StoredSpec } from "../secret.js";

/** A status as it is stored and shown. */
export interface Verdict<S extends string> {
  status: S;
  reason: string | null;
  message: string | null;
}

/** What the row keeps of the last write of an object (DESIGN.md, "The status of an assignment"): R, and whether the operator has answered it. */
export interface WriteRecord {
  /** R: the resourceVersion in the answer to the write. */
  resourceVersion: string;
  /** Database clock, milliseconds since the epoch. */
  writtenAt: number;
  /** No later version of the object has shown another `Ready` or another `syncedResourceVersion` yet. */
  unanswered: boolean;
  /** `status` of the Ready condition in the answer, after the /status patch where one followed; null: there was none (or it was nulled). */
  ready: string | null;
  syncedResourceVersion: string | null;
  /** The write must be answered before it counts as current, since it changed no spec (a forced sync, a change of labels). */
  forced: boolean;
}

/** One assignment as its cluster's leader needs it. All times are of the database's clock, in milliseconds since the epoch. */
export interface AssignmentWork {
  id: string;
  /** Changes with every change of desired state; a status judged on an older one is not written. */
  revision: bigint;
  now: number;
  project: { id: string; name: string; status: ProjectStatus };
  objectName: string;
  current: Verdict<AssignmentStatus>;
  observedAt: number | null;
  secret: { id: string; generation: number; spec: StoredSpec };
  provider: { id: string; storeName: string; scope: SecretScope };
  /** Set: it is to go away. */
  deletionRequestedAt: number | null;
  /** An apply was attempted, or it was adopted: there may be an object. */
  sent: boolean;
  /** When the delete was first sent; null: not yet. */
  deleteSentAt: number | null;
  uid: string | null;
  /** Taken over from another manager; until its first change it bears no label of ours. */
  adopted: boolean;
  appliedGeneration: number | null;
  syncedGeneration: number | null;
  refreshedAt: number | null;
  forceSyncRequested: number;
  forceSyncApplied: number;
  /** The value of our force-sync annotation; null: none was ever set. */
  forceSyncToken: string | null;
  lastWrite: WriteRecord | null;
}

/** One provider in one cluster, as the leader needs it. */
export interface ProviderTargetWork {
  id: string;
  revision: bigint;
  now: number;
  current: Verdict<ProviderStatus>;
  observedAt: number | null;
  provider: {
    id: string;
    name: string;
    kind: ProviderKind;
    scope: SecretScope;
    managed: boolean;
    storeName: string;
    config: JsonObject | null;
    generation: number;
  };
  /** Null for a ClusterSecretStore. */
  project: { id: string; name: string; status: ProjectStatus } | null;
  deletionRequestedAt: number | null;
  /** Assignments of this provider in this cluster that still exist: the store outlives them. */
  remainingAssignments: number;
  sent: boolean;
  deleteSentAt: number | null;
  uid: string | null;
  appliedGeneration: number | null;
  lastWrite: WriteRecord | null;
}

/** One project, as the leader of its cluster needs it. */
export interface ProjectWork {
  id: string;
  revision: bigint;
  now: number;
  name: string;
  current: Verdict<ProjectStatus>;
  createdAt: number;
  deletionRequestedAt: number | null;
  deleteNamespace: boolean;
  namespaceUid: string | null;
  /** Null: not known yet. */
  namespaceOurs: boolean | null;
  /** A create of the namespace was attempted. */
  sent: boolean;
  deleteSentAt: number | null;
  remainingAssignments: number;
  remainingProviders: number;
  /** Assignments and stores in it that are DELETE_FAILED. */
  stuck: number;
}

/** Where an object of ours is, by which the watcher finds the key to an event. */
export interface WorkIndexEntry {
  kind: "assignment" | "providerTarget" | "project";
  id: string;
  /** Null for cluster-scoped objects. */
  namespace: string | null;
  name: string;
}

/** What changed in an object's bookkeeping, whether its status changed or not. Left out: stays as it is. */
export interface ObjectFacts {
  uid?: string | null;
  sent?: boolean;
  appliedGeneration?: number;
  /** Set null to forget it. */
  lastWrite?:
    (Omit<WriteRecord, "writtenAt"> & { /** Null: now, on the database's clock. */ writtenAt: number | null }) | null;
  /** True: now. False: forget it, the object is wanted again. */
  deleteSent?: boolean;
}

/** A transition that is written even where the status stays: a repaired drift. */
export interface NotedTransition {
  reason: string;
  message: string | null;
}

export interface AssignmentChange extends ObjectFacts {
  id: string;
  revision: bigint;
  /** "gone": the object is gone for good and the row goes with it. Undefined: stays. */
  verdict?: Verdict<AssignmentStatus> | "gone";
  noted?: NotedTransition;
  syncedGeneration?: number;
  refreshedAt?: number | null;
  forceSyncApplied?: number;
  forceSyncToken?: string;
  appliedManifest?: string;
  /** False once an adopted object was first changed. */
  adopted?: boolean;
}
export interface ProviderTargetChange extends ObjectFacts {
  id: string;
  revision: bigint;
  verdict?: Verdict<ProviderStatus> | "gone";
  noted?: NotedTransition;
}
export interface ProjectChange extends ObjectFacts {
  id: string;
  revision: bigint;
  verdict?: Verdict<ProjectStatus> | "gone";
  noted?: NotedTransition;
  namespaceOurs?: boolean;
}

/** One batch of what the leader saw. At most 500 changes. */
export interface StatusBatch {
  assignments: readonly AssignmentChange[];
  providerTargets: readonly ProviderTargetChange[];
  projects: readonly ProjectChange[];
}

export interface BatchOutcome {
  /** False: another leader holds the cluster. Nothing was written; stand down. */
  leading: boolean;
  /** Ids whose desired state had changed meanwhile (or that are gone): not written, look again. */
  stale: string[];
  /** Projects and provider targets that this batch may have unblocked (the last assignment of a project that is going away …). */
  unblocked: { projects: string[]; providerTargets: string[] };
}

/** What the clusters' leaders read and write. The implementation is the only writer of statuses. */
export interface ClusterState {
  /** The installation's id, made once and kept in the database; the value of our installation label. */
  installationId(): Promise<string>;
  /** A row for each configured name; rows of names no longer configured that have projects become UNREACHABLE, `NotConfigured`, others of them go. */
  ensureClusters(names: readonly string[]): Promise<ClusterRecord[]>;

  /** Takes or renews the lease: a conditional UPDATE on the database's clock. @param ttl milliseconds @returns whether it is ours now */
  holdLease(clusterId: string, term: string, ttl: number): Promise<boolean>;
  releaseLease(clusterId: string, term: string): Promise<void>;

  /**
   * Writes the cluster's row, with its transition where the status changes. Without a status change only `lastSeenAt` and versions are kept up.
   * @returns false where the term is no longer the leader's
   */
  reportCluster(
    clusterId: string,
    term: string,
    report: Verdict<ClusterStatus> & { kubeSystemUid?: string; operatorApiVersion?: string | null; seen: boolean },
  ): Promise<boolean>;
  /** The kube-system uids that are known, by cluster id: to refuse a name that leads to another cluster than before, and two names for one. */
  knownClusters(): Promise<{ id: string; name: string; kubeSystemUid: string | null }[]>;

  /** Everything of a cluster: for the index and the first pass of a leader. */
  workIndex(clusterId: string): Promise<WorkIndexEntry[]>;
  /**
   * What of this cluster a change concerns, with whatever is rendered from it: a project's provider targets and assignments, a provider's targets (made here where the
   * provider is needed in the cluster and has none yet) and assignments, a secret's assignments.
   */
  affectedWork(
    clusterId: string,
    ids: {
      projectIds?: readonly string[];
      providerIds?: readonly string[];
      secretIds?: readonly string[];
      assignmentIds?: readonly string[];
    },
  ): Promise<WorkIndexEntry[]>;
  assignmentWork(clusterId: string, ids: readonly string[]): Promise<AssignmentWork[]>;
  providerTargetWork(clusterId: string, ids: readonly string[]): Promise<ProviderTargetWork[]>;
  projectWork(clusterId: string, ids: readonly string[]): Promise<ProjectWork[]>;

  /** Writes a batch, its roll-ups and its transitions in one transaction that begins by reading the row of `term` FOR SHARE. */
  writeBatch(clusterId: string, term: string, batch: StatusBatch): Promise<BatchOutcome>;
}
