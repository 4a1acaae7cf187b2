import type { DataSource } from "typeorm";
import type { ClusterState, StatusBatch } from "../../domain/ports/cluster-state.js";
import { query, type RunStatement } from "../transaction.js";
import { ensureClusters, knownClusters } from "./clusters.js";
import { holdLease, releaseLease } from "./leadership.js";
import { reportCluster } from "./report-cluster.js";
import type { ClusterReport } from "./report-cluster.js";
import { affectedWork, workIndex } from "./work-index.js";
import type { AffectedIds } from "./work-index.js";
import { assignmentWork, projectWork, providerTargetWork } from "./work.js";
import { writeBatch } from "./write-batch.js";

/**
 * What the clusters' leaders read and write, in PostgreSQL.
 * @param leases runs the statements of leases; the pool's connections may all be busy, and a lease does not wait
 */
export function createClusterState(
  dataSource: DataSource,
  leases: RunStatement = (sql, params) => query(dataSource, sql, params),
): ClusterState {
  let installation: string | null = null;
  return {
    async installationId() {
      if (installation !== null) return installation;
      const [row] = await query<{ id: string }>(dataSource, "SELECT id FROM installation");
      if (row === undefined) throw new Error("the database has no installation row; it was not migrated");
      installation = row.id;
      return row.id;
    },
    ensureClusters: (names: readonly string[]) => ensureClusters(dataSource, names),
    holdLease: (clusterId: string, term: string, ttl: number) => holdLease(leases, clusterId, term, ttl),
    releaseLease: (clusterId: string, term: string) => releaseLease(leases, clusterId, term),
    reportCluster: (clusterId: string, term: string, report: ClusterReport) =>
      reportCluster(dataSource, clusterId, term, report),
    knownClusters: () => knownClusters(dataSource),
    workIndex: (clusterId: string) => workIndex(dataSource, clusterId),
    affectedWork: (clusterId: string, ids: AffectedIds) => affectedWork(dataSource, clusterId, ids),
    assignmentWork: (clusterId: string, ids: readonly string[]) => assignmentWork(dataSource, clusterId, ids),
    providerTargetWork: (clusterId: string, ids: readonly string[]) => providerTargetWork(dataSource, clusterId, ids),
    projectWork: (clusterId: string, ids: readonly string[]) => projectWork(dataSource, clusterId, ids),
    writeBatch: (clusterId: string, term: string, batch: StatusBatch) => writeBatch(dataSource, clusterId, term, batch),
  };
}
