import { fullJitter } from "./watch/backoff.js";

/**
 * What `process` answers. Nothing: done, its failures are forgotten. `after`: so too, and look again in so many milliseconds. `retry`: it comes back as after a throw,
 * without `onError`, and at the latest after `within` milliseconds.
 */
export type ProcessResult = { after: number } | { retry: true; within?: number } | undefined | void;

export interface WorkQueueOptions {
  /** Never runs twice at once for one key. A throw is a failure: the key comes back with backoff. */
  process(key: string, signal: AbortSignal): Promise<ProcessResult>;
  /** Keys processed at once. Default 32. */
  concurrency?: number;
  /** Milliseconds: the range of the first and of the longest delay after failures. Defaults 1,000 and 300,000. */
  minBackoff?: number;
  maxBackoff?: number;
  /** `process` threw; with the delay that was chosen. */
  onError?(key: string, error: unknown, retryIn: number): void;
  /** A key is taken up; milliseconds since it became due. */
  onTaken?(key: string, waited: number): void;
  /** 0 to 1; for tests. */
  random?: () => number;
}

interface Delayed {
  at: number;
  timer: NodeJS.Timeout;
}

/** setTimeout takes no more; what is due later is looked at earlier. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Keys to be looked at: each at most once in line and once under way. A key that is added while it is under way is processed once more afterwards. A delay never keeps
 * back a key that is added for now, and adding it for now ends the delay.
 */
export class WorkQueue {
  /** Keys in line, with the time when they became due. A Map keeps the order of their coming. */
  readonly #due = new Map<string, number>();
  readonly #active = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #stopping = new AbortController();
  readonly #idle: (() => void)[] = [];
  #turn = false;

  constructor(private readonly options: WorkQueueOptions) {}

  /** Due now. */
  add(key: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#undelay(key);
    if (this.#active.has(key)) this.#again.add(key);
    else if (!this.#due.has(key)) {
      this.#due.set(key, performance.now());
      this.#wake();
    }
  }

  /** Due in so many milliseconds; of several delays of one key the earliest wins. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#stopping.signal.aborted || this.#due.has(key) || this.#again.has(key)) return;
    if (milliseconds <= 0) {
      this.add(key);
      return;
    }
    const at = performance.now() + milliseconds;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.at <= at) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => this.add(key), Math.min(milliseconds, MAX_DELAY_MS));
    this.#delayed.set(key, { at, timer });
  }

  /** Due after this key's next backoff. @returns the delay in milliseconds */
  addRateLimited(key: string): number {
    const { minBackoff = 1_000, maxBackoff = 300_000, random = Math.random } = this.options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const delay = fullJitter(minBackoff, maxBackoff, failures, random);
    this.addAfter(key, delay);
    return delay;
  }

  /** Its next failure counts as its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Keys in line: not those delayed, not those under way. */
  get depth(): number {
    return this.#due.size;
  }

  get active(): number {
    return this.#active.size;
  }

  get delayed(): number {
    return this.#delayed.size;
  }

  /** Milliseconds that the first in line has waited; 0 where there is none. */
  get oldestAge(): number {
    for (const since of this.#due.values()) return performance.now() - since;
    return 0;
  }

  /** Resolves when nothing is in line or under way; delayed keys don't count. */
  async drain(): Promise<void> {
    while (this.#due.size > 0 || this.#active.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Takes up nothing more, aborts the signal and forgets delays. Resolves when what was under way is done. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const { timer } of this.#delayed.values()) clearTimeout(timer);
    this.#delayed.clear();
    this.#due.clear();
    this.#again.clear();
    await this.drain();
  }

  #undelay(key: string): void {
    clearTimeout(this.#delayed.get(key)?.timer);
    this.#delayed.delete(key);
  }

  /** Takes up keys at the end of this turn of the event loop, so that whoever adds many is not interrupted. */
  #wake(): void {
    if (this.#turn) return;
    this.#turn = true;
    setImmediate(() => {
      this.#turn = false;
      this.#fill();
    });
  }

  #fill(): void {
    const { concurrency = 32 } = this.options;
    for (const [key, since] of this.#due) {
      if (this.#active.size >= concurrency) return;
      this.#due.delete(key);
      this.#active.add(key);
      void this.#process(key, performance.now() - since);
    }
  }

  #failed(key: string, error: unknown): void {
    const delay = this.addRateLimited(key);
    try {
      this.options.onError?.(key, error, delay);
    } catch {
      // Whoever wants to hear of failures must not make more of them.
    }
  }

  async #process(key: string, waited: number): Promise<void> {
    try {
      this.options.onTaken?.(key, waited);
      const result = await this.options.process(key, this.#stopping.signal);
      if (result !== undefined && "retry" in result) {
        this.addRateLimited(key);
        if (result.within !== undefined) this.addAfter(key, result.within);
      } else {
        this.forget(key);
        if (result !== undefined) this.addAfter(key, result.after);
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failed(key, error);
    } finally {
      this.#active.delete(key);
      // With its own place in line again: one key that never rests must not hold up the others.
      if (this.#again.delete(key)) this.add(key);
      if (this.#due.size > 0) this.#fill();
      if (this.#due.size === 0 && this.#active.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}
