import type { DataSource } from "typeorm";
import type { JsonObject } from "../../domain/json.js";
import type { AssignmentStatus, ProjectStatus, ProviderKind, ProviderStatus, SecretScope } from "../../domain/kinds.js";
import type { AssignmentWork, ProjectWork, ProviderTargetWork, WriteRecord } from "../../domain/ports/cluster-state.js";
import { query } from "../transaction.js";

interface WriteColumns {
  write_resource_version: string | null;
  written_at: Date | null;
  unanswered: boolean;
  write_ready: string | null;
  write_synced_resource_version: string | null;
  write_forced: boolean;
}
interface ObjectColumns<S> extends WriteColumns {
  id: string;
  revision: string;
  now: Date;
  status: S;
  reason: string | null;
  message: string | null;
  observed_at: Date | null;
  deletion_requested_at: Date | null;
  delete_sent_at: Date | null;
  sent: boolean;
  uid: string | null;
  applied_generation: number | null;
}

interface AssignmentColumns extends ObjectColumns<AssignmentStatus> {
  project_id: string;
  project_name: string;
  project_status: ProjectStatus;
  object_name: string;
  secret_id: string;
  generation: number;
  spec: JsonObject;
  labels: { [key: string]: string };
  annotations: { [key: string]: string };
  provider_id: string;
  store_name: string;
  scope: SecretScope;
  adopted: boolean;
  synced_generation: number | null;
  refreshed_at: Date | null;
  force_sync_requested: number;
  force_sync_applied: number;
  force_sync_token: string | null;
}

const WRITE = (t: string): string =>
  `${t}.write_resource_version, ${t}.written_at, ${t}.unanswered, ${t}.write_ready, ${t}.write_synced_resource_version, ${t}.write_forced`;
const OBJECT = (t: string): string =>
  `${t}.id, ${t}.revision, clock_timestamp() AS now, ${t}.status, ${t}.reason, ${t}.message, ${t}.observed_at, ${t}.delete_sent_at,
   ${t}.sent, ${t}.uid, ${t}.applied_generation, ${WRITE(t)}`;

/** See ClusterState.assignmentWork: one statement, whatever the number of ids. Ids of other clusters are left out. */
export async function assignmentWork(
  dataSource: DataSource,
  clusterId: string,
  ids: readonly string[],
): Promise<AssignmentWork[]> {
  const rows = await query<AssignmentColumns>(
    dataSource,
    `SELECT ${OBJECT("a")}, a.deletion_requested_at, a.object_name, a.adopted, a.synced_generation, a.refreshed_at,
            a.force_sync_requested, a.force_sync_applied, a.force_sync_token,
            p.id AS project_id, p.name AS project_name, p.status AS project_status,
            s.id AS secret_id, s.generation, s.spec, s.labels, s.annotations,
            v.id AS provider_id, v.store_name, v.scope
       FROM assignment a
       JOIN project p ON p.id = a.project_id
       JOIN secret s ON s.id = a.secret_id
       JOIN provider v ON v.id = s.provider_id
      WHERE p.cluster_id = $1 AND a.id = ANY ($2::uuid[])`,
    [clusterId, ids],
  );
  return rows.map((row) => ({
    ...objectWork(row),
    project: { id: row.project_id, name: row.project_name, status: row.project_status },
    objectName: row.object_name,
    secret: {
      id: row.secret_id,
      generation: row.generation,
      spec: { spec: row.spec, labels: row.labels, annotations: row.annotations },
    },
    provider: { id: row.provider_id, storeName: row.store_name, scope: row.scope },
    adopted: row.adopted,
    syncedGeneration: row.synced_generation,
    refreshedAt: milliseconds(row.refreshed_at),
    forceSyncRequested: row.force_sync_requested,
    forceSyncApplied: row.force_sync_applied,
    forceSyncToken: row.force_sync_token,
  }));
}

interface TargetColumns extends ObjectColumns<ProviderStatus> {
  provider_id: string;
  name: string;
  kind: ProviderKind;
  scope: SecretScope;
  managed: boolean;
  store_name: string;
  config: JsonObject | null;
  generation: number;
  project_id: string | null;
  project_name: string | null;
  project_status: ProjectStatus | null;
  remaining: number;
}

