import { SYSTEM_ACTOR, type TransitionRecord } from "../domain/transition.js";

/** Assignments that are waited for at a time; of more those that have waited longest are forgotten. */
const MOST_WAITING = 100_000;

/**
 * Measures how long a person's change takes to arrive: from its transition (created, updated, assigned, synced on demand) to the one that says SYNCED, both on the database's clock. A
 * change that fails in between counts until it arrives; one that is overtaken by a newer change counts from that.
 */
export class SyncTimes {
  readonly #changedAt = new Map<string, number>();

  /** @param observe called with the cluster's id and seconds */
  constructor(private readonly observe: (clusterId: string, seconds: number) => void) {}

  /** Takes what the log tells, in its order. */
  take(batch: readonly TransitionRecord[]): void {
    for (const transition of batch) if (transition.subject === "ASSIGNMENT") this.#takeOne(transition);
  }

  #takeOne({ subjectId, to, actor, at, clusterId }: TransitionRecord): void {
    if (actor !== SYSTEM_ACTOR && to === "PENDING") return this.#wait(subjectId, at.getTime());
    const changedAt = this.#changedAt.get(subjectId);
    if (changedAt === undefined || (to !== null && to !== "SYNCED" && to !== "DELETING")) return;
    this.#changedAt.delete(subjectId);
    if (to === "SYNCED" && clusterId !== null) this.observe(clusterId, Math.max(0, at.getTime() - changedAt) / 1000);
  }

  #wait(id: string, since: number): void {
    this.#changedAt.delete(id);
    this.#changedAt.set(id, since);
    const [oldest] = this.#changedAt.keys();
    if (this.#changedAt.size > MOST_WAITING && oldest !== undefined) this.#changedAt.delete(oldest);
  }
}
