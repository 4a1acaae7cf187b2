import type { Page, PageArgs } from "../../domain/ports/paging.js";
import type { ProviderFilter, VisibleProvider } from "../../domain/ports/read-model.js";
import type { ProviderRecord, ProviderTargetRecord } from "../../domain/provider.js";
import { providerStatus } from "../../domain/status/provider-status.js";
import type { ViewerScope } from "../../domain/viewer.js";
import {
  columns,
  PROVIDER_COLUMNS,
  PROVIDER_TARGET_COLUMNS,
  providerRecord,
  type ProviderRow,
  providerTargetRecord,
  type ProviderTargetRow,
} from "../records.js";
import type { ReadDatabase } from "./database.js";
import { contains, isUuid, uuids } from "./input.js";
import { isAfter, limit, type Order, orderBy } from "./keyset.js";
import { and, FALSE, raw, type Sql, sql, TRUE } from "./sql.js";
import { byParent, type OfParent, PARENT, parentsOf, readPage, run } from "./statements.js";
import { providersInClustersOf, seesProject, seesProvider, seesTarget } from "./visibility.js";

const COLUMNS = raw(columns("v", PROVIDER_COLUMNS));

/** Names are unique in the organization and in each project. */
const BY_NAME: Order<ProviderRow> = {
  list: "providers",
  keys: [
    { type: "text", by: raw("v.name"), of: (row) => row.name },
    { type: "uuid", by: raw("v.id"), of: (row) => row.id },
  ],
  direction: "ASC",
};

/** By name. */
export async function providers(
  db: ReadDatabase,
  scope: ViewerScope,
  filter: ProviderFilter,
  page: PageArgs,
): Promise<Page<VisibleProvider>> {
  const all = and(
    seesProvider(scope, "v"),
    contains(filter.search, raw("v.name")),
    isUsable(scope, filter.usableInProject),
  );
  return readPage(db, {
    order: BY_NAME,
    page,
    rows: sql`SELECT ${COLUMNS} FROM provider v WHERE ${and(all, isAfter(BY_NAME, page.after))}
      ORDER BY ${orderBy(BY_NAME)} ${limit(page)}`,
    whole: sql`provider v WHERE ${all}`,
    recorder: (shown) => asSeen(db, scope, shown),
  });
}

export async function providersByIds(
  db: ReadDatabase,
  scope: ViewerScope,
  ids: readonly string[],
): Promise<VisibleProvider[]> {
  const rows = await run<ProviderRow>(
    db,
    sql`SELECT ${COLUMNS} FROM provider v WHERE ${and(sql`v.id = ANY(${uuids(ids)}::uuid[])`, seesProvider(scope, "v"))}`,
  );
  return rows.map(await asSeen(db, scope, rows));
}

/** Those that the viewer could make a secret of in this project: members use an organization's only under its key prefix, and nobody what is being deleted. */
function isUsable(scope: ViewerScope, projectId: string | undefined): Sql {
  if (projectId === undefined) return TRUE;
  if (!isUuid(projectId)) return FALSE;
  const project = sql`${projectId}::uuid`;
  return and(
    raw("v.deletion_requested_at IS NULL"),
    seesProject(scope, project),
    sql`v.project_id = ${project} OR (v.scope = 'ORGANIZATION' AND ${scope.admin ? TRUE : raw("v.project_key_prefix IS NOT NULL")}
      AND v.id IN (${providersInClustersOf(project)}))`,
  );
}

/**
 * The records of rows. Of an organization provider a member sees no config, and the status over the clusters of their projects, without the operator's own words, by the same
 * rule that made the stored one from all: one more statement for the whole page.
 */
async function asSeen(
  db: ReadDatabase,
  scope: ViewerScope,
  rows: readonly ProviderRow[],
): Promise<(row: ProviderRow) => ProviderRecord> {
  if (scope.admin) return providerRecord;
  const shared = rows.filter((row) => row.scope === "ORGANIZATION").map((row) => row.id);
  const targets = shared.length === 0 ? new Map<string, TargetRow[]>() : await readTargets(db, scope, shared);
  return (row) => {
    const record = providerRecord(row);
    if (row.scope === "PROJECT") return record;
    const summaries = (targets.get(row.id) ?? []).map(({ status, cluster_name: clusterName, reason, message }) => ({
      status,
      clusterName,
      reason,
      message,
    }));
    return { ...record, config: null, ...providerStatus(row.deletion_requested_at !== null, summaries) };
  };
}

/** By cluster name. */
export async function targetsOfProviders(
  db: ReadDatabase,
  scope: ViewerScope,
  providerIds: readonly string[],
): Promise<Map<string, ProviderTargetRecord[]>> {
  const targets = await readTargets(db, scope, providerIds);
  return new Map([...new Set(providerIds)].map((id) => [id, (targets.get(id) ?? []).map(providerTargetRecord)]));
}

interface TargetRow extends ProviderTargetRow, OfParent {
  cluster_name: string;
}

async function readTargets(
  db: ReadDatabase,
  scope: ViewerScope,
  providerIds: readonly string[],
): Promise<Map<string, TargetRow[]>> {
  const rows = await run<TargetRow>(
    db,
    sql`SELECT ${PARENT}, ${raw(columns("t", PROVIDER_TARGET_COLUMNS))}, c.name AS cluster_name FROM ${parentsOf(providerIds)}
      JOIN provider v ON v.id = parent.id JOIN provider_target t ON t.provider_id = v.id JOIN cluster c ON c.id = t.cluster_id
      WHERE ${and(seesProvider(scope, "v"), seesTarget(scope, "t"))} ORDER BY c.name`,
  );
  // What the operator complains of quotes an organization provider's config: its address, its path, its role.
  const shown = scope.admin ? rows : rows.map((row) => (row.namespace === null ? { ...row, message: null } : row));
  return byParent(providerIds, shown);
}
