import type { ProjectMemberRecord } from "../../domain/project.js";

export const PROJECT_MEMBER_COLUMNS = ["project_id", "subject", "added_at", "added_by"] as const;
export interface ProjectMemberRow {
  project_id: string;
  subject: string;
  added_at: Date;
  added_by: string;
}
export function projectMemberRecord(row: ProjectMemberRow): ProjectMemberRecord {
  return { projectId: row.project_id, subject: row.subject, addedAt: row.added_at, addedBy: row.added_by };
}
