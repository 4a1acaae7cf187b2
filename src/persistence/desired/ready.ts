import { permissionsOfProject } from "../../domain/access/permissions.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { Viewer } from "../../domain/viewer.js";
import type { Findings } from "./findings.js";
import { counted, listed } from "./words.js";

/** New things go only into projects that are READY. Names all that are not; one alone in its permission's own words. */
export function checkReady(
  findings: Findings,
  viewer: Viewer,
  projects: readonly ProjectRecord[],
  path: string[],
): void {
  const others = projects.filter(({ status }) => status !== "READY");
  const [first] = others;
  if (first === undefined) return;
  if (others.length === 1) return findings.permission(permissionsOfProject(viewer, first), "ASSIGN", path);
  const names = listed(others.map(({ name, status }) => `${name} (${status})`));
  findings.precondition(
    "ProjectNotReady",
    path,
    `${counted(others.length, "project is", "projects are")} not READY: ${names}. Wait until the namespace is there, or leave out what is going away.`,
  );
}
