import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ASSIGNMENT_STATUSES } from "../kinds.js";
import type { WriteRecord } from "../ports/cluster-state.js";
import { isAnswered, judgeAssignment, type AssignmentFacts } from "./assignment-status.js";
import { PATIENCE } from "./patience.js";
import type { ExternalSecretSeen } from "./seen.js";

const NOW = 1_000_000_000;

const object = (over: Partial<ExternalSecretSeen> = {}): ExternalSecretSeen => ({
  uid: "u1",
  resourceVersion: "105",
  generation: 2,
  deletionTimestamp: null,
  finalizers: [],
  ready: {
    status: "True",
    reason: "SecretSynced",
    message: "secret synced",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  },
  refreshTime: "2026-01-01T00:00:00Z",
  syncedResourceVersion: "2-abc",
  bindingName: "db",
  ...over,
});
const failing = (over: Partial<ExternalSecretSeen> = {}): ExternalSecretSeen =>
  object({
    ready: {
      status: "False",
      reason: "SecretSyncedError",
      message: "could not get secret data from provider",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    },
    ...over,
  });
const write = (over: Partial<WriteRecord> = {}): WriteRecord => ({
  resourceVersion: "100",
  writtenAt: NOW - 1_000,
  unanswered: true,
  ready: null,
  syncedResourceVersion: null,
  forced: false,
  ...over,
});
const facts = (over: Partial<AssignmentFacts> = {}): AssignmentFacts => ({
  now: NOW,
  current: { status: "PENDING", reason: null, message: null },
  unwanted: false,
  sent: true,
  deleteSentAt: null,
  trouble: null,
  object: object(),
  uid: "u1",
  lastWrite: write(),
  wantsNativeSecret: true,
  cause: { failure: null, missingProviderSecretAt: null, missedFor: PATIENCE.cause },
  patience: PATIENCE,
  ...over,
});
const unreachable = (since: number): AssignmentFacts["trouble"] => ({
  kind: "unreachable",
  since,
  message: "ECONNREFUSED",
});

