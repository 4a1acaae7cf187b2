/** Delays after failures in a row: doubling from `min` to `max`, each jittered over its whole range, so that many waiters spread out. */
export class Backoff {
  #failures = 0;

  /** @param min @param max milliseconds @param random 0 to 1 */
  constructor(
    private readonly min: number,
    private readonly max: number,
    private readonly random: () => number = Math.random,
  ) {}

  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure. @returns milliseconds to wait, at least 1 */
  next(): number {
    const delay = fullJitter(this.min, this.max, this.#failures, this.random);
    this.#failures += 1;
    return delay;
  }

  reset(): void {
    this.#failures = 0;
  }
}

/** A random delay up to `min` doubled once for each earlier failure, and never above `max`. @returns whole milliseconds, at least 1 */
export function fullJitter(min: number, max: number, earlierFailures: number, random: () => number): number {
  const ceiling = Math.min(max, min * 2 ** Math.min(earlierFailures, 30));
  return Math.max(1, Math.round(random() * ceiling));
}
