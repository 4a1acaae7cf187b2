/** What the actors pass for each step, and what whoever needs them all to stand still closes. */
export class Gate {
  #inside = 0;
  #open = Promise.withResolvers<void>();
  #empty: (() => void) | null = null;
  #closed = false;

  constructor() {
    this.#open.resolve();
  }

  async pass(step: () => Promise<void>): Promise<void> {
    while (this.#closed) await this.#open.promise;
    this.#inside += 1;
    try {
      await step();
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) this.#empty?.();
    }
  }

  /** Resolves when nobody is inside any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#open = Promise.withResolvers<void>();
    if (this.#inside > 0) await new Promise<void>((resolve) => (this.#empty = resolve));
    this.#empty = null;
  }

  open(): void {
    this.#closed = false;
    this.#open.resolve();
  }
}
