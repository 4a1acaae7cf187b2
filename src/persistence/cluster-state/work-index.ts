import type { DataSource } from "typeorm";
import type { WorkIndexEntry } from "../../domain/ports/cluster-state.js";
import { inTransaction, query } from "../transaction.js";
import { createMissingTargets } from "./provider-targets.js";

const ASSIGNMENTS = `
  SELECT 'assignment' AS kind, a.id, p.name AS namespace, a.object_name AS name
    FROM assignment a JOIN project p ON p.id = a.project_id`;
const TARGETS = `
  SELECT 'providerTarget' AS kind, t.id, t.namespace, v.store_name AS name
    FROM provider_target t JOIN provider v ON v.id = t.provider_id`;
const PROJECTS = `SELECT 'project' AS kind, p.id, NULL AS namespace, p.name FROM project p`;

/** Everything of a cluster. */
export function workIndex(dataSource: DataSource, clusterId: string): Promise<WorkIndexEntry[]> {
  return query<WorkIndexEntry>(
    dataSource,
    `${PROJECTS} WHERE p.cluster_id = $1
     UNION ALL ${TARGETS} WHERE t.cluster_id = $1
     UNION ALL ${ASSIGNMENTS} WHERE p.cluster_id = $1`,
    [clusterId],
  );
}

export interface AffectedIds {
  projectIds?: readonly string[];
  providerIds?: readonly string[];
  secretIds?: readonly string[];
  assignmentIds?: readonly string[];
}

/** What of this cluster a change concerns, each once; a provider that has no target here yet, and needs one, gets it. */
export async function affectedWork(
  dataSource: DataSource,
  clusterId: string,
  ids: AffectedIds,
): Promise<WorkIndexEntry[]> {
  const { projectIds = [], providerIds = [], secretIds = [], assignmentIds = [] } = ids;
  if (providerIds.length > 0) await ensureTargets(dataSource, clusterId, providerIds);
  return query<WorkIndexEntry>(
    dataSource,
    `${PROJECTS} WHERE p.cluster_id = $1 AND p.id = ANY ($2::uuid[])
     UNION ${TARGETS} WHERE t.cluster_id = $1 AND (v.id = ANY ($3::uuid[]) OR v.project_id = ANY ($2::uuid[]))
     UNION ${ASSIGNMENTS} WHERE p.cluster_id = $1 AND a.project_id = ANY ($2::uuid[])
     UNION ${ASSIGNMENTS} JOIN secret s ON s.id = a.secret_id WHERE p.cluster_id = $1 AND s.provider_id = ANY ($3::uuid[])
     UNION ${ASSIGNMENTS} WHERE p.cluster_id = $1 AND a.secret_id = ANY ($4::uuid[])
     UNION ${ASSIGNMENTS} WHERE p.cluster_id = $1 AND a.id = ANY ($5::uuid[])`,
    [clusterId, projectIds, providerIds, secretIds, assignmentIds],
  );
}

async function ensureTargets(dataSource: DataSource, clusterId: string, providerIds: readonly string[]): Promise<void> {
  const [row] = await query<{ missing: boolean }>(
    dataSource,
    `SELECT EXISTS (
       SELECT FROM provider v JOIN cluster c ON c.id = $1 AND c.configured LEFT JOIN project p ON p.id = v.project_id
        WHERE v.id = ANY ($2::uuid[]) AND v.deletion_requested_at IS NULL AND (v.scope = 'ORGANIZATION' OR p.cluster_id = c.id)
          AND NOT EXISTS (SELECT FROM provider_target t WHERE t.provider_id = v.id AND t.cluster_id = c.id)) AS missing`,
    [clusterId, providerIds],
  );
  if (row?.missing === true) await inTransaction(dataSource, (tx) => createMissingTargets(tx, [clusterId]));
}
