import type {
  AssignmentChange,
  BatchOutcome,
  ClusterState,
  ProjectChange,
  ProviderTargetChange,
  StatusBatch,
} from "../../domain/ports/cluster-state.js";

/** The most changes in one batch: with the roll-ups of their parents one transaction writes at most 500 transitions (DESIGN.md, "Transactions"). */
const BATCH_SIZE = 450;

export type Change =
  | { kind: "assignment"; change: AssignmentChange }
  | { kind: "providerTarget"; change: ProviderTargetChange }
  | { kind: "project"; change: ProjectChange };

/** written; stale: desired state changed meanwhile, look again; deposed: another leader holds the cluster. */
export type ChangeOutcome = "written" | "stale" | "deposed";

interface Pending {
  item: Change;
  resolve: (outcome: ChangeOutcome) => void;
  reject: (error: unknown) => void;
}

/**
 * Group commit of what a leader saw: one batch in flight, the next gathers meanwhile. Several changes of one object keep their order, in later batches.
 */
export class StatusBatcher {
  #pending: Pending[] = [];
  #running = false;
  readonly #idle: (() => void)[] = [];

  /**
   * @param onOutcome called after each batch: what it unblocked is to be looked at again
   */
  constructor(
    private readonly state: Pick<ClusterState, "writeBatch">,
    private readonly clusterId: string,
    private readonly term: string,
    private readonly onOutcome: (outcome: BatchOutcome) => void,
  ) {}

  /** Resolves once the change is committed, or told that it is not. @throws whatever the database threw after its retries */
  submit(item: Change): Promise<ChangeOutcome> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ item, resolve, reject });
      if (!this.#running) {
        this.#running = true;
        // Whatever is decided in this turn of the event loop shares the first batch.
        setImmediate(() => void this.#run());
      }
    });
  }

  /** Resolves when nothing is under way any more. */
  async drained(): Promise<void> {
    if (!this.#running) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) await this.#flush(this.#take());
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #take(): Pending[] {
    const seen = new Set<string>();
    const batch: Pending[] = [];
    const rest: Pending[] = [];
    for (const pending of this.#pending) {
      const id = pending.item.change.id;
      if (batch.length < BATCH_SIZE && !seen.has(id)) batch.push(pending);
      else rest.push(pending);
      seen.add(id);
    }
    this.#pending = rest;
    return batch;
  }

  async #flush(batch: readonly Pending[]): Promise<void> {
    const failure = await this.#attempt(batch);
    if (failure !== null) await this.#isolate(batch, failure.error);
  }

  /** @returns null where it was written, or need not be */
  async #attempt(batch: readonly Pending[]): Promise<{ error: unknown } | null> {
    let outcome: BatchOutcome;
    try {
      outcome = await this.state.writeBatch(this.clusterId, this.term, toStatusBatch(batch));
    } catch (error) {
      return { error };
    }
    const stale = new Set(outcome.stale);
    for (const { item, resolve } of batch) {
      resolve(!outcome.leading ? "deposed" : stale.has(item.change.id) ? "stale" : "written");
    }
    this.onOutcome(outcome);
    return null;
  }

  /** One change that the database cannot take must not keep the others from being written. Where neither half can be written, it is not the changes that are wrong. */
  async #isolate(part: readonly Pending[], error: unknown): Promise<void> {
    const middle = Math.ceil(part.length / 2);
    const failed: { half: readonly Pending[]; error: unknown }[] = [];
    for (const half of part.length > 1 ? [part.slice(0, middle), part.slice(middle)] : []) {
      const failure = await this.#attempt(half);
      if (failure !== null) failed.push({ half, error: failure.error });
    }
    if (part.length === 1 || failed.length === 2) for (const { reject } of part) reject(error);
    else for (const { half, error: own } of failed) await this.#isolate(half, own);
  }
}

function toStatusBatch(batch: readonly Pending[]): StatusBatch {
  const assignments: AssignmentChange[] = [];
  const providerTargets: ProviderTargetChange[] = [];
  const projects: ProjectChange[] = [];
  for (const { item } of batch) {
    if (item.kind === "assignment") assignments.push(item.change);
    else if (item.kind === "providerTarget") providerTargets.push(item.change);
    else projects.push(item.change);
  }
  return { assignments, providerTargets, projects };
}
