import type { ClusterRecord } from "../../domain/cluster.js";

export const CLUSTER_COLUMNS = [
  "id",
  "name",
  "status",
  "reason",
  "message",
  "operator_api_version",
  "kube_system_uid",
  "last_seen_at",
  "created_at",
] as const;
export interface ClusterRow {
  id: string;
  name: string;
  status: ClusterRecord["status"];
  reason: string | null;
  message: string | null;
  operator_api_version: string | null;
  kube_system_uid: string | null;
  last_seen_at: Date | null;
  created_at: Date;
}
export function clusterRecord(row: ClusterRow): ClusterRecord {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    reason: row.reason,
    message: row.message,
    operatorApiVersion: row.operator_api_version,
    kubeSystemUid: row.kube_system_uid,
    lastSeenAt: row.last_seen_at,
    createdAt: row.created_at,
  };
}
