import { canSeeTransition } from "../../domain/access/visibility.js";
import type { Logger } from "../../domain/ports/logger.js";
import type { ReadModel } from "../../domain/ports/read-model.js";
import type { LogPlace, TransitionStream } from "../../domain/ports/transition-stream.js";
import type { TransitionRecord } from "../../domain/transition.js";
import type { Viewer, ViewerScope } from "../../domain/viewer.js";
import { preconditionFailed } from "../../errors.js";
import { tooSlow } from "../errors.js";
import type { SubscriptionLimits } from "../limits/settings.js";
import { eachLimited } from "./each-limited.js";
import { Group, type Run } from "./group.js";
import { type Selection, selects } from "./selection.js";
import { SharedAnswers } from "./shared-answers.js";
import type { Sink } from "./sink.js";
import { Subscriber } from "./subscriber.js";

/** What there is now, and what there was so far. */
export interface HubStats {
  subscribers: number;
  groups: number;
  /** Executions for a whole group. */
  executions: number;
  ended: number;
  /** Results that transports have taken. */
  delivered: number;
  /** Of those that ended: because they could not keep up. */
  tooSlow: number;
}

/** A subscription as the hub needs it. */
export interface SubscribeRequest {
  viewer: Viewer;
  selection: Selection;
  /** Delivered is what comes after this place. */
  from: LogPlace;
  /** Equal for subscriptions whose answers differ by nothing but the viewer's role and visible projects. */
  key: string;
  run: Run;
  /** Where its results go. */
  sink: Sink;
}

interface Entry {
  readonly request: SubscribeRequest;
  readonly subscriber: Subscriber;
  /** Null until it is first resolved. */
  scope: ViewerScope | null;
  /** Set while it is live. */
  live: { key: string; group: Group } | null;
  /** Of the replay under way; another number means that it was overtaken. */
  round: number;
  /** Of the newest question for its scope; an older answer is not used. */
  ticket: number;
}

const scopeKey = (scope: ViewerScope): string => (scope.admin ? "admin" : `member ${scope.projectIds.join(" ")}`);
const viewerKey = ({ subject, role, groups }: Viewer): string => JSON.stringify([subject, role, groups]);
const gone = (): unknown =>
  preconditionFailed(
    "CursorExpired",
    "Some of what happened is no longer kept. Read the lists anew, with a new transitionCursor.",
  );
const later = (one: bigint, other: bigint): bigint => (one > other ? one : other);

/**
 * Brings the log's transitions to its subscribers. A subscriber is live (a member of a {@link Group}, which executes for all of its equals at once) or replaying: reading
 * the log from where it stands until it has caught up with what the hub has handed to the groups. Whenever a viewer's right to see changes, their
 * subscriptions go back to replaying from the first transition that was not read yet, under the new right: so nothing is missed, doubled, or
 * delivered that may not be seen any more.
 */
export class TransitionHub {
  private readonly entries = new Set<Entry>();
  private readonly groups = new Map<string, Group>();
  /** By the question, of those that groups ask now. */
  private readonly answers = new Map<string, SharedAnswers>();
  private readonly inbox: TransitionRecord[] = [];
  private draining = false;
  private handedOut: bigint;
  /** Another one after each gap: positions of before say nothing any more. */
  private era = 0;
  private finishedExecutions = 0;
  private ended = 0;
  private delivered = 0;
  private tooSlow = 0;
  private readonly stopListening: () => void;
  private readonly stopGaps: () => void;

  constructor(
    private readonly readModel: Pick<ReadModel, "scopeOf">,
    private readonly stream: TransitionStream,
    private readonly logger: Logger,
    private readonly limits: SubscriptionLimits,
  ) {
    this.handedOut = stream.head().position;
    this.stopListening = stream.listen((batch) => {
      this.receive(batch);
    });
    this.stopGaps = stream.onGap(() => {
      this.endAll(gone);
      // Perhaps an earlier place than before: what comes now must not count as told.
      this.era += 1;
      this.handedOut = stream.head().position;
    });
  }

  /** What there is now, for metrics. */
  stats(): HubStats {
    let executions = this.finishedExecutions;
    for (const group of this.groups.values()) executions += group.executions;
    const counted = { ended: this.ended, delivered: this.delivered, tooSlow: this.tooSlow };
    return { subscribers: this.entries.size, groups: this.groups.size, executions, ...counted };
  }

