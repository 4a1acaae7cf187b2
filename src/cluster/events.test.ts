import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createClusterClient } from "./cluster-client.js";
import { OperatorEvents, type InvolvedObject } from "./events.js";
import { bookmark, line, TestLogger } from "./testing/objects.js";
import { eventually, kubeConfigFor, reply, startRawServer } from "./testing/raw-server.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface EventSketch {
  id?: string;
  version: number;
  uid?: string;
  kind?: string;
  reason?: string;
  type?: string;
  message?: string;
  objectVersion?: string | null;
  at?: string | null;
  more?: object;
}

const coreEvent = (sketch: EventSketch): object => {
  const { id = "e1", version, uid = "u", kind = "ExternalSecret", reason = "UpdateFailed", type = "Warning" } = sketch;
  return {
    metadata: {
      name: id,
      namespace: "team-a",
      uid: id,
      resourceVersion: String(version),
      creationTimestamp: "2026-11-24T09:00:00Z",
    },
    involvedObject: {
      kind,
      name: "db",
      uid,
      ...(kind === "ClusterSecretStore" ? {} : { namespace: "team-a" }),
      ...(sketch.objectVersion === null ? {} : { resourceVersion: sketch.objectVersion ?? "10" }),
    },
    reason,
    type,
    message: sketch.message ?? `message of ${id}`,
    lastTimestamp: sketch.at === undefined ? "2026-11-24T10:00:00Z" : sketch.at,
    ...sketch.more,
  };
};

async function rig(
  listed: EventSketch[] = [],
  maxObjects?: number,
): Promise<{
  events: OperatorEvents;
  seen: [string, InvolvedObject][];
  states: string[];
  selectors: string[];
  /** Sends to the watch of the kind, and waits until it was taken. */
  send(sketch: EventSketch, type?: string): Promise<void>;
}> {
  const watches = new Map<string, ServerResponse>();
  const selectors: string[] = [];
  let marks = 10_000;
  const server = await startRawServer((request, response) => {
    const selector = request.query.get("fieldSelector") ?? "";
    const kind = /involvedObject\.kind=(\w+)/u.exec(selector)?.[1] ?? "";
    if (request.query.has("watch")) {
      watches.set(kind, response);
      response.write(bookmark(1_000));
      return;
    }
    selectors.push(selector);
    const items = listed.filter((sketch) => (sketch.kind ?? "ExternalSecret") === kind).map(coreEvent);
    reply(response, { kind: "EventList", metadata: { resourceVersion: "999" }, items });
  });
  const client = createClusterClient(kubeConfigFor(server.url));
  const seen: [string, InvolvedObject][] = [];
  const states: string[] = [];
  const events = new OperatorEvents({
    api: client.api("events"),
    logger: new TestLogger(),
    onEvent: (uid, involved) => seen.push([uid, involved]),
    onState: (kind, { state }) => states.push(`${kind} ${state}`),
    settings: { minBackoff: 4, maxBackoff: 8 },
    ...(maxObjects === undefined ? {} : { maxObjects }),
  });
  closing.push(
    () => server.close(),
    () => client.close(),
    () => events.stop(),
  );
  expect(events.synced).toBe(false);
  events.start();
  await eventually(() => events.synced && watches.size === 3);
  return {
    events,
    seen,
    states,
    selectors,
    send: async (sketch, type = "ADDED") => {
      const before = seen.length;
      watches
        .get(sketch.kind ?? "ExternalSecret")
        ?.write(
          line(type, coreEvent(sketch)) + line("ADDED", coreEvent({ id: "mark", uid: "mark", version: (marks += 1) })),
        );
      await eventually(() => seen.slice(before).some(([uid]) => uid === "mark"));
      seen.splice(
        seen.findIndex(([uid]) => uid === "mark"),
        1,
      );
    },
  };
}

