import type { TransitionRecord } from "../../domain/transition.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { tooSlow } from "../errors.js";
import type { Selection } from "./selection.js";
import type { SharedAnswers } from "./shared-answers.js";
import type { Delivery } from "./sink.js";
import type { Subscriber } from "./subscriber.js";

/**
 * Answers one result for each transition that the subscription is about: executed with nothing remembered, and with what this scope may see.
 * @param shared what groups of other scopes with the same question have answered already; null: nothing is shared
 */
export type Run = (
  transitions: readonly TransitionRecord[],
  scope: ViewerScope,
  shared: SharedAnswers | null,
) => Promise<readonly Delivery[]>;

export interface GroupSettings {
  maxQueue: number;
  maxPending: number;
  chunk: number;
}

/**
 * Subscriptions that are equal in all that an answer depends on: document, operation, variables, role and visible projects. Each transition is executed
 * and serialised once for all of them, and all get the same bytes.
 */
export class Group {
  private readonly members = new Set<Subscriber>();
  private readonly pending: TransitionRecord[] = [];
  private working = false;
  /** Executions so far. */
  executions = 0;

  constructor(
    readonly scope: ViewerScope,
    readonly selection: Selection,
    readonly run: Run,
    private readonly shared: SharedAnswers,
    private readonly settings: GroupSettings,
    private readonly seal: (subscriber: Subscriber) => string,
  ) {}

  get size(): number {
    return this.members.size;
  }

  add(subscriber: Subscriber): void {
    this.members.add(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.members.delete(subscriber);
  }

  /** The first position after `decided` that is offered and not delivered yet; null: none. */
  firstUndelivered(decided: bigint): bigint | null {
    return this.pending.find(({ position }) => position > decided)?.position ?? null;
  }

  /** Takes a transition that the selection and the scope let through. Called in the order of positions. */
  offer(transition: TransitionRecord): void {
    if (this.pending.length >= this.settings.maxPending) {
      for (const member of this.members) member.fail(tooSlow(this.seal(member)));
      return;
    }
    this.pending.push(transition);
    if (this.working) return;
    this.working = true;
    // In a microtask, so that a whole batch is offered first and executed together.
    queueMicrotask(() => {
      void this.work();
    });
  }

  private async work(): Promise<void> {
    try {
      while (this.pending.length > 0 && this.members.size > 0) {
        const chunk = this.pending.slice(0, this.settings.chunk);
        this.executions += 1;
        const deliveries = await this.run(chunk, this.scope, this.shared);
        // Those who left meanwhile are no members any more; those who came are past these already.
        this.pending.splice(0, chunk.length);
        const last = chunk.at(-1);
        if (last === undefined) continue;
        for (const member of this.members) this.deliver(member, deliveries, last.position);
      }
    } catch (error) {
      for (const member of this.members) member.fail(error);
    } finally {
      this.working = false;
    }
  }

  private deliver(member: Subscriber, deliveries: readonly Delivery[], last: bigint): void {
    member.deliver(deliveries, last);
    if (member.queued > this.settings.maxQueue) member.fail(tooSlow(this.seal(member)));
  }
}
