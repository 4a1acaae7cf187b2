import type { ProjectRecord } from "../../domain/project.js";

export const PROJECT_COLUMNS = [
  "id",
  "name",
  "description",
  "cluster_id",
  "status",
  "reason",
  "message",
  "namespace_ours",
  "deletion_requested_at",
  "created_at",
  "updated_at",
] as const;
export interface ProjectRow {
  id: string;
  name: string;
  description: string;
  cluster_id: string;
  status: ProjectRecord["status"];
  reason: string | null;
  message: string | null;
  namespace_ours: boolean | null;
  deletion_requested_at: Date | null;
  created_at: Date;
  updated_at: Date;
}
export function projectRecord(row: ProjectRow): ProjectRecord {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    clusterId: row.cluster_id,
    status: row.status,
    reason: row.reason,
    message: row.message,
    namespaceOurs: row.namespace_ours,
    deletionRequestedAt: row.deletion_requested_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
