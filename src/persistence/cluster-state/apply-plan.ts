import type { BatchOutcome } from "../../domain/ports/cluster-state.js";
import type { Transaction } from "../transaction.js";
import { changesRow, deleteRows, updateRows } from "./apply-rows.js";
import type { JudgedTable } from "./apply-rows.js";
import { holdTerm } from "./leadership.js";
import type { RowPlan } from "./plan.js";
import type { AssignmentRow, BatchPlan, ProjectRow, TargetRow } from "./plan-batch.js";
import { deleteFinishedProviders, lockProviders, rollUpProviders } from "./roll-up-providers.js";
import { lockSecrets, rollUpSecrets } from "./roll-up-secrets.js";
import type { LockedSecret } from "./roll-up-secrets.js";
import { REASON, assignmentTransition, projectTransition, providerTransition } from "./transitions.js";

/**
 * Writes a plan in the order of DESIGN.md's "Transactions": the leader's row, then parents before children, each kind by id, then the roll-ups in later statements. Where no
 * verdict changes, no parent is locked.
 * @throws NotLeading where another leads; nothing is written then
 */
export async function applyPlan(
  tx: Transaction,
  clusterId: string,
  term: string,
  plan: BatchPlan,
): Promise<Pick<BatchOutcome, "stale" | "unblocked">> {
  const leads = requireTerm(tx, clusterId, term);
  leads.catch(() => {});
  // Most batches hold assignments alone: all that is locked, written and read for them is sent at once, in this order, and is undone where another leads.
  if (plan.projects.length + plan.targets.length > 0) await leads;
  const goingProjects = plan.projects.filter(({ gone }) => gone);
  if (goingProjects.length > 0) await lockProjects(tx, goingProjects);
  const projects = await update(tx, "project", plan.projects);
  // A repaired drift is told as the provider's, with its status.
  const telling = plan.targets.filter(({ verdictChanges, happenings }) => verdictChanges || happenings.length > 0);
  const providers = await lockProviders(tx, distinct(telling.map(({ row }) => row.provider_id)));
  const targets = await write(tx, "provider_target", plan.targets);
  const changing = plan.assignments.filter(({ verdictChanges }) => verdictChanges);
  const secretIds = distinct(changing.map(({ row }) => row.secret_id));
  const locking = lockSecrets(tx, secretIds);
  locking.catch(() => {});
  const writing = write(tx, "assignment", plan.assignments);
  // Rows go in a second statement, which the roll-up must see.
  if (plan.assignments.some(({ gone }) => gone)) await writing;
  const written = writing.then(({ done }) => {
    for (const one of done) noteAssignment(tx, clusterId, one);
    return new Set(done.map(({ row }) => row.secret_id));
  });
  const [assignments, secrets, providersOfGone] = await Promise.all([
    writing,
    locking,
    rollUpSecrets(tx, secretIds, locking, written),
    written,
    leads,
  ]);
  for (const done of targets.done) noteTarget(tx, done, providers);
  const touched = new Set(targets.done.map(({ row }) => row.provider_id));
  await rollUpProviders(
    tx,
    providers.filter(({ id }) => touched.has(id)),
  );
  if (providersOfGone.length > 0) await deleteFinishedProviders(tx, providersOfGone);

  const gone = await remove(tx, "project", plan.projects);
  for (const done of [...projects.done, ...gone.done]) noteProject(tx, clusterId, done);
  return {
    stale: [projects, targets, assignments, gone].flatMap(({ stale }) => stale),
    unblocked: await unblockedBy(tx, clusterId, assignments.done, targets.done, secrets),
  };
}

/** The term is over: the transaction is undone. */
export class NotLeading extends Error {
  override readonly name = "NotLeading";
}

async function requireTerm(tx: Transaction, clusterId: string, term: string): Promise<void> {
  if (!(await holdTerm(tx, clusterId, term))) throw new NotLeading();
}

type Plan<R extends RowPlan["row"]> = RowPlan<R>;

async function write<R extends RowPlan["row"]>(tx: Transaction, table: JudgedTable, plans: readonly Plan<R>[]) {
  const updated = await update(tx, table, plans);
  const removed = await remove(tx, table, plans);
  return { done: [...updated.done, ...removed.done], stale: [...updated.stale, ...removed.stale] };
}

