import type { ClusterStatus } from "./kinds.js";

/** A Kubernetes cluster that serves ESO's CRDs. Known by the uid of its `kube-system` namespace, not by its name. */
export interface ClusterRecord {
  id: string;
  name: string;
  status: ClusterStatus;
  /** Machine-readable cause: `NotConfigured`, `ClusterChanged`, `ClusterUnreachable`, `NoOperator` …; null while CONNECTED. */
  reason: string | null;
  /** For a person; shown to admins only. */
  message: string | null;
  /** The served version of external-secrets.io in use: "v1" or "v1beta1". */
  operatorApiVersion: string | null;
  kubeSystemUid: string | null;
  lastSeenAt: Date | null;
  createdAt: Date;
}
