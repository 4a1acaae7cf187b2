import { randomUUID } from "node:crypto";
import { permissionsOfProject } from "../../domain/access/permissions.js";
import type { ForeignExternalSecret } from "../../domain/ports/cluster-gateway.js";
import type { UnmanagedExternalSecret } from "../../domain/ports/desired-state.js";
import type { SecretRecord } from "../../domain/secret.js";
import { secretStatus } from "../../domain/status/secret-status.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, SECRET_COLUMNS, secretRecord, type SecretRow } from "../records.js";
import { type Adoptable, judgeLiveObjects, storeRefOf } from "./adoptable.js";
import { type Command, type Parts, runCommand, runPreview } from "./command.js";
import { Findings } from "./findings.js";
import { boundedList } from "./ids.js";
import { loadProject, type LoadedProject } from "./load.js";
import { noteAssignment, noteSecret } from "./notes.js";
import { REASON } from "./reasons.js";

/**
 * Takes over ExternalSecrets of the project's namespace that somebody else made, as they are. Null names: all that can be adopted.
 * @throws CLUSTER_UNREACHABLE besides the refusals
 */
export async function adoptExternalSecrets(
  parts: Parts,
  viewer: Viewer,
  projectId: string,
  names: readonly string[] | null,
): Promise<SecretRecord[]> {
  boundedList(names, ["names"], parts.settings);
  const { clusterId, name } = await runPreview(parts, viewer, async (command) => {
    const project = await loadProject(command, projectId, "none");
    const findings = new Findings();
    checkPlace(viewer, project, findings);
    findings.throwIfAny();
    return project;
  });
  // Asked before the transaction: nothing may be held while a cluster thinks.
  const objects = await parts.cluster.listExternalSecrets(clusterId, name);
  return runCommand(parts, viewer, (command) => adopt(command, projectId, objects, names));
}

/** Why each foreign ExternalSecret of the project's namespace cannot be adopted; what is ours is left out. @throws CLUSTER_UNREACHABLE besides NOT_FOUND */
export async function unmanagedExternalSecrets(
  parts: Parts,
  viewer: Viewer,
  projectId: string,
): Promise<UnmanagedExternalSecret[]> {
  const { clusterId, name } = await runPreview(parts, viewer, (command) => loadProject(command, projectId, "none"));
  const objects = await parts.cluster.listExternalSecrets(clusterId, name);
  const judged = await runPreview(parts, viewer, async (command) =>
    judgeLiveObjects(command, await loadProject(command, projectId, "none"), objects),
  );
  return judged
    .filter(({ ours }) => !ours)
    .map(({ object, problems, conflicts }) => ({
      name: object.name,
      storeName: storeRefOf(object.spec)?.name ?? null,
      ready: object.ready,
      reason: object.reason,
      message: object.message,
      managers: object.managers,
      problems: [...problems, ...conflicts],
    }));
}

function checkPlace(viewer: Viewer, project: LoadedProject, findings: Findings): void {
  findings.permission(permissionsOfProject(viewer, project), "ADOPT");
}

async function adopt(
  command: Command,
  projectId: string,
  objects: readonly ForeignExternalSecret[],
  names: readonly string[] | null,
): Promise<SecretRecord[]> {
  const findings = new Findings();
  const project = await loadProject(command, projectId, "update");
  checkPlace(command.viewer, project, findings);
  findings.throwIfForbidden();
  const judged = await judgeLiveObjects(command, project, objects);
  const chosen = names === null ? allAdoptable(judged) : named(judged, [...new Set(names)], findings);
  await checkQuota(command, project, chosen.length, findings);
  findings.throwIfAny();
  return insertAdopted(command, project, chosen);
}

/** Whatever can be taken over; of two that write one native Secret, the first. */
function allAdoptable(judged: readonly Adoptable[]): Adoptable[] {
  const targets = new Set<string>();
  return judged.filter(({ ours, problems, conflicts, targetName }) => {
    if (ours || problems.length > 0 || conflicts.length > 0) return false;
    if (targetName === null) return true;
    return targets.has(targetName) ? false : targets.add(targetName) !== null;
  });
}

