import type { AssignmentRecord } from "../domain/assignment.js";
import type { Page, PageArgs } from "../domain/ports/paging.js";
import type { AssignmentFilter, AssignmentOrder, ReadModel, VisibleKind } from "../domain/ports/read-model.js";
import type { ProjectRecord } from "../domain/project.js";
import type { ProviderRecord } from "../domain/provider.js";
import type { SecretRecord } from "../domain/secret.js";
import type { TransitionRecord } from "../domain/transition.js";
import type { ViewerScope } from "../domain/viewer.js";
import { Loader } from "./loader.js";
import { toConnection } from "./paging.js";
import { Assignment, type AssignmentRow } from "./types/assignment.js";
import { Cluster } from "./types/cluster.js";
import type { Connection } from "./types/connection.js";
import { Project, ProjectMember } from "./types/project.js";
import { Provider, ProviderTarget } from "./types/provider.js";
import { Secret, type AssignmentCount } from "./types/secret.js";
import { Transition } from "./types/transition.js";

/** What a parent that is gone meanwhile, or that the viewer cannot see, has. */
const emptyConnection = <V>(): Connection<V> => ({
  edges: [],
  nodes: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  totalCount: 0,
});

function byId<Row extends { id: string }, View>(
  read: (ids: readonly string[]) => Promise<Row[]>,
  view: (row: Row) => View,
): Loader<View | null> {
  return new Loader<View | null>(
    async (ids) => new Map((await read(ids)).map((row) => [row.id, view(row)])),
    () => null,
  );
}

function byParent<Row, View>(
  read: (ids: readonly string[]) => Promise<Map<string, Row>>,
  view: (row: Row) => View,
  nothing: () => View,
): Loader<View> {
  return new Loader<View>(async (ids) => new Map(Array.from(await read(ids), ([id, row]) => [id, view(row)])), nothing);
}

/** Loaders of the pages below many parents: one for each set of arguments, since one statement answers one set. */
class PageLoaders<Row, View> {
  private readonly byArguments = new Map<string, Loader<Connection<View>>>();

  constructor(private readonly view: (row: Row) => View) {}

  /** The loader of the pages with these arguments. @param key all that `read` depends on */
  of(key: unknown, read: (ids: readonly string[]) => Promise<Map<string, Page<Row>>>): Loader<Connection<View>> {
    const name = JSON.stringify(key);
    let loader = this.byArguments.get(name);
    if (loader === undefined) {
      loader = byParent(read, (page) => toConnection(page, this.view), emptyConnection<View>);
      this.byArguments.set(name, loader);
    }
    return loader;
  }
}

/**
 * Reads of one operation, batched and remembered: however many things ask for their project, one statement fetches all projects. Made anew for each
 * operation (for a subscription: for each delivery; for a mutation: after each change), since what it remembers grows old.
 */
export class Loaders {
  readonly cluster: Loader<Cluster | null>;
  readonly project: Loader<Project | null>;
  readonly provider: Loader<Provider | null>;
  readonly secret: Loader<Secret | null>;
  readonly assignment: Pick<Loader<Assignment | null>, "load" | "loadAll">;
  /** Whole, with the manifest, which lists leave out. */
  readonly assignmentRecord: Loader<AssignmentRecord | null>;
  readonly transition: Loader<Transition | null>;
  /** By the provider's id. */
  readonly targets: Loader<ProviderTarget[]>;
  /** By the secret's id. */
  readonly assignmentCounts: Loader<AssignmentCount[]>;

  private readonly projectPages = new PageLoaders((row: ProjectRecord) => this.projectView(row));
  private readonly memberPages = new PageLoaders(
    (row: ConstructorParameters<typeof ProjectMember>[0]) => new ProjectMember(row),
  );
  private readonly secretPages = new PageLoaders((row: SecretRecord) => this.secretView(row));
  private readonly assignmentPages = new PageLoaders((row: AssignmentRow) => new Assignment(row));
  private readonly transitionPages = new PageLoaders((row: TransitionRecord) => new Transition(row));
  private readonly visible = new Map<string, Promise<void>>();

