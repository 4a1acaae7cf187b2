/**
 * Joins the loads of one turn of the event loop into one: the rows of hundreds of keys in a single statement. Nothing is cached: a level-triggered pass
 * looks at what is wanted now.
 */
export class BatchLoader<T extends { id: string }> {
  #waiting = new Map<string, { resolve: (value: T | null) => void; reject: (error: unknown) => void }[]>();

  constructor(
    private readonly fetch: (ids: string[]) => Promise<T[]>,
    private readonly maxBatch = 500,
  ) {}

  /** @returns the row, or null where there is none */
  load(id: string): Promise<T | null> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setImmediate(() => this.#dispatch());
      const waiters = this.#waiting.get(id);
      if (waiters === undefined) this.#waiting.set(id, [{ resolve, reject }]);
      else waiters.push({ resolve, reject });
    });
  }

  #dispatch(): void {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    const ids = [...waiting.keys()];
    for (let from = 0; from < ids.length; from += this.maxBatch)
      void this.#fetch(ids.slice(from, from + this.maxBatch), waiting);
  }

  async #fetch(
    ids: string[],
    waiting: Map<string, { resolve: (value: T | null) => void; reject: (error: unknown) => void }[]>,
  ): Promise<void> {
    try {
      const rows = new Map((await this.fetch(ids)).map((row) => [row.id, row]));
      for (const id of ids) for (const { resolve } of waiting.get(id) ?? []) resolve(rows.get(id) ?? null);
    } catch (error) {
      for (const id of ids) for (const { reject } of waiting.get(id) ?? []) reject(error);
    }
  }
}
