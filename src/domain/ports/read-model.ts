import type { AssignmentRecord } from "../assignment.js";
import type { ClusterRecord } from "../cluster.js";
import type {
  AssignmentStatus,
  ProjectStatus,
  SecretScope,
  SecretStatus,
  SecretUseCase,
  TransitionSubject,
} from "../kinds.js";
import type { ProjectMemberRecord, ProjectRecord } from "../project.js";
import type { ProviderRecord, ProviderTargetRecord } from "../provider.js";
import type { SecretRecord } from "../secret.js";
import type { TransitionRecord } from "../transition.js";
import type { Viewer, ViewerScope } from "../viewer.js";
import type { OrderDirection, Page, PageArgs } from "./paging.js";

/*
 * Filters. What is left out restricts nothing, nor does an empty list: it is what a form sends in which nothing is ticked. All that is given must hold, and of a list one.
 * An empty search restricts nothing. An id that the scope cannot see matches nothing.
 */

export interface SecretFilter {
  /** A part of the name, without regard to case; `%` and `_` mean themselves. */
  search?: string | undefined;
  scope?: SecretScope | undefined;
  status?: readonly SecretStatus[] | undefined;
  useCase?: readonly SecretUseCase[] | undefined;
  projectId?: string | undefined;
  providerId?: string | undefined;
}
/** A status sorts as its enum lists it, a name bytewise. Ties are broken by name, then id; DESC is the exact reverse of ASC. */
export interface SecretOrder {
  field: "NAME" | "STATUS" | "SCOPE" | "CREATED_AT" | "UPDATED_AT";
  direction: OrderDirection;
}
export interface AssignmentFilter {
  /** A part of the secret's or the project's name. */
  search?: string | undefined;
  status?: readonly AssignmentStatus[] | undefined;
  projectId?: string | undefined;
}
export interface AssignmentOrder {
  field: "SECRET_NAME" | "PROJECT_NAME" | "STATUS" | "LAST_TRANSITION_AT";
  direction: OrderDirection;
}
export interface ProjectFilter {
  search?: string | undefined;
  status?: readonly ProjectStatus[] | undefined;
  clusterId?: string | undefined;
  /** Only projects that this provider reaches. */
  reachableBy?: string | undefined;
}
export interface ProviderFilter {
  search?: string | undefined;
  /** Only those that the viewer could make a secret of in this project, now. */
  usableInProject?: string | undefined;
}
export interface TransitionFilter {
  subject?: readonly TransitionSubject[] | undefined;
  secretId?: string | undefined;
  projectId?: string | undefined;
  providerId?: string | undefined;
  clusterId?: string | undefined;
  actor?: string | undefined;
  /** At or after. */
  since?: Date | undefined;
  /** Before. */
  until?: Date | undefined;
}

/** What lists answer of an assignment unless told otherwise; {@link ReadModel.assignmentsByIds} has the manifest too. */
export type ListedAssignment = Omit<AssignmentRecord, "appliedManifest">;

/** What a member may know of an organization provider is less than the whole: config is null for them. */
export type VisibleProvider = ProviderRecord;

/**
 * Every read of the API. Each method takes the scope and answers only what it may see; an id that it may not see is absent from the answer exactly as one
 * that does not exist. Ids in filters are checked by {@link ReadModel.requireVisible} beforehand. Methods with several parents answer one page for each
 * parent in a fixed number of SQL statements. Cursors that are not ours throw BAD_USER_INPUT with path `["after"]`.
 */
export interface ReadModel {
  /** Resolves what a viewer may see now: projects by group name and by membership. Projects being deleted still count. */
  scopeOf(viewer: Viewer): Promise<ViewerScope>;
  /**
   * @throws NOT_FOUND for the first id of the list that the scope cannot see.
   */
  requireVisible(scope: ViewerScope, things: readonly { kind: VisibleKind; id: string }[]): Promise<void>;

  clusters(scope: ViewerScope): Promise<ClusterRecord[]>;
  clustersByIds(scope: ViewerScope, ids: readonly string[]): Promise<ClusterRecord[]>;

  projects(scope: ViewerScope, filter: ProjectFilter, page: PageArgs): Promise<Page<ProjectRecord>>;
  projectsByIds(scope: ViewerScope, ids: readonly string[]): Promise<ProjectRecord[]>;
  projectByName(scope: ViewerScope, name: string): Promise<ProjectRecord | null>;
  projectsOfClusters(
    scope: ViewerScope,
    clusterIds: readonly string[],
    page: PageArgs,
  ): Promise<Map<string, Page<ProjectRecord>>>;
  membersOfProjects(
    scope: ViewerScope,
    projectIds: readonly string[],
    page: PageArgs,
  ): Promise<Map<string, Page<ProjectMemberRecord>>>;

  providers(scope: ViewerScope, filter: ProviderFilter, page: PageArgs): Promise<Page<VisibleProvider>>;
  providersByIds(scope: ViewerScope, ids: readonly string[]): Promise<VisibleProvider[]>;
  /** Targets as far as the scope may see them: a member's are those in the clusters of their projects. */
  targetsOfProviders(scope: ViewerScope, providerIds: readonly string[]): Promise<Map<string, ProviderTargetRecord[]>>;

  secrets(scope: ViewerScope, filter: SecretFilter, order: SecretOrder, page: PageArgs): Promise<Page<SecretRecord>>;
  secretsByIds(scope: ViewerScope, ids: readonly string[]): Promise<SecretRecord[]>;
  secretsOfProviders(
    scope: ViewerScope,
    providerIds: readonly string[],
    page: PageArgs,
  ): Promise<Map<string, Page<SecretRecord>>>;
  secretCounts(scope: ViewerScope, filter: SecretFilter): Promise<{ status: SecretStatus; count: number }[]>;

  assignmentsByIds(scope: ViewerScope, ids: readonly string[]): Promise<AssignmentRecord[]>;
  assignmentsOf(
    scope: ViewerScope,
    parent: { kind: "secret" | "project"; ids: readonly string[] },
    filter: AssignmentFilter,
    order: AssignmentOrder,
    page: PageArgs,
  ): Promise<Map<string, Page<ListedAssignment>>>;
  /**
   * @param fields what is read of each, and its id. A list of lists has thousands of rows, and each field has its price: all but the manifest cost twice as much as
   * five of them, the manifests as much again.
   */
  assignmentsOf<F extends keyof AssignmentRecord>(
    scope: ViewerScope,
    parent: { kind: "secret" | "project"; ids: readonly string[] },
    filter: AssignmentFilter,
    order: AssignmentOrder,
    page: PageArgs,
    fields: readonly F[],
  ): Promise<Map<string, Page<Pick<AssignmentRecord, F | "id">>>>;
  assignmentCountsOfSecrets(
    scope: ViewerScope,
    secretIds: readonly string[],
  ): Promise<Map<string, { status: AssignmentStatus; count: number }[]>>;

  /** Newest first. */
  history(scope: ViewerScope, filter: TransitionFilter, page: PageArgs): Promise<Page<TransitionRecord>>;
  historyOf(
    scope: ViewerScope,
    parent: { kind: "secret" | "assignment"; ids: readonly string[] },
    page: PageArgs,
  ): Promise<Map<string, Page<TransitionRecord>>>;
  transitionsByIds(scope: ViewerScope, ids: readonly string[]): Promise<TransitionRecord[]>;
}

export type VisibleKind = "cluster" | "project" | "provider" | "secret" | "assignment" | "transition";
