import { permissionsOfAssignment, permissionsOfSecret } from "../../domain/access/permissions.js";
import type { AssignmentRecord } from "../../domain/assignment.js";
import type { SecretRecord } from "../../domain/secret.js";
import type { Viewer } from "../../domain/viewer.js";
import { requestSync } from "./assignments.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { secretAfterwards } from "./delete-secret.js";
import { Findings } from "./findings.js";
import {
  type HeldAssignment,
  loadAssignment,
  loadAssignments,
  loadProject,
  loadSecret,
  only,
  projectOf,
} from "./load.js";
import { REASON } from "./reasons.js";
import { rollUp } from "./roll-up.js";
import { checkStillThere } from "./still-there.js";

/** Fetches from the provider now, in every project; where that was asked a moment ago it is left out, unless that leaves none. */
export async function syncSecret(parts: Parts, viewer: Viewer, id: string): Promise<SecretRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const before = await loadSecret(command, id, "none");
    const owner = await projectOf(command, before, "share");
    const secret = await loadSecret(command, id, "update");
    findings.permission(permissionsOfSecret(viewer, secret, owner), "SYNC");
    const assignments = await loadAssignments(command, { secretId: secret.id }, "update");
    const live = assignments.filter(({ going }) => !going);
    const due = live.filter(({ syncTooSoon }) => !syncTooSoon);
    checkStillThere(findings, "secret", secret);
    if (live.length > 0 && due.length === 0) tooSoon(command, findings, secret.name);
    findings.throwIfAny();
    await write(command, secret.id, due);
    return secretAfterwards(command, secret);
  });
}

/** Fetches from the provider now, in one project. */
export async function syncAssignment(parts: Parts, viewer: Viewer, id: string): Promise<AssignmentRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const before = await loadAssignment(command, id);
    const project = await loadProject(command, before.projectId, "share");
    const secret = await loadSecret(command, before.secretId, "update");
    const held = only("assignment", await loadAssignments(command, { id }, "update"));
    const assignment = await loadAssignment(command, id);
    findings.permission(permissionsOfAssignment(viewer, assignment, secret, project), "SYNC");
    checkStillThere(findings, "assignment", {
      name: `of ${secret.name} in ${project.name}`,
      deletionRequestedAt: assignment.deletionRequestedAt,
    });
    if (held.syncTooSoon) tooSoon(command, findings, `${secret.name} in ${project.name}`);
    findings.throwIfAny();
    await write(command, secret.id, [held]);
    return loadAssignment(command, id);
  });
}

async function write(command: Command, secretId: string, due: readonly HeldAssignment[]): Promise<void> {
  await requestSync(command, due);
  await rollUp(command, [secretId], { reason: REASON.syncRequested });
}

function tooSoon(command: Command, findings: Findings, what: string): void {
  const seconds = command.settings.forcedSyncInterval / 1000;
  findings.precondition(
    "SyncTooSoon",
    [],
    `A sync of ${what} was asked for less than ${seconds} s ago; wait for its outcome.`,
  );
}
