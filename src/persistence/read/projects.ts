import type { Page, PageArgs } from "../../domain/ports/paging.js";
import type { ProjectFilter } from "../../domain/ports/read-model.js";
import type { ProjectMemberRecord, ProjectRecord } from "../../domain/project.js";
import type { ViewerScope } from "../../domain/viewer.js";
import {
  columns,
  PROJECT_COLUMNS,
  PROJECT_MEMBER_COLUMNS,
  projectMemberRecord,
  type ProjectMemberRow,
  projectRecord,
  type ProjectRow,
} from "../records.js";
import type { ReadDatabase } from "./database.js";
import { contains, isId, isText, isUuid, oneOf, uuids } from "./input.js";
import { isAfter, limit, orderBy, type Order } from "./keyset.js";
import { and, FALSE, raw, type Sql, sql, TRUE } from "./sql.js";
import { type OfParent, PARENT, parentsOf, readPage, readPages, run } from "./statements.js";
import { seesProject, seesProvider } from "./visibility.js";

const COLUMNS = raw(columns("p", PROJECT_COLUMNS));

/** Names are unique, so a name is a whole key. */
const byName = (list: string): Order<ProjectRow> => ({
  list,
  keys: [{ type: "text", by: raw("p.name"), of: (row) => row.name }],
  direction: "ASC",
});

/** By name. */
export async function projects(
  db: ReadDatabase,
  scope: ViewerScope,
  filter: ProjectFilter,
  page: PageArgs,
): Promise<Page<ProjectRecord>> {
  const order = byName("projects");
  const all = and(
    seesProject(scope, raw("p.id")),
    contains(filter.search, raw("p.name")),
    oneOf(raw("p.status"), filter.status),
    isId(raw("p.cluster_id"), filter.clusterId),
    isReached(scope, filter.reachableBy),
  );
  return readPage(db, {
    order,
    page,
    rows: sql`SELECT ${COLUMNS} FROM project p WHERE ${and(all, isAfter(order, page.after))}
      ORDER BY ${orderBy(order)} ${limit(page)}`,
    whole: sql`project p WHERE ${all}`,
    recorder: () => projectRecord,
  });
}

/** A project's own provider reaches it alone; an organization's, the projects of the clusters that it has a store in. */
function isReached(scope: ViewerScope, providerId: string | undefined): Sql {
  if (providerId === undefined) return TRUE;
  if (!isUuid(providerId)) return FALSE;
  return sql`EXISTS (SELECT FROM provider r WHERE r.id = ${providerId}::uuid AND (${seesProvider(scope, "r")}) AND (
    r.project_id = p.id OR (r.scope = 'ORGANIZATION' AND EXISTS (
      SELECT FROM provider_target t WHERE t.provider_id = r.id AND t.cluster_id = p.cluster_id))))`;
}

export async function projectsByIds(
  db: ReadDatabase,
  scope: ViewerScope,
  ids: readonly string[],
): Promise<ProjectRecord[]> {
  const rows = await run<ProjectRow>(
    db,
    sql`SELECT ${COLUMNS} FROM project p
      WHERE ${and(sql`p.id = ANY(${uuids(ids)}::uuid[])`, seesProject(scope, raw("p.id")))}`,
  );
  return rows.map(projectRecord);
}

export async function projectByName(db: ReadDatabase, scope: ViewerScope, name: string): Promise<ProjectRecord | null> {
  if (!isText(name)) return null;
  const rows = await run<ProjectRow>(
    db,
    sql`SELECT ${COLUMNS} FROM project p WHERE ${and(sql`p.name = ${name}`, seesProject(scope, raw("p.id")))}`,
  );
  return rows[0] === undefined ? null : projectRecord(rows[0]);
}

/** By name. */
export async function projectsOfClusters(
  db: ReadDatabase,
  scope: ViewerScope,
  clusterIds: readonly string[],
  page: PageArgs,
): Promise<Map<string, Page<ProjectRecord>>> {
  const order = byName("cluster.projects");
  const all = and(sql`p.cluster_id = parent.id`, seesProject(scope, raw("p.id")));
  return readPages<ProjectRow & OfParent, ProjectRecord>(db, clusterIds, {
    order,
    page,
    rows: sql`SELECT ${PARENT}, p.* FROM ${parentsOf(clusterIds)} CROSS JOIN LATERAL (
      SELECT ${COLUMNS} FROM project p WHERE ${and(all, isAfter(order, page.after))}
      ORDER BY ${orderBy(order)} ${limit(page)}) p`,
    whole: sql`project p WHERE ${all}`,
    recorder: () => projectRecord,
  });
}

const BY_SUBJECT: Order<ProjectMemberRow> = {
  list: "project.members",
  keys: [{ type: "text", by: raw("m.subject"), of: (row) => row.subject }],
  direction: "ASC",
};

/** By subject. */
export async function membersOfProjects(
  db: ReadDatabase,
  scope: ViewerScope,
  projectIds: readonly string[],
  page: PageArgs,
): Promise<Map<string, Page<ProjectMemberRecord>>> {
  const all = and(sql`m.project_id = parent.id`, seesProject(scope, raw("m.project_id")));
  return readPages<ProjectMemberRow & OfParent, ProjectMemberRecord>(db, projectIds, {
    order: BY_SUBJECT,
    page,
    rows: sql`SELECT ${PARENT}, m.* FROM ${parentsOf(projectIds)} CROSS JOIN LATERAL (
      SELECT ${raw(columns("m", PROJECT_MEMBER_COLUMNS))} FROM project_member m
      WHERE ${and(all, isAfter(BY_SUBJECT, page.after))} ORDER BY ${orderBy(BY_SUBJECT)} ${limit(page)}) m`,
    whole: sql`project_member m WHERE ${all}`,
    recorder: () => projectMemberRecord,
  });
}
