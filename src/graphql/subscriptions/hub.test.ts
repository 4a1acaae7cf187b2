import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.js";
import type { TransitionRecord } from "../../domain/transition.js";
import type { Viewer } from "../../domain/viewer.js";
import { DEFAULT_GRAPHQL_LIMITS, type SubscriptionLimits } from "../limits/settings.js";
import { ADMIN, EmptyReadModel, MemoryStream, RecordingLogger, member, uuid } from "../testing/fakes.js";
import type { Run } from "./group.js";
import { TransitionHub } from "./hub.js";
import type { Selection } from "./selection.js";
import type { Delivery, Sink } from "./sink.js";
import type { Subscriber } from "./subscriber.js";

const ALL: Selection = { subject: null, secretId: null, projectId: null, providerId: null };
const [ALPHA, BETA] = [uuid(0xa), uuid(0xb)];

/** A transition's own position, as its result. */
const delivery = ({ id, position }: TransitionRecord): Delivery => ({
  place: { position, transitionId: id },
  payload: Buffer.from(String(position)),
});
const positionOf = ({ payload }: Delivery): bigint => BigInt(payload.toString("utf8"));

/** A transport that takes as many results as it is told to, by the subscription that it was made for. */
class Transport implements Sink {
  readonly positions: bigint[] = [];
  private room = 0;
  private onRoom: (() => void) | null = null;

  take(deliveries: readonly Delivery[], onRoom: () => void): number {
    const taken = deliveries.slice(0, this.room);
    this.positions.push(...taken.map(positionOf));
    this.room -= taken.length;
    if (taken.length < deliveries.length) this.onRoom = onRoom;
    return taken.length;
  }

  /** Has room for so many more. */
  makeRoom(count: number): void {
    this.room += count;
    const { onRoom } = this;
    this.onRoom = null;
    onRoom?.();
  }
}
const transports = new WeakMap<Subscriber, Transport>();
function transportOf(subscriber: Subscriber): Transport {
  const transport = transports.get(subscriber);
  if (transport === undefined) throw new Error("not a subscription of the rig");
  return transport;
}

/** Executes to the transition's own position; `executed` holds how often each was. */
function rig(limits: Partial<SubscriptionLimits> = {}) {
  const stream = new MemoryStream();
  const readModel = new EmptyReadModel();
  const logger = new RecordingLogger();
  const hub = new TransitionHub(readModel, stream, logger, { ...DEFAULT_GRAPHQL_LIMITS.subscriptions, ...limits });
  const executed = new Map<bigint, number>();
  const run: Run = async (transitions) => {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return transitions.map((transition) => {
      executed.set(transition.position, (executed.get(transition.position) ?? 0) + 1);
      return delivery(transition);
    });
  };
  const subscribe = (
    viewer: Viewer = ADMIN,
    more: { from?: bigint; selection?: Selection; key?: string } = {},
  ): Subscriber => {
    const sink = new Transport();
    const subscriber = hub.subscribe({
      viewer,
      selection: more.selection ?? ALL,
      from: { position: more.from ?? stream.log.at(-1)?.position ?? 0n, transitionId: null },
      key: more.key ?? "all",
      run,
      sink,
    });
    transports.set(subscriber, sink);
    return subscriber;
  };
  return { stream, readModel, logger, hub, executed, subscribe };
}

/** Takes everything that comes, for ever. */
function collect(
  subscriber: Subscriber,
  sink: Transport = transportOf(subscriber),
): { positions: bigint[]; errors: unknown[]; done: boolean } {
  const seen = { positions: sink.positions, errors: [] as unknown[], done: false };
  sink.makeRoom(Number.POSITIVE_INFINITY);
  void (async () => {
    try {
      for await (const never of subscriber) throw new Error(`a result went through the generator: ${String(never)}`);
    } catch (error) {
      seen.errors.push(error);
    }
    seen.done = true;
  })();
  return seen;
}

const positions = (rows: readonly TransitionRecord[]): bigint[] => rows.map(({ position }) => position);

