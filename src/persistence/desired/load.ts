import type { AssignmentRecord } from "../../domain/assignment.js";
import type { ClusterRecord } from "../../domain/cluster.js";
import type { AssignmentStatus } from "../../domain/kinds.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { SecretRecord } from "../../domain/secret.js";
import { notFound } from "../../errors.js";
import {
  ASSIGNMENT_COLUMNS,
  assignmentRecord,
  type AssignmentRow,
  CLUSTER_COLUMNS,
  clusterRecord,
  type ClusterRow,
  columns,
  PROJECT_COLUMNS,
  projectRecord,
  type ProjectRow,
  PROVIDER_COLUMNS,
  providerRecord,
  type ProviderRow,
  SECRET_COLUMNS,
  secretRecord,
  type SecretRow,
} from "../records.js";
import { raw, type Sql, sql } from "../read/sql.js";
import { seesAssignment, seesCluster, seesProject, seesProvider, seesSecret } from "../read/visibility.js";
import { type Command, select } from "./command.js";
import { knownForm } from "./ids.js";

/** How rows are held until the end of the transaction. Parents first, each kind by id (DESIGN.md, "Transactions"). */
export type Lock = "update" | "share" | "none";

/** A project with what only its own commands look at. */
export type LoadedProject = ProjectRecord & {
  /** A create of its namespace was attempted: there may be one. */
  sent: boolean;
  deleteNamespace: boolean;
};
export type LoadedCluster = ClusterRecord & { configured: boolean };

/** An assignment, as much of it as commands need. */
export interface HeldAssignment {
  id: string;
  secretId: string;
  projectId: string;
  projectName: string;
  clusterId: string;
  status: AssignmentStatus;
  /** There may be an object in the cluster. */
  sent: boolean;
  uid: string | null;
  /** It is to go away. */
  going: boolean;
  /** A forced sync was asked for so recently that another is refused. */
  syncTooSoon: boolean;
}

const LOCKS: Record<Lock, string> = { update: "FOR UPDATE", share: "FOR SHARE", none: "" };

/** @param alias of the table whose rows are held */
function held(command: Command, lock: Lock, alias: string): Sql {
  return raw(lock === "none" || !command.locking ? "" : `${LOCKS[lock]} OF ${alias}`);
}

/** The visible projects of these ids, ordered by id. @throws NOT_FOUND unless all can be seen */
export async function loadProjects(command: Command, ids: readonly string[], lock: Lock): Promise<LoadedProject[]> {
  const wanted = knownForm("project", ids);
  if (wanted.length === 0) return [];
  const rows = await select<ProjectRow & { sent: boolean; delete_namespace: boolean }>(
    command,
    sql`SELECT ${raw(columns("p", PROJECT_COLUMNS))}, p.sent, p.delete_namespace FROM project p
      WHERE p.id = ANY(${wanted}::uuid[]) AND (${seesProject(command.scope, raw("p.id"))}) ORDER BY p.id ${held(command, lock, "p")}`,
  );
  if (rows.length < wanted.length) throw notFound("project");
  return rows.map((row) => ({ ...projectRecord(row), sent: row.sent, deleteNamespace: row.delete_namespace }));
}

/** @throws NOT_FOUND */
export async function loadProject(command: Command, id: string, lock: Lock): Promise<LoadedProject> {
  return only("project", await loadProjects(command, [id], lock));
}

/** The visible providers of these ids, ordered by id. @throws NOT_FOUND unless all can be seen */
export async function loadProviders(command: Command, ids: readonly string[], lock: Lock): Promise<ProviderRecord[]> {
  const wanted = knownForm("provider", ids);
  const rows = await select<ProviderRow>(
    command,
    sql`SELECT ${raw(columns("v", PROVIDER_COLUMNS))} FROM provider v
      WHERE v.id = ANY(${wanted}::uuid[]) AND (${seesProvider(command.scope, "v")}) ORDER BY v.id ${held(command, lock, "v")}`,
  );
  if (rows.length < wanted.length) throw notFound("provider");
  return rows.map(providerRecord);
}

/** @throws NOT_FOUND */
export async function loadProvider(command: Command, id: string, lock: Lock): Promise<ProviderRecord> {
  return only("provider", await loadProviders(command, [id], lock));
}

/** @throws NOT_FOUND */
export async function loadSecret(command: Command, id: string, lock: Lock): Promise<SecretRecord> {
  const rows = await select<SecretRow>(
    command,
    sql`SELECT ${raw(columns("s", SECRET_COLUMNS))} FROM secret s
      WHERE s.id = ANY(${knownForm("secret", [id])}::uuid[]) AND (${seesSecret(command.scope, "s")}) ${held(command, lock, "s")}`,
  );
  return only("secret", rows.map(secretRecord));
}

/** @throws NOT_FOUND */
export async function loadCluster(command: Command, id: string): Promise<LoadedCluster> {
  const rows = await select<ClusterRow & { configured: boolean }>(
    command,
    sql`SELECT ${raw(columns("c", CLUSTER_COLUMNS))}, c.configured FROM cluster c
      WHERE c.id = ANY(${knownForm("cluster", [id])}::uuid[]) AND (${seesCluster(command.scope, raw("c.id"))})`,
  );
  return only(
    "cluster",
    rows.map((row) => ({ ...clusterRecord(row), configured: row.configured })),
  );
}

/** @throws NOT_FOUND */
export async function loadAssignment(command: Command, id: string): Promise<AssignmentRecord> {
  const rows = await select<AssignmentRow>(
    command,
    sql`SELECT ${raw(columns("a", ASSIGNMENT_COLUMNS))} FROM assignment a
      WHERE a.id = ANY(${knownForm("assignment", [id])}::uuid[]) AND (${seesAssignment(command.scope, "a")})`,
  );
  return only("assignment", rows.map(assignmentRecord));
}

/**
 * Assignments of a secret, or in a project, ordered by id. Not judged by visibility: the caller has loaded their parent, and whoever may change that sees all of them.
 */
export async function loadAssignments(
  command: Command,
  of: { secretId: string } | { projectId: string } | { id: string },
  lock: Lock,
): Promise<HeldAssignment[]> {
  return select<HeldAssignment>(
    command,
    sql`SELECT a.id, a.secret_id AS "secretId", a.project_id AS "projectId", p.name AS "projectName", p.cluster_id AS "clusterId", a.status, a.sent, a.uid,
        a.deletion_requested_at IS NOT NULL AS going,
        coalesce(a.force_sync_requested_at > now() - ${command.settings.forcedSyncInterval} * interval '1 millisecond', false) AS "syncTooSoon"
      FROM assignment a JOIN project p ON p.id = a.project_id
      WHERE ${ofParent(of)} ORDER BY a.id ${held(command, lock, "a")}`,
  );
}

function ofParent(of: { secretId: string } | { projectId: string } | { id: string }): Sql {
  if ("secretId" in of) return sql`a.secret_id = ${of.secretId}`;
  return "projectId" in of ? sql`a.project_id = ${of.projectId}` : sql`a.id = ${of.id}`;
}

/** The project of a project secret or project provider; null for an organization's. */
export async function projectOf(
  command: Command,
  thing: { projectId: string | null },
  lock: Lock,
): Promise<LoadedProject | null> {
  return thing.projectId === null ? null : loadProject(command, thing.projectId, lock);
}

export function only<T>(kind: string, found: readonly T[]): T {
  const [first] = found;
  if (first === undefined) throw notFound(kind);
  return first;
}
