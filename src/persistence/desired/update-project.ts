import { permissionsOfProject } from "../../domain/access/permissions.js";
import { checkText } from "../../domain/names.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, PROJECT_COLUMNS, projectRecord, type ProjectRow } from "../records.js";
import { type Parts, runCommand } from "./command.js";
import { Findings } from "./findings.js";
import { LIMITS } from "./limits.js";
import { loadProject, only } from "./load.js";
import { noteProject } from "./notes.js";
import { REASON } from "./reasons.js";
import { checkStillThere } from "./still-there.js";

/** Changes the description; name, namespace and cluster are for ever. */
export async function updateProject(
  parts: Parts,
  viewer: Viewer,
  id: string,
  description: string,
): Promise<ProjectRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const project = await loadProject(command, id, "update");
    findings.permission(permissionsOfProject(viewer, project), "UPDATE");
    findings.throwIfForbidden();
    findings.addProblems(checkText(description, { max: LIMITS.description }, ["description"]));
    checkStillThere(findings, "project", project);
    findings.throwIfAny();

    if (project.description === description) return project;
    const rows = await command.tx.query<ProjectRow>(
      `UPDATE project p SET description = $2, revision = revision + 1, updated_at = now() WHERE p.id = $1 RETURNING ${columns("p", PROJECT_COLUMNS)}`,
      [project.id, description],
    );
    noteProject(command, project, {
      from: project.status,
      to: project.status,
      reason: REASON.updated,
      message: "Changed: description.",
    });
    return projectRecord(only("project", rows));
  });
}