let hubs: TransitionHub[] = [];
afterEach(() => {
  for (const hub of hubs) hub.stop();
  hubs = [];
});
function started(limits: Partial<SubscriptionLimits> = {}) {
  const made = rig(limits);
  hubs.push(made.hub);
  return made;
}

describe("a subscription", () => {
  it("starts with nothing, then delivers in order", async () => {
    const { stream, subscribe } = started();
    stream.append({}, {});
    const seen = collect(subscribe());
    const rows = stream.append({}, {}, {});
    await eventually(() => seen.positions.length === 3);
    expect(seen.positions).toEqual(positions(rows));
  });

  it("replays what came after its place, then goes on", async () => {
    const { stream, subscribe } = started({ chunk: 4 });
    const old = stream.append(...Array.from({ length: 11 }, () => ({})));
    const seen = collect(subscribe(ADMIN, { from: old[0]?.position ?? 0n }));
    const live = stream.append({}, {});
    await eventually(() => seen.positions.length === 12);
    const later = stream.append({});
    await eventually(() => seen.positions.length === 13);
    expect(seen.positions).toEqual(positions([...old.slice(1), ...live, ...later]));
  });

  it("begins at a place that the stream has not told of yet", async () => {
    const { stream, subscribe } = started();
    stream.write({}, {});
    const seen = collect(subscribe());
    stream.tell();
    const rows = stream.append({});
    await eventually(() => seen.positions.length === 1);
    expect(seen.positions).toEqual(positions(rows));
  });

  it("misses nothing of a log that was there before the hub", async () => {
    const stream = new MemoryStream();
    stream.append({}, {}, {});
    const hub = new TransitionHub(
      new EmptyReadModel(),
      stream,
      new RecordingLogger(),
      DEFAULT_GRAPHQL_LIMITS.subscriptions,
    );
    hubs.push(hub);
    const run: Run = (rows) => Promise.resolve(rows.map(delivery));
    const from = { position: 3n, transitionId: null };
    const sink = new Transport();
    const seen = collect(hub.subscribe({ viewer: ADMIN, selection: ALL, from, key: "all", run, sink }), sink);
    await eventually(() => seen.positions.length === 2);
    expect(seen.positions).toEqual([6n, 9n]);
  });

  it("misses nothing of it either while the first batch waits", async () => {
    const { stream, readModel, hub } = started();
    const log = stream.write({}, {}, { subject: "PROJECT" }, {});
    readModel.projectsOf.set("mia", [ALPHA]);
    const run: Run = (rows) => Promise.resolve(rows.map(delivery));
    const sink = new Transport();
    const request = { selection: ALL, from: { position: 0n, transitionId: null }, key: "all", run, sink };
    hub.subscribe({ ...request, viewer: member("mia"), sink: new Transport() });
    stream.begin(log[1]);
    stream.tell();
    const seen = collect(hub.subscribe({ ...request, viewer: ADMIN }), sink);
    await eventually(() => seen.positions.length === 4);
    expect(seen.positions).toEqual(positions(log));
  });

  it("executes each transition once for all that are equal, and again for those that are not", async () => {
    const { stream, readModel, executed, subscribe, hub } = started();
    readModel.projectsOf.set("mia", [ALPHA]);
    readModel.projectsOf.set("max", [ALPHA]);
    const equal = Array.from({ length: 20 }, () => collect(subscribe()));
    const members = [collect(subscribe(member("mia"))), collect(subscribe(member("max")))];
    await eventually(() => hub.stats().groups === 2);
    const [row] = stream.append({ projectId: ALPHA });
    await eventually(() => [...equal, ...members].every((seen) => seen.positions.length === 1));
    expect(executed.get(row?.position ?? 0n)).toBe(2);
  });

  it("never shares between documents", async () => {
    const { stream, executed, subscribe } = started();
    const seen = [collect(subscribe(ADMIN, { key: "one" })), collect(subscribe(ADMIN, { key: "other" }))];
    const [row] = stream.append({});
    await eventually(() => seen.every((each) => each.positions.length === 1));
    expect(executed.get(row?.position ?? 0n)).toBe(2);
  });

  it("lets go at once when it is returned, whatever it waits for", async () => {
    const { subscribe, hub } = started();
    const subscriber = subscribe();
    const waiting = subscriber.next();
    await subscriber.return();
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    expect(hub.stats()).toMatchObject({ subscribers: 0, groups: 0 });
  });

  it("ends with the hub", async () => {
    const { subscribe, hub } = started();
    const seen = collect(subscribe());
    hub.stop();
    await eventually(() => seen.done);
    expect(seen.errors).toEqual([]);
  });

  it("is refused where there are too many", () => {
    const { subscribe } = started({ maxSubscribers: 1 });
    subscribe();
    expect(() => subscribe()).toThrow(expect.objectContaining({ code: "PRECONDITION_FAILED" }));
  });

  it("reads the past no faster than it is read itself", async () => {
    const { stream, subscribe } = started({ chunk: 10 });
    stream.append(...Array.from({ length: 1_000 }, () => ({})));
    const subscriber = subscribe(ADMIN, { from: 0n });
    transportOf(subscriber).makeRoom(1);
    void subscriber.next();
    await eventually(() => subscriber.queued === 9);
    expect(stream.reads).toBe(1);
    const seen = collect(subscriber);
    await eventually(() => seen.positions.length === 1_000);
  });

  it("hands nothing over before its end is awaited", async () => {
    const { stream, subscribe } = started();
    const subscriber = subscribe();
    transportOf(subscriber).makeRoom(10);
    const rows = stream.append({}, {});
    await eventually(() => subscriber.queued === 2);
    expect(transportOf(subscriber).positions).toEqual([]);
    void subscriber.next();
    await eventually(() => transportOf(subscriber).positions.length === 2);
    expect(transportOf(subscriber).positions).toEqual(positions(rows));
  });
});

