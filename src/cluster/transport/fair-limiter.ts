import { ClusterUnreachableError } from "../kubernetes-error.js";

interface Waiter {
  start(): void;
}

/** Bounds what is under way at once. What has to wait waits in the lane it names, first come first served; the lanes take turns. */
export class FairLimiter {
  /** Lanes with somebody waiting, the one whose turn it is first. A Set in each: leaving the line is cheap. */
  readonly #lanes = new Map<string, Set<Waiter>>();
  #active = 0;
  #waiting = 0;

  constructor(
    private readonly maxActive: number,
    private readonly maxWaiting: number,
  ) {}

  get active(): number {
    return this.#active;
  }
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Resolves when it is the caller's turn.
   * @returns call it once, when done
   * @throws ClusterUnreachableError "overloaded" where too many wait; the signal's reason where it comes first
   */
  acquire(lane: string, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(asError(signal.reason));
        return;
      }
      if (this.#active < this.maxActive) {
        this.#active += 1;
        resolve(this.#releaser());
        return;
      }
      if (this.#waiting >= this.maxWaiting) {
        reject(new ClusterUnreachableError("overloaded", `${this.#waiting} requests wait for this cluster already.`));
        return;
      }
      const onAbort = (): void => {
        this.#leave(lane, waiter);
        reject(asError(signal?.reason));
      };
      const waiter: Waiter = {
        start: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve(this.#releaser());
        },
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      const waiters = this.#lanes.get(lane);
      if (waiters === undefined) this.#lanes.set(lane, new Set([waiter]));
      else waiters.add(waiter);
      this.#waiting += 1;
    });
  }

  #leave(lane: string, waiter: Waiter): void {
    const waiters = this.#lanes.get(lane);
    if (waiters?.delete(waiter) !== true) return;
    this.#waiting -= 1;
    if (waiters.size === 0) this.#lanes.delete(lane);
  }

  #releaser(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#active -= 1;
      this.#next();
    };
  }

  #next(): void {
    for (const [lane, waiters] of this.#lanes) {
      // To the back, so that the next turn is another lane's.
      this.#lanes.delete(lane);
      for (const waiter of waiters) {
        waiters.delete(waiter);
        if (waiters.size > 0) this.#lanes.set(lane, waiters);
        this.#waiting -= 1;
        this.#active += 1;
        waiter.start();
        return;
      }
    }
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error("aborted"));
