import type { ProjectRecord } from "../../domain/project.js";
import type { Findings } from "./findings.js";
import { counted, listed } from "./words.js";

/** New things go only into projects that are READY. Names all that are not. */
export function checkReady(findings: Findings, projects: readonly ProjectRecord[], path = ["projectId"]): void {
  const others = projects.filter(({ status }) => status !== "READY");
  if (others.length === 0) return;
  const names = listed(others.map(({ name, status }) => `${name} (${status})`));
  findings.precondition(
    "ProjectNotReady",
    path,
    `${counted(others.length, "project is", "projects are")} not READY: ${names}. Wait until the namespace is there, or leave out what is going away.`,
  );
}