describe("a subscriber who cannot keep up", () => {
  it("is ended with an error that names a place to resume from, and others go on", async () => {
    const { stream, subscribe, hub } = started({ maxQueue: 5, chunk: 2 });
    const slow = subscribe();
    const quick = collect(subscribe());
    await eventually(() => hub.stats().groups === 1);
    const [first] = stream.append({});
    transportOf(slow).makeRoom(1);
    const end = slow.next();
    await eventually(() => quick.positions.length === 1 && transportOf(slow).positions.length === 1);
    for (let count = 2; count <= 9; count += 1) {
      stream.append({});
      await eventually(() => quick.positions.length === count);
    }
    await expect(end).rejects.toMatchObject({
      extensions: { code: "SUBSCRIBER_TOO_SLOW", since: `${first?.position}/${first?.id}` },
    });
    transportOf(slow).makeRoom(100);
    expect(transportOf(slow).positions).toEqual([first?.position]);
    const resumed = collect(subscribe(ADMIN, { from: first?.position ?? 0n }));
    await eventually(() => resumed.positions.length === 8);
    expect(quick.positions).toEqual([first?.position, ...resumed.positions]);
  });

  it("is ended as well where executing cannot keep up", async () => {
    const { stream, subscribe, hub } = started({ maxPending: 5 });
    const seen = collect(subscribe());
    await eventually(() => hub.stats().groups === 1);
    stream.append(...Array.from({ length: 6 }, () => ({})));
    await eventually(() => seen.done);
    expect(seen.errors).toMatchObject([{ extensions: { code: "SUBSCRIBER_TOO_SLOW" } }]);
  });
});

