import { describe, expect, it } from "vitest";
import { judgeDeletion } from "./deletion.js";
import { lasting, PATIENCE } from "./patience.js";
import { judgeProject, type ProjectFacts } from "./project-status.js";
import { isLater } from "./seen.js";
import { judgeTarget, type TargetFacts } from "./target-status.js";

const NOW = 1_000_000_000;
const away = (since: number) => ({ kind: "unreachable" as const, since, message: "ECONNREFUSED" });
const refused = { kind: "refused" as const, reason: "Forbidden", message: "no" };
type Expected = { status: string; reason?: string | null } | "gone";

const store = (over: Partial<NonNullable<TargetFacts["object"]>> = {}): NonNullable<TargetFacts["object"]> => ({
  uid: "s1",
  resourceVersion: "105",
  deletionTimestamp: null,
  finalizers: [],
  ready: { status: "True", reason: "Valid", message: "store validated", lastTransitionTime: null },
  ...over,
});
const target = (over: Partial<TargetFacts> = {}): TargetFacts => ({
  now: NOW,
  current: { status: "PENDING", reason: null, message: null },
  managed: true,
  unwanted: false,
  sent: true,
  deleteSentAt: null,
  trouble: null,
  object: store(),
  uid: "s1",
  lastWrite: {
    resourceVersion: "100",
    writtenAt: NOW,
    unanswered: true,
    ready: null,
    syncedResourceVersion: null,
    forced: false,
  },
  cause: null,
  causeMissedFor: PATIENCE.cause,
  patience: PATIENCE,
  ...over,
});
const invalid = {
  status: "False",
  reason: "InvalidProviderConfig",
  message: "unable to validate store",
  lastTransitionTime: null,
};

