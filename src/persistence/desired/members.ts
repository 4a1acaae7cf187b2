import { permissionsOfProject } from "../../domain/access/permissions.js";
import { checkText } from "../../domain/names.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { Viewer } from "../../domain/viewer.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { Findings } from "./findings.js";
import { boundedList } from "./ids.js";
import { LIMITS } from "./limits.js";
import { loadProject } from "./load.js";
import { noteProject } from "./notes.js";
import { REASON, type Reason } from "./reasons.js";
import { checkStillThere } from "./still-there.js";
import { listed } from "./words.js";

/** Makes members by hand; whoever is one already stays as they are. */
export async function addProjectMembers(
  parts: Parts,
  viewer: Viewer,
  projectId: string,
  subjects: readonly string[],
): Promise<ProjectRecord> {
  return change(parts, viewer, projectId, subjects, REASON.membersAdded, (command, project, distinct) =>
    command.tx.query<{ subject: string }>(
      `INSERT INTO project_member (project_id, subject, added_by) SELECT $1, subject, $3 FROM unnest($2::text[]) AS n (subject)
        ON CONFLICT (project_id, subject) DO NOTHING RETURNING subject`,
      [project.id, distinct, viewer.subject],
    ),
  );
}

/** Ends memberships that were made by hand; those by group are the identity provider's. */
export async function removeProjectMembers(
  parts: Parts,
  viewer: Viewer,
  projectId: string,
  subjects: readonly string[],
): Promise<ProjectRecord> {
  return change(parts, viewer, projectId, subjects, REASON.membersRemoved, (command, project, distinct) =>
    command.tx.query<{ subject: string }>(
      "DELETE FROM project_member WHERE project_id = $1 AND subject = ANY($2::text[]) RETURNING subject",
      [project.id, distinct],
    ),
  );
}

async function change(
  parts: Parts,
  viewer: Viewer,
  projectId: string,
  subjects: readonly string[],
  reason: Reason,
  write: (command: Command, project: ProjectRecord, distinct: readonly string[]) => Promise<{ subject: string }[]>,
): Promise<ProjectRecord> {
  boundedList(subjects, ["subjects"], parts.settings);
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const project = await loadProject(command, projectId, "update");
    findings.permission(permissionsOfProject(viewer, project), "MANAGE_MEMBERS");
    findings.throwIfForbidden();
    checkSubjects(subjects, findings);
    checkStillThere(findings, "project", project);
    findings.throwIfAny();

    const changed = await write(command, project, [...new Set(subjects)].sort());
    if (changed.length > 0) {
      const message = listed(changed.map(({ subject }) => subject).sort());
      noteProject(command, project, { from: project.status, to: project.status, reason, message });
    }
    return project;
  });
}

function checkSubjects(subjects: readonly string[], findings: Findings): void {
  for (const [i, subject] of subjects.entries()) {
    const path = ["subjects", String(i)];
    if (subject === "") findings.bad(path, "A subject is the `sub` of somebody's token; it cannot be empty.");
    else findings.addProblems(checkText(subject, { max: LIMITS.subject }, path));
  }
}
