import type { SecretStatus } from "../../domain/kinds.js";
import { type AssignmentSummary, secretStatus } from "../../domain/status/secret-status.js";
import type { Command } from "./command.js";
import { noteSecret } from "./notes.js";
import type { Reason } from "./reasons.js";

/** Secrets whose assignments are in memory at one time: with 5,000 assignments each, some ten megabytes. */
const SECRETS_AT_ONCE = 20;

/** What the roll-up writes besides the status. */
export interface RollUpNote {
  reason: Reason;
  message?: string | null;
  /** Write a transition even where the status stays: the change itself was the secret's. */
  always?: boolean;
}

/**
 * Brings the stored status of secrets up to date with their assignments, with a transition for each whose status changes. The secrets must be held FOR UPDATE, and the
 * assignments changed already: this is the later statement that sees what others committed (DESIGN.md, "Transactions").
 */
export async function rollUp(command: Command, secretIds: readonly string[], note: RollUpNote): Promise<void> {
  const sorted = [...new Set(secretIds)].sort();
  for (let at = 0; at < sorted.length; at += SECRETS_AT_ONCE) {
    await rollUpSome(command, sorted.slice(at, at + SECRETS_AT_ONCE), note);
  }
}

interface Held {
  id: string;
  projectId: string | null;
  status: SecretStatus;
  statusReason: string | null;
  deleting: boolean;
}

async function rollUpSome(command: Command, ids: readonly string[], note: RollUpNote): Promise<void> {
  const secrets = await command.tx.query<Held>(
    `SELECT id, project_id AS "projectId", status, status_reason AS "statusReason", deletion_requested_at IS NOT NULL AS deleting
       FROM secret WHERE id = ANY($1::uuid[]) ORDER BY id`,
    [ids],
  );
  const summaries = await summariesOf(command, ids);
  const changed: { id: string; status: SecretStatus; reason: string | null }[] = [];
  for (const secret of secrets) {
    const rolled = secretStatus({ deleting: secret.deleting, assignments: summaries.get(secret.id) ?? [] });
    if (rolled.status !== secret.status || rolled.statusReason !== secret.statusReason) {
      changed.push({ id: secret.id, status: rolled.status, reason: rolled.statusReason });
    }
    if (rolled.status !== secret.status || note.always === true) {
      const { reason, message = rolled.statusReason } = note;
      noteSecret(command, secret, { from: secret.status, to: rolled.status, reason, message });
    }
  }
  if (changed.length === 0) return;
  await command.tx.query(
    `UPDATE secret s SET status = n.status, status_reason = n.reason
       FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n (id, status, reason) WHERE s.id = n.id`,
    [changed.map(({ id }) => id), changed.map(({ status }) => status), changed.map(({ reason }) => reason)],
  );
}

async function summariesOf(command: Command, ids: readonly string[]): Promise<Map<string, AssignmentSummary[]>> {
  const rows = await command.tx.query<AssignmentSummary & { secretId: string }>(
    `SELECT a.secret_id AS "secretId", a.status, a.deletion_requested_at IS NOT NULL AS unassigning, p.name AS "projectName", a.message
       FROM assignment a JOIN project p ON p.id = a.project_id WHERE a.secret_id = ANY($1::uuid[]) ORDER BY p.name`,
    [ids],
  );
  const bySecret = new Map<string, AssignmentSummary[]>();
  for (const row of rows) {
    const list = bySecret.get(row.secretId);
    if (list === undefined) bySecret.set(row.secretId, [row]);
    else list.push(row);
  }
  return bySecret;
}