describe("the right to see", () => {
  it("is waited for, but not for ever", async () => {
    const { stream, readModel, subscribe, hub } = started({ maxPending: 5 });
    const seen = collect(subscribe(member("mia")));
    await eventually(() => hub.stats().groups === 1);
    readModel.scopeOf = () => new Promise(() => {});
    stream.append({ subject: "PROJECT", projectId: ALPHA });
    for (let count = 0; count < 5; count += 1) stream.append({});
    expect(seen.done).toBe(false);
    stream.append({});
    await eventually(() => seen.done);
    expect(seen.errors).toMatchObject([{ extensions: { code: "SUBSCRIBER_TOO_SLOW" } }]);
  });

  it("is a member's for their projects alone", async () => {
    const { stream, readModel, subscribe } = started();
    readModel.projectsOf.set("mia", [ALPHA]);
    const seen = collect(subscribe(member("mia")));
    const [inAlpha] = stream.append({ projectId: ALPHA }, { projectId: BETA }, { projectId: null });
    const [again] = stream.append({ projectId: ALPHA });
    await eventually(() => seen.positions.length === 2);
    expect(seen.positions).toEqual([inAlpha?.position, again?.position]);
  });

  it("ends with the membership, before the next transition", async () => {
    const { stream, readModel, subscribe } = started();
    readModel.projectsOf.set("mia", [ALPHA, BETA]);
    const seen = collect(subscribe(member("mia")));
    const [before] = stream.append({ projectId: ALPHA });
    await eventually(() => seen.positions.length === 1);
    readModel.projectsOf.set("mia", [BETA]);
    stream.append({ subject: "PROJECT", projectId: ALPHA, reason: "MembersRemoved" }, { projectId: ALPHA });
    const [inBeta] = stream.append({ projectId: BETA });
    await eventually(() => seen.positions.length === 2);
    expect(seen.positions).toEqual([before?.position, inBeta?.position]);
  });

  it("changes without a gap while something is being executed", async () => {
    const { stream, readModel, subscribe, hub } = started();
    readModel.projectsOf.set("mia", [ALPHA, BETA]);
    const seen = collect(subscribe(member("mia")));
    await eventually(() => hub.stats().groups === 1);
    const [inBeta] = stream.append({ projectId: BETA });
    await Promise.resolve();
    readModel.projectsOf.set("mia", [BETA]);
    stream.append({ subject: "PROJECT", projectId: ALPHA, reason: "MembersRemoved" });
    const [again] = stream.append({ projectId: BETA });
    await eventually(() => seen.positions.length === 2);
    expect(seen.positions).toEqual([inBeta?.position, again?.position]);
  });

  it("is what the newest question found, whichever is answered first", async () => {
    const { stream, readModel, subscribe } = started();
    const answers: ((projectIds: string[]) => void)[] = [];
    readModel.scopeOf = () =>
      new Promise((resolve) => {
        answers.push((projectIds) => {
          resolve({ admin: false, projectIds });
        });
      });
    const seen = collect(subscribe(member("mia")));
    stream.append({ subject: "PROJECT", projectId: ALPHA, reason: "MembersRemoved" });
    await eventually(() => answers.length === 2);
    answers[1]?.([BETA]);
    const [inBeta] = stream.append({ projectId: BETA });
    await eventually(() => seen.positions.length === 1);
    answers[0]?.([ALPHA, BETA]);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const [, again] = stream.append({ projectId: ALPHA }, { projectId: BETA });
    await eventually(() => seen.positions.length === 2);
    expect(seen.positions).toEqual([inBeta?.position, again?.position]);
  });

  it("takes back what was queued and not read", async () => {
    const { stream, readModel, subscribe } = started();
    readModel.projectsOf.set("mia", [ALPHA, BETA]);
    const subscriber = subscribe(member("mia"));
    const [, inBeta] = stream.append({ projectId: ALPHA }, { projectId: BETA });
    await eventually(() => subscriber.queued === 2);
    readModel.projectsOf.set("mia", [BETA]);
    stream.append({ subject: "PROJECT", projectId: ALPHA, reason: "MembersRemoved" });
    await eventually(() => subscriber.queued === 1);
    const seen = collect(subscriber);
    await eventually(() => seen.positions.length > 0);
    expect(seen.positions).toEqual([inBeta?.position]);
  });

  it("begins with the membership, in a subscription that runs already", async () => {
    const { stream, readModel, subscribe } = started();
    readModel.projectsOf.set("mia", [BETA]);
    const seen = collect(subscribe(member("mia")));
    stream.append({ projectId: ALPHA });
    const [inBeta] = stream.append({ projectId: BETA });
    await eventually(() => seen.positions.length === 1);
    readModel.projectsOf.set("mia", [ALPHA, BETA]);
    const [added] = stream.append({ subject: "PROJECT", projectId: ALPHA, reason: "MembersAdded" });
    const [inAlpha] = stream.append({ projectId: ALPHA });
    await eventually(() => seen.positions.length === 3);
    expect(seen.positions).toEqual([inBeta?.position, added?.position, inAlpha?.position]);
  });

  it("is asked for once for each viewer when a project changes, and not at all for other changes", async () => {
    const { stream, readModel, subscribe, hub } = started();
    const subscribers = Array.from({ length: 10 }, () => collect(subscribe(member("mia"))));
    await eventually(() => hub.stats().groups === 1);
    const before = readModel.calls.length;
    stream.append({ projectId: ALPHA }, { subject: "SECRET" });
    stream.append({ subject: "PROJECT", projectId: ALPHA });
    await eventually(() => readModel.calls.length > before);
    expect(readModel.calls.length - before).toBe(1);
    expect(subscribers.every(({ done }) => !done)).toBe(true);
  });

  it("ends the subscription where it cannot be looked up", async () => {
    const { stream, readModel, subscribe, hub } = started();
    const seen = collect(subscribe(member("mia")));
    await eventually(() => hub.stats().groups === 1);
    readModel.scopeOf = () => Promise.reject(new Error("the database is away"));
    stream.append({ subject: "PROJECT", projectId: ALPHA });
    await eventually(() => seen.done);
    expect(seen.errors).toMatchObject([{ message: "the database is away" }]);
  });
});

