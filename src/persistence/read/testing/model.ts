import {
  canSeeCluster,
  canSeeProject,
  canSeeProvider,
  canSeeSecret,
  canSeeTransition,
} from "../../../domain/access/visibility.js";
import type { SecretStatus } from "../../../domain/kinds.js";
import type { SecretFilter, TransitionFilter } from "../../../domain/ports/read-model.js";
import { secretStatus } from "../../../domain/status/secret-status.js";
import type { ViewerScope } from "../../../domain/viewer.js";
import type { World } from "./random-world.js";

/*
 * For the tests: the rules of reading said again, row by row and in memory, with the domain's own predicates.
 */

type Secret = World["secrets"][number];
type Assignment = World["assignments"][number];
type Provider = World["providers"][number];
type Transition = World["transitions"][number];

export const projectName = (world: World, id: string): string =>
  world.projects.find((project) => project.id === id)?.name ?? "";

export const seenAssignments = (world: World, scope: ViewerScope): Assignment[] =>
  world.assignments.filter(({ project_id }) => canSeeProject(scope, project_id));

export function seenSecrets(world: World, scope: ViewerScope): Secret[] {
  return world.secrets.filter((secret) =>
    canSeeSecret(scope, { scope: secret.scope, projectId: secret.project_id }, assignedTo(world, secret)),
  );
}

const assignedTo = (world: World, secret: Secret): string[] =>
  world.assignments.filter(({ secret_id }) => secret_id === secret.id).map(({ project_id }) => project_id);

/** The projects that an organization provider reaches: those of the clusters that it has a store in. */
function reachedBy(world: World, provider: Provider): string[] {
  const targets = world.targets.filter(({ provider_id }) => provider_id === provider.id);
  if (provider.scope === "PROJECT") return provider.project_id === null ? [] : [provider.project_id];
  return world.projects
    .filter(({ cluster_id }) => targets.some((target) => target.cluster_id === cluster_id))
    .map(({ id }) => id);
}

export function seenProviders(world: World, scope: ViewerScope): Provider[] {
  return world.providers.filter((provider) => {
    const secrets = world.secrets.filter(({ provider_id }) => provider_id === provider.id);
    const usedIn = secrets.flatMap((secret) => [
      ...assignedTo(world, secret),
      ...(secret.project_id === null ? [] : [secret.project_id]),
    ]);
    const record = {
      scope: provider.scope,
      projectId: provider.project_id,
      projectKeyPrefix: provider.project_key_prefix,
    };
    return canSeeProvider(scope, record, usedIn, reachedBy(world, provider));
  });
}

export const reachedProjects = (world: World, scope: ViewerScope, provider: Provider): World["projects"] =>
  world.projects.filter(({ id }) => canSeeProject(scope, id) && reachedBy(world, provider).includes(id));

export function usableProviders(world: World, scope: ViewerScope, projectId: string): Provider[] {
  return seenProviders(world, scope).filter(
    (provider) =>
      canSeeProject(scope, projectId) &&
      provider.deletion_requested_at === null &&
      reachedBy(world, provider).includes(projectId) &&
      (scope.admin || provider.scope === "PROJECT" || provider.project_key_prefix !== null),
  );
}

export const seenClusters = (world: World, scope: ViewerScope): World["clusters"] =>
  world.clusters.filter(({ id }) =>
    canSeeCluster(
      scope,
      world.projects.filter(({ cluster_id }) => cluster_id === id).map((project) => project.id),
    ),
  );

export const seenTransitions = (world: World, scope: ViewerScope): Transition[] =>
  world.transitions.filter(({ project_id }) => canSeeTransition(scope, { projectId: project_id }));

/** What the viewer sees of a secret's status: admins the stored one, members that of their own assignments. */
export function seenStatus(
  world: World,
  scope: ViewerScope,
  secret: Secret,
): { status: SecretStatus; statusReason: string | null } {
  if (scope.admin) return { status: secret.status, statusReason: secret.status_reason };
  const assignments = seenAssignments(world, scope)
    .filter(({ secret_id }) => secret_id === secret.id)
    .map(({ status, deletion_requested_at, project_id, message }) => ({
      status,
      unassigning: deletion_requested_at !== null,
      projectName: projectName(world, project_id),
      message,
    }))
    .toSorted((a, b) => (a.projectName < b.projectName ? -1 : 1));
  return secretStatus({ deleting: secret.deletion_requested_at !== null, assignments });
}

const has = <T>(list: readonly T[] | undefined, value: T): boolean =>
  list === undefined || list.length === 0 || list.includes(value);
export const includesText = (search: string | undefined, ...texts: string[]): boolean =>
  search === undefined || texts.some((text) => text.toLowerCase().includes(search.toLowerCase()));

export function filteredSecrets(world: World, scope: ViewerScope, filter: SecretFilter): Secret[] {
  return seenSecrets(world, scope).filter(
    (secret) =>
      includesText(filter.search, secret.name) &&
      (filter.scope === undefined || filter.scope === secret.scope) &&
      has(filter.status, seenStatus(world, scope, secret).status) &&
      has(filter.useCase, secret.use_case) &&
      (filter.providerId === undefined || filter.providerId === secret.provider_id) &&
      (filter.projectId === undefined ||
        (canSeeProject(scope, filter.projectId) &&
          [secret.project_id, ...assignedTo(world, secret)].includes(filter.projectId))),
  );
}

/** Newest first. */
export function filteredTransitions(world: World, scope: ViewerScope, filter: TransitionFilter): Transition[] {
  const at = ({ at: time }: Transition): number => Date.parse(time);
  const same = (wanted: string | undefined, value: string | null): boolean => wanted === undefined || wanted === value;
  return seenTransitions(world, scope)
    .filter(
      (transition) =>
        has(filter.subject, transition.subject) &&
        same(filter.secretId, transition.secret_id) &&
        same(filter.projectId, transition.project_id) &&
        same(filter.providerId, transition.provider_id) &&
        same(filter.clusterId, transition.cluster_id) &&
        same(filter.actor, transition.actor) &&
        // The microseconds that Date.parse drops never reach past a whole millisecond's beginning.
        (filter.since === undefined || at(transition) >= filter.since.getTime()) &&
        (filter.until === undefined || at(transition) < filter.until.getTime()),
    )
    .toSorted((a, b) => Number(b.position) - Number(a.position));
}
