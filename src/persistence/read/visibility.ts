import type { ViewerScope } from "../../domain/viewer.js";
import { raw, type Sql, sql, TRUE } from "./sql.js";

/*
 * Who may see a row, as conditions of SQL: DESIGN.md, "Who may do what", and the same rules as domain/access/visibility.ts. Aliases are this program's own words.
 * An assignment that is going away counts as long as it is there. OFFSET 0 keeps PostgreSQL from answering EXISTS for every row of a table at once, where few are asked about.
 */

const inScope = (projectIds: readonly string[]): Sql => sql`ANY(${projectIds}::uuid[])`;

/** @param column a project's id; null is for admins only */
export function seesProject(scope: ViewerScope, column: Sql): Sql {
  return scope.admin ? TRUE : sql`${column} = ${inScope(scope.projectIds)}`;
}

/** @param column a cluster's id */
export function seesCluster(scope: ViewerScope, column: Sql): Sql {
  if (scope.admin) return TRUE;
  return sql`${column} IN (SELECT seen.cluster_id FROM project seen WHERE ${seesProject(scope, raw("seen.id"))})`;
}

/** For few secrets, known by their ids: asks for the assignments of each. @param secret the alias of a row of `secret` */
export function seesSecret(scope: ViewerScope, secret: string): Sql {
  if (scope.admin) return TRUE;
  const projects = inScope(scope.projectIds);
  return sql`${raw(secret)}.project_id = ${projects} OR EXISTS (SELECT FROM assignment assigned
    WHERE assigned.secret_id = ${raw(secret)}.id AND assigned.project_id = ${projects} OFFSET 0)`;
}

/** The same, for lists, where many may have to be passed over: gathers the scope's secrets once. */
export function seesListedSecret(scope: ViewerScope, secret: string): Sql {
  return scope.admin ? TRUE : isInProjects(secret, inScope(scope.projectIds));
}

/** The project's own secrets and those that are assigned to it. */
export function isInProjects(secret: string, projects: Sql): Sql {
  return sql`${raw(secret)}.project_id = ${projects}
    OR ${raw(secret)}.id IN (SELECT assigned.secret_id FROM assignment assigned WHERE assigned.project_id = ${projects})`;
}

/** @param provider the alias of a row of `provider` */
export function seesProvider(scope: ViewerScope, provider: string): Sql {
  if (scope.admin) return TRUE;
  const projects = inScope(scope.projectIds);
  const v = raw(provider);
  // The provider of each assignment's secret is looked up as it stands here: a join might begin with all secrets of a provider, of which the viewer may see none. What is looked for
  // is found soon, or the scope is small. `scope` is what the index on a project's own secrets is for.
  return sql`${v}.project_id = ${projects} OR (${v}.scope = 'ORGANIZATION' AND (
    EXISTS (SELECT FROM assignment assigned WHERE assigned.project_id = ${projects}
      AND (SELECT behind.provider_id FROM secret behind WHERE behind.id = assigned.secret_id) = ${v}.id OFFSET 0)
    OR EXISTS (SELECT FROM secret own
      WHERE own.scope = 'PROJECT' AND own.project_id = ${projects} AND own.provider_id = ${v}.id OFFSET 0)
    OR (${v}.project_key_prefix IS NOT NULL AND ${v}.id IN (${providersInClustersOf(projects)}))))`;
}

/** The ids of providers with a store in the cluster of such a project: they can serve it (a store's own conditions are the cluster's to judge). */
export function providersInClustersOf(projects: Sql): Sql {
  return sql`SELECT reaching.provider_id FROM provider_target reaching
    JOIN project reached ON reached.cluster_id = reaching.cluster_id
    WHERE reached.id = ${projects}`;
}

/** @param target the alias of a row of `provider_target`, whose provider is seen */
export const seesTarget = (scope: ViewerScope, target: string): Sql => seesCluster(scope, raw(`${target}.cluster_id`));

/** @param assignment the alias of a row of `assignment` */
export const seesAssignment = (scope: ViewerScope, assignment: string): Sql =>
  seesProject(scope, raw(`${assignment}.project_id`));

/** By the project's id: a project made again under an old name has no old history. @param transition the alias of a row of `transition` */
export const seesTransition = (scope: ViewerScope, transition: string): Sql =>
  seesProject(scope, raw(`${transition}.project_id`));
