import type { AssignmentRecord } from "../../domain/assignment.js";
import type { Page, PageArgs } from "../../domain/ports/paging.js";
import type { AssignmentFilter, AssignmentOrder, ListedAssignment, ReadModel } from "../../domain/ports/read-model.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { LISTED_FIELDS } from "./assignment-fields.js";
import { assignmentCountsOfSecrets, assignmentsByIds, assignmentsOf } from "./assignments.js";
import { clusters, clustersByIds } from "./clusters.js";
import type { ReadDatabase } from "./database.js";
import { history, historyOf, transitionsByIds } from "./history.js";
import { membersOfProjects, projectByName, projects, projectsByIds, projectsOfClusters } from "./projects.js";
import { providers, providersByIds, targetsOfProviders } from "./providers.js";
import { requireVisible } from "./require-visible.js";
import { scopeOf } from "./scope.js";
import { secretCounts, secrets, secretsByIds, secretsOfProviders } from "./secrets.js";

type AssignmentList = [
  scope: ViewerScope,
  parent: { kind: "secret" | "project"; ids: readonly string[] },
  filter: AssignmentFilter,
  order: AssignmentOrder,
  page: PageArgs,
];

export type { ReadDatabase } from "./database.js";

/**
 * The read model on the tables of the migrations. Each method runs a fixed number of statements: one for its rows, one more with totals, and one more where a member's
 * statuses need words.
 */
export function createReadModel(db: ReadDatabase): ReadModel {
  function listAssignments(...list: AssignmentList): Promise<Map<string, Page<ListedAssignment>>>;
  function listAssignments<F extends keyof AssignmentRecord>(
    ...list: [...AssignmentList, fields: readonly F[]]
  ): Promise<Map<string, Page<Pick<AssignmentRecord, F | "id">>>>;
  function listAssignments(
    ...[scope, parent, filter, order, page, fields = LISTED_FIELDS]: [
      ...AssignmentList,
      fields?: readonly (keyof AssignmentRecord)[],
    ]
  ): Promise<Map<string, Page<AssignmentRecord>>> {
    return assignmentsOf(db, scope, parent, filter, order, page, fields);
  }
  return {
    scopeOf: (viewer) => scopeOf(db, viewer),
    requireVisible: (scope, things) => requireVisible(db, scope, things),
    clusters: (scope) => clusters(db, scope),
    clustersByIds: (scope, ids) => clustersByIds(db, scope, ids),
    projects: (scope, filter, page) => projects(db, scope, filter, page),
    projectsByIds: (scope, ids) => projectsByIds(db, scope, ids),
    projectByName: (scope, name) => projectByName(db, scope, name),
    projectsOfClusters: (scope, clusterIds, page) => projectsOfClusters(db, scope, clusterIds, page),
    membersOfProjects: (scope, projectIds, page) => membersOfProjects(db, scope, projectIds, page),
    providers: (scope, filter, page) => providers(db, scope, filter, page),
    providersByIds: (scope, ids) => providersByIds(db, scope, ids),
    targetsOfProviders: (scope, providerIds) => targetsOfProviders(db, scope, providerIds),
    secrets: (scope, filter, order, page) => secrets(db, scope, filter, order, page),
    secretsByIds: (scope, ids) => secretsByIds(db, scope, ids),
    secretsOfProviders: (scope, providerIds, page) => secretsOfProviders(db, scope, providerIds, page),
    secretCounts: (scope, filter) => secretCounts(db, scope, filter),
    assignmentsByIds: (scope, ids) => assignmentsByIds(db, scope, ids),
    assignmentsOf: listAssignments,
    assignmentCountsOfSecrets: (scope, secretIds) => assignmentCountsOfSecrets(db, scope, secretIds),
    history: (scope, filter, page) => history(db, scope, filter, page),
    historyOf: (scope, parent, page) => historyOf(db, scope, parent, page),
    transitionsByIds: (scope, ids) => transitionsByIds(db, scope, ids),
  };
}
