/** The Ready condition of an object of the operator. Times as the operator writes them: RFC 3339, whole seconds, its own clock. */
export interface ReadyCondition {
  status: string;
  reason: string | null;
  message: string | null;
  lastTransitionTime: string | null;
}

/** What the status rules read of an ExternalSecret. */
export interface ExternalSecretSeen {
  uid: string;
  resourceVersion: string;
  generation: number;
  deletionTimestamp: string | null;
  finalizers: readonly string[];
  ready: ReadyCondition | null;
  refreshTime: string | null;
  syncedResourceVersion: string | null;
  /** `status.binding.name`; null where the operator writes no binding (0.14.4). */
  bindingName: string | null;
}

/** What the status rules read of a SecretStore or ClusterSecretStore. */
export interface StoreSeen {
  uid: string;
  resourceVersion: string;
  deletionTimestamp: string | null;
  finalizers: readonly string[];
  ready: ReadyCondition | null;
}

/** What the status rules read of a Namespace. */
export interface NamespaceSeen {
  uid: string;
  deletionTimestamp: string | null;
  finalizers: readonly string[];
  /** Texts of the conditions that say why it cannot finish going (`NamespaceContentRemaining` …). */
  blockers: readonly string[];
}

/** Whether resourceVersion `a` is later than `b`. Both of one object: the API server orders them (Kubernetes 1.35 KEP-5504; true of etcd's before). */
export function isLater(a: string, b: string): boolean {
  if (a.length !== b.length) return a.length > b.length;
  return a > b;
}
