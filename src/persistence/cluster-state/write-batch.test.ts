import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { inTransaction, query } from "../transaction.js";
import { BROKEN, CLEAN, LedCluster, SYNCED, verdict } from "./testing.js";

const led = new LedCluster();

describe("a batch", () => {
  it("writes nothing for a term that is not the leader's", async () => {
    const { assignment, secret } = await led.assigned(1);
    led.term = randomUUID();
    expect(await led.write({ assignments: [verdict(assignment, SYNCED)] })).toEqual({ ...CLEAN, leading: false });
    expect(await led.row("assignment", assignment)).toMatchObject({ status: "PENDING" });
    expect(await led.log(assignment, secret)).toEqual([]);
  });

  it("writes nothing where the cluster was taken over after the rows were read", async () => {
    const { assignment } = await led.assigned(1);
    const { promise: taken, resolve } = Promise.withResolvers<undefined>();
    const takeover = inTransaction(led.dataSource, async (tx) => {
      await tx.query("UPDATE leadership SET term = $2 WHERE cluster_id = $1", [led.clusterId, randomUUID()]);
      resolve(undefined);
      // The batch reads the old row and then waits for this one.
      await tx.query("SELECT pg_sleep(0.2)");
    });
    await taken;
    expect(await led.write({ assignments: [verdict(assignment, SYNCED)] })).toEqual({ ...CLEAN, leading: false });
    await takeover;
    expect(await led.row("assignment", assignment)).toMatchObject({ status: "PENDING" });
  });

  it("calls stale what has another revision, is in another cluster, or is gone, and writes the rest", async () => {
    const { assignments, project } = await led.assigned(2);
    const [good = "", changed = ""] = assignments;
    await query(led.dataSource, "UPDATE assignment SET revision = 2 WHERE id = $1", [changed]);
    const elsewhere = await led.seed.project(await led.seed.cluster());
    const unknown = randomUUID();
    const outcome = await led.write({
      assignments: [verdict(good, SYNCED), verdict(changed, SYNCED), verdict(unknown, SYNCED)],
      projects: [
        { id: elsewhere, revision: 1n, verdict: { status: "FAILED", reason: "x", message: null } },
        { id: project, revision: 7n, verdict: { status: "FAILED", reason: "x", message: null } },
      ],
    });
    expect(outcome.stale.sort()).toEqual([changed, unknown, elsewhere, project].sort());
    expect(await led.row("assignment", good)).toMatchObject({ status: "SYNCED" });
    expect(await led.row("assignment", changed)).toMatchObject({ status: "PENDING" });
    expect(await led.row("project", project)).toMatchObject({ status: "READY" });
  });

  it("calls stale what a person changed between reading and writing", async () => {
    const { assignment, secret } = await led.assigned(1);
    const { promise: holding, resolve } = Promise.withResolvers<undefined>();
    const person = inTransaction(led.dataSource, async (tx) => {
      await tx.query("SELECT FROM secret WHERE id = $1 FOR UPDATE", [secret]);
      await tx.query(
        "UPDATE assignment SET revision = revision + 1, status = 'DELETING', deletion_requested_at = now() WHERE id = $1",
        [assignment],
      );
      resolve(undefined);
      await tx.query("SELECT pg_sleep(0.2)");
    });
    await holding;
    expect(await led.write({ assignments: [verdict(assignment, SYNCED)] })).toEqual({ ...CLEAN, stale: [assignment] });
    await person;
    expect(await led.row("assignment", assignment)).toMatchObject({ status: "DELETING" });
    expect(await led.log(assignment, secret)).toEqual([]);
  });

  it("refuses more than 500 changes, and two of one row", async () => {
    const many = Array.from({ length: 501 }, () => verdict(randomUUID(), SYNCED));
    await expect(led.write({ assignments: many })).rejects.toThrow(RangeError);
    const id = randomUUID();
    await expect(led.write({ assignments: [verdict(id, SYNCED), verdict(id, BROKEN)] })).rejects.toThrow(RangeError);
  });

  it("writes 499 assignments of one secret in one transaction, and rolls it up once", async () => {
    const { secret, assignments } = await led.assigned(499);

    expect(await led.write({ assignments: assignments.map((id) => verdict(id, SYNCED)) })).toEqual(CLEAN);
    expect(await led.log(secret)).toEqual(["SECRET PENDING>SYNCED RolledUp"]);
    const logged = await query(led.dataSource, "SELECT FROM transition WHERE secret_id = $1", [secret]);
    expect(logged).toHaveLength(500);
    const transactions = await query(
      led.dataSource,
      "SELECT DISTINCT xmin::text FROM transition WHERE secret_id = $1",
      [secret],
    );
    expect(transactions).toHaveLength(1);
  });

  it("becomes several transactions of at most 500 transitions where every parent changes too", async () => {
    const provider = await led.seed.provider();
    const project = await led.seed.project(led.clusterId);
    const secrets: string[] = [];
    const assignments: string[] = [];
    for (let i = 0; i < 300; i += 1) {
      const secret = await led.seed.secret(provider);
      secrets.push(secret);
      assignments.push(await led.seed.assignment(secret, project));
    }
    expect(await led.write({ assignments: assignments.map((id) => verdict(id, SYNCED)) })).toEqual(CLEAN);
    const sizes = await query<{ count: number }>(
      led.dataSource,
      "SELECT count(*)::integer AS count FROM transition WHERE subject_id = ANY ($1::uuid[]) GROUP BY xmin::text ORDER BY 1",
      [[...secrets, ...assignments]],
    );
    expect(sizes.map(({ count }) => count)).toEqual([100, 500]);
  });
});

