import type { ExecutionResult } from "graphql";
import type { LogPlace } from "../../domain/ports/transition-stream.js";

/** One result for one transition. */
export interface Delivery {
  place: LogPlace;
  result: ExecutionResult;
}

interface Waiting {
  resolve: (result: IteratorResult<ExecutionResult, undefined>) => void;
  reject: (error: unknown) => void;
}

const DONE: IteratorResult<ExecutionResult, undefined> = { done: true, value: undefined };

/**
 * The queue of one subscription, between the hub that fills it and the transport that reads it: what the transport sees is an async generator. Unlike a
 * generator function, it lets go at once when it is returned, whatever it was waiting for.
 */
export class Subscriber implements AsyncGenerator<ExecutionResult, undefined, undefined> {
  /** Transitions up to this position are queued, delivered, or not for this subscriber. */
  decided: bigint;
  closed = false;

  private readonly queue: Delivery[] = [];
  /** Set while the last of the past is replayed: what its group delivers meanwhile, and how far the replay is. */
  private held: { deliveries: Delivery[]; replayed: bigint } | null = null;
  private readonly waiting: Waiting[] = [];
  private failure: { error: unknown } | null = null;
  private lastRead: LogPlace;
  private readonly drainWaiters: (() => void)[] = [];

  /**
   * @param from where it begins: after this place
   * @param onClose called once, when nothing more is wanted or can be had
   */
  constructor(
    from: LogPlace,
    private readonly onClose: () => void,
  ) {
    this.decided = from.position;
    this.lastRead = from;
  }

  /** The place of the last transition that was handed over: resuming there misses nothing. */
  get resumePlace(): LogPlace {
    return this.lastRead;
  }

  get queued(): number {
    return this.queue.length + (this.held?.deliveries.length ?? 0);
  }

  /** The position of the oldest result that nobody has read; null: none waits. */
  get firstQueued(): bigint | null {
    return this.queue[0]?.place.position ?? null;
  }

  /** How far a replay is that {@link hold} began; null: none is under way. */
  get replayed(): bigint | null {
    return this.held?.replayed ?? null;
  }

  /** From now on its group delivers what comes after `upTo`, which is kept back until {@link release}; up to there it is replayed. */
  hold(upTo: bigint): void {
    this.held = { deliveries: [], replayed: this.decided };
    this.decided = upTo;
  }

  /** Ends what {@link hold} began: what was kept back follows. */
  release(): void {
    const deliveries = this.held?.deliveries ?? [];
    this.held = null;
    for (const delivery of deliveries) this.enqueue(delivery);
  }

  /** A result of the past. @param upTo everything up to this position is replayed with it */
  replay(deliveries: readonly Delivery[], upTo: bigint): void {
    if (this.closed) return;
    for (const delivery of deliveries) this.enqueue(delivery);
    if (this.held === null) this.decided = upTo;
    else this.held.replayed = upTo;
  }

  /** A result as it comes. */
  deliver(delivery: Delivery): void {
    if (this.closed) return;
    if (this.held === null) this.enqueue(delivery);
    else this.held.deliveries.push(delivery);
  }

  private enqueue(delivery: Delivery): void {
    const reader = this.waiting.shift();
    if (reader === undefined) {
      this.queue.push(delivery);
      return;
    }
    this.lastRead = delivery.place;
    reader.resolve({ done: false, value: delivery.result });
  }

  /** Forgets what was not read yet. */
  clearQueue(): void {
    this.queue.length = 0;
    this.held = null;
    this.wakeDrained();
  }

  /** Resolves once everything is read, or nothing more will be. */
  drained(): Promise<void> {
    if (this.closed || this.queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.drainWaiters.push(resolve);
    });
  }

  /** Ends it with an error; what was not read is forgotten. */
  fail(error: unknown): void {
    if (this.closed) return;
    const reader = this.waiting.shift();
    if (reader === undefined) this.failure = { error };
    else reader.reject(error);
    this.close();
  }

  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const delivery = this.queue.shift();
    if (delivery !== undefined) {
      this.lastRead = delivery.place;
      if (this.queue.length === 0) this.wakeDrained();
      return Promise.resolve({ done: false, value: delivery.result });
    }
    if (this.failure !== null) {
      const { error } = this.failure;
      this.failure = null;
      return Promise.reject(error instanceof Error ? error : new Error("a subscription failed", { cause: error }));
    }
    if (this.closed) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.close();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.close();
    return Promise.reject(
      error instanceof Error ? error : new Error("a subscription was broken off", { cause: error }),
    );
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Ends it without an error; whoever waits is told. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.clearQueue();
    for (const { resolve } of this.waiting.splice(0)) resolve(DONE);
    this.onClose();
  }

  private wakeDrained(): void {
    for (const resolve of this.drainWaiters.splice(0)) resolve();
  }
}
