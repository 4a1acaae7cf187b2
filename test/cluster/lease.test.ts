import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lease, type LeaseSettings } from "../../src/cluster/lease.js";
import { DeposedError } from "../../src/cluster/reconcile/leader-context.js";
import type { ClusterState } from "../../src/domain/ports/cluster-state.js";
import { createClusterState } from "../../src/persistence/cluster-state/index.js";
import { eventually } from "../support/eventually.js";
import { silentLogger } from "../support/logger.js";
import { type OpenDatabase, openDatabase } from "../support/open-database.js";
import { Seed } from "../support/seed.js";

describe("the lease of one cluster", () => {
  let database: OpenDatabase;
  let state: ClusterState;
  let seed: Seed;
  beforeAll(async () => {
    database = await openDatabase();
    state = createClusterState(database.dataSource);
    seed = new Seed(database.dataSource);
  });
  afterAll(() => database.close());

  const holder = async (
    clusterId: string,
    settings: LeaseSettings,
    leases: Pick<ClusterState, "holdLease" | "releaseLease"> = state,
  ) => {
    const gained: string[] = [];
    let lost = 0;
    const lease = new Lease({
      clusterId,
      state: leases,
      logger: silentLogger,
      settings,
      onGained: (term) => gained.push(term),
      onLost: () => {
        lost += 1;
      },
    });
    lease.start();
    return { lease, gained, lost: () => lost };
  };
  const termAt = async (clusterId: string): Promise<unknown> =>
    (
      await database.dataSource.query<{ term: string }[]>("SELECT term FROM leadership WHERE cluster_id = $1", [
        clusterId,
      ])
    )[0]?.term;

  it("goes from one to the other at once when it is given back", async () => {
    const clusterId = await seed.cluster();
    const one = await holder(clusterId, { duration: 6_000, interval: 50 });
    await eventually(() => one.gained.length === 1);
    const other = await holder(clusterId, { duration: 6_000, interval: 50 });
    await one.lease.stop();
    expect([one.lost(), one.lease.term]).toEqual([1, null]);
    await eventually(() => other.gained.length === 1);
    expect(await termAt(clusterId)).toBe(other.lease.term);
    await other.lease.stop();
    expect(await termAt(clusterId)).toBeUndefined();
  });

  it("is not sure any more once its time has run out on our own clock, whatever the database would say", async () => {
    const clusterId = await seed.cluster();
    // Never renewed while we look.
    const { lease, gained } = await holder(clusterId, { duration: 150, interval: 60_000 });
    await eventually(() => gained.length === 1);
    const [term = ""] = gained;
    expect(() => lease.assert(term)).not.toThrow();
    await eventually(() => lease.term === null);
    expect(() => lease.assert(term)).toThrow(DeposedError);
    await lease.stop();
  });

  it("counts its time from before it was asked for: a slow answer makes it shorter", async () => {
    const clusterId = await seed.cluster();
    const slow: Pick<ClusterState, "holdLease" | "releaseLease"> = {
      holdLease: async (...asked) => {
        const held = await state.holdLease(...asked);
        await sleep(300);
        return held;
      },
      releaseLease: (...asked) => state.releaseLease(...asked),
    };
    const { lease, gained } = await holder(clusterId, { duration: 250, interval: 50 }, slow);
    await eventually(async () => (await termAt(clusterId)) !== undefined);
    await lease.stop();
    expect(gained).toEqual([]);
  });

  it("what was given up before its time is free at once, not when it runs out", async () => {
    const clusterId = await seed.cluster();
    const one = await holder(clusterId, { duration: 60_000, interval: 50 });
    await eventually(() => one.gained.length === 1);
    one.lease.stepDown(one.gained[0] ?? "");
    await eventually(() => one.gained.length === 2, 3_000);
    await one.lease.stop();
    expect(await termAt(clusterId)).toBeUndefined();
  });

  it("a term whose answer was lost is given back before another is asked for", async () => {
    const clusterId = await seed.cluster();
    let lost = 1;
    const leases: Pick<ClusterState, "holdLease" | "releaseLease"> = {
      holdLease: async (...asked) => {
        const held = await state.holdLease(...asked);
        if (lost-- > 0) throw new Error("the connection was lost");
        return held;
      },
      releaseLease: (...asked) => state.releaseLease(...asked),
    };
    const { lease, gained } = await holder(clusterId, { duration: 60_000, interval: 50 }, leases);
    await eventually(() => gained.length === 1, 3_000);
    expect(await termAt(clusterId)).toBe(gained[0]);
    await lease.stop();
  });

  it("what an earlier term is told does not end the term that came after it", async () => {
    const clusterId = await seed.cluster();
    const { lease, gained, lost } = await holder(clusterId, { duration: 400, interval: 50 });
    await eventually(() => gained.length === 1);
    const [first = ""] = gained;
    lease.stepDown(first);
    expect(lost()).toBe(1);
    await eventually(() => gained.length === 2);
    // A pass of the first term ends only now.
    lease.stepDown(first);
    lease.stepDown(randomUUID());
    expect(lost()).toBe(1);
    expect(lease.term).toBe(gained[1]);
    await lease.stop();
  });
});
