import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.js";
import { openDatabase } from "../../../test/support/open-database.js";
import type { OpenDatabase } from "../../../test/support/open-database.js";
import { Seed } from "../../../test/support/seed.js";
import { inTransaction, query, type RunStatement } from "../transaction.js";
import { holdLease, holdTerm, releaseLease } from "./leadership.js";

let database: OpenDatabase;
let seed: Seed;
beforeAll(async () => {
  database = await openDatabase();
  seed = new Seed(database.dataSource);
});
afterAll(() => database.close());

const run: RunStatement = (sql, params) => query(database.dataSource, sql, params);

const expiry = async (clusterId: string): Promise<number> => {
  const [row] = await query<{ left: number }>(
    database.dataSource,
    "SELECT (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS left FROM leadership WHERE cluster_id = $1",
    [clusterId],
  );
  return row?.left ?? NaN;
};

describe("the lease of a cluster", () => {
  it("goes to one of many that ask at once, and stays with it", async () => {
    const clusterId = await seed.cluster();
    const terms = Array.from({ length: 8 }, () => randomUUID());
    const hold = () => Promise.all(terms.map((term) => holdLease(run, clusterId, term, 60_000)));
    const first = await hold();
    expect(first.filter(Boolean)).toHaveLength(1);
    expect(await hold()).toEqual(first);
  });

  it("is renewed from now", async () => {
    const [clusterId, term] = [await seed.cluster(), randomUUID()];
    expect(await holdLease(run, clusterId, term, 1_000)).toBe(true);
    expect(await expiry(clusterId)).toBeLessThanOrEqual(1_000);
    expect(await holdLease(run, clusterId, term, 50_000)).toBe(true);
    expect(await expiry(clusterId)).toBeGreaterThan(40_000);
  });

  it("is taken over once it has expired, on the database's clock, and the old holder is told", async () => {
    const { dataSource } = database;
    const [clusterId, old, next] = [await seed.cluster(), randomUUID(), randomUUID()];
    expect(await holdLease(run, clusterId, old, 100)).toBe(true);
    expect(await holdLease(run, clusterId, next, 60_000)).toBe(false);
    await eventually(() => holdLease(run, clusterId, next, 60_000), 2_000);
    expect(await holdLease(run, clusterId, old, 60_000)).toBe(false);
    expect(await inTransaction(dataSource, (tx) => holdTerm(tx, clusterId, old))).toBe(false);
    expect(await inTransaction(dataSource, (tx) => holdTerm(tx, clusterId, next))).toBe(true);
  });

  it("is free at once when released, and only its holder can release it", async () => {
    const [clusterId, one, other] = [await seed.cluster(), randomUUID(), randomUUID()];
    await holdLease(run, clusterId, one, 60_000);
    await releaseLease(run, clusterId, other);
    expect(await holdLease(run, clusterId, other, 60_000)).toBe(false);
    await releaseLease(run, clusterId, one);
    expect(await holdLease(run, clusterId, other, 60_000)).toBe(true);
  });

  it("cannot be taken over while a status transaction of the old term is under way", async () => {
    const { dataSource } = database;
    const [clusterId, old, next] = [await seed.cluster(), randomUUID(), randomUUID()];
    await holdLease(run, clusterId, old, 1);
    const { promise: finish, resolve } = Promise.withResolvers<undefined>();
    const order: string[] = [];
    const { promise: inside, resolve: nowInside } = Promise.withResolvers<undefined>();
    const writing = inTransaction(dataSource, async (tx) => {
      expect(await holdTerm(tx, clusterId, old)).toBe(true);
      nowInside(undefined);
      await finish;
      order.push("written");
    });
    await inside;
    const taking = holdLease(run, clusterId, next, 60_000).then((taken) => order.push(taken ? "taken" : "refused"));
    await eventually(
      async () =>
        (
          await query(
            dataSource,
            "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO leadership%'",
          )
        ).length === 1,
    );
    resolve(undefined);
    await Promise.all([writing, taking]);
    expect(order).toEqual(["written", "taken"]);
  });
});
