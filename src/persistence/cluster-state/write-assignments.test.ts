import { describe, expect, it } from "vitest";
import { query } from "../transaction.js";
import { BROKEN, CLEAN, LedCluster, SYNCED, verdict } from "./testing.js";
import { writeBatch } from "./write-batch.js";

const led = new LedCluster();

describe("the facts of an assignment", () => {
  it("are written as given, and stay where nothing is given", async () => {
    const { assignments, secret } = await led.assigned(2);
    const [one = "", two = ""] = assignments;
    const lastWrite = {
      resourceVersion: "17",
      writtenAt: null,
      unanswered: true,
      ready: "False",
      syncedResourceVersion: "1-abc",
      forced: true,
    };
    const facts = {
      uid: "u-1",
      sent: true,
      appliedGeneration: 3,
      lastWrite,
      syncedGeneration: 2,
      refreshedAt: 1_700_000_000_123,
      forceSyncApplied: 4,
      forceSyncToken: "t",
      appliedManifest: "a: 1\n",
      adopted: true,
    };
    const before = Date.now();
    expect(
      await led.write({ assignments: [verdict(one, undefined, facts), verdict(two, undefined, { sent: true })] }),
    ).toEqual(CLEAN);
    const first = await led.row("assignment", one);
    expect(first).toMatchObject({
      uid: "u-1",
      sent: true,
      applied_generation: 3,
      synced_generation: 2,
      refreshed_at: new Date(1_700_000_000_123),
      force_sync_applied: 4,
      force_sync_token: "t",
      applied_manifest: "a: 1\n",
      adopted: true,
      write_resource_version: "17",
      unanswered: true,
      write_ready: "False",
      write_synced_resource_version: "1-abc",
      write_forced: true,
      status: "PENDING",
      observed_at: null,
    });
    expect(Math.abs(Number(first?.["written_at"]) - before)).toBeLessThan(30_000);
    expect(await led.row("assignment", two)).toMatchObject({
      uid: null,
      sent: true,
      applied_manifest: null,
      write_resource_version: null,
    });

    await led.write({
      assignments: [
        verdict(one, undefined, { uid: null, lastWrite: { ...lastWrite, unanswered: false }, refreshedAt: null }),
        verdict(two, undefined, { appliedManifest: "b", lastWrite: { ...lastWrite, writtenAt: 1_700_000_000_000 } }),
      ],
    });
    expect(await led.row("assignment", one)).toEqual({ ...first, uid: null, unanswered: false, refreshed_at: null });
    expect(await led.row("assignment", two)).toMatchObject({
      applied_manifest: "b",
      written_at: new Date(1_700_000_000_000),
    });

    await led.write({ assignments: [verdict(one, undefined, { lastWrite: null })] });
    expect(await led.row("assignment", one)).toMatchObject({
      write_resource_version: null,
      written_at: null,
      unanswered: false,
    });
    expect(await led.log(one, two, secret)).toEqual([]);
  });

  it("keep when the delete was first sent", async () => {
    const { assignment } = await led.assigned(1);
    await led.write({ assignments: [verdict(assignment, undefined, { deleteSent: true })] });
    const first = await led.row("assignment", assignment);
    expect(first?.["delete_sent_at"]).toBeInstanceOf(Date);
    await led.write({ assignments: [verdict(assignment, undefined, { deleteSent: true, sent: true })] });
    expect(await led.row("assignment", assignment)).toEqual({ ...first, sent: true });
  });
});

