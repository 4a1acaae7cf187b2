import { randomUUID } from "node:crypto";
import { permissionsOfViewer } from "../../domain/access/permissions.js";
import { checkProjectName, checkText } from "../../domain/names.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { Viewer } from "../../domain/viewer.js";
import { columns, PROJECT_COLUMNS, projectRecord, type ProjectRow } from "../records.js";
import { type Command, type Parts, runCommand } from "./command.js";
import { Findings } from "./findings.js";
import { LIMITS } from "./limits.js";
import { loadCluster, type LoadedCluster, only } from "./load.js";
import { noteProject } from "./notes.js";
import { REASON } from "./reasons.js";
import { listed } from "./words.js";

export interface CreateProjectInput {
  name: string;
  description: string;
  clusterId?: string | null | undefined;
}

/** A project, PENDING until its namespace is there. An unreachable cluster is no refusal: the namespace is made once it is back. */
export async function createProject(parts: Parts, viewer: Viewer, input: CreateProjectInput): Promise<ProjectRecord> {
  return runCommand(parts, viewer, async (command) => {
    const findings = new Findings();
    const clusterId = input.clusterId ?? null;
    const named = clusterId === null ? null : await loadCluster(command, clusterId);
    findings.permission(permissionsOfViewer(viewer), "CREATE_PROJECT");
    findings.throwIfForbidden();

    findings.addProblems(checkProjectName(input.name, command.settings, ["name"]));
    findings.addProblems(checkText(input.description, { max: LIMITS.description }, ["description"]));
    const cluster = named ?? (await onlyCluster(command, findings));
    if (!findings.hasProblems) {
      const taken = await command.tx.query("SELECT FROM project WHERE name = $1", [input.name]);
      if (taken.length > 0) {
        findings.conflict(
          ["name"],
          `A project named ${input.name} exists already; names are unique over all clusters.`,
        );
      }
    }
    if (cluster?.configured === false) {
      findings.precondition("ClusterNotReady", ["clusterId"], `The cluster ${cluster.name} is no longer configured.`);
    }
    findings.throwIfAny();
    if (cluster === null) throw new Error("a project without a cluster passed the checks");
    return insertProject(command, input, cluster);
  });
}

/** `clusterId` may be left out where there is one cluster. */
async function onlyCluster(command: Command, findings: Findings): Promise<LoadedCluster | null> {
  const configured = await command.tx.query<{ id: string; name: string }>(
    "SELECT id, name FROM cluster WHERE configured ORDER BY name",
  );
  const [one, ...others] = configured;
  if (one !== undefined && others.length === 0) return loadCluster(command, one.id);
  const names = listed(configured.map(({ name }) => name));
  findings.bad(
    ["clusterId"],
    one === undefined
      ? "No cluster is configured yet."
      : `There are several clusters (${names}): say which one the project is in.`,
  );
  return null;
}

async function insertProject(
  command: Command,
  input: CreateProjectInput,
  cluster: LoadedCluster,
): Promise<ProjectRecord> {
  const rows = await command.tx.query<ProjectRow>(
    `INSERT INTO project AS p (id, name, description, cluster_id, status) VALUES ($1, $2, $3, $4, 'PENDING') RETURNING ${columns("p", PROJECT_COLUMNS)}`,
    [randomUUID(), input.name, input.description, cluster.id],
  );
  const project = projectRecord(only("project", rows));
  noteProject(command, project, { from: null, to: "PENDING", reason: REASON.created });
  return project;
}
