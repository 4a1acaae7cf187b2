import { permissionsOfSecret, requireAbandon } from "../../domain/access/permissions.js";
import type { Action } from "../../domain/kinds.js";
import type { SecretRecord } from "../../domain/secret.js";
import { targetNameOf } from "../../domain/spec/spec-view.js";
import type { Viewer } from "../../domain/viewer.js";
import { insertAssignments, remove, turnRound, withdraw } from "./assignments.js";
import { type Command, type Parts, runCommand, Stale } from "./command.js";
import { secretAfterwards } from "./delete-secret.js";
import { Findings } from "./findings.js";
import { dropFinishedSecrets } from "./going.js";
import { boundedList } from "./ids.js";
import {
  type HeldAssignment,
  loadAssignments,
  loadProjects,
  loadProvider,
  loadSecret,
  type LoadedProject,
  projectOf,
} from "./load.js";
import { checkReady } from "./ready.js";
import { REASON } from "./reasons.js";
import { rollUp } from "./roll-up.js";
import { checkSecretDraft } from "./secret-checks.js";
import { TYPED_PATHS } from "./secret-draft.js";
import { checkStillThere } from "./still-there.js";
import { listed } from "./words.js";

/** Adds projects to those that the secret is assigned to. */
export const assignSecret = (parts: Parts, viewer: Viewer, secretId: string, projectIds: readonly string[]) =>
  change(parts, viewer, secretId, projectIds, {
    actions: ["ASSIGN"],
    added: (given, live) => without(given, live),
    removed: () => [],
  });

/** Makes the projects exactly these. */
export const setSecretAssignments = (parts: Parts, viewer: Viewer, secretId: string, projectIds: readonly string[]) =>
  change(parts, viewer, secretId, projectIds, {
    actions: ["ASSIGN", "UNASSIGN"],
    added: (given, live) => without(given, live),
    removed: (given, live) => without(live, given),
  });

/** Takes projects away, or forgets what does not go away. */
export const unassignSecret = (
  parts: Parts,
  viewer: Viewer,
  secretId: string,
  projectIds: readonly string[],
  options: { abandon: boolean },
) =>
  options.abandon
    ? abandonAssignments(parts, viewer, secretId, projectIds)
    : change(parts, viewer, secretId, projectIds, {
        actions: ["UNASSIGN"],
        added: () => [],
        removed: (given, live) => live.filter((id) => given.includes(id)),
      });

/** How a set of project ids that was given changes the set that is wanted. */
interface Difference {
  actions: readonly Action[];
  added(given: readonly string[], live: readonly string[]): string[];
  removed(given: readonly string[], live: readonly string[]): string[];
}

/** What one command looks at, held in the canonical order. */
interface Held {
  secret: SecretRecord;
  given: string[];
  added: LoadedProject[];
  removed: HeldAssignment[];
  assignments: HeldAssignment[];
}

async function change(
  parts: Parts,
  viewer: Viewer,
  secretId: string,
  projectIds: readonly string[],
  difference: Difference,
): Promise<SecretRecord> {
  boundedList(projectIds, ["projectIds"], parts.settings);
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const before = await loadSecret(command, secretId, "none");
    const given = (await loadProjects(command, projectIds, "none")).map(({ id }) => id);
    const owner = await projectOf(command, before, "none");
    for (const action of difference.actions) findings.right(permissionsOfSecret(viewer, before, owner), action);
    findings.throwIfForbidden();
    const held = await hold(command, before, given, difference);
    await check(command, held, findings);
    findings.throwIfAny();
    return write(command, held);
  });
}

/** Only the projects that come in are held: of the others nothing is counted and nothing changes but under the secret. */
async function hold(command: Command, before: SecretRecord, given: string[], difference: Difference): Promise<Held> {
  const seenLive = liveIds(await loadAssignments(command, { secretId: before.id }, "none"));
  const added = await loadProjects(command, difference.added(given, seenLive), "update");
  await loadProvider(command, before.providerId, "share");
  const secret = await loadSecret(command, before.id, "update");
  const assignments = await loadAssignments(command, { secretId: secret.id }, "update");
  const live = liveIds(assignments);
  const stillAdded = new Set(difference.added(given, live));
  const held = new Set(added.map(({ id }) => id));
  if (secret.providerId !== before.providerId || [...stillAdded].some((id) => !held.has(id))) throw new Stale();
  const removed = new Set(difference.removed(given, live));
  return {
    secret,
    given,
    added: added.filter(({ id }) => stillAdded.has(id)),
    removed: assignments.filter(({ projectId, going }) => !going && removed.has(projectId)),
    assignments,
  };
}