/** See ClusterState.providerTargetWork. */
export async function providerTargetWork(
  dataSource: DataSource,
  clusterId: string,
  ids: readonly string[],
): Promise<ProviderTargetWork[]> {
  const rows = await query<TargetColumns>(
    dataSource,
    `SELECT ${OBJECT("t")}, v.deletion_requested_at,
            v.id AS provider_id, v.name, v.kind, v.scope, v.managed, v.store_name, v.config, v.generation,
            p.id AS project_id, p.name AS project_name, p.status AS project_status,
            (SELECT count(*)::integer FROM assignment a JOIN secret s ON s.id = a.secret_id JOIN project ap ON ap.id = a.project_id
              WHERE s.provider_id = v.id AND ap.cluster_id = t.cluster_id) AS remaining
       FROM provider_target t
       JOIN provider v ON v.id = t.provider_id
       LEFT JOIN project p ON p.id = v.project_id
      WHERE t.cluster_id = $1 AND t.id = ANY ($2::uuid[])`,
    [clusterId, ids],
  );
  return rows.map((row) => ({
    ...objectWork(row),
    provider: {
      id: row.provider_id,
      name: row.name,
      kind: row.kind,
      scope: row.scope,
      managed: row.managed,
      storeName: row.store_name,
      config: row.config,
      generation: row.generation,
    },
    project: projectOf(row),
    remainingAssignments: row.remaining,
  }));
}

interface ProjectColumns {
  id: string;
  revision: string;
  now: Date;
  name: string;
  status: ProjectStatus;
  reason: string | null;
  message: string | null;
  created_at: Date;
  deletion_requested_at: Date | null;
  delete_namespace: boolean;
  namespace_uid: string | null;
  namespace_ours: boolean | null;
  sent: boolean;
  delete_sent_at: Date | null;
  remaining_assignments: number;
  remaining_providers: number;
  stuck: number;
}

/** See ClusterState.projectWork. */
export async function projectWork(
  dataSource: DataSource,
  clusterId: string,
  ids: readonly string[],
): Promise<ProjectWork[]> {
  const rows = await query<ProjectColumns>(
    dataSource,
    `SELECT p.id, p.revision, clock_timestamp() AS now, p.name, p.status, p.reason, p.message, p.created_at, p.deletion_requested_at,
            p.delete_namespace, p.namespace_uid, p.namespace_ours, p.sent, p.delete_sent_at,
            (SELECT count(*)::integer FROM assignment a WHERE a.project_id = p.id) AS remaining_assignments,
            (SELECT count(*)::integer FROM provider v WHERE v.project_id = p.id) AS remaining_providers,
            (SELECT count(*)::integer FROM assignment a WHERE a.project_id = p.id AND a.status = 'DELETE_FAILED')
              + (SELECT count(*)::integer FROM provider v WHERE v.project_id = p.id AND v.status = 'DELETE_FAILED') AS stuck
       FROM project p WHERE p.cluster_id = $1 AND p.id = ANY ($2::uuid[])`,
    [clusterId, ids],
  );
  return rows.map((row) => ({
    id: row.id,
    revision: BigInt(row.revision),
    now: row.now.getTime(),
    name: row.name,
    current: { status: row.status, reason: row.reason, message: row.message },
    createdAt: row.created_at.getTime(),
    deletionRequestedAt: milliseconds(row.deletion_requested_at),
    deleteNamespace: row.delete_namespace,
    namespaceUid: row.namespace_uid,
    namespaceOurs: row.namespace_ours,
    sent: row.sent,
    deleteSentAt: milliseconds(row.delete_sent_at),
    remainingAssignments: row.remaining_assignments,
    remainingProviders: row.remaining_providers,
    stuck: row.stuck,
  }));
}

function objectWork<S extends string>(row: ObjectColumns<S>) {
  return {
    id: row.id,
    revision: BigInt(row.revision),
    now: row.now.getTime(),
    current: { status: row.status, reason: row.reason, message: row.message },
    observedAt: milliseconds(row.observed_at),
    deletionRequestedAt: milliseconds(row.deletion_requested_at),
    sent: row.sent,
    deleteSentAt: milliseconds(row.delete_sent_at),
    uid: row.uid,
    appliedGeneration: row.applied_generation,
    lastWrite: lastWrite(row),
  };
}

function lastWrite(row: WriteColumns): WriteRecord | null {
  if (row.write_resource_version === null || row.written_at === null) return null;
  return {
    resourceVersion: row.write_resource_version,
    writtenAt: row.written_at.getTime(),
    unanswered: row.unanswered,
    ready: row.write_ready,
    syncedResourceVersion: row.write_synced_resource_version,
    forced: row.write_forced,
  };
}

function projectOf(row: TargetColumns): ProviderTargetWork["project"] {
  const { project_id: id, project_name: name, project_status: status } = row;
  return id === null || name === null || status === null ? null : { id, name, status };
}

function milliseconds(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}
