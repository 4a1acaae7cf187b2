import type { AssignmentRecord } from "../assignment.js";
import type { ProviderRecord } from "../provider.js";
import type { SecretRecord } from "../secret.js";
import type { TransitionRecord } from "../transition.js";
import type { ViewerScope } from "../viewer.js";

/*
 * What a viewer may see (DESIGN.md, "Who may do what"). Persistence says the same in SQL; these are for what is decided one by one, as at the delivery of an event.
 * Role and membership are all that is asked: where the answer is no, the thing does not exist for the viewer.
 */

/** A project: members see theirs. */
export function canSeeProject(scope: ViewerScope, projectId: string): boolean {
  return scope.admin || scope.projectIds.includes(projectId);
}

const seesAny = (scope: ViewerScope, projectIds: readonly string[]): boolean =>
  scope.admin || projectIds.some((id) => scope.projectIds.includes(id));

/**
 * A cluster: members see those that their projects are in.
 * @param projectIds the projects in the cluster
 */
export function canSeeCluster(scope: ViewerScope, projectIds: readonly string[]): boolean {
  return seesAny(scope, projectIds);
}

/**
 * A secret: members see their projects' own, and the organization's that are assigned to their projects.
 * @param assignedProjectIds the projects that the secret is assigned to, those it is going away from included
 */
export function canSeeSecret(
  scope: ViewerScope,
  secret: Pick<SecretRecord, "scope" | "projectId">,
  assignedProjectIds: readonly string[],
): boolean {
  if (secret.scope === "ORGANIZATION") return seesAny(scope, assignedProjectIds);
  return scope.admin || (secret.projectId !== null && scope.projectIds.includes(secret.projectId));
}

/** An assignment: whoever sees its project. */
export function canSeeAssignment(scope: ViewerScope, assignment: Pick<AssignmentRecord, "projectId">): boolean {
  return canSeeProject(scope, assignment.projectId);
}

/**
 * A provider: members see their projects' own, the organization's behind the secrets that they see, and those that have a key prefix and reach their projects.
 * @param usedIn the projects with an assignment of a secret of this provider
 * @param reaches the projects that it reaches
 */
export function canSeeProvider(
  scope: ViewerScope,
  provider: Pick<ProviderRecord, "scope" | "projectId" | "projectKeyPrefix">,
  usedIn: readonly string[],
  reaches: readonly string[],
): boolean {
  if (provider.scope === "PROJECT")
    return scope.admin || (provider.projectId !== null && scope.projectIds.includes(provider.projectId));
  return seesAny(scope, usedIn) || (provider.projectKeyPrefix !== null && seesAny(scope, reaches));
}

/** The config of a provider that the viewer sees: an organization's is for admins alone. */
export function canSeeProviderConfig(
  scope: ViewerScope,
  provider: Pick<ProviderRecord, "scope" | "projectId">,
): boolean {
  if (provider.scope === "ORGANIZATION") return scope.admin;
  return scope.admin || (provider.projectId !== null && scope.projectIds.includes(provider.projectId));
}

/**
 * A transition: members see those of their projects, by the project's id. Those of organization secrets and providers and of clusters concern no one project and
 * are for admins.
 */
export function canSeeTransition(scope: ViewerScope, transition: Pick<TransitionRecord, "projectId">): boolean {
  return scope.admin || (transition.projectId !== null && scope.projectIds.includes(transition.projectId));
}