function named(judged: readonly Adoptable[], names: readonly string[], findings: Findings): Adoptable[] {
  const byName = new Map(judged.map((one) => [one.object.name, one]));
  const targets = new Map<string, string>();
  return names.flatMap((name, i) => {
    const path = ["names", String(i)];
    const one = byName.get(name);
    if (one === undefined) findings.bad(path, "There is no ExternalSecret of this name in the project's namespace.");
    else if (one.ours) findings.bad(path, `${name} is Secretariat's already.`);
    if (one === undefined || one.ours) return [];
    for (const problem of one.problems) findings.bad(path, `${name}: ${problem}`);
    for (const conflict of one.conflicts) findings.conflict(path, conflict);
    const sharer = one.targetName === null ? undefined : targets.get(one.targetName);
    if (one.targetName !== null) targets.set(one.targetName, name);
    if (sharer !== undefined)
      findings.conflict(path, `${name} and ${sharer} write the same native Secret, ${one.targetName ?? ""}.`);
    return [one];
  });
}

async function checkQuota(command: Command, project: LoadedProject, more: number, findings: Findings): Promise<void> {
  const most = command.settings.maxSecretsPerProject;
  const [row] = await command.tx.query<{ count: number }>(
    "SELECT count(*)::integer AS count FROM assignment WHERE project_id = $1",
    [project.id],
  );
  const there = row?.count ?? 0;
  if (more === 0 || there + more <= most) return;
  findings.precondition(
    "QuotaExceeded",
    ["names"],
    `The project ${project.name} has ${there} secrets; with these ${more} it would have more than ${most}.`,
  );
}

async function insertAdopted(
  command: Command,
  project: LoadedProject,
  chosen: readonly Adoptable[],
): Promise<SecretRecord[]> {
  if (chosen.length === 0) return [];
  const { status, statusReason } = secretStatus({
    deleting: false,
    assignments: [{ status: "PENDING", unassigning: false, projectName: project.name, message: null }],
  });
  const rows = await command.tx.query<SecretRow>(
    `INSERT INTO secret AS s (id, name, scope, project_id, use_case, provider_id, spec, labels, annotations, status, status_reason, created_by)
     SELECT n.id, n.name, 'PROJECT', $1, 'GENERIC', n.provider_id, n.spec::jsonb, n.labels::jsonb, n.annotations::jsonb, $2, $3, $4
       FROM unnest($5::uuid[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::text[]) AS n (id, name, provider_id, spec, labels, annotations)
     RETURNING ${columns("s", SECRET_COLUMNS)}`,
    [
      project.id,
      status,
      statusReason,
      command.viewer.subject,
      chosen.map(() => randomUUID()),
      chosen.map(({ object }) => object.name),
      chosen.map(({ provider }) => provider?.id ?? null),
      chosen.map(({ stored }) => JSON.stringify(stored.spec)),
      chosen.map(({ stored }) => JSON.stringify(stored.labels)),
      chosen.map(({ stored }) => JSON.stringify(stored.annotations)),
    ],
  );
  const secrets = rows.map(secretRecord);
  const byName = new Map(chosen.map((one) => [one.object.name, one]));
  const assignments = secrets.map((secret) => ({
    id: randomUUID(),
    secretId: secret.id,
    projectId: project.id,
    clusterId: project.clusterId,
  }));
  // `sent`: there is an object. No applied generation: nothing of it was applied by us yet.
  await command.tx.query(
    `INSERT INTO assignment (id, secret_id, project_id, object_name, target_name, status, reason, desired_generation, uid, adopted, sent)
     SELECT n.id, n.secret_id, $1, n.name, n.target_name, 'PENDING', $2, 1, n.uid, true, true
       FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[]) AS n (id, secret_id, name, target_name, uid)`,
    [
      project.id,
      REASON.adopted,
      assignments.map(({ id }) => id),
      secrets.map(({ id }) => id),
      secrets.map(({ name }) => name),
      secrets.map(({ name }) => byName.get(name)?.targetName ?? null),
      secrets.map(({ name }) => byName.get(name)?.object.uid ?? null),
    ],
  );
  for (const [i, secret] of secrets.entries()) {
    noteSecret(command, secret, { from: null, to: status, reason: REASON.adopted });
    const assignment = assignments[i];
    if (assignment !== undefined)
      noteAssignment(command, assignment, { from: null, to: "PENDING", reason: REASON.adopted });
  }
  return secrets;
}