describe("a verdict on an assignment", () => {
  it("changes the row, its time and the log, with everything that it concerns", async () => {
    const { assignment, secret, project } = await led.assigned(1);
    await query(led.dataSource, "UPDATE assignment SET last_transition_at = '2020-01-01' WHERE id = $1", [assignment]);
    await led.write({ assignments: [verdict(assignment, BROKEN)] });
    const after = await led.row("assignment", assignment);
    expect(after).toMatchObject(BROKEN);
    expect(Number(after?.["last_transition_at"])).toBeGreaterThan(Date.now() - 30_000);
    const logged = await query(led.dataSource, "SELECT * FROM transition WHERE subject_id = $1", [assignment]);
    expect(logged).toMatchObject([
      {
        subject: "ASSIGNMENT",
        from_status: "PENDING",
        to_status: "SYNCED_ERROR",
        reason: "SecretSyncedError",
        message: "key not found",
        actor: "system",
        secret_id: secret,
        assignment_id: assignment,
        project_id: project,
        cluster_id: led.clusterId,
      },
    ]);
    // An organization secret's own transition is for admins only.
    const rolled = await query(led.dataSource, "SELECT * FROM transition WHERE subject_id = $1", [secret]);
    expect(rolled).toMatchObject([
      { subject: "SECRET", secret_id: secret, project_id: null, from_status: "PENDING", to_status: "SYNCED_ERROR" },
    ]);
  });

  it("names the project in the transition of a project secret", async () => {
    const project = await led.seed.project(led.clusterId);
    const secret = await led.seed.secret(await led.seed.provider(), { scope: "PROJECT", project_id: project });
    const assignment = await led.seed.assignment(secret, project);
    await led.write({ assignments: [verdict(assignment, SYNCED)] });
    const rolled = await query(led.dataSource, "SELECT project_id FROM transition WHERE subject_id = $1", [secret]);
    expect(rolled).toEqual([{ project_id: project }]);
  });

  it("tells the new cause without a transition where the status stays, in the secret's sentence too", async () => {
    const { assignment, secret } = await led.assigned(1, {
      secret: { status: "SYNCED_ERROR" },
      assignment: { ...BROKEN },
    });
    const before = await led.row("assignment", assignment);
    await led.write({ assignments: [verdict(assignment, { ...BROKEN, message: "permission denied" })] });
    expect(await led.row("assignment", assignment)).toMatchObject({
      message: "permission denied",
      last_transition_at: before?.["last_transition_at"],
    });
    expect((await led.row("secret", secret))?.["status_reason"]).toMatch(/permission denied/);
    expect(await led.log(assignment, secret)).toEqual([]);
  });

  it("is told beside a repaired drift, which leaves its own row even where the status stays", async () => {
    const { assignments, secret } = await led.assigned(2, { secret: { status: "SYNCED" }, assignment: { ...SYNCED } });
    const [one = "", two = ""] = assignments;
    const noted = { reason: "Drifted", message: "by kubectl" };
    await led.write({ assignments: [verdict(one, SYNCED, { noted }), verdict(two, BROKEN, { noted })] });
    expect(await led.log(one)).toEqual(["ASSIGNMENT SYNCED>SYNCED Drifted"]);
    expect(await led.log(two)).toEqual([
      "ASSIGNMENT SYNCED>SYNCED Drifted",
      "ASSIGNMENT SYNCED>SYNCED_ERROR SecretSyncedError",
    ]);
    expect(await led.log(secret)).toEqual(["SECRET SYNCED>SYNCED_ERROR RolledUp"]);
  });

  it("lastTransitionAt is the time of the last transition, also of one that leaves the status", async () => {
    const { assignment } = await led.assigned(1, { secret: { status: "SYNCED" }, assignment: { ...SYNCED } });
    await query(led.dataSource, "UPDATE assignment SET last_transition_at = now() - interval '1 hour' WHERE id = $1", [
      assignment,
    ]);
    const before = await led.row("assignment", assignment);
    await led.write({ assignments: [verdict(assignment, undefined, { noted: { reason: "Drifted", message: null } })] });
    const [transition] = await query<{ at: Date }>(
      led.dataSource,
      "SELECT at FROM transition WHERE assignment_id = $1 ORDER BY position DESC LIMIT 1",
      [assignment],
    );
    const after = (await led.row("assignment", assignment))?.["last_transition_at"];
    expect(after).not.toEqual(before?.["last_transition_at"]);
    expect(Math.abs(Number(after) - Number(transition?.at))).toBeLessThan(1_000);
  });

  it("rolls the secret up over the assignments of every cluster", async () => {
    const { assignment, secret } = await led.assigned(1);
    const elsewhere = await led.seed.assignment(secret, await led.seed.project(await led.seed.cluster()));
    await led.write({ assignments: [verdict(assignment, SYNCED)] });
    await query(led.dataSource, "UPDATE assignment SET status = 'FAILED' WHERE id = $1", [elsewhere]);
    await led.write({ assignments: [verdict(assignment, BROKEN)] });
    await query(led.dataSource, "UPDATE assignment SET status = 'SYNCED' WHERE id = $1", [elsewhere]);
    await led.write({ assignments: [verdict(assignment, SYNCED)] });
    expect(await led.log(secret)).toEqual([
      "SECRET PENDING>PARTIALLY_SYNCED RolledUp",
      "SECRET PARTIALLY_SYNCED>FAILED RolledUp",
      "SECRET FAILED>SYNCED RolledUp",
    ]);
  });

  it("of two leaders at once loses no roll-up", async () => {
    const { secret, assignment } = await led.assigned(1);
    const other = await led.seed.cluster();
    const otherTerm = await led.seed.lease(other);
    const elsewhere = await led.seed.assignment(secret, await led.seed.project(other));
    await Promise.all([
      led.write({ assignments: [verdict(assignment, SYNCED)] }),
      writeBatch(led.dataSource, other, otherTerm, {
        assignments: [verdict(elsewhere, SYNCED)],
        providerTargets: [],
        projects: [],
      }),
    ]);
    expect(await led.log(secret)).toEqual([
      "SECRET PENDING>PARTIALLY_SYNCED RolledUp",
      "SECRET PARTIALLY_SYNCED>SYNCED RolledUp",
    ]);
    expect(await led.row("secret", secret)).toMatchObject({ status: "SYNCED" });
  });
});
