import type { StatusBatch } from "../../domain/ports/cluster-state.js";
import type { RunStatement } from "../transaction.js";
import { lookAtTerm } from "./leadership.js";
import { comparedColumns, isNoOp, planRow } from "./plan.js";
import type { JudgedRow, RowPlan, TableRules } from "./plan.js";

export interface AssignmentRow extends JudgedRow {
  secret_id: string;
  project_id: string;
}
export interface TargetRow extends JudgedRow {
  provider_id: string;
  /** Of a project provider. */
  project_id: string | null;
}
export type ProjectRow = JudgedRow;

/** What is to be written, once the batch was compared with the rows as they stand. */
export interface BatchPlan {
  assignments: RowPlan<AssignmentRow>[];
  targets: RowPlan<TargetRow>[];
  projects: RowPlan[];
}

const OBJECT_FACTS = [
  ["uid", "uid"],
  ["sent", "sent"],
  ["appliedGeneration", "applied_generation"],
  ["deleteSent", "delete_sent_at"],
] as const;
const ASSIGNMENT: TableRules = {
  observed: true,
  facts: new Map([
    ...OBJECT_FACTS,
    ["syncedGeneration", "synced_generation"],
    ["refreshedAt", "refreshed_at"],
    ["forceSyncApplied", "force_sync_applied"],
    ["forceSyncToken", "force_sync_token"],
    ["appliedManifest", "applied_manifest"],
    ["adopted", "adopted"],
  ]),
};
const PROVIDER_TARGET: TableRules = { observed: true, facts: new Map(OBJECT_FACTS) };
const PROJECT: TableRules = {
  observed: false,
  facts: new Map([
    ["uid", "namespace_uid"],
    ["sent", "sent"],
    ["deleteSent", "delete_sent_at"],
    ["namespaceOurs", "namespace_ours"],
  ]),
};

/**
 * Compares a batch with the rows as they stand, without a lock. What is planned holds only for the versions that were read.
 * @returns null where another leads; `stale`: ids whose desired state has changed since they were judged, or that are gone
 */
export async function planBatch(
  run: RunStatement,
  clusterId: string,
  term: string,
  batch: StatusBatch,
): Promise<{ plan: BatchPlan; stale: string[] } | null> {
  const rowsOf = async <R extends JudgedRow>(
    changes: readonly Change[],
    rules: TableRules,
    select: Select,
  ): Promise<Map<string, R>> => {
    if (changes.length === 0) return new Map();
    const rows = await run<R>(select(comparedColumns(changes, rules)), [changes.map(({ id }) => id), clusterId]);
    return new Map(rows.map((row) => [row.id, row]));
  };
  // Side by side: none of it is locked, and what is planned is checked again when it is written.
  const [{ leading, now }, assignmentRows, targetRows, projectRows] = await Promise.all([
    lookAtTerm(run, clusterId, term),
    rowsOf<AssignmentRow>(batch.assignments, ASSIGNMENT, selectAssignments),
    rowsOf<TargetRow>(batch.providerTargets, PROVIDER_TARGET, selectTargets),
    rowsOf<ProjectRow>(batch.projects, PROJECT, selectProjects),
  ]);
  if (!leading) return null;
  const stale: string[] = [];

  const plansOf = <R extends JudgedRow>(
    changes: readonly Change[],
    rules: TableRules,
    rows: ReadonlyMap<string, R>,
  ): RowPlan<R>[] => {
    const plans: RowPlan<R>[] = [];
    for (const change of changes) {
      const row = rows.get(change.id);
      const judgedThis = row !== undefined && row.revision === change.revision.toString();
      if (!judgedThis || (change.verdict === "gone" && !row.going)) {
        stale.push(change.id);
        continue;
      }
      const plan = planRow(row, change, rules, now);
      if (!isNoOp(plan)) plans.push(plan);
    }
    return plans;
  };

  const assignments = plansOf(batch.assignments, ASSIGNMENT, assignmentRows);
  // As the log tells it: a repaired drift leaves a transition, too.
  for (const { set, happenings } of assignments) if (happenings.length > 0) set.set("last_transition_at", now);
  const targets = plansOf(batch.providerTargets, PROVIDER_TARGET, targetRows);
  const projects = plansOf(batch.projects, PROJECT, projectRows);
  return { plan: { assignments, targets, projects }, stale };
}

type Change = Parameters<typeof planRow>[1];
type Select = (compared: readonly string[]) => string;

const listed = (alias: string, names: readonly string[]): string => names.map((name) => `, ${alias}.${name}`).join("");

const selectAssignments: Select = (compared) => `
  SELECT a.id, a.xmin::text AS seen, a.revision, a.status, a.reason, a.message, a.deletion_requested_at IS NOT NULL AS going,
         a.secret_id, a.project_id, a.last_transition_at${listed("a", compared)}
    FROM assignment a JOIN project p ON p.id = a.project_id
   WHERE a.id = ANY ($1::uuid[]) AND p.cluster_id = $2`;

const selectTargets: Select = (compared) => `
  SELECT t.id, t.xmin::text AS seen, t.revision, t.status, t.reason, t.message, v.deletion_requested_at IS NOT NULL AS going,
         t.provider_id, v.project_id${listed("t", compared)}
    FROM provider_target t JOIN provider v ON v.id = t.provider_id
   WHERE t.id = ANY ($1::uuid[]) AND t.cluster_id = $2`;

const selectProjects: Select = (compared) => `
  SELECT p.id, p.xmin::text AS seen, p.revision, p.status, p.reason, p.message, p.deletion_requested_at IS NOT NULL AS going${listed("p", compared)}
    FROM project p WHERE p.id = ANY ($1::uuid[]) AND p.cluster_id = $2`;