describe("whatever happens at the same time", () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("append" as const),
        project: fc.integer({ min: 0, max: 3 }),
        count: fc.integer({ min: 1, max: 5 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("subscribe" as const),
        admin: fc.boolean(),
        back: fc.integer({ min: 0, max: 12 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("membership" as const),
        project: fc.integer({ min: 1, max: 2 }),
        in: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("turn" as const), turns: fc.integer({ min: 1, max: 4 }) }) },
  );
  const ids = [null, ALPHA, BETA, uuid(0xc)];

  it("delivers in order, once, without a gap, and nothing that may not be seen", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, chunk) => {
          const { stream, readModel, subscribe, hub } = rig({ chunk });
          // Mia is in project c all the time, and in alpha and beta as it comes.
          const mine = new Set([uuid(0xc)]);
          readModel.projectsOf.set("mia", [...mine].sort());
          const admins: { from: bigint; seen: ReturnType<typeof collect> }[] = [];
          const members: typeof admins = [];
          for (const action of steps) {
            if (action.kind === "append") {
              stream.append(
                ...Array.from({ length: action.count }, () => ({ projectId: ids[action.project] ?? null })),
              );
            } else if (action.kind === "membership") {
              const id = ids[action.project] ?? "";
              if (action.in) mine.add(id);
              else mine.delete(id);
              readModel.projectsOf.set("mia", [...mine].sort());
              stream.append({
                subject: "PROJECT",
                projectId: id,
                reason: action.in ? "MembersAdded" : "MembersRemoved",
              });
            } else if (action.kind === "subscribe") {
              const from = stream.log.at(-1 - action.back)?.position ?? 0n;
              const viewer = action.admin ? ADMIN : member("mia");
              (action.admin ? admins : members).push({ from, seen: collect(subscribe(viewer, { from })) });
            } else {
              for (let turn = 0; turn < action.turns; turn += 1) {
                await new Promise((resolve) => {
                  setImmediate(resolve);
                });
              }
            }
          }
          const [last] = stream.append({ projectId: uuid(0xc) });
          await eventually(() => [...admins, ...members].every(({ seen }) => seen.positions.at(-1) === last?.position));
          for (const { from, seen } of admins) {
            expect(seen.positions).toEqual(positions(stream.log.filter(({ position }) => position > from)));
          }
          for (const { from, seen } of members) {
            expect(seen.positions).toEqual([...new Set(seen.positions)].sort((a, b) => (a < b ? -1 : 1)));
            const always = stream.log.filter(({ position, projectId }) => position > from && projectId === uuid(0xc));
            expect(seen.positions).toEqual(expect.arrayContaining(positions(always)));
            const never = positions(stream.log.filter(({ projectId }) => projectId === null));
            expect(seen.positions.filter((position) => never.includes(position))).toEqual([]);
          }
          hub.stop();
        },
      ),
      { numRuns: 150 },
    );
  });
});
