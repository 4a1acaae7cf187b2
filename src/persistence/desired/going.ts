import type { ProviderStatus, SecretStatus } from "../../domain/kinds.js";
import type { Command } from "./command.js";
import { noteProvider, noteSecret } from "./notes.js";
import type { Reason } from "./reasons.js";

/** Of these secrets, those that are being deleted and have no assignment left go. They must be held FOR UPDATE. */
export async function dropFinishedSecrets(
  command: Command,
  secretIds: readonly string[],
  reason: Reason,
): Promise<void> {
  const gone = await command.tx.query<{ id: string; projectId: string | null; status: SecretStatus }>(
    `DELETE FROM secret s
      WHERE s.id = ANY($1::uuid[]) AND s.deletion_requested_at IS NOT NULL AND NOT EXISTS (SELECT FROM assignment a WHERE a.secret_id = s.id)
      RETURNING s.id, s.project_id AS "projectId", s.status`,
    [secretIds],
  );
  for (const secret of gone) noteSecret(command, secret, { from: secret.status, to: null, reason });
}

/**
 * Providers are to go away. Stores that were never written, or that are not ours to delete, are forgotten; a provider without a store left that serves no secret goes at
 * once, the others are DELETING until the last secret and then the last store have gone. They must be held FOR UPDATE.
 * @param reasons for those that are DELETING, and for those that go at once
 */
export async function withdrawProviders(
  command: Command,
  providers: readonly HeldProvider[],
  reasons: { deleting: Reason; gone: Reason },
): Promise<void> {
  if (providers.length === 0) return;
  const ids = providers.map(({ id }) => id);
  await command.tx.query(
    `DELETE FROM provider_target t USING provider v
      WHERE v.id = t.provider_id AND v.id = ANY($1::uuid[]) AND (NOT t.sent OR NOT v.managed) AND NOT EXISTS (SELECT FROM secret s WHERE s.provider_id = v.id)`,
    [ids],
  );
  const gone = await command.tx.query<HeldProvider>(
    `DELETE FROM provider v
      WHERE v.id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM provider_target t WHERE t.provider_id = v.id) AND NOT EXISTS (SELECT FROM secret s WHERE s.provider_id = v.id)
      RETURNING v.id, v.project_id AS "projectId", v.status`,
    [ids],
  );
  for (const provider of gone)
    noteProvider(command, provider, { from: provider.status, to: null, reason: reasons.gone });
  const staying = providers.filter(({ id }) => !gone.some((other) => other.id === id));
  await command.tx.query(
    `UPDATE provider SET status = 'DELETING', reason = $2, message = NULL, deletion_requested_at = now(), updated_at = now() WHERE id = ANY($1::uuid[])`,
    [staying.map(({ id }) => id), reasons.deleting],
  );
  await command.tx.query(
    `UPDATE provider_target SET status = 'DELETING', reason = NULL, message = NULL, revision = revision + 1 WHERE provider_id = ANY($1::uuid[])`,
    [ids],
  );
  for (const provider of staying) {
    noteProvider(command, provider, { from: provider.status, to: "DELETING", reason: reasons.deleting });
  }
}

/** Forgets providers, whatever of them is in the clusters. No secret may use them any more. */
export async function forgetProviders(
  command: Command,
  providers: readonly HeldProvider[],
  reason: Reason,
): Promise<void> {
  const ids = providers.map(({ id }) => id);
  await command.tx.query(`DELETE FROM provider_target WHERE provider_id = ANY($1::uuid[])`, [ids]);
  await command.tx.query(`DELETE FROM provider WHERE id = ANY($1::uuid[])`, [ids]);
  for (const provider of providers) noteProvider(command, provider, { from: provider.status, to: null, reason });
}

/** A provider as its going needs it. */
export interface HeldProvider {
  id: string;
  projectId: string | null;
  status: ProviderStatus;
}