/** DESIGN.md, "The status of a project and of a provider", one store at a time. */
const TARGETS: [string, Partial<TargetFacts>, Expected][] = [
  ["store not written", { object: null, sent: false, uid: null, lastWrite: null }, { status: "PENDING" }],
  ["without a Ready condition", { object: store({ ready: null }) }, { status: "PENDING" }],
  ["with a Ready of before the write", { object: store({ resourceVersion: "100" }) }, { status: "PENDING" }],
  [
    "Ready=False",
    { object: store({ ready: invalid }), cause: "permission denied" },
    { status: "ERROR", reason: "InvalidProviderConfig" },
  ],
  ["apply refused", { object: null, trouble: refused }, { status: "ERROR", reason: "Forbidden" }],
  [
    "existing store absent",
    { managed: false, object: null, sent: false, uid: null, lastWrite: null },
    { status: "ERROR", reason: "StoreNotFound" },
  ],
  ["existing store ready", { managed: false, lastWrite: null, sent: false }, { status: "READY" }],
  ["ready", {}, { status: "READY", reason: "Valid" }],
  [
    "cluster away for less than a minute",
    { current: { status: "ERROR", reason: "X", message: null }, trouble: away(59_000) },
    { status: "ERROR", reason: "X" },
  ],
  ["cluster away, unconfirmed", { trouble: away(60_000) }, { status: "PENDING", reason: "ClusterUnreachable" }],
  [
    "cluster away, confirmed",
    { current: { status: "READY", reason: null, message: null }, lastWrite: null, trouble: away(60_000) },
    { status: "READY" },
  ],
  [
    "going",
    { unwanted: true, deleteSentAt: NOW - 1, object: store({ deletionTimestamp: "2026-01-01T00:00:00Z" }) },
    { status: "DELETING" },
  ],
  ["gone", { unwanted: true, deleteSentAt: NOW - 1, object: null }, "gone"],
  ["unwanted existing store", { unwanted: true, managed: false }, "gone"],
  ["unwanted and never sent", { unwanted: true, sent: false, object: null }, "gone"],
  [
    "held by a finalizer",
    {
      unwanted: true,
      deleteSentAt: NOW - 120_000,
      object: store({ finalizers: ["x/y"], deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    { status: "DELETE_FAILED", reason: "FinalizerStuck" },
  ],
];

describe("judgeTarget", () => {
  it.each(TARGETS)("%s", (_row, over, expected) => {
    const { verdict } = judgeTarget(target(over));
    if (expected === "gone") expect(verdict).toBe("gone");
    else expect(verdict).toMatchObject(expected);
  });
  it("tells the event's cause", () => {
    expect(
      judgeTarget(target({ object: store({ ready: invalid }), cause: "permission denied" })).verdict,
    ).toMatchObject({ message: "permission denied" });
  });
});

const namespace = (over: Partial<NonNullable<ProjectFacts["object"]>> = {}): NonNullable<ProjectFacts["object"]> => ({
  uid: "n1",
  deletionTimestamp: null,
  finalizers: [],
  blockers: [],
  ...over,
});
const project = (over: Partial<ProjectFacts> = {}): ProjectFacts => ({
  now: NOW,
  current: { status: "PENDING", reason: null, message: null },
  unwanted: false,
  deleteNamespace: false,
  remaining: 0,
  stuck: 0,
  deleteSentAt: null,
  namespaceUid: null,
  namespaceOurs: null,
  trouble: null,
  object: namespace(),
  patience: PATIENCE,
  ...over,
});
const READY = { status: "READY" as const, reason: null, message: null };

const PROJECTS: [string, Partial<ProjectFacts>, Expected][] = [
  ["namespace not yet there", { object: null }, { status: "PENDING" }],
  ["not reached in 60 s", { object: null, trouble: away(60_000) }, { status: "FAILED", reason: "ClusterUnreachable" }],
  ["not reached yet", { object: null, trouble: away(59_999) }, { status: "PENDING" }],
  ["refused", { object: null, trouble: refused }, { status: "FAILED", reason: "Forbidden" }],
  ["namespace there", {}, { status: "READY" }],
  ["namespace there, cluster away", { current: READY, trouble: away(600_000) }, { status: "READY" }],
  [
    "namespace gone without us, ours",
    { current: READY, object: null, namespaceUid: "n1", namespaceOurs: true },
    { status: "PENDING", reason: "Drifted" },
  ],
  [
    "namespace gone without us, not ours",
    { current: READY, object: null, namespaceUid: "n1", namespaceOurs: false },
    { status: "FAILED", reason: "NamespaceMissing" },
  ],
  [
    "namespace being deleted by somebody",
    { current: READY, object: namespace({ deletionTimestamp: "2026-01-01T00:00:00Z" }) },
    { status: "FAILED", reason: "NamespaceTerminating" },
  ],
  ["deleting, secrets left", { unwanted: true, remaining: 2 }, { status: "DELETING" }],
  [
    "deleting, what is left is stuck",
    { unwanted: true, remaining: 2, stuck: 1 },
    { status: "DELETE_FAILED", reason: "ContentStuck" },
  ],
  [
    "deleting, secrets left, cluster away",
    { unwanted: true, remaining: 2, trouble: away(60_000) },
    { status: "DELETE_FAILED", reason: "ClusterUnreachable" },
  ],
  [
    "deleting, secrets left, stuck before",
    { unwanted: true, remaining: 1, current: { status: "DELETE_FAILED", reason: "ContentStuck", message: "x" } },
    { status: "DELETING" },
  ],
  [
    "deleting, nothing left, namespace stays",
    { unwanted: true, current: { status: "DELETING", reason: null, message: null } },
    "gone",
  ],
  [
    "deleting the namespace",
    {
      unwanted: true,
      deleteNamespace: true,
      namespaceUid: "n1",
      deleteSentAt: NOW,
      object: namespace({ deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    { status: "DELETING" },
  ],
  [
    "deleting the namespace, stuck",
    {
      unwanted: true,
      deleteNamespace: true,
      namespaceUid: "n1",
      deleteSentAt: NOW - 120_000,
      object: namespace({ blockers: ["some resources remain"] }),
    },
    { status: "DELETE_FAILED", reason: "FinalizerStuck" },
  ],
  [
    "deleting the namespace, gone",
    { unwanted: true, deleteNamespace: true, namespaceUid: "n1", deleteSentAt: NOW, object: null },
    "gone",
  ],
];

describe("judgeProject", () => {
  it.each(PROJECTS)("%s", (_row, over, expected) => {
    const { verdict } = judgeProject(project(over));
    if (expected === "gone") expect(verdict).toBe("gone");
    else expect(verdict).toMatchObject(expected);
  });
});

describe("judgeDeletion", () => {
  it("waits for nothing in particular where nothing is known to hold an object", () => {
    const judged = judgeDeletion({
      now: NOW,
      current: { status: "DELETING", reason: null, message: null },
      deleteSentAt: NOW - 10 * PATIENCE.finalizer,
      trouble: null,
      object: { uid: "u1", finalizers: [] },
      uid: "u1",
      blockers: [],
      patience: PATIENCE,
    });
    expect(judged).toMatchObject({ verdict: { status: "DELETING" }, lookAgainIn: null });
  });

  it("names what holds it, as far as 1 KiB goes", () => {
    const { verdict } = judgeDeletion({
      now: NOW,
      current: { status: "DELETING", reason: null, message: null },
      deleteSentAt: NOW - PATIENCE.finalizer,
      trouble: null,
      object: { uid: "u1", finalizers: Array.from({ length: 100 }, (_, i) => `example.com/finalizer-number-${i}`) },
      uid: "u1",
      blockers: [],
      patience: PATIENCE,
    });
    const message = verdict === "gone" ? "" : (verdict.message ?? "");
    expect(message).toContain("example.com/finalizer-number-0");
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1_024);
  });

  it.each([
    ["DELETE_FAILED", "Forbidden", { status: "DELETE_FAILED", reason: "Forbidden", message: "no" }],
    ["DELETING", null, { status: "DELETING", reason: null, message: null }],
    ["READY", "Created", { status: "DELETING", reason: null, message: null }],
  ])("%s stays what it is while a cluster has just gone away", (status, reason, verdict) => {
    const judged = judgeDeletion({
      now: NOW,
      current: { status, reason, message: reason === null ? null : "no" },
      deleteSentAt: null,
      trouble: away(PATIENCE.unreachable - 1),
      object: null,
      uid: "u1",
      blockers: [],
      patience: PATIENCE,
    });
    expect(judged).toEqual({ verdict, lookAgainIn: 1 });
  });
});

describe("lasting", () => {
  it.each([
    [120_000, "2 minutes"],
    [60_000, "1 minute"],
    [30_000, "30 seconds"],
    [300, "1 second"],
  ])("%i ms: %s", (milliseconds, words) => expect(lasting(milliseconds)).toBe(words));
});

describe("isLater", () => {
  it.each([
    ["2", "1", true],
    ["1", "2", false],
    ["10", "9", true],
    ["9", "10", false],
    ["5", "5", false],
  ])("%s after %s: %s", (a, b, later) => expect(isLater(a, b)).toBe(later));
});