  /**
   * Begins a subscription: its sink gets one result for each transition, in the order of the log, as soon as the end is awaited of what is returned.
   * @throws PRECONDITION_FAILED where there are too many already
   */
  subscribe(request: SubscribeRequest): Subscriber {
    if (this.entries.size >= this.limits.maxSubscribers) {
      throw preconditionFailed(
        "QuotaExceeded",
        `This server has ${this.limits.maxSubscribers} subscriptions already. Try again later.`,
      );
    }
    const sink: Sink = {
      take: (deliveries, onRoom) => {
        const taken = request.sink.take(deliveries, onRoom);
        this.delivered += taken;
        return taken;
      },
    };
    const subscriber = new Subscriber(request.from, sink, () => {
      this.leave(entry);
      this.entries.delete(entry);
      this.ended += 1;
    });
    const entry: Entry = { request, subscriber, scope: null, live: null, round: 0, ticket: 0 };
    this.entries.add(entry);
    void this.resolveScopes([entry]);
    return subscriber;
  }

  /** Ends every subscription and takes no more transitions. */
  stop(): void {
    this.stopListening();
    this.stopGaps();
    for (const { subscriber } of this.entries) subscriber.close();
  }

  /** The position that all groups were offered everything up to. */
  private get front(): bigint {
    // While nothing is under way, that is what the stream itself has told everybody, which at its start may be more than was ever told.
    return this.draining ? this.handedOut : later(this.handedOut, this.stream.head().position);
  }

  private receive(batch: readonly TransitionRecord[]): void {
    if (this.entries.size === 0 && !this.draining) {
      this.handedOut = batch.at(-1)?.position ?? this.handedOut;
      return;
    }
    for (const transition of batch) this.inbox.push(transition);
    if (this.draining) {
      // Only a look-up of rights keeps them waiting; whoever is ended here resumes when it answers again.
      if (this.inbox.length > this.limits.maxPending)
        this.endAll((entry) => tooSlow(this.sealOfSlow(entry.subscriber)));
      return;
    }
    // What is below this batch was told before, or stood in the log before the stream began to tell.
    const [first] = this.inbox;
    if (first !== undefined) this.handedOut = later(this.handedOut, first.position - 1n);
    void this.drain();
  }

  /** Where a subscriber resumes that is ended for being too slow. */
  private sealOfSlow({ resumePlace }: Subscriber): string {
    this.tooSlow += 1;
    return this.stream.seal(resumePlace);
  }

  private async drain(): Promise<void> {
    this.draining = true;
    while (this.inbox.length > 0) {
      const batch = this.inbox.splice(0);
      const { era } = this;
      try {
        // Members, and the projects that groups of a token are named like, change with these alone.
        if (batch.some(({ subject }) => subject === "PROJECT")) await this.resolveScopes([...this.entries]);
        if (era === this.era) for (const transition of batch) this.offer(transition);
      } catch (error) {
        this.endAll(() => error);
      }
      if (era === this.era) this.handedOut = batch.at(-1)?.position ?? this.handedOut;
    }
    this.draining = false;
  }

  private offer(transition: TransitionRecord): void {
    for (const group of this.groups.values()) {
      if (selects(group.selection, transition) && canSeeTransition(group.scope, transition)) group.offer(transition);
    }
  }

  /** Ends every subscription, rather than leaving something out. */
  private endAll(errorFor: (entry: Entry) => unknown): void {
    this.logger.warn({ subscribers: this.entries.size, waiting: this.inbox.length }, "all subscriptions are ended");
    this.inbox.length = 0;
    for (const entry of this.entries) entry.subscriber.fail(errorFor(entry));
  }

  /** Looks up anew what the viewers of these subscriptions may see; each viewer once, and admins only at first. */
  private async resolveScopes(entries: readonly Entry[]): Promise<void> {
    const byViewer = new Map<string, Entry[]>();
    for (const entry of entries) {
      if (entry.scope?.admin === true) continue;
      entry.ticket += 1;
      const key = viewerKey(entry.request.viewer);
      const known = byViewer.get(key);
      if (known === undefined) byViewer.set(key, [entry]);
      else known.push(entry);
    }
    await eachLimited([...byViewer.values()], this.limits.scopeConcurrency, (ofViewer) => this.resolveScope(ofViewer));
  }

