import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import type { ClusterRecord } from "../../domain/cluster.js";
import type { ClusterStatus } from "../../domain/kinds.js";
import { CLUSTER_COLUMNS, clusterRecord, columns } from "../records.js";
import type { ClusterRow } from "../records.js";
import { inTransaction, query } from "../transaction.js";
import type { Transaction } from "../transaction.js";
import { createMissingTargets } from "./provider-targets.js";
import { lockProviders, rollUpProviders } from "./roll-up-providers.js";
import { REASON, clusterTransition } from "./transitions.js";

/** What a cluster's row says until its leader has reported. */
const NOT_SEEN_YET = { reason: "ClusterUnreachable", message: "Secretariat has not reached this cluster yet." };
const NOT_CONFIGURED = {
  reason: REASON.notConfigured,
  message:
    "The settings no longer name this cluster, but it has projects. Name it in CLUSTER_CONTEXTS again, or delete its projects.",
};

interface Found {
  id: string;
  name: string;
  configured: boolean;
  status: ClusterStatus;
  hasProjects: boolean;
}

/** See ClusterState.ensureClusters. @returns the configured clusters, by name */
export async function ensureClusters(dataSource: DataSource, names: readonly string[]): Promise<ClusterRecord[]> {
  return inTransaction(dataSource, async (tx) => {
    // Replicas that start at once take turns, and whoever makes a provider or project meanwhile (they read a cluster FOR KEY SHARE) comes before or after the whole of this.
    await tx.query("LOCK TABLE cluster IN EXCLUSIVE MODE");
    const found = await tx.query<Found>(
      `SELECT c.id, c.name, c.configured, c.status, EXISTS (SELECT FROM project p WHERE p.cluster_id = c.id) AS "hasProjects"
         FROM cluster c ORDER BY c.id`,
    );
    const wanted = new Set(names);
    for (const cluster of found) {
      if (wanted.has(cluster.name)) await configureAgain(tx, cluster);
      else if (cluster.hasProjects) await markNotConfigured(tx, cluster);
    }
    await removeClusters(
      tx,
      found.filter((cluster) => !wanted.has(cluster.name) && !cluster.hasProjects),
    );
    const known = new Set(found.map(({ name }) => name));
    for (const name of wanted) if (!known.has(name)) await addCluster(tx, name);
    const rows = await tx.query<ClusterRow>(
      `SELECT ${columns("c", CLUSTER_COLUMNS)} FROM cluster c WHERE c.configured ORDER BY c.name`,
    );
    await createMissingTargets(
      tx,
      rows.map(({ id }) => id),
    );
    return rows.map(clusterRecord);
  });
}

/** See ClusterState.knownClusters. */
export function knownClusters(
  dataSource: DataSource,
): Promise<{ id: string; name: string; kubeSystemUid: string | null }[]> {
  return query(dataSource, `SELECT id, name, kube_system_uid AS "kubeSystemUid" FROM cluster ORDER BY name`);
}

async function addCluster(tx: Transaction, name: string): Promise<void> {
  const id = randomUUID();
  const { reason, message } = NOT_SEEN_YET;
  await tx.query("INSERT INTO cluster (id, name, reason, message) VALUES ($1, $2, $3, $4)", [
    id,
    name,
    reason,
    message,
  ]);
  tx.note(clusterTransition(id, { from: null, to: "UNREACHABLE", reason: REASON.configured, message: null }));
}

/** Its status stays UNREACHABLE until its leader reports; only the cause is another. */
async function configureAgain(tx: Transaction, cluster: Found): Promise<void> {
  if (cluster.configured) return;
  const { reason, message } = NOT_SEEN_YET;
  await tx.query("UPDATE cluster SET configured = true, reason = $2, message = $3 WHERE id = $1", [
    cluster.id,
    reason,
    message,
  ]);
}

async function markNotConfigured(tx: Transaction, cluster: Found): Promise<void> {
  if (!cluster.configured) return;
  const { reason, message } = NOT_CONFIGURED;
  await tx.query(
    "UPDATE cluster SET configured = false, status = 'UNREACHABLE', reason = $2, message = $3 WHERE id = $1",
    [cluster.id, reason, message],
  );
  if (cluster.status !== "UNREACHABLE") {
    tx.note(clusterTransition(cluster.id, { from: cluster.status, to: "UNREACHABLE", reason, message }));
  }
}

/** What stands in a cluster that nobody names any more stays there as it is; we only forget it. */
async function removeClusters(tx: Transaction, clusters: readonly Found[]): Promise<void> {
  if (clusters.length === 0) return;
  const ids = clusters.map(({ id }) => id);
  const affected = await tx.query<{ id: string }>(
    "SELECT DISTINCT provider_id AS id FROM provider_target WHERE cluster_id = ANY ($1::uuid[])",
    [ids],
  );
  const providers = await lockProviders(
    tx,
    affected.map(({ id }) => id),
  );
  await tx.query("DELETE FROM provider_target WHERE cluster_id = ANY ($1::uuid[])", [ids]);
  await tx.query("DELETE FROM cluster WHERE id = ANY ($1::uuid[])", [ids]);
  for (const { id, status } of clusters) {
    tx.note(clusterTransition(id, { from: status, to: null, reason: REASON.notConfigured, message: null }));
  }
  await rollUpProviders(tx, providers);
}
