import { permissionsOfSecret, requireAbandon } from "../../domain/access/permissions.js";
import type { SecretRecord } from "../../domain/secret.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, SECRET_COLUMNS, secretRecord, type SecretRow } from "../records.js";
import { remove, withdraw } from "./assignments.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { Findings } from "./findings.js";
import { dropFinishedSecrets } from "./going.js";
import { loadAssignments, loadSecret, projectOf } from "./load.js";
import { REASON } from "./reasons.js";
import { rollUp } from "./roll-up.js";

/** Deletes a secret: DELETING until its last object is gone, at once where there is none. Asked again, it answers how far that has come. */
export async function deleteSecret(
  parts: Parts,
  viewer: Viewer,
  id: string,
  options: { abandon: boolean },
): Promise<SecretRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const before = await loadSecret(command, id, "none");
    const owner = await projectOf(command, before, "share");
    const secret = await loadSecret(command, id, "update");
    const going = secret.deletionRequestedAt !== null;
    findings.right(permissionsOfSecret(viewer, secret, owner), "DELETE");
    findings.throwIfForbidden();
    if (options.abandon) requireAbandon(viewer, secret, `The secret ${secret.name}`);
    if (going && !options.abandon) return secret;

    const assignments = await loadAssignments(command, { secretId: secret.id }, "update");
    if (options.abandon) {
      await remove(command, assignments, REASON.abandoned);
      await dropFinishedSecrets(command, [secret.id], REASON.abandoned);
      return secret;
    }
    await command.tx.query("UPDATE secret SET deletion_requested_at = now(), updated_at = now() WHERE id = $1", [
      secret.id,
    ]);
    await withdraw(command, assignments, REASON.deletionRequested);
    await dropFinishedSecrets(command, [secret.id], REASON.deleted);
    await rollUp(command, [secret.id], { reason: REASON.deletionRequested });
    return secretAfterwards(command, secret);
  });
}

/** As it is now; as it would be going where it went at once. */
export async function secretAfterwards(command: Command, before: SecretRecord): Promise<SecretRecord> {
  const [row] = await command.tx.query<SecretRow>(
    `SELECT ${columns("s", SECRET_COLUMNS)} FROM secret s WHERE s.id = $1`,
    [before.id],
  );
  if (row !== undefined) return secretRecord(row);
  return {
    ...before,
    status: "DELETING",
    statusReason: null,
    deletionRequestedAt: before.deletionRequestedAt ?? new Date(),
  };
}