async function update<R extends RowPlan["row"]>(tx: Transaction, table: JudgedTable, plans: readonly Plan<R>[]) {
  const staying = plans.filter(({ gone }) => !gone);
  const changing = staying.filter(changesRow);
  const held = table === "assignment" && changing.every(({ verdictChanges }) => verdictChanges);
  const ids = await updateRows(tx, table, changing, held);
  return split(staying, (plan) => !changesRow(plan) || ids.has(plan.row.id));
}

async function remove<R extends RowPlan["row"]>(tx: Transaction, table: JudgedTable, plans: readonly Plan<R>[]) {
  const going = plans.filter(({ gone }) => gone);
  const ids = await deleteRows(tx, table, going);
  return split(going, ({ row }) => ids.has(row.id));
}

function split<R extends RowPlan["row"]>(plans: readonly Plan<R>[], isDone: (plan: Plan<R>) => boolean) {
  const stale = plans.filter((plan) => !isDone(plan)).map(({ row }) => row.id);
  return { done: plans.filter(isDone), stale };
}

async function lockProjects(tx: Transaction, plans: readonly RowPlan[]): Promise<void> {
  await tx.query("SELECT FROM project WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE", [
    plans.map(({ row }) => row.id),
  ]);
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

function noteAssignment(tx: Transaction, clusterId: string, { row, happenings, gone }: Plan<AssignmentRow>): void {
  const of = { id: row.id, secretId: row.secret_id, projectId: row.project_id, clusterId };
  for (const what of happenings) tx.note(assignmentTransition(of, what));
  if (gone) tx.note(assignmentTransition(of, { from: row.status, to: null, reason: REASON.deleted, message: null }));
}

/** A target is no subject of its own: its status shows in its provider's, and a repaired drift is told as the provider's. */
function noteTarget(
  tx: Transaction,
  { row, happenings }: Plan<TargetRow>,
  providers: readonly { id: string; projectId: string | null; status: string }[],
): void {
  const provider = providers.find(({ id }) => id === row.provider_id);
  if (provider === undefined) return;
  const { status } = provider;
  for (const { from, to, reason, message } of happenings) {
    if (from === to) tx.note(providerTransition(provider, { from: status, to: status, reason, message }));
  }
}

function noteProject(tx: Transaction, clusterId: string, { row, happenings, gone }: Plan<ProjectRow>): void {
  const of = { id: row.id, clusterId };
  for (const what of happenings) tx.note(projectTransition(of, what));
  if (gone) tx.note(projectTransition(of, { from: row.status, to: null, reason: REASON.deleted, message: null }));
}

/** What waited for rows that have just gone: projects and stores that are going away themselves. */
async function unblockedBy(
  tx: Transaction,
  clusterId: string,
  assignments: readonly Plan<AssignmentRow>[],
  targets: readonly Plan<TargetRow>[],
  secrets: readonly LockedSecret[],
): Promise<BatchOutcome["unblocked"]> {
  const gone = assignments.filter((plan) => plan.gone);
  const goneTargets = targets.filter((plan) => plan.gone);
  if (gone.length + goneTargets.length === 0) return { projects: [], providerTargets: [] };
  const secretsOfGone = new Set(gone.map(({ row }) => row.secret_id));
  const rows = await tx.query<{ project: boolean; id: string }>(
    `SELECT true AS project, p.id FROM project p
      WHERE p.cluster_id = $1 AND p.deletion_requested_at IS NOT NULL AND p.id = ANY ($2::uuid[])
     UNION ALL
     SELECT false, t.id FROM provider_target t JOIN provider v ON v.id = t.provider_id
      WHERE t.cluster_id = $1 AND v.deletion_requested_at IS NOT NULL AND v.id = ANY ($3::uuid[])`,
    [
      clusterId,
      [...gone.map(({ row }) => row.project_id), ...goneTargets.flatMap(({ row }) => row.project_id ?? [])],
      secrets.filter(({ id }) => secretsOfGone.has(id)).map(({ providerId }) => providerId),
    ],
  );
  return {
    projects: rows.filter(({ project }) => project).map(({ id }) => id),
    providerTargets: rows.filter(({ project }) => !project).map(({ id }) => id),
  };
}
