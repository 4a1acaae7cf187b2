import type { AssignmentStatus, SecretStatus } from "../../domain/kinds.js";
import { secretStatus } from "../../domain/status/secret-status.js";
import type { AssignmentSummary } from "../../domain/status/secret-status.js";
import type { Transaction } from "../transaction.js";
import { REASON, secretTransition } from "./transitions.js";

/** Secrets whose assignments are read at once: few while it is not known how many each has, and again where they have many. */
const FEW_SECRETS = 50;
const MANY_SECRETS = 500;
/** Assignments in memory at one time, about. */
const MANY_ASSIGNMENTS = 5_000;

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
 * @param ids whose they are @param locking answers {@link lockSecrets} of them, sent before
 * @param written the secrets whose assignments were written after all; the others stay. Settles once the statements that wrote them are answered, which were sent before
 * @returns the providers of secrets that went
 */
export async function rollUpSecrets(
  tx: Transaction,
  ids: readonly string[],
  locking: Promise<readonly LockedSecret[]>,
  written: Promise<ReadonlySet<string>>,
): Promise<string[]> {
  const providersOfGone: string[] = [];
  let size = FEW_SECRETS;
  for (let from = 0; from < ids.length;) {
    const some = ids.slice(from, from + size);
    const [summaries, locked, those] = await Promise.all([assignmentsOf(tx, some), locking, written]);
    const wanted = new Set(some);
    const secrets = locked.filter(({ id }) => wanted.has(id) && those.has(id));
    providersOfGone.push(...rollUpSome(tx, secrets, summaries).map(({ providerId }) => providerId));
    let read = 0;
    for (const assignments of summaries.values()) read += assignments.length;
    from += size;
    size = read < MANY_ASSIGNMENTS / 10 ? MANY_SECRETS : FEW_SECRETS;
  }
  return [...new Set(providersOfGone)];
}

function rollUpSome(
  tx: Transaction,
  secrets: readonly LockedSecret[],
  summaries: ReadonlyMap<string, readonly AssignmentSummary[]>,
): LockedSecret[] {
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
    tx.send(
      `UPDATE secret s SET status = c.status, status_reason = c.status_reason
         FROM unnest($1::uuid[], $2::text[], $3::text[]) AS c (id, status, status_reason) WHERE s.id = c.id`,
      [
        changed.map(({ id }) => id),
        changed.map(({ status }) => status),
        changed.map(({ statusReason }) => statusReason),
      ],
    );
  }
  if (gone.length > 0) tx.send("DELETE FROM secret WHERE id = ANY ($1::uuid[])", [gone.map(({ id }) => id)]);
  return gone;
}

type Summary = [status: AssignmentStatus, unassigning: boolean, projectName: string, message: string | null];

/** One that is synced and stays: the sentence names no such project, so that it is counted only. */
const SYNCED: AssignmentSummary = { status: "SYNCED", unassigning: false, projectName: "", message: null };

/** One row a secret, since the driver takes longer over 5,000 rows than the database. */
async function assignmentsOf(tx: Transaction, secretIds: readonly string[]): Promise<Map<string, AssignmentSummary[]>> {
  const rows = await tx.query<{ secretId: string; synced: number; others: Summary[] | null }>(
    `SELECT a.secret_id AS "secretId", count(*) FILTER (WHERE p.id IS NULL)::integer AS synced,
            json_agg(json_build_array(a.status, a.deletion_requested_at IS NOT NULL, p.name, a.message) ORDER BY p.name)
              FILTER (WHERE p.id IS NOT NULL) AS others
       FROM assignment a
       JOIN secret s ON s.id = a.secret_id
       LEFT JOIN project p ON p.id = a.project_id
         AND (a.status <> 'SYNCED' OR a.deletion_requested_at IS NOT NULL OR s.deletion_requested_at IS NOT NULL)
      WHERE a.secret_id = ANY ($1::uuid[]) GROUP BY a.secret_id`,
    [secretIds],
  );
  return new Map(
    rows.map(({ secretId, synced, others }) => [
      secretId,
      [
        ...(others ?? []).map(([status, unassigning, projectName, message]) => ({
          status,
          unassigning,
          projectName,
          message,
        })),
        ...Array.from({ length: synced }, () => SYNCED),
      ],
    ]),
  );
}
