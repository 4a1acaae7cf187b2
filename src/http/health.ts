interface Ready {
  ready: boolean;
  /** In a few words, for people. */
  reason: string;
}

/** What /readyz says, and why. */
export interface Readiness {
  /** Whether requests would be answered: the database answers and is migrated. */
  check(): Promise<Ready>;
}

/** Asks one at a time and keeps the answer for a moment, so that probes cannot burden the database. */
export class CachedReadiness implements Readiness {
  #answer: Promise<Ready> | null = null;

  /** @param keep milliseconds that an answer holds once it is there */
  constructor(
    private readonly probe: () => Promise<Ready>,
    private readonly keep = 500,
  ) {}

  check(): Promise<Ready> {
    this.#answer ??= this.#ask();
    return this.#answer;
  }

  async #ask(): Promise<Ready> {
    try {
      return await this.probe();
    } catch {
      return { ready: false, reason: "the database could not be asked" };
    } finally {
      setTimeout(() => {
        this.#answer = null;
      }, this.keep).unref();
    }
  }
}
