import type { ProjectStatus } from "./kinds.js";

/** A team's place: one namespace, named like the project, in one cluster. */
export interface ProjectRecord {
  id: string;
  name: string;
  description: string;
  clusterId: string;
  status: ProjectStatus;
  reason: string | null;
  message: string | null;
  /** Whether Secretariat made the namespace; only then may it delete it. Null: not known yet. */
  namespaceOurs: boolean | null;
  deletionRequestedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A member added by hand. Members by group are known only when they come. */
export interface ProjectMemberRecord {
  projectId: string;
  subject: string;
  addedAt: Date;
  addedBy: string;
}
