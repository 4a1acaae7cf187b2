import type { DataSource } from "typeorm";
import type { BatchOutcome, StatusBatch } from "../../domain/ports/cluster-state.js";
import { inTransaction, query } from "../transaction.js";
import { NotLeading, applyPlan } from "./apply-plan.js";
import type { BatchPlan } from "./plan-batch.js";
import { planBatch } from "./plan-batch.js";
import type { RowPlan } from "./plan.js";

/** The most changes of one batch, and the most transitions of one transaction (DESIGN.md, "Transactions"). */
const MOST = 500;

/**
 * Writes what a leader saw, with roll-ups and transitions. Where nothing differs from what is stored it costs two reads and no transaction. A batch whose transitions could be
 * more than 500 becomes several transactions; each change is wholly in one of them.
 * @throws RangeError for more than 500 changes, or two of one row
 */
export async function writeBatch(
  dataSource: DataSource,
  clusterId: string,
  term: string,
  batch: StatusBatch,
): Promise<BatchOutcome> {
  checkBounds(batch);
  const outcome: BatchOutcome = { leading: true, stale: [], unblocked: { projects: [], providerTargets: [] } };
  const planned = await planBatch((sql, params) => query(dataSource, sql, params), clusterId, term, batch);
  if (planned === null) return { ...outcome, leading: false };
  outcome.stale.push(...planned.stale);
  for (const part of parts(planned.plan)) {
    // Done again after a deadlock, it meets the versions that it read, or calls them stale.
    const written = await inTransaction(dataSource, (tx) => applyPlan(tx, clusterId, term, part)).catch(
      (error: unknown) => {
        if (error instanceof NotLeading) return null;
        throw error;
      },
    );
    if (written === null) return { ...outcome, leading: false };
    outcome.stale.push(...written.stale);
    outcome.unblocked.projects.push(...written.unblocked.projects);
    outcome.unblocked.providerTargets.push(...written.unblocked.providerTargets);
  }
  return outcome;
}

function checkBounds({ assignments, providerTargets, projects }: StatusBatch): void {
  const ids = [...assignments, ...providerTargets, ...projects].map(({ id }) => id);
  if (ids.length > MOST) throw new RangeError(`a status batch holds at most ${MOST} changes, not ${ids.length}`);
  if (new Set(ids).size < ids.length) throw new RangeError("a status batch holds at most one change of each row");
}

/** Cuts a plan so that no part can write more than 500 transitions: those of its rows, and one for each parent that is rolled up. */
function* parts(plan: BatchPlan): Generator<BatchPlan> {
  let part = empty();
  let parents = new Set<string>();
  let size = 0;
  const take = function* (row: RowPlan, parent: string | null, add: (to: BatchPlan) => void): Generator<BatchPlan> {
    const own = row.happenings.length + (row.gone ? 1 : 0);
    const rolledUp = (): number => (parent !== null && row.verdictChanges && !parents.has(parent) ? 1 : 0);
    if (size > 0 && size + own + rolledUp() > MOST) {
      yield part;
      part = empty();
      parents = new Set();
      size = 0;
    }
    add(part);
    size += own + rolledUp();
    if (parent !== null && row.verdictChanges) parents.add(parent);
  };
  for (const row of plan.targets) yield* take(row, row.row.provider_id, (to) => to.targets.push(row));
  for (const row of plan.assignments) yield* take(row, row.row.secret_id, (to) => to.assignments.push(row));
  // Last: a project goes after everything in it.
  for (const row of plan.projects) yield* take(row, null, (to) => to.projects.push(row));
  if (part.targets.length + part.assignments.length + part.projects.length > 0) yield part;
}

function empty(): BatchPlan {
  return { assignments: [], targets: [], projects: [] };
}
