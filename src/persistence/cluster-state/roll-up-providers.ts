import type { ProviderStatus } from "../../domain/kinds.js";
import { providerStatus } from "../../domain/status/provider-status.js";
import type { Transaction } from "../transaction.js";
import { REASON, providerTransition } from "./transitions.js";

interface LockedProvider {
  id: string;
  projectId: string | null;
  status: ProviderStatus;
  reason: string | null;
  message: string | null;
  deleting: boolean;
}

/** Locks the providers that are about to be rolled up, by id. */
export async function lockProviders(tx: Transaction, ids: readonly string[]): Promise<LockedProvider[]> {
  if (ids.length === 0) return [];
  return tx.query<LockedProvider>(
    `SELECT id, project_id AS "projectId", status, reason, message, deletion_requested_at IS NOT NULL AS deleting
       FROM provider WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
    [ids],
  );
}

/** Brings locked providers up to their targets. One that is being deleted goes with its last target, once no secret needs it. */
export async function rollUpProviders(tx: Transaction, providers: readonly LockedProvider[]): Promise<void> {
  if (providers.length === 0) return;
  const targets = await targetsOf(
    tx,
    providers.map(({ id }) => id),
  );
  for (const provider of providers) {
    const own = targets.filter(({ providerId }) => providerId === provider.id);
    if (provider.deleting && own.length === 0) {
      await deleteFinishedProviders(tx, [provider.id]);
      continue;
    }
    const next = providerStatus(provider.deleting, own);
    const { status, reason, message } = next;
    if (status === provider.status && reason === provider.reason && message === provider.message) continue;
    await tx.query("UPDATE provider SET status = $2, reason = $3, message = $4 WHERE id = $1", [
      provider.id,
      status,
      reason,
      message,
    ]);
    if (status !== provider.status)
      tx.note(providerTransition(provider, { from: provider.status, to: status, reason, message }));
  }
}

/** Of these providers, those that are being deleted, have no store left and serve no secret go. */
export async function deleteFinishedProviders(tx: Transaction, ids: readonly string[]): Promise<void> {
  const gone = await tx.query<LockedProvider>(
    `DELETE FROM provider v
      WHERE v.id = ANY ($1::uuid[]) AND v.deletion_requested_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM provider_target t WHERE t.provider_id = v.id)
        AND NOT EXISTS (SELECT FROM secret s WHERE s.provider_id = v.id)
     RETURNING v.id, v.project_id AS "projectId", v.status`,
    [ids],
  );
  for (const provider of gone) {
    tx.note(providerTransition(provider, { from: provider.status, to: null, reason: REASON.deleted, message: null }));
  }
}

interface Target {
  providerId: string;
  status: ProviderStatus;
  clusterName: string;
  reason: string | null;
  message: string | null;
}

function targetsOf(tx: Transaction, providerIds: readonly string[]): Promise<Target[]> {
  return tx.query<Target>(
    `SELECT t.provider_id AS "providerId", t.status, c.name AS "clusterName", t.reason, t.message
       FROM provider_target t JOIN cluster c ON c.id = t.cluster_id WHERE t.provider_id = ANY ($1::uuid[]) ORDER BY c.name`,
    [providerIds],
  );
}