/** DESIGN.md, "The status of an assignment", row by row. */
const ROWS: [
  string,
  Partial<AssignmentFacts>,
  { status: string; reason?: string | null; message?: string } | "gone",
][] = [
  [
    "a deletionTimestamp that is not ours",
    { object: object({ deletionTimestamp: "2026-01-01T00:00:00Z" }) },
    { status: "DELETING", reason: "Drifted" },
  ],
  [
    "a deletionTimestamp of an object that was never ours",
    { uid: null, object: object({ uid: "theirs", deletionTimestamp: "2026-01-01T00:00:00Z" }) },
    { status: "PENDING", reason: "DeletingOld" },
  ],
  [
    "a deletionTimestamp of a delete that was turned round",
    { deleteSentAt: NOW - 5, object: object({ deletionTimestamp: "2026-01-01T00:00:00Z" }) },
    { status: "PENDING", reason: "DeletingOld" },
  ],
  [
    "delete was refused",
    { unwanted: true, trouble: { kind: "refused", reason: "Forbidden", message: "no" } },
    { status: "DELETE_FAILED", reason: "Forbidden", message: "no" },
  ],
  [
    "a finalizer holds the object for over 2 min",
    {
      unwanted: true,
      deleteSentAt: NOW - 120_000,
      object: object({ finalizers: ["a/b"], deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    { status: "DELETE_FAILED", reason: "FinalizerStuck" },
  ],
  [
    "unwanted, and the cluster has been away for 60 s",
    { unwanted: true, trouble: unreachable(60_000) },
    { status: "DELETE_FAILED", reason: "ClusterUnreachable" },
  ],
  [
    "unwanted, and the cluster has been away for less",
    { unwanted: true, trouble: unreachable(59_999) },
    { status: "DELETING" },
  ],
  [
    "delete was sent, object still there (Ready stays True)",
    { unwanted: true, deleteSentAt: NOW - 119_999, object: object({ finalizers: ["a/b"] }) },
    { status: "DELETING" },
  ],
  [
    "nothing was ever sent, and it is unwanted",
    { unwanted: true, sent: false, object: null, trouble: unreachable(100_000) },
    "gone",
  ],
  [
    "the API refused the apply for good",
    { object: null, trouble: { kind: "refused", reason: "Invalid", message: "bad" } },
    { status: "FAILED", reason: "Invalid", message: "bad" },
  ],
  [
    "the cluster cannot be reached, under 60 s: unchanged",
    { current: { status: "SYNCED_ERROR", reason: "X", message: "y" }, trouble: unreachable(59_000) },
    { status: "SYNCED_ERROR", reason: "X" },
  ],
  [
    "the cluster cannot be reached for 60 s, never applied",
    { object: null, uid: null, lastWrite: null, trouble: unreachable(60_000) },
    { status: "FAILED", reason: "ClusterUnreachable" },
  ],
  [
    "the cluster cannot be reached for 60 s, unconfirmed",
    { trouble: unreachable(60_000) },
    { status: "PENDING", reason: "ClusterUnreachable" },
  ],
  [
    "the cluster cannot be reached for 60 s, confirmed before",
    {
      current: { status: "SYNCED", reason: "SecretSynced", message: null },
      lastWrite: write({ unanswered: false }),
      trouble: unreachable(90_000),
    },
    { status: "SYNCED" },
  ],
  ["applied, and not seen yet", { object: null }, { status: "PENDING" }],
  ["no Ready", { object: object({ ready: null }) }, { status: "PENDING", reason: "WaitingForOperator" }],
  ["Ready=True of an older generation", { object: object({ syncedResourceVersion: "1-abc" }) }, { status: "PENDING" }],
  [
    "Ready=True, forced sync unanswered",
    { object: object(), lastWrite: write({ forced: true, ready: "True", syncedResourceVersion: "2-abc" }) },
    { status: "PENDING" },
  ],
  [
    "Ready=True, forced sync answered",
    {
      object: object({ syncedResourceVersion: "2-def" }),
      lastWrite: write({ forced: true, ready: "True", syncedResourceVersion: "2-abc" }),
    },
    { status: "SYNCED" },
  ],
  [
    "Ready=False that was there at the write already",
    { object: failing(), lastWrite: write({ ready: "False", syncedResourceVersion: "2-abc" }) },
    { status: "PENDING" },
  ],
  [
    "Ready=False in the version of the write itself",
    { object: failing({ resourceVersion: "100" }) },
    { status: "PENDING" },
  ],
  [
    "the same, 2 min after the write",
    { object: object({ ready: null }), lastWrite: write({ writtenAt: NOW - 120_000 }) },
    { status: "SYNCED_ERROR", reason: "OperatorSilent" },
  ],
  [
    "Ready=True, but SecretMissing",
    { object: object({ ready: { status: "True", reason: "SecretMissing", message: "m", lastTransitionTime: null } }) },
    { status: "SYNCED_ERROR", reason: "SecretMissing" },
  ],
  [
    "Ready=True, but SecretDeleted",
    { object: object({ ready: { status: "True", reason: "SecretDeleted", message: "m", lastTransitionTime: null } }) },
    { status: "SYNCED_ERROR", reason: "SecretDeleted" },
  ],
  [
    "Ready=True, but retained",
    {
      object: object({
        ready: {
          status: "True",
          reason: "SecretSynced",
          message: "secret retained due to DeletionPolicy=Retain",
          lastTransitionTime: null,
        },
      }),
    },
    { status: "SYNCED_ERROR", reason: "SecretRetained" },
  ],
  [
    "Ready=True, but an empty binding",
    { object: object({ bindingName: "" }) },
    { status: "SYNCED_ERROR", reason: "NoSecret" },
  ],
  [
    "Ready=True, an empty binding where none is wanted",
    { object: object({ bindingName: "" }), wantsNativeSecret: false },
    { status: "SYNCED" },
  ],
  ["Ready=True without bindings at all (0.14.4)", { object: object({ bindingName: null }) }, { status: "SYNCED" }],
  [
    "Ready=True, but MissingProviderSecret not older than refreshTime",
    { cause: { failure: null, missingProviderSecretAt: "2026-01-01T00:00:00Z", missedFor: 0 } },
    { status: "SYNCED_ERROR", reason: "MissingProviderSecret" },
  ],
  [
    "Ready=True, MissingProviderSecret of an older attempt",
    { cause: { failure: null, missingProviderSecretAt: "2025-12-31T23:59:59Z", missedFor: 0 } },
    { status: "SYNCED", reason: "SecretSynced" },
  ],
  ["Ready=True, SecretSynced, current", {}, { status: "SYNCED", reason: "SecretSynced" }],
  [
    "Ready=False, answered, with the event's cause",
    { object: failing(), cause: { failure: "permission denied", missingProviderSecretAt: null, missedFor: 0 } },
    { status: "SYNCED_ERROR", reason: "SecretSyncedError", message: "permission denied" },
  ],
  [
    "Ready=False, answered, no event seen",
    { object: failing() },
    { status: "SYNCED_ERROR", reason: "SecretSyncedError", message: "could not get secret data from provider" },
  ],
  [
    "Ready=False, answered, its event still on the way",
    {
      object: failing(),
      current: { status: "SYNCED", reason: "SecretSynced", message: null },
      cause: { failure: null, missingProviderSecretAt: null, missedFor: PATIENCE.cause - 1 },
    },
    { status: "SYNCED" },
  ],
  [
    "Ready=False, answered, failed before, its event still on the way",
    {
      object: failing(),
      current: { status: "SYNCED_ERROR", reason: "OperatorSilent", message: null },
      cause: { failure: null, missingProviderSecretAt: null, missedFor: 0 },
    },
    { status: "SYNCED_ERROR", reason: "SecretSyncedError" },
  ],
  ["gone after our delete", { unwanted: true, deleteSentAt: NOW - 10, object: null }, "gone"],
  ["another uid after our delete", { unwanted: true, deleteSentAt: NOW - 10, object: object({ uid: "u2" }) }, "gone"],
];

describe("judgeAssignment", () => {
  it.each(ROWS)("%s", (_row, over, expected) => {
    const { verdict } = judgeAssignment(facts(over));
    if (expected === "gone") expect(verdict).toBe("gone");
    else expect(verdict).toMatchObject(expected);
  });

  it("keeps the reason of a pending change while it waits", () => {
    const judged = judgeAssignment(
      facts({ current: { status: "PENDING", reason: "Updated", message: null }, object: object({ ready: null }) }),
    );
    expect(judged).toMatchObject({ verdict: { status: "PENDING", reason: "Updated" }, lookAgainIn: 119_000 });
  });

  const ready = fc.option(
    fc.record({
      status: fc.constantFrom("True", "False", "Unknown"),
      reason: fc.constantFrom("SecretSynced", "SecretSyncedError", "SecretMissing", "SecretDeleted", null),
      message: fc.constantFrom("secret synced", "secret retained due to DeletionPolicy=Retain", null),
      lastTransitionTime: fc.constantFrom("2026-01-01T00:00:00Z", null),
    }),
  );
  const anyObject = fc
    .record({
      resourceVersion: fc.integer({ min: 90, max: 1_100 }).map(String),
      generation: fc.integer({ min: 1, max: 3 }),
      synced: fc.option(fc.integer({ min: 1, max: 3 })),
      ready,
      deletionTimestamp: fc.constantFrom(null, "2026-01-01T00:00:00Z"),
      finalizers: fc.constantFrom([], ["a/b"]),
      bindingName: fc.constantFrom("db", "", null),
    })
    .map(({ synced, ...rest }) => object({ ...rest, syncedResourceVersion: synced === null ? null : `${synced}-h` }));
  const anyFacts = fc
    .record({
      status: fc.constantFrom(...ASSIGNMENT_STATUSES),
      unwanted: fc.boolean(),
      sent: fc.boolean(),
      deleteSentAt: fc.option(fc.integer({ min: NOW - 300_000, max: NOW })),
      trouble: fc.option(
        fc.constantFrom(unreachable(10), unreachable(70_000), {
          kind: "refused" as const,
          reason: "Invalid",
          message: "m",
        }),
      ),
      object: fc.option(anyObject),
      uid: fc.constantFrom("u1", null),
      write: fc.option(
        fc.record({
          writtenAt: fc.integer({ min: NOW - 300_000, max: NOW }),
          unanswered: fc.boolean(),
          forced: fc.boolean(),
          ready: fc.constantFrom("True", "False", null),
          syncedResourceVersion: fc.constantFrom("1-h", "2-h", null),
        }),
      ),
      missing: fc.constantFrom(null, "2026-01-01T00:00:00Z"),
    })
    .map(({ status, write: written, missing, ...rest }) =>
      facts({
        ...rest,
        current: { status, reason: null, message: null },
        lastWrite: written === null ? null : write(written),
        cause: { failure: null, missingProviderSecretAt: missing, missedFor: PATIENCE.cause },
      }),
    );

  it("never says SYNCED anew unless the operator synced this very spec and no write is open", () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const { verdict, synced } = judgeAssignment(given);
        if (verdict === "gone" || verdict.status !== "SYNCED") {
          expect(synced).toBe(false);
          return;
        }
        if (given.trouble !== null) {
          expect(given.current.status).toBe("SYNCED");
          return;
        }
        expect(given.unwanted).toBe(false);
        expect(given.object?.ready).toMatchObject({ status: "True" });
        expect(given.object?.syncedResourceVersion).toBe(`${given.object?.generation}-h`);
        expect(given.object?.deletionTimestamp).toBeNull();
        if (given.object !== null && given.lastWrite?.forced === true)
          expect(isAnswered(given.object, given.lastWrite)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("lets a row go only if it is unwanted, and nothing of ours is left or was ever sent", () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        if (judgeAssignment(given).verdict !== "gone") return;
        expect(given.unwanted).toBe(true);
        if (given.sent) {
          expect(given.trouble).toBeNull();
          expect(given.object === null || given.object.uid !== given.uid).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