  constructor(
    private readonly readModel: ReadModel,
    private readonly scope: ViewerScope,
  ) {
    this.cluster = byId(
      (ids) => readModel.clustersByIds(scope, ids),
      (row) => new Cluster(row, scope),
    );
    this.project = byId(
      (ids) => readModel.projectsByIds(scope, ids),
      (row) => new Project(row),
    );
    this.provider = byId(
      (ids) => readModel.providersByIds(scope, ids),
      (row) => new Provider(row, scope),
    );
    this.secret = byId(
      (ids) => readModel.secretsByIds(scope, ids),
      (row) => new Secret(row),
    );
    this.assignmentRecord = byId(
      (ids) => readModel.assignmentsByIds(scope, ids),
      (row) => row,
    );
    const assignmentView = (row: AssignmentRecord | null): Assignment | null =>
      row === null ? null : new Assignment(row);
    this.assignment = {
      load: async (id) => assignmentView(await this.assignmentRecord.load(id)),
      loadAll: async (ids) => (await this.assignmentRecord.loadAll(ids)).map(assignmentView),
    };
    this.transition = byId(
      (ids) => readModel.transitionsByIds(scope, ids),
      (row) => new Transition(row),
    );
    this.targets = byParent(
      (ids) => readModel.targetsOfProviders(scope, ids),
      (rows) => rows.map((row) => new ProviderTarget(row)),
      () => [],
    );
    this.assignmentCounts = byParent(
      (ids) => readModel.assignmentCountsOfSecrets(scope, ids),
      (rows) => rows,
      () => [],
    );
  }

  /** A row that was read in a list, so that nobody below needs to read it again. */
  projectView(row: ProjectRecord): Project {
    const view = new Project(row);
    this.project.prime(row.id, view);
    return view;
  }

  /** See {@link projectView}. */
  providerView(row: ProviderRecord): Provider {
    const view = new Provider(row, this.scope);
    this.provider.prime(row.id, view);
    return view;
  }

  /** See {@link projectView}. */
  secretView(row: SecretRecord): Secret {
    const view = new Secret(row);
    this.secret.prime(row.id, view);
    return view;
  }

  /** See {@link projectView}. */
  assignmentView(row: AssignmentRecord): Assignment {
    this.assignmentRecord.prime(row.id, row);
    return new Assignment(row);
  }

  /** Pages, as those below, by the id of what they belong to. */
  projectsOfClusters(page: PageArgs): Loader<Connection<Project>> {
    return this.projectPages.of(page, (ids) => this.readModel.projectsOfClusters(this.scope, ids, page));
  }

  membersOfProjects(page: PageArgs): Loader<Connection<ProjectMember>> {
    return this.memberPages.of(page, (ids) => this.readModel.membersOfProjects(this.scope, ids, page));
  }

  secretsOfProviders(page: PageArgs): Loader<Connection<Secret>> {
    return this.secretPages.of(page, (ids) => this.readModel.secretsOfProviders(this.scope, ids, page));
  }

  assignmentsOf(
    kind: "secret" | "project",
    filter: AssignmentFilter,
    order: AssignmentOrder,
    page: PageArgs,
    columns: readonly (keyof AssignmentRecord)[],
  ): Loader<Connection<Assignment>> {
    return this.assignmentPages.of([kind, filter, order, page, columns], (ids) =>
      this.readModel.assignmentsOf(this.scope, { kind, ids }, filter, order, page, columns),
    );
  }

  historyOf(kind: "secret" | "assignment", page: PageArgs): Loader<Connection<Transition>> {
    return this.transitionPages.of([kind, page], (ids) => this.readModel.historyOf(this.scope, { kind, ids }, page));
  }

  /**
   * Asked once for each thing, however many nested lists name it in a filter.
   * @throws NOT_FOUND where the viewer cannot see it
   */
  requireVisible(kind: VisibleKind, id: string): Promise<void> {
    const key = `${kind} ${id}`;
    let known = this.visible.get(key);
    if (known === undefined) {
      known = this.readModel.requireVisible(this.scope, [{ kind, id }]);
      this.visible.set(key, known);
    }
    return known;
  }
}