  private async resolveScope(entries: readonly Entry[]): Promise<void> {
    const [first] = entries;
    if (first === undefined) return;
    const tickets = entries.map(({ ticket }) => ticket);
    try {
      const scope = await this.readModel.scopeOf(first.request.viewer);
      entries.forEach((entry, index) => {
        if (entry.ticket === tickets[index]) this.setScope(entry, scope);
      });
    } catch (error) {
      for (const { subscriber } of entries) subscriber.fail(error);
    }
  }

  private setScope(entry: Entry, scope: ViewerScope): void {
    if (entry.subscriber.closed || (entry.scope !== null && scopeKey(entry.scope) === scopeKey(scope))) return;
    this.leave(entry);
    entry.scope = scope;
    void this.replay(entry, scope);
  }

  /** Takes a subscription out of its group, and back to just before the first transition that was not read yet. */
  private leave(entry: Entry): void {
    const { subscriber, live } = entry;
    let resume = subscriber.replayed ?? subscriber.decided;
    if (live !== null) {
      const undelivered = live.group.firstUndelivered(subscriber.decided);
      if (subscriber.replayed === null)
        resume = undelivered === null ? later(this.front, subscriber.decided) : undelivered - 1n;
      live.group.remove(subscriber);
      if (live.group.size === 0 && this.groups.get(live.key) === live.group) {
        this.groups.delete(live.key);
        this.finishedExecutions += live.group.executions;
        this.asksNoMore(entry.request.key);
      }
      entry.live = null;
    }
    const unread = subscriber.firstQueued;
    if (unread !== null && unread <= resume) resume = unread - 1n;
    entry.round += 1;
    subscriber.clearQueue();
    subscriber.decided = resume;
  }

  private join(entry: Entry, scope: ViewerScope): void {
    const { request, subscriber } = entry;
    const key = `${scopeKey(scope)} ${request.key}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = new Group(scope, request.selection, request.run, this.asks(request.key), this.limits, (slow) =>
        this.sealOfSlow(slow),
      );
      this.groups.set(key, group);
    }
    group.add(subscriber);
    entry.live = { key, group };
  }

  /** One more group asks this question. */
  private asks(question: string): SharedAnswers {
    const answers = this.answers.get(question) ?? new SharedAnswers();
    this.answers.set(question, answers);
    answers.groups += 1;
    return answers;
  }

  private asksNoMore(question: string): void {
    const answers = this.answers.get(question);
    if (answers === undefined) return;
    answers.groups -= 1;
    if (answers.groups === 0) this.answers.delete(question);
  }

  /** Reads the log from where the subscription stands, at the subscriber's own pace, until it can be live. */
  private async replay(entry: Entry, scope: ViewerScope): Promise<void> {
    entry.round += 1;
    const { round } = entry;
    const { subscriber } = entry;
    const overtaken = (): boolean => subscriber.closed || entry.round !== round;
    try {
      for (;;) {
        await subscriber.drained();
        if (overtaken()) return;
        const { front } = this;
        if (subscriber.decided >= front) {
          this.join(entry, scope);
          return;
        }
        // The end of the past is read while the group's deliveries are kept back: a busy stream would never be caught up with otherwise.
        if (front - subscriber.decided <= BigInt(this.limits.chunk)) {
          const after = subscriber.decided;
          this.join(entry, scope);
          subscriber.hold(front);
          await this.replayPage(entry, scope, after, front, overtaken);
          if (!overtaken()) subscriber.release();
          return;
        }
        await this.replayPage(entry, scope, subscriber.decided, front, overtaken);
      }
    } catch (error) {
      if (!overtaken()) subscriber.fail(error);
    }
  }

  private async replayPage(
    entry: Entry,
    scope: ViewerScope,
    after: bigint,
    upTo: bigint,
    overtaken: () => boolean,
  ): Promise<void> {
    const { request, subscriber } = entry;
    const { chunk } = this.limits;
    const page = await this.stream.read(after, upTo, chunk);
    const wanted = page.filter(
      (transition) => selects(request.selection, transition) && canSeeTransition(scope, transition),
    );
    const deliveries = wanted.length === 0 || overtaken() ? [] : await request.run(wanted, scope, null);
    if (overtaken()) return;
    const last = page.at(-1);
    subscriber.replay(deliveries, last === undefined || page.length < chunk ? upTo : last.position);
  }
}
