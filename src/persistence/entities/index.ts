import { AssignmentEntity } from "./assignment.js";
import { ClusterEntity } from "./cluster.js";
import { InstallationEntity } from "./installation.js";
import { LeadershipEntity } from "./leadership.js";
import { ProjectEntity } from "./project.js";
import { ProjectMemberEntity } from "./project-member.js";
import { ProviderEntity } from "./provider.js";
import { ProviderTargetEntity } from "./provider-target.js";
import { SecretEntity } from "./secret.js";
import { TransitionEntity } from "./transition.js";

/** One entity a table. They describe the schema, which the migrations make; a test finds where the two differ. */
export const ENTITIES = [
  InstallationEntity,
  ClusterEntity,
  LeadershipEntity,
  ProjectEntity,
  ProjectMemberEntity,
  ProviderEntity,
  ProviderTargetEntity,
  SecretEntity,
  AssignmentEntity,
  TransitionEntity,
];
