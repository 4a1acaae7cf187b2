/** Three times in ten minutes is no accident (DESIGN.md, "What is ours in a cluster"). */
const LIMIT = 3;
const WINDOW_MS = 10 * 60_000;

/**
 * Counts how often something had to be taken back from the same manager. Kept in the leader's memory: a new leader counts afresh, and finds the same
 * quarrel within three repairs.
 */
export class ContestLog {
  readonly #repairs = new Map<string, { manager: string; at: number }[]>();

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number) {}

  /** Notes that `key` was taken back from `manager`. */
  repaired(key: string, manager: string): void {
    this.#repairs.set(key, [...this.#recent(key), { manager, at: this.now() }]);
  }

  /**
   * Whether `key` was taken back from `manager` three times in ten minutes already.
   * @returns milliseconds until it may be tried again, or null where there is no quarrel
   */
  contestedFor(key: string, manager: string): number | null {
    const times = this.#recent(key).filter((repair) => repair.manager === manager);
    const oldest = times.at(-LIMIT);
    return oldest === undefined ? null : Math.max(1, oldest.at + WINDOW_MS - this.now());
  }

  forget(key: string): void {
    this.#repairs.delete(key);
  }

  #recent(key: string): { manager: string; at: number }[] {
    const since = this.now() - WINDOW_MS;
    const recent = (this.#repairs.get(key) ?? []).filter((repair) => repair.at > since);
    if (recent.length === 0) this.#repairs.delete(key);
    return recent;
  }
}
