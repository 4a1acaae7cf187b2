import { randomUUID } from "node:crypto";
import type { ClusterState } from "../domain/ports/cluster-state.js";
import type { Logger } from "../domain/ports/logger.js";
import { DeposedError } from "./reconcile/leader-context.js";

export interface LeaseSettings {
  /** Milliseconds that a lease lasts, on the database's clock. */
  duration: number;
  /** Milliseconds between renewals. */
  interval: number;
}

/** DESIGN.md, "Leadership": 6 s, renewed every 2 s; with this a takeover is done well within 10 s. */
const DEFAULT_LEASE_SETTINGS: LeaseSettings = { duration: 6_000, interval: 2_000 };

export interface LeaseOptions {
  clusterId: string;
  state: Pick<ClusterState, "holdLease" | "releaseLease">;
  logger: Logger;
  settings?: LeaseSettings;
  /** A new term begins. */
  onGained(term: string): void;
  /** The term has ended, or may have. */
  onLost(): void;
}

/**
 * Takes and renews the leadership of one cluster. The deadline is counted on this process's monotonic clock from before the last renewal was asked for, so that it never
 * lasts longer than what the database granted, whatever the clocks say.
 */
export class Lease {
  #term: string | null = null;
  /** A term that is no longer ours and may stand in the database still: nobody could begin another before it runs out. */
  #former: string | null = null;
  #deadline = 0;
  #timer: NodeJS.Timeout | null = null;
  #turn: Promise<void> | null = null;
  #stopped = false;
  readonly #settings: LeaseSettings;

  constructor(private readonly options: LeaseOptions) {
    this.#settings = options.settings ?? DEFAULT_LEASE_SETTINGS;
  }

  start(): void {
    this.#schedule(0);
  }

  /** The term of which this process is sure; null: none. */
  get term(): string | null {
    return this.#term !== null && performance.now() < this.#deadline ? this.#term : null;
  }

  /** @throws DeposedError unless this term's lease is sure to run still */
  assert(term: string): void {
    if (this.term !== term) throw new DeposedError();
  }

  /** Gives a lost term up before its time: the next turn tries for a new one. A term that is over already changes nothing. */
  stepDown(term: string): void {
    if (this.#term === term) this.#lose();
  }

  /** Ends the term, so that another replica can begin one at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#turn;
    this.#lose();
    const term = this.#former;
    if (term === null) return;
    try {
      await this.options.state.releaseLease(this.options.clusterId, term);
    } catch (error) {
      this.options.logger.warn({ err: error }, "the leadership could not be given back; it runs out by itself");
    }
  }

  #schedule(delay: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#turn = this.#renew();
    }, delay);
  }

  async #renew(): Promise<void> {
    const asked = performance.now();
    const term = this.#term ?? randomUUID();
    try {
      if (this.#former !== null) await this.options.state.releaseLease(this.options.clusterId, this.#former);
      this.#former = null;
      const held = await this.options.state.holdLease(this.options.clusterId, term, this.#settings.duration);
      if (held) this.#hold(term, asked + this.#settings.duration);
      else this.#lose();
    } catch (error) {
      this.options.logger.warn({ err: error }, "the leadership could not be renewed");
      // It may have been granted all the same.
      if (this.#term === null) this.#former ??= term;
      // A database that is away for a moment does not end a term that still runs.
      if (performance.now() + this.#settings.interval >= this.#deadline) this.#lose();
    }
    this.#schedule(this.#settings.interval * (0.9 + 0.2 * Math.random()));
  }

  #hold(term: string, deadline: number): void {
    this.#deadline = deadline;
    if (this.#term !== null) return;
    // Answered so late that it is over already: it is given back before the next is asked for.
    const over = performance.now() >= deadline;
    this.#former = over ? term : null;
    if (over) return;
    this.#term = term;
    this.options.onGained(term);
  }

  #lose(): void {
    if (this.#term === null) return;
    this.#former = this.#term;
    this.#term = null;
    this.#deadline = 0;
    this.options.onLost();
  }
}
