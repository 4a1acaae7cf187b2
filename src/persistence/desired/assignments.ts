import { randomUUID } from "node:crypto";
import type { Command } from "./command.js";
import type { HeldAssignment } from "./load.js";
import { noteAssignment } from "./notes.js";
import { REASON, type Reason } from "./reasons.js";

/** What an assignment repeats of its secret. */
export interface AssignedSecret {
  id: string;
  name: string;
  generation: number;
  /** Null where it writes no native Secret. */
  targetName: string | null;
}

/** Makes an assignment, PENDING, in each of the projects, which must be held and have none of this secret. */
export async function insertAssignments(
  command: Command,
  secret: AssignedSecret,
  places: readonly { id: string; clusterId: string }[],
): Promise<void> {
  if (places.length === 0) return;
  const made = places.map(({ id, clusterId }) => ({ id: randomUUID(), secretId: secret.id, projectId: id, clusterId }));
  await command.tx.query(
    `INSERT INTO assignment (id, secret_id, project_id, object_name, target_name, status, reason, desired_generation)
     SELECT n.id, $3, n.project_id, $4, $5, 'PENDING', $6, $7 FROM unnest($1::uuid[], $2::uuid[]) AS n (id, project_id)`,
    [
      made.map(({ id }) => id),
      places.map(({ id }) => id),
      secret.id,
      secret.name,
      secret.targetName,
      REASON.assigned,
      secret.generation,
    ],
  );
  for (const one of made) noteAssignment(command, one, { from: null, to: "PENDING", reason: REASON.assigned });
}

/** What is still going away is wanted again: PENDING, applied as soon as the old object is gone. */
export async function turnRound(
  command: Command,
  secret: AssignedSecret,
  assignments: readonly HeldAssignment[],
): Promise<void> {
  await setPending(command, secret, assignments, REASON.assigned);
}

/** The secret has changed: whatever is wanted of it is PENDING for the new generation. */
export async function renewAssignments(
  command: Command,
  secret: AssignedSecret,
  assignments: readonly HeldAssignment[],
): Promise<void> {
  await setPending(command, secret, assignments, REASON.updated);
}

async function setPending(
  command: Command,
  secret: AssignedSecret,
  assignments: readonly HeldAssignment[],
  reason: Reason,
): Promise<void> {
  if (assignments.length === 0) return;
  await command.tx.query(
    `UPDATE assignment SET status = 'PENDING', reason = $2, message = NULL, last_transition_at = now(), revision = revision + 1,
            desired_generation = $3, target_name = $4, deletion_requested_at = NULL
      WHERE id = ANY($1::uuid[])`,
    [assignments.map(({ id }) => id), reason, secret.generation, secret.targetName],
  );
  for (const one of assignments) noteAssignment(command, one, { from: one.status, to: "PENDING", reason });
}

/** Asks the operator to fetch again. The same PENDING may stand there already: a person's accepted change leaves a row all the same. */
export async function requestSync(command: Command, assignments: readonly HeldAssignment[]): Promise<void> {
  if (assignments.length === 0) return;
  await command.tx.query(
    `UPDATE assignment SET status = 'PENDING', reason = $2, message = NULL, last_transition_at = now(), revision = revision + 1,
            force_sync_requested = force_sync_requested + 1, force_sync_requested_at = now()
      WHERE id = ANY($1::uuid[])`,
    [assignments.map(({ id }) => id), REASON.syncRequested],
  );
  for (const one of assignments) {
    noteAssignment(command, one, { from: one.status, to: "PENDING", reason: REASON.syncRequested });
  }
}

/**
 * Takes assignments away: what was never sent to a cluster goes at once, the rest is DELETING until its object is gone. What is going away already stays as it is.
 */
export async function withdraw(
  command: Command,
  assignments: readonly HeldAssignment[],
  reason: Reason,
): Promise<void> {
  const live = assignments.filter(({ going }) => !going);
  await remove(
    command,
    live.filter(({ sent }) => !sent),
    reason,
  );
  const going = live.filter(({ sent }) => sent);
  if (going.length === 0) return;
  await command.tx.query(
    `UPDATE assignment SET status = 'DELETING', reason = $2, message = NULL, last_transition_at = now(), revision = revision + 1, deletion_requested_at = now()
      WHERE id = ANY($1::uuid[])`,
    [going.map(({ id }) => id), reason],
  );
  for (const one of going) noteAssignment(command, one, { from: one.status, to: "DELETING", reason });
}

/** Forgets assignments, whatever of them is in the cluster. */
export async function remove(command: Command, assignments: readonly HeldAssignment[], reason: Reason): Promise<void> {
  if (assignments.length === 0) return;
  await command.tx.query(`DELETE FROM assignment WHERE id = ANY($1::uuid[])`, [assignments.map(({ id }) => id)]);
  for (const one of assignments) noteAssignment(command, one, { from: one.status, to: null, reason });
}
