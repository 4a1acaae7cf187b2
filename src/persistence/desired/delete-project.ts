import { permissionsOfProject, requireAbandon } from "../../domain/access/permissions.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, PROJECT_COLUMNS, projectRecord, type ProjectRow } from "../records.js";
import { remove, withdraw } from "./assignments.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { Findings } from "./findings.js";
import { dropFinishedSecrets, forgetProviders, type HeldProvider, withdrawProviders } from "./going.js";
import { type HeldAssignment, loadAssignments, loadProject, type LoadedProject, only } from "./load.js";
import { noteProject } from "./notes.js";
import { REASON, type Reason } from "./reasons.js";
import { rollUp } from "./roll-up.js";

export interface DeleteProjectOptions {
  deleteNamespace: boolean;
  abandon: boolean;
}

/** Deletes a project with its secrets and stores; asked again, it answers how far that has come. */
export async function deleteProject(
  parts: Parts,
  viewer: Viewer,
  id: string,
  options: DeleteProjectOptions,
): Promise<ProjectRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const project = await loadProject(command, id, "update");
    const going = project.deletionRequestedAt !== null;
    findings.right(permissionsOfProject(viewer, project), "DELETE");
    findings.throwIfForbidden();
    if (options.abandon) requireAbandon(viewer, project, `The project ${project.name}`);
    checkNamespace(findings, project, options);
    findings.throwIfAny();
    if (going && !options.abandon) return project;

    const held = await holdContents(command, project);
    return options.abandon ? abandon(command, project, held) : startDeleting(command, project, held, options);
  });
}

function checkNamespace(findings: Findings, project: LoadedProject, options: DeleteProjectOptions): void {
  if (!options.deleteNamespace) return;
  if (project.namespaceOurs === false) {
    findings.precondition(
      "NamespaceNotOurs",
      ["deleteNamespace"],
      `The namespace ${project.name} was there before the project; Secretariat deletes only namespaces that it made. Delete the project without its namespace.`,
    );
  }
  if (project.deletionRequestedAt !== null && !project.deleteNamespace && !options.abandon) {
    findings.precondition(
      "BeingDeleted",
      ["deleteNamespace"],
      `The project ${project.name} is being deleted without its namespace already; it takes no other change.`,
    );
  }
}

/** Everything that goes with the project, held in the canonical order: providers, secrets, assignments. */
interface Contents {
  providers: HeldProvider[];
  /** The project's own. */
  secretIds: string[];
  /** The organization's, assigned to it. */
  sharedSecretIds: string[];
  assignments: HeldAssignment[];
}

async function holdContents(command: Command, project: ProjectRecord): Promise<Contents> {
  const { tx } = command;
  const providers = await tx.query<HeldProvider>(
    `SELECT id, project_id AS "projectId", status FROM provider WHERE project_id = $1 ORDER BY id FOR UPDATE`,
    [project.id],
  );
  const secrets = await tx.query<{ id: string; own: boolean }>(
    `SELECT s.id, s.project_id IS NOT NULL AS own FROM secret s
      WHERE s.project_id = $1 OR EXISTS (SELECT FROM assignment a WHERE a.secret_id = s.id AND a.project_id = $1) ORDER BY s.id FOR UPDATE OF s`,
    [project.id],
  );
  const assignments = await loadAssignments(command, { projectId: project.id }, "update");
  return {
    providers,
    secretIds: secrets.filter(({ own }) => own).map(({ id }) => id),
    sharedSecretIds: secrets.filter(({ own }) => !own).map(({ id }) => id),
    assignments,
  };
}

async function startDeleting(
  command: Command,
  project: LoadedProject,
  held: Contents,
  options: DeleteProjectOptions,
): Promise<ProjectRecord> {
  await markSecrets(command, held.secretIds);
  await withdraw(command, held.assignments, REASON.projectDeleted);
  await dropFinishedSecrets(command, held.secretIds, REASON.projectDeleted);
  await rollUp(command, [...held.secretIds, ...held.sharedSecretIds], { reason: REASON.projectDeleted });
  await withdrawProviders(command, await notYetGoing(command, held.providers), {
    deleting: REASON.projectDeleted,
    gone: REASON.projectDeleted,
  });

  const rows = await command.tx.query<ProjectRow>(
    `UPDATE project p SET status = 'DELETING', reason = $3, message = NULL, revision = revision + 1, delete_namespace = $2,
            deletion_requested_at = now(), updated_at = now()
      WHERE p.id = $1 RETURNING ${columns("p", PROJECT_COLUMNS)}`,
    [project.id, options.deleteNamespace, REASON.deletionRequested],
  );
  const deleting = projectRecord(only("project", rows));
  if (!project.sent && (await isEmpty(command, project.id))) {
    await dropProject(command, project, REASON.deleted);
  } else {
    noteProject(command, project, { from: project.status, to: "DELETING", reason: REASON.deletionRequested });
  }
  return deleting;
}

async function abandon(command: Command, project: LoadedProject, held: Contents): Promise<ProjectRecord> {
  await markSecrets(command, held.secretIds);
  await remove(command, held.assignments, REASON.abandoned);
  await dropFinishedSecrets(command, [...held.secretIds, ...held.sharedSecretIds], REASON.abandoned);
  await rollUp(command, held.sharedSecretIds, { reason: REASON.abandoned });
  await forgetProviders(command, held.providers, REASON.abandoned);
  await dropProject(command, project, REASON.abandoned);
  return project;
}

async function markSecrets(command: Command, ids: readonly string[]): Promise<void> {
  await command.tx.query(
    `UPDATE secret SET deletion_requested_at = now(), updated_at = now() WHERE id = ANY($1::uuid[]) AND deletion_requested_at IS NULL`,
    [ids],
  );
}

async function notYetGoing(command: Command, providers: readonly HeldProvider[]): Promise<HeldProvider[]> {
  return command.tx.query<HeldProvider>(
    `SELECT id, project_id AS "projectId", status FROM provider WHERE id = ANY($1::uuid[]) AND deletion_requested_at IS NULL ORDER BY id`,
    [providers.map(({ id }) => id)],
  );
}

async function isEmpty(command: Command, projectId: string): Promise<boolean> {
  const left = await command.tx.query(
    `SELECT FROM assignment WHERE project_id = $1 UNION ALL SELECT FROM secret WHERE project_id = $1 UNION ALL SELECT FROM provider WHERE project_id = $1 LIMIT 1`,
    [projectId],
  );
  return left.length === 0;
}

/** The members that were added by hand go with it: one made again under the old name starts without them. */
async function dropProject(command: Command, project: ProjectRecord, reason: Reason): Promise<void> {
  await command.tx.query("DELETE FROM project WHERE id = $1", [project.id]);
  noteProject(command, project, { from: project.status, to: null, reason });
}
