/** Commits whose notification is waited for; more are forgotten, oldest first. */
const MOST_WAITING = 1_000;

/**
 * Measures how long notifications take: from each commit of this process that wrote transitions until one for its position, or a later one, comes back. Nothing but this process's
 * monotonic clock is asked.
 */
export class NotificationClock {
  /** When it was committed, by position; in the order of positions, but for commits that overtake each other on the way back. */
  readonly #waiting = new Map<bigint, number>();
  #newest = 0n;

  /** @param observe called with seconds */
  constructor(private readonly observe: (seconds: number) => void) {}

  committed(position: bigint): void {
    // Its notification may be read before the answer to its COMMIT is.
    if (position <= this.#newest) return this.observe(0);
    this.#waiting.set(position, performance.now());
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MOST_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
  }

  notified(position: bigint): void {
    if (position > this.#newest) this.#newest = position;
    const now = performance.now();
    for (const [waiting, since] of this.#waiting) {
      if (waiting > position) continue;
      this.#waiting.delete(waiting);
      this.observe((now - since) / 1000);
    }
  }

  /** The connection that listens is a new one: what it missed never comes. */
  reconnected(): void {
    this.#waiting.clear();
  }

  /** Seconds that the oldest has been waited for; 0: none is. */
  oldest(): number {
    const [since] = this.#waiting.values();
    return since === undefined ? 0 : (performance.now() - since) / 1000;
  }
}
