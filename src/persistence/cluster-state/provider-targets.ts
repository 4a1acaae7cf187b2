import { randomUUID } from "node:crypto";
import type { Transaction } from "../transaction.js";
import { lockProviders, rollUpProviders } from "./roll-up-providers.js";

/**
 * An organization provider, managed or existing, has a target in every configured cluster, and a project's has one in the project's cluster. Makes those that are missing in these clusters, and
 * rolls their providers up; providers that are being deleted get none.
 */
export async function createMissingTargets(tx: Transaction, clusterIds: readonly string[]): Promise<void> {
  const missing = await tx.query<{ providerId: string; clusterId: string; namespace: string | null }>(
    `SELECT v.id AS "providerId", c.id AS "clusterId", p.name AS namespace
       FROM cluster c CROSS JOIN provider v LEFT JOIN project p ON p.id = v.project_id
      WHERE c.id = ANY ($1::uuid[]) AND c.configured AND v.deletion_requested_at IS NULL
        AND (v.scope = 'ORGANIZATION' OR p.cluster_id = c.id)
        AND NOT EXISTS (SELECT FROM provider_target t WHERE t.provider_id = v.id AND t.cluster_id = c.id)`,
    [clusterIds],
  );
  if (missing.length === 0) return;
  const providers = await lockProviders(tx, [...new Set(missing.map(({ providerId }) => providerId))]);
  const staying = new Set(providers.filter(({ deleting }) => !deleting).map(({ id }) => id));
  const wanted = missing.filter(({ providerId }) => staying.has(providerId));
  await tx.query(
    `INSERT INTO provider_target (id, provider_id, cluster_id, namespace)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) ON CONFLICT ON CONSTRAINT uq_provider_target DO NOTHING`,
    [
      wanted.map(() => randomUUID()),
      wanted.map(({ providerId }) => providerId),
      wanted.map(({ clusterId }) => clusterId),
      wanted.map(({ namespace }) => namespace),
    ],
  );
  await rollUpProviders(
    tx,
    providers.filter(({ id }) => staying.has(id)),
  );
}
