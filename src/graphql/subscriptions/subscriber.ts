import type { LogPlace } from "../../domain/ports/transition-stream.js";
import type { Delivery, Sink } from "./sink.js";

type End = IteratorResult<never, undefined>;
const DONE: End = { done: true, value: undefined };

/**
 * The queue of one subscription, between the hub that fills it and the transport's sink. What graphql-ws sees of it is a generator that yields nothing and ends when the
 * subscription does: results go past that library, which would serialise each of them for each subscriber. Unlike a generator function, it lets go at once when it is
 * returned, whatever it was waiting for.
 */
export class Subscriber implements AsyncGenerator<never, undefined, undefined> {
  /** Transitions up to this position are queued, delivered, or not for this subscriber. */
  decided: bigint;
  closed = false;
  private readonly queue: Delivery[] = [];
  /** Set while the last of the past is replayed: what its group delivers meanwhile, and how far the replay is. */
  private held: { deliveries: Delivery[]; replayed: bigint } | null = null;
  /** Nothing is handed over before the transport waits for the end: only then does it know of the subscription. */
  private awaited = false;
  /** Whether the sink has room, as far as is known. */
  private flowing = false;
  private readonly end = Promise.withResolvers<End>();
  private failure: { error: unknown } | null = null;
  private lastTaken: LogPlace;
  private readonly drainWaiters: (() => void)[] = [];

  /**
   * @param from where it begins: after this place
   * @param onClose called once, when nothing more is wanted or can be had
   */
  constructor(
    from: LogPlace,
    private readonly sink: Sink,
    private readonly onClose: () => void,
  ) {
    this.decided = from.position;
    this.lastTaken = from;
    // Whoever awaits it comes later, or never.
    this.end.promise.catch(() => {});
  }

  /** The place of the last transition that was handed over: resuming there misses nothing. */
  get resumePlace(): LogPlace {
    return this.lastTaken;
  }

  get queued(): number {
    return this.queue.length + (this.held?.deliveries.length ?? 0);
  }

  /** The position of the oldest result that was not handed over; null: none waits. */
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
    this.handOver(deliveries);
  }

  /** Results of the past. @param upTo everything up to this position is replayed with them */
  replay(deliveries: readonly Delivery[], upTo: bigint): void {
    if (this.closed) return;
    this.handOver(deliveries);
    if (this.held === null) this.decided = upTo;
    else this.held.replayed = upTo;
  }

  /** Results as they come. @param last everything up to this position is delivered with them */
  deliver(deliveries: readonly Delivery[], last: bigint): void {
    if (this.closed) return;
    const [first] = deliveries;
    const fresh =
      first === undefined || first.place.position > this.decided
        ? deliveries
        : deliveries.filter(({ place }) => place.position > this.decided);
    if (this.held === null) this.handOver(fresh);
    else this.held.deliveries.push(...fresh);
    if (last > this.decided) this.decided = last;
  }

  private handOver(deliveries: readonly Delivery[]): void {
    if (deliveries.length === 0) return;
    let taken = 0;
    // What waits goes first.
    if (this.flowing && this.queue.length === 0) taken = this.offer(deliveries);
    for (let at = taken; at < deliveries.length; at += 1) {
      const delivery = deliveries[at];
      if (delivery !== undefined) this.queue.push(delivery);
    }
  }

  private offer(deliveries: readonly Delivery[]): number {
    const taken = this.sink.take(deliveries, this.flow);
    const last = deliveries[taken - 1];
    if (last !== undefined) this.lastTaken = last.place;
    if (taken < deliveries.length) this.flowing = false;
    return taken;
  }

  private readonly flow = (): void => {
    if (this.closed) return;
    this.flowing = true;
    // A copy: what a sink is given does not change.
    if (this.queue.length > 0) this.queue.splice(0, this.offer([...this.queue]));
    if (this.queue.length === 0) this.wakeDrained();
  };

  /** Forgets what was not handed over yet. */
  clearQueue(): void {
    this.queue.length = 0;
    this.held = null;
    this.wakeDrained();
  }

  /** Resolves once everything is handed over, or nothing more will be. */
  drained(): Promise<void> {
    if (this.closed || this.queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.drainWaiters.push(resolve);
    });
  }

  /** Ends it with an error; what was not handed over is forgotten. */
  fail(error: unknown): void {
    if (this.closed) return;
    this.failure = { error };
    this.close();
  }

  /** The first call lets results flow. @returns the end, with its error if it has one */
  next(): Promise<End> {
    if (!this.awaited) {
      this.awaited = true;
      this.flow();
    }
    return this.end.promise;
  }

  return(): Promise<End> {
    this.close();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<End> {
    this.close();
    return Promise.reject(asError(error));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Ends it; whoever waits is told. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.clearQueue();
    if (this.failure === null) this.end.resolve(DONE);
    else this.end.reject(asError(this.failure.error));
    this.onClose();
  }

  private wakeDrained(): void {
    for (const resolve of this.drainWaiters.splice(0)) resolve();
  }
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error("a subscription failed", { cause: error });
