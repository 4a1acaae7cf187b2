import type { Clock } from "../clock.js";

/** Delay before the n-th retry: 1 s doubling, at most 7 minutes (ESO.md). */
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 7 * 60 * 1000;

/** What to do after a key was worked on: nothing, again after some time, again with backoff. */
export type Outcome = { kind: "done" } | { kind: "after"; ms: number } | { kind: "retry" };

/** A de-duplicating queue of keys with workers and backoff, as controller-runtime has it. */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly working = new Set<string>();
  private readonly again = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, () => void>();
  private running = false;
  private cancelPump: (() => void) | undefined;

  /**
   * @param work - works on a key; throwing counts as a retry
   * @param settings - workers at once; the pause before a key is taken up; the scale of all delays
   */
  constructor(
    private readonly work: (key: string) => Promise<Outcome>,
    private readonly clock: Clock,
    private readonly settings: { workers: number; reaction: () => number; scale: () => number },
  ) {}

  start(): void {
    this.running = true;
  }

  /** Forgets everything; what is being worked on ends without effect on the queue. */
  stop(): void {
    this.running = false;
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.waiting.clear();
    this.again.clear();
    this.failures.clear();
    this.cancelPump?.();
    this.cancelPump = undefined;
  }

  /** Takes a key up soon. */
  add(key: string): void {
    if (!this.running) return;
    if (this.working.has(key)) this.again.add(key);
    else this.waiting.add(key);
    this.pump();
  }

  private addAfter(key: string, ms: number): void {
    this.timers.get(key)?.();
    this.timers.set(
      key,
      this.clock.after(ms * this.settings.scale(), () => {
        this.timers.delete(key);
        this.add(key);
      }),
    );
  }

  private pump(): void {
    if (this.cancelPump !== undefined || this.waiting.size === 0) return;
    this.cancelPump = this.clock.after(this.settings.reaction(), () => {
      this.cancelPump = undefined;
      for (const key of this.waiting) {
        if (this.working.size >= this.settings.workers) return;
        this.waiting.delete(key);
        this.working.add(key);
        void this.run(key);
      }
    });
  }

  private async run(key: string): Promise<void> {
    let outcome: Outcome = { kind: "retry" };
    try {
      outcome = await this.work(key);
    } catch {
      // A failure is a retry; what went wrong is in the object's status and events.
    }
    this.working.delete(key);
    if (!this.running) return;
    if (outcome.kind === "retry") {
      const failures = this.failures.get(key) ?? 0;
      this.failures.set(key, failures + 1);
      this.addAfter(key, Math.min(FIRST_DELAY * 2 ** failures, LONGEST_DELAY));
    } else {
      this.failures.delete(key);
      if (outcome.kind === "after") this.addAfter(key, outcome.ms);
    }
    if (this.again.delete(key)) this.waiting.add(key);
    this.pump();
  }
}
