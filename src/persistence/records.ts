/*
 * Rows as SQL gives them, and the records that the domain knows. Each `…_COLUMNS` names what its function needs: `SELECT ${columns("s", SECRET_COLUMNS)} FROM secret s`.
 * The types say what the tables' own types, NOT NULL and CHECK guarantee.
 */

/** A column list with its table's alias: `s.id, s.name, …`. */
export function columns(alias: string, names: readonly string[]): string {
  return names.map((name) => `${alias}.${name}`).join(", ");
}

export { CLUSTER_COLUMNS, clusterRecord } from "./records/cluster.js";
export type { ClusterRow } from "./records/cluster.js";
export { PROJECT_COLUMNS, projectRecord } from "./records/project.js";
export type { ProjectRow } from "./records/project.js";
export { PROJECT_MEMBER_COLUMNS, projectMemberRecord } from "./records/project-member.js";
export type { ProjectMemberRow } from "./records/project-member.js";
export { PROVIDER_COLUMNS, providerRecord } from "./records/provider.js";
export type { ProviderRow } from "./records/provider.js";
export { PROVIDER_TARGET_COLUMNS, providerTargetRecord } from "./records/provider-target.js";
export type { ProviderTargetRow } from "./records/provider-target.js";
export { SECRET_COLUMNS, secretRecord } from "./records/secret.js";
export type { SecretRow } from "./records/secret.js";
export { ASSIGNMENT_COLUMNS, assignmentRecord } from "./records/assignment.js";
export type { AssignmentRow } from "./records/assignment.js";
export { TRANSITION_COLUMNS, transitionRecord } from "./records/transition.js";
export type { TransitionRow } from "./records/transition.js";
