/** Where the simulator's time comes from; tests may bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after some milliseconds; returns what takes that back. */
  after(ms: number, callback: () => void): () => void;
}

const LONGEST = 2 ** 31 - 1;

/** The machine's clock. Its timers do not keep the process alive. */
export const realClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.max(0, Math.min(ms, LONGEST)));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
