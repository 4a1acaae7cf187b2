/** Tells for how long each failure has been seen without the event that says why. */
export class MissedCauses {
  readonly #since = new Map<string, number>();

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number) {}

  /** @param missing the key's object shows a failure, and its cause is not known @returns milliseconds; 0 where nothing is missing */
  missedFor(key: string, missing: boolean): number {
    if (!missing) {
      this.#since.delete(key);
      return 0;
    }
    const since = this.#since.get(key) ?? this.now();
    this.#since.set(key, since);
    return this.now() - since;
  }
}
