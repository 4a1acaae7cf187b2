import type { AssignmentStatus, SecretStatus } from "../../domain/kinds.js";
import { secretStatus } from "../../domain/status/secret-status.js";
import type { AssignmentSummary } from "../../domain/status/secret-status.js";
import type { Transaction } from "../transaction.js";
import { REASON, secretTransition } from "./transitions.js";

/** Assignments in memory at one time. */
const SECRETS_AT_ONCE = 50;

export interface LockedSecret {
  id: string;
  projectId: string | null;
  providerId: string;
  status: SecretStatus;
  statusReason: string | null;
  deleting: boolean;
}

/** Locks the secrets that are about to be rolled up, by id. */
export async function lockSecrets(tx: Transaction, ids: readonly string[]): Promise<LockedSecret[]> {
  if (ids.length === 0) return [];
  return tx.query<LockedSecret>(
    `SELECT id, project_id AS "projectId", provider_id AS "providerId", status, status_reason AS "statusReason",
            deletion_requested_at IS NOT NULL AS deleting
       FROM secret WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`,
    [ids],
  );
}

/**
 * Brings locked secrets up to their assignments, in a statement after the assignments' own, so that it sees what others have committed. A secret being deleted goes with
 * its last assignment.
 * @returns the providers of secrets that went
 */
export async function rollUpSecrets(tx: Transaction, secrets: readonly LockedSecret[]): Promise<string[]> {
  const providersOfGone: string[] = [];
  for (let from = 0; from < secrets.length; from += SECRETS_AT_ONCE) {
    const gone = await rollUpSome(tx, secrets.slice(from, from + SECRETS_AT_ONCE));
    providersOfGone.push(...gone.map(({ providerId }) => providerId));
  }
  return [...new Set(providersOfGone)];
}

async function rollUpSome(tx: Transaction, secrets: readonly LockedSecret[]): Promise<LockedSecret[]> {
  const summaries = await assignmentsOf(
    tx,
    secrets.map(({ id }) => id),
  );
  const changed: { id: string; status: SecretStatus; statusReason: string | null }[] = [];
  const gone: LockedSecret[] = [];
  for (const secret of secrets) {
    const assignments = summaries.get(secret.id) ?? [];
    if (secret.deleting && assignments.length === 0) {
      gone.push(secret);
      tx.note(secretTransition(secret, { from: secret.status, to: null, reason: REASON.deleted, message: null }));
      continue;
    }
    const { status, statusReason } = secretStatus({ deleting: secret.deleting, assignments });
    // The sentence alone may change without a transition: it is no status.
    if (status !== secret.status || statusReason !== secret.statusReason)
      changed.push({ id: secret.id, status, statusReason });
    if (status !== secret.status) {
      tx.note(
        secretTransition(secret, { from: secret.status, to: status, reason: REASON.rolledUp, message: statusReason }),
      );
    }
  }
  if (changed.length > 0) {
    await tx.query(
      `UPDATE secret s SET status = c.status, status_reason = c.status_reason
         FROM unnest($1::uuid[], $2::text[], $3::text[]) AS c (id, status, status_reason) WHERE s.id = c.id`,
      [
        changed.map(({ id }) => id),
        changed.map(({ status }) => status),
        changed.map(({ statusReason }) => statusReason),
      ],
    );
  }
  if (gone.length > 0) await tx.query("DELETE FROM secret WHERE id = ANY ($1::uuid[])", [gone.map(({ id }) => id)]);
  return gone;
}

type Summary = [status: AssignmentStatus, unassigning: boolean, projectName: string, message: string | null];

/** One row a secret, since the driver takes longer over 5,000 rows than the database. */
async function assignmentsOf(tx: Transaction, secretIds: readonly string[]): Promise<Map<string, AssignmentSummary[]>> {
  const rows = await tx.query<{ secretId: string; summaries: Summary[] }>(
    `SELECT a.secret_id AS "secretId",
            json_agg(json_build_array(a.status, a.deletion_requested_at IS NOT NULL, p.name, a.message) ORDER BY p.name) AS summaries
       FROM assignment a JOIN project p ON p.id = a.project_id WHERE a.secret_id = ANY ($1::uuid[]) GROUP BY a.secret_id`,
    [secretIds],
  );
  return new Map(
    rows.map(({ secretId, summaries }) => [
      secretId,
      summaries.map(([status, unassigning, projectName, message]) => ({ status, unassigning, projectName, message })),
    ]),
  );
}