async function check(command: Command, held: Held, findings: Findings): Promise<void> {
  const { secret, given, added, removed, assignments } = held;
  checkStillThere(findings, "secret", secret, ["secretId"]);
  if (secret.scope === "PROJECT") {
    const elsewhere = given.filter((id) => id !== secret.projectId);
    if (elsewhere.length > 0 || removed.length > 0) {
      const action = elsewhere.length > 0 ? "ASSIGN" : "UNASSIGN";
      findings.permission(permissionsOfSecret(command.viewer, secret, null), action, ["projectIds"]);
      return;
    }
  }
  if (added.length === 0) return;
  const returning = new Set(assignments.map(({ projectId }) => projectId));
  await checkSecretDraft(command, {
    id: secret.id,
    name: secret.name,
    nameIsGood: true,
    scope: secret.scope,
    useCase: secret.useCase,
    owner: null,
    provider: await loadProvider(command, secret.providerId, "none"),
    stored: secret.spec,
    // What is still going away has its place in the project already, and no quota to pass.
    kept: added.filter(({ id }) => returning.has(id)),
    added: added.filter(({ id }) => !returning.has(id)),
    paths: TYPED_PATHS,
    findings,
  });
  checkReady(findings, command.viewer, added, ["projectIds"]);
}

async function write(command: Command, { secret, added, removed, assignments }: Held): Promise<SecretRecord> {
  if (added.length === 0 && removed.length === 0) return secret;
  const wanted = new Set(added.map(({ id }) => id));
  const returning = assignments.filter(({ projectId }) => wanted.has(projectId));
  for (const { projectId } of returning) wanted.delete(projectId);
  const { id, name, generation } = secret;
  const assigned = { id, name, generation, targetName: targetNameOf(secret.spec, name) };
  await insertAssignments(
    command,
    assigned,
    added.filter((project) => wanted.has(project.id)),
  );
  await turnRound(command, assigned, returning);
  await withdraw(command, removed, REASON.unassigned);
  await rollUp(command, [id], { reason: added.length > 0 ? REASON.assigned : REASON.unassigned });
  return secretAfterwards(command, secret);
}

async function abandonAssignments(
  parts: Parts,
  viewer: Viewer,
  secretId: string,
  projectIds: readonly string[],
): Promise<SecretRecord> {
  boundedList(projectIds, ["projectIds"], parts.settings);
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const before = await loadSecret(command, secretId, "none");
    const given = new Set((await loadProjects(command, projectIds, "none")).map(({ id }) => id));
    const secret = await loadSecret(command, before.id, "update");
    const assignments = await loadAssignments(command, { secretId: secret.id }, "update");
    const named = assignments.filter(({ projectId }) => given.has(projectId));
    const staying = named.filter(({ going }) => !going).map(({ projectName }) => projectName);
    findings.right(permissionsOfSecret(viewer, secret, await projectOf(command, secret, "none")), "UNASSIGN");
    findings.throwIfForbidden();
    requireAbandon(
      viewer,
      { deletionRequestedAt: staying.length === 0 ? new Date() : null },
      `The assignment of ${secret.name} to ${listed(staying)}`,
    );
    if (secret.scope === "PROJECT") {
      findings.bad(["abandon"], `${secret.name} is a project's own secret: abandon the secret, not its assignment.`);
    }
    findings.throwIfAny();

    await remove(command, named, REASON.abandoned);
    await dropFinishedSecrets(command, [secret.id], REASON.abandoned);
    await rollUp(command, [secret.id], { reason: REASON.abandoned });
    return secretAfterwards(command, secret);
  });
}

const liveIds = (assignments: readonly HeldAssignment[]): string[] =>
  assignments.filter(({ going }) => !going).map(({ projectId }) => projectId);

function without(list: readonly string[], others: readonly string[]): string[] {
  const taken = new Set(others);
  return list.filter((item) => !taken.has(item));
}
