import type { AssignmentRecord } from "../../domain/assignment.js";
import type { ClusterRecord } from "../../domain/cluster.js";
import type { Page, PageArgs } from "../../domain/ports/paging.js";
import type { ReadModel } from "../../domain/ports/read-model.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { SecretRecord } from "../../domain/secret.js";
import type { TransitionRecord } from "../../domain/transition.js";
import { EmptyReadModel } from "./fakes.js";

/** What there is; relations may lead to nothing. */
export interface Rows {
  clusters: readonly ClusterRecord[];
  projects: readonly ProjectRecord[];
  providers: readonly ProviderRecord[];
  secrets: readonly SecretRecord[];
  assignments: readonly AssignmentRecord[];
  transitions: readonly TransitionRecord[];
}

const byId = <R extends { id: string }>(rows: readonly R[]): ReadonlyMap<string, R> =>
  new Map(rows.map((row) => [row.id, row]));

/** Answers from rows in memory, in the order in which they were given, without filters and without a look at who asks. */
export class MemoryReadModel extends EmptyReadModel {
  private readonly ids: { [K in keyof Rows]: ReadonlyMap<string, Rows[K][number]> };
  private readonly children: Record<"secret" | "project", ReadonlyMap<string, readonly AssignmentRecord[]>>;
  private readonly pages = new WeakMap<object, Map<string, Page<unknown>>>();

  constructor(private readonly rows: Rows) {
    super();
    const { clusters, projects, providers, secrets, assignments, transitions } = rows;
    this.ids = {
      clusters: byId(clusters),
      projects: byId(projects),
      providers: byId(providers),
      secrets: byId(secrets),
      assignments: byId(assignments),
      transitions: byId(transitions),
    };
    this.children = {
      secret: Map.groupBy(assignments, ({ secretId }) => secretId),
      project: Map.groupBy(assignments, ({ projectId }) => projectId),
    };
  }

  override clusters: ReadModel["clusters"] = () => Promise.resolve([...this.rows.clusters]);
  override clustersByIds: ReadModel["clustersByIds"] = (_scope, ids) => this.found(this.ids.clusters, ids);
  override projects: ReadModel["projects"] = (_scope, _filter, page) =>
    Promise.resolve(this.page(this.rows.projects, page));
  override projectsByIds: ReadModel["projectsByIds"] = (_scope, ids) => this.found(this.ids.projects, ids);
  override projectByName: ReadModel["projectByName"] = (_scope, name) =>
    Promise.resolve(this.rows.projects.find((row) => row.name === name) ?? null);
  override providers: ReadModel["providers"] = (_scope, _filter, page) =>
    Promise.resolve(this.page(this.rows.providers, page));
  override providersByIds: ReadModel["providersByIds"] = (_scope, ids) => this.found(this.ids.providers, ids);
  override secrets: ReadModel["secrets"] = (_scope, _filter, _order, page) =>
    Promise.resolve(this.page(this.rows.secrets, page));
  override secretsByIds: ReadModel["secretsByIds"] = (_scope, ids) => this.found(this.ids.secrets, ids);
  override assignmentsByIds: ReadModel["assignmentsByIds"] = (_scope, ids) => this.found(this.ids.assignments, ids);
  override assignmentsOf: ReadModel["assignmentsOf"] = (
    _scope: unknown,
    { kind, ids }: { kind: "secret" | "project"; ids: readonly string[] },
    _filter: unknown,
    _order: unknown,
    page: PageArgs,
  ) => Promise.resolve(new Map(ids.map((id) => [id, this.page(this.children[kind].get(id) ?? [], page)])));
  override history: ReadModel["history"] = (_scope, _filter, page) =>
    Promise.resolve(this.page(this.rows.transitions, page));
  override transitionsByIds: ReadModel["transitionsByIds"] = (_scope, ids) => this.found(this.ids.transitions, ids);

  private found<R>(rows: ReadonlyMap<string, R>, ids: readonly string[]): Promise<R[]> {
    return Promise.resolve(ids.flatMap((id) => rows.get(id) ?? []));
  }

  /** Made once for each list and size, so that measuring does not measure this. */
  private page<R>(rows: readonly R[], { first, after }: PageArgs): Page<R> {
    let known = this.pages.get(rows);
    if (known === undefined) {
      known = new Map();
      this.pages.set(rows, known);
    }
    const key = `${first} ${after ?? ""}`;
    const page = known.get(key) ?? {
      edges: rows.slice(0, first).map((node, index) => ({ cursor: `c${index}`, node })),
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      totalCount: rows.length,
    };
    known.set(key, page);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kept by the very list of these rows
    return page as Page<R>;
  }
}