describe("what costs nothing", () => {
  it("is a batch that says what is stored: no row, no lock, no transaction", async () => {
    const { assignments, secret, target, project } = await led.assigned(3, {
      assignment: { status: "SYNCED", reason: "SecretSynced" },
    });
    await query(
      led.dataSource,
      "UPDATE assignment SET observed_at = now(), uid = 'u', sent = true WHERE id = ANY ($1::uuid[])",
      [assignments],
    );
    await query(led.dataSource, "UPDATE provider_target SET observed_at = now() WHERE id = $1", [target]);
    const ready = { status: "READY", reason: null, message: null } as const;
    const versions = () =>
      Promise.all([
        ...assignments.map((id) => led.version("assignment", id)),
        led.version("secret", secret),
        led.version("provider_target", target),
      ]);
    const before = await versions();
    // Whoever locked anything would wait for this.
    await inTransaction(led.dataSource, async (tx) => {
      await tx.query("SELECT FROM leadership WHERE cluster_id = $1 FOR UPDATE", [led.clusterId]);
      await tx.query("SELECT FROM secret WHERE id = $1 FOR UPDATE", [secret]);
      const outcome = await led.write({
        assignments: assignments.map((id) => verdict(id, SYNCED, { uid: "u", sent: true })),
        providerTargets: [{ id: target, revision: 1n, verdict: ready, lastWrite: null }],
        projects: [{ id: project, revision: 1n, verdict: ready }],
      });
      expect(outcome).toEqual(CLEAN);
    });
    expect(await versions()).toEqual(before);
  });

  it("is an observation that repeats itself, but for once a minute", async () => {
    const { assignment, secret } = await led.assigned(1, { assignment: { ...SYNCED } });
    await query(led.dataSource, "UPDATE assignment SET observed_at = now() - interval '59 s' WHERE id = $1", [
      assignment,
    ]);
    const seen = await led.version("assignment", assignment);
    await led.write({ assignments: [verdict(assignment, SYNCED)] });
    expect(await led.version("assignment", assignment)).toBe(seen);
    await query(led.dataSource, "UPDATE assignment SET observed_at = now() - interval '61 s' WHERE id = $1", [
      assignment,
    ]);
    await inTransaction(led.dataSource, async (tx) => {
      // No secret is locked, since no verdict changes.
      await tx.query("SELECT FROM secret WHERE id = $1 FOR UPDATE", [secret]);
      expect(await led.write({ assignments: [verdict(assignment, SYNCED)] })).toEqual(CLEAN);
    });
    const { observed_at: observed } = (await led.row("assignment", assignment)) ?? {};
    expect(Date.now() - Number(observed)).toBeLessThan(30_000);
    expect(await led.log(assignment, secret)).toEqual([]);
  });

  it("is not to have looked: an unreachable cluster is no observation", async () => {
    const { assignment } = await led.assigned(1);
    await led.write({
      assignments: [verdict(assignment, { status: "PENDING", reason: "ClusterUnreachable", message: null })],
    });
    expect(await led.row("assignment", assignment)).toMatchObject({ reason: "ClusterUnreachable", observed_at: null });
  });
});
