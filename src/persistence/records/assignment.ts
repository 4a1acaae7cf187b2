import type { AssignmentRecord } from "../../domain/assignment.js";

export const ASSIGNMENT_COLUMNS = [
  "id",
  "secret_id",
  "project_id",
  "status",
  "reason",
  "message",
  "desired_generation",
  "synced_generation",
  "refreshed_at",
  "observed_at",
  "last_transition_at",
  "uid",
  "applied_manifest",
  "deletion_requested_at",
  "created_at",
] as const;
export interface AssignmentRow {
  id: string;
  secret_id: string;
  project_id: string;
  status: AssignmentRecord["status"];
  reason: string | null;
  message: string | null;
  desired_generation: number;
  synced_generation: number | null;
  refreshed_at: Date | null;
  observed_at: Date | null;
  last_transition_at: Date;
  uid: string | null;
  applied_manifest: string | null;
  deletion_requested_at: Date | null;
  created_at: Date;
}
export function assignmentRecord(row: AssignmentRow): AssignmentRecord {
  return {
    id: row.id,
    secretId: row.secret_id,
    projectId: row.project_id,
    status: row.status,
    reason: row.reason,
    message: row.message,
    desiredGeneration: row.desired_generation,
    syncedGeneration: row.synced_generation,
    refreshedAt: row.refreshed_at,
    observedAt: row.observed_at,
    lastTransitionAt: row.last_transition_at,
    externalSecretUid: row.uid,
    appliedManifest: row.applied_manifest,
    deletionRequestedAt: row.deletion_requested_at,
    createdAt: row.created_at,
  };
}
