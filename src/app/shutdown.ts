import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../domain/ports/logger.js";

/** What was started, to be stopped in the opposite order. */
export class Shutdown {
  readonly #parts: { name: string; stop: () => Promise<void>; limit: number }[] = [];
  #running: Promise<void> | null = null;

  constructor(private readonly logger: Logger) {}

  /**
   * @param name for the log, where it does not stop
   * @param limit milliseconds that are kept for it; it may have what those before it did not use as well
   */
  add(name: string, limit: number, stop: () => Promise<void>): void {
    this.#parts.push({ name, stop, limit });
  }

  /** Stops everything, once however often it is called; never throws. Takes no longer than the sum of the limits. */
  run(): Promise<void> {
    this.#running ??= this.#stopAll();
    return this.#running;
  }

  async #stopAll(): Promise<void> {
    const parts = this.#parts.toReversed();
    const deadline = performance.now() + total(parts);
    for (const [index, { name, stop }] of parts.entries()) {
      const limit = Math.max(0, deadline - performance.now() - total(parts.slice(index + 1)));
      const late = new AbortController();
      const tooLong = delay(limit, "late" as const, { signal: late.signal }).catch(() => "stopped" as const);
      try {
        if ((await Promise.race([stop(), tooLong])) === "late")
          this.logger.warn({ part: name, limit: Math.round(limit) }, "a part took too long to stop and is left behind");
      } catch (error) {
        this.logger.error({ part: name, err: error }, "a part did not stop cleanly");
      } finally {
        late.abort();
      }
    }
  }
}

const total = (parts: readonly { limit: number }[]): number => parts.reduce((sum, { limit }) => sum + limit, 0);
