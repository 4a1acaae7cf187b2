import type { SecretRecord } from "../../domain/secret.js";

export const SECRET_COLUMNS = [
  "id",
  "name",
  "scope",
  "project_id",
  "use_case",
  "provider_id",
  "spec",
  "labels",
  "annotations",
  "generation",
  "status",
  "status_reason",
  "deletion_requested_at",
  "created_by",
  "created_at",
  "updated_at",
] as const;
export interface SecretRow {
  id: string;
  name: string;
  scope: SecretRecord["scope"];
  project_id: string | null;
  use_case: SecretRecord["useCase"];
  provider_id: string;
  spec: SecretRecord["spec"]["spec"];
  labels: SecretRecord["spec"]["labels"];
  annotations: SecretRecord["spec"]["annotations"];
  generation: number;
  status: SecretRecord["status"];
  status_reason: string | null;
  deletion_requested_at: Date | null;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}
export function secretRecord(row: SecretRow): SecretRecord {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    projectId: row.project_id,
    useCase: row.use_case,
    providerId: row.provider_id,
    spec: { spec: row.spec, labels: row.labels, annotations: row.annotations },
    generation: row.generation,
    status: row.status,
    statusReason: row.status_reason,
    deletionRequestedAt: row.deletion_requested_at,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