describe("causes", () => {
  it("are asked of the server by kind, without what is written for each sync", async () => {
    const { selectors, states } = await rig();
    const rest = "reason!=Created,reason!=Updated,reason!=Deleted";
    expect(selectors.sort()).toEqual([
      `involvedObject.kind=ClusterSecretStore,${rest}`,
      `involvedObject.kind=ExternalSecret,${rest}`,
      `involvedObject.kind=SecretStore,${rest}`,
    ]);
    expect(states).toContain("ExternalSecret live");
  });

  it("the newest failure since our write comes before a newer one of an older attempt", async () => {
    const { events, send } = await rig([
      { id: "old", version: 5, objectVersion: "10", at: "2026-11-24T10:00:00Z" },
      { id: "new", version: 6, objectVersion: "20", at: "2026-11-24T10:00:05Z" },
    ]);
    // An attempt on the old spec reports late (ESO.md).
    await send({ id: "late", version: 1_001, objectVersion: "11", at: "2026-11-24T10:00:08Z" });
    const of = { writtenVersion: "20", lastTransitionTime: "2026-11-24T10:00:00Z" };
    expect(events.causeFor("u", of)).toBe("message of new");
    expect(events.causeFor("u", { ...of, writtenVersion: "9" })).toBe("message of late");
  });

  it("else the newest one as late as the condition's transition: a repeated text keeps its first version", async () => {
    const { events, send } = await rig([{ id: "a", version: 5, objectVersion: "10", at: "2026-11-24T10:00:00Z" }]);
    const of = { writtenVersion: "30", lastTransitionTime: "2026-11-24T10:30:00Z" };
    expect(events.causeFor("u", of)).toBeNull();
    await send({ id: "a", version: 1_001, objectVersion: "10", at: "2026-11-24T10:30:00Z" }, "MODIFIED");
    expect(events.causeFor("u", of)).toBe("message of a");
    expect(events.causeFor("u", { ...of, lastTransitionTime: "2026-11-24T10:30:01Z" })).toBeNull();
    expect(events.causeFor("u", { writtenVersion: null, lastTransitionTime: null })).toBeNull();
    expect(events.causeFor("unknown", of)).toBeNull();
  });

  it("versions of objects are numbers, and may be missing", async () => {
    const { events } = await rig([
      { id: "a", version: 5, objectVersion: "9" },
      { id: "b", version: 6, objectVersion: null },
    ]);
    expect(events.causeFor("u", { writtenVersion: "10", lastTransitionTime: null })).toBeNull();
    expect(events.causeFor("u", { writtenVersion: "9", lastTransitionTime: null })).toBe("message of a");
  });

  it("are cleaned, without Kubernetes' own words", async () => {
    const { events } = await rig([{ version: 5, message: "(combined from similar events): could not\nget secret" }]);
    expect(events.causeFor("u", { writtenVersion: "1", lastTransitionTime: null })).toBe("could not get secret");
  });

  it("of stores are every warning but that they are unmaintained", async () => {
    const { events, seen } = await rig([
      { id: "a", version: 5, kind: "SecretStore", uid: "s", reason: "InvalidProviderConfig", message: "denied" },
      { id: "b", version: 6, kind: "SecretStore", uid: "s", reason: "StoreUnmaintained" },
      { id: "c", version: 7, kind: "ClusterSecretStore", uid: "c", reason: "ValidationFailed", message: "away" },
      { id: "d", version: 8, kind: "ClusterSecretStore", uid: "c", reason: "Valid", type: "Normal" },
    ]);
    const of = { writtenVersion: "1", lastTransitionTime: null };
    expect([events.causeFor("s", of), events.causeFor("c", of)]).toEqual(["denied", "away"]);
    expect(new Set(seen.map(([uid, { kind, namespace }]) => `${uid} ${kind} ${namespace}`))).toEqual(
      new Set(["c ClusterSecretStore null", "s SecretStore team-a"]),
    );
  });

  it("other reasons, and events about nothing, are none", async () => {
    const { events, seen } = await rig([
      { id: "a", version: 5, reason: "ParameterizedReason" },
      { id: "b", version: 6, more: { involvedObject: null } },
      { id: "c", version: 7, more: { reason: "" } },
      { id: "d", version: 8, more: { message: undefined } },
    ]);
    expect(seen).toHaveLength(1);
    expect(events.causeFor("u", { writtenVersion: "1", lastTransitionTime: null })).toBe("UpdateFailed");
  });

  it("stay when the server forgets the Event, until the object is gone; and few are kept", async () => {
    const { events, send, seen } = await rig();
    for (let n = 1; n <= 6; n += 1) await send({ id: `e${n}`, version: 1_000 + n, objectVersion: String(10 * n) });
    await send({ id: "e6", version: 1_010, objectVersion: "60" }, "DELETED");
    await send({ id: "e6", version: 1_006, objectVersion: "60" });
    expect(seen).toHaveLength(6);
    const since = (version: string): string | null =>
      events.causeFor("u", { writtenVersion: version, lastTransitionTime: null });
    expect([since("60"), since("61")]).toEqual(["message of e6", null]);
    await send({ id: "e2", version: 1_020, at: "2026-11-24T11:00:00Z" }, "MODIFIED");
    expect(events.causeFor("u", { writtenVersion: null, lastTransitionTime: "2026-11-24T11:00:00Z" })).toBe(
      "message of e2",
    );
    events.forget("u");
    expect(since("1")).toBeNull();
  });
});

describe("what is kept", () => {
  it("is bounded: those longest unheard of are forgotten", async () => {
    const { events } = await rig(
      ["a", "b", "c"].map((uid, index) => ({ id: uid, uid, version: 5 + index })),
      2,
    );
    const known = ["a", "b", "c"].map(
      (uid) => events.causeFor(uid, { writtenVersion: "1", lastTransitionTime: null }) !== null,
    );
    expect(known).toEqual([false, true, true]);
  });
});

describe("MissingProviderSecret", () => {
  it("tells when it was last said", async () => {
    const missing = { reason: "MissingProviderSecret", type: "Normal" };
    const { events, send } = await rig([{ id: "m", version: 5, ...missing, at: "2026-11-24T10:00:00Z" }]);
    expect(events.missingProviderSecretAt("u")).toBe("2026-11-24T10:00:00Z");
    await send({ id: "m", version: 1_002, ...missing, at: "2026-11-24T10:05:00Z" }, "MODIFIED");
    await send({ id: "m", version: 1_001, ...missing, at: "2026-11-24T10:01:00Z" }, "MODIFIED");
    expect(events.missingProviderSecretAt("u")).toBe("2026-11-24T10:05:00Z");
    events.forget("u");
    expect(events.missingProviderSecretAt("u")).toBeNull();
  });

  it.each([
    [{ series: { lastObservedTime: "2026-11-24T10:00:01.000000Z" } }, "2026-11-24T10:00:01.000000Z"],
    [{ eventTime: "2026-11-24T10:00:02.000000Z", series: null }, "2026-11-24T10:00:02.000000Z"],
    [{}, "2026-11-24T09:00:00Z"],
    [{ metadata: { name: "m", uid: "m", resourceVersion: "5" } }, ""],
  ])("in whatever field the time stands: %o", async (more, expected) => {
    const { events } = await rig([{ version: 5, reason: "MissingProviderSecret", at: null, more }]);
    expect(events.missingProviderSecretAt("u")).toBe(expected);
  });
});
