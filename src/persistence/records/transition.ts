import type { TransitionRecord } from "../../domain/transition.js";

export const TRANSITION_COLUMNS = [
  "position",
  "id",
  "subject",
  "subject_id",
  "from_status",
  "to_status",
  "reason",
  "message",
  "actor",
  "at",
  "secret_id",
  "assignment_id",
  "project_id",
  "provider_id",
  "cluster_id",
] as const;
export interface TransitionRow {
  position: string;
  id: string;
  subject: TransitionRecord["subject"];
  subject_id: string;
  from_status: string | null;
  to_status: string | null;
  reason: string | null;
  message: string | null;
  actor: string;
  at: Date;
  secret_id: string | null;
  assignment_id: string | null;
  project_id: string | null;
  provider_id: string | null;
  cluster_id: string | null;
}
export function transitionRecord(row: TransitionRow): TransitionRecord {
  return {
    id: row.id,
    position: BigInt(row.position),
    subject: row.subject,
    subjectId: row.subject_id,
    from: row.from_status,
    to: row.to_status,
    reason: row.reason,
    message: row.message,
    actor: row.actor,
    at: row.at,
    secretId: row.secret_id,
    assignmentId: row.assignment_id,
    projectId: row.project_id,
    providerId: row.provider_id,
    clusterId: row.cluster_id,
  };
}
