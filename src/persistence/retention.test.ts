import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/support/eventually.js";
import { silentLogger } from "../../test/support/logger.js";
import { openDatabase, testSettings } from "../../test/support/open-database.js";
import type { OpenDatabase } from "../../test/support/open-database.js";
import { anyTransition } from "../../test/support/transitions.js";
import { ExpectedError } from "../errors.js";
import { connectionOptions } from "./data-source.js";
import { type RetentionOptions, TransitionPruner } from "./retention.js";
import { TransitionTailer } from "./tailer.js";
import { inTransaction, query } from "./transaction.js";

const DAY = 86_400_000;

let database: OpenDatabase;
beforeEach(async () => {
  database = await openDatabase();
});
afterEach(() => database.close());

/** @param age days that all of them are put back */
async function write(count: number, age = 0): Promise<void> {
  await inTransaction(database.dataSource, async (tx) => {
    for (let n = 0; n < count; n += 1) tx.note(anyTransition());
    await Promise.resolve();
  });
  if (age === 0) return;
  await query(
    database.dataSource,
    `UPDATE transition SET at = at - $1 * interval '1 day' WHERE position IN (SELECT position FROM transition ORDER BY position DESC LIMIT $2)`,
    [age, count],
  );
}

async function positions(): Promise<number[]> {
  const rows = await query<{ position: string }>(
    database.dataSource,
    "SELECT position FROM transition ORDER BY position",
  );
  return rows.map(({ position }) => Number(position));
}

async function prunedTo(): Promise<number> {
  const [row] = await query<{ pruned_to: string }>(database.dataSource, "SELECT pruned_to FROM installation");
  return Number(row?.pruned_to);
}

const pruner = (options: Partial<RetentionOptions> = {}): TransitionPruner =>
  new TransitionPruner({
    dataSource: database.dataSource,
    logger: silentLogger,
    keep: 30 * DAY,
    batchSize: 10,
    pause: 0,
    ...options,
  });

async function follow(): Promise<TransitionTailer> {
  const tailer = new TransitionTailer({
    dataSource: database.dataSource,
    listenClient: connectionOptions(testSettings(database.url), "listening"),
    logger: silentLogger,
  });
  onTestFinished(() => tailer.stop());
  await tailer.start();
  return tailer;
}

const EXPIRED = { code: "PRECONDITION_FAILED", details: { reason: "CursorExpired" } };

describe("pruning", () => {
  it("removes what is older than the setting, in small batches, and notes how far", async () => {
    await write(25, 31);
    await write(5, 29);
    const batches: number[] = [];
    expect(await pruner({ onPruned: (rows) => batches.push(rows) }).prune()).toBe(25);
    expect(batches).toEqual([10, 10, 5]);
    expect(await positions()).toEqual([26, 27, 28, 29, 30]);
    expect(await prunedTo()).toBe(25);
    expect(await pruner().prune()).toBe(0);
  });

  it("keeps the newest whatever its age, so that the log has a place to go on from", async () => {
    await write(12, 400);
    expect(await pruner().prune()).toBe(11);
    expect(await positions()).toEqual([12]);
    const tailer = await follow();
    const cursor = tailer.seal(await tailer.currentPlace());
    await write(1);
    expect((await tailer.open(cursor)).position).toBe(12n);
  });

  it("stops at the first that is young: a clock that was set back makes it keep more, never less", async () => {
    await write(3, 31);
    await write(1);
    await write(3, 31);
    expect(await pruner().prune()).toBe(3);
    expect(await positions()).toEqual([4, 5, 6, 7]);
  });

  it("never happens where transitions are kept for ever", async () => {
    await write(3, 40_000);
    const eternal = pruner({ keep: 0, interval: 0 });
    eternal.start();
    expect(await eternal.prune()).toBe(0);
    await eternal.stop();
    expect(await positions()).toHaveLength(3);
  });

  it("goes on by itself, and stops at once", async () => {
    await write(30, 31);
    const running = pruner({ interval: 20, pause: 1 });
    running.start();
    await eventually(async () => (await positions()).length === 1);
    await write(30, 31);
    await eventually(async () => (await positions()).length === 1);
    await running.stop();
  });

  it("is one replica's work at a time", async () => {
    await write(300, 31);
    const another = await database.another();
    const removed = await Promise.all(
      [database.dataSource, another].map((dataSource) => pruner({ dataSource, batchSize: 5 }).prune()),
    );
    expect(removed.reduce((sum, rows) => sum + rows)).toBe((await prunedTo()) - 0);
    expect(await positions()).toHaveLength(300 - (await prunedTo()));
  });

  it("holds up nobody who writes: not while a batch is under way, however long that takes", async () => {
    await write(20, 31);
    const blocker = new Client(database.url);
    await blocker.connect();
    await blocker.query("BEGIN");
    await blocker.query("SELECT FROM installation FOR UPDATE");
    const pruning = pruner().prune();
    const inside = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await eventually(async () => (await query(database.dataSource, inside)).length === 1);
    // The batch's rows are deleted and its transaction is open.
    const began = performance.now();
    await write(3);
    expect(performance.now() - began).toBeLessThan(1_000);
    await blocker.query("COMMIT");
    await blocker.end();
    expect(await pruning).toBe(20);
    expect(await positions()).toEqual([21, 22, 23]);
  });
});

describe("whoever reads while the log is pruned", () => {
  it("is refused with a cursor older than what is kept, and goes on from any that is kept", async () => {
    await write(10, 31);
    const tailer = await follow();
    const [old] = await tailer.read(0n, 100n, 5);
    await write(3);
    const [young] = (await tailer.read(0n, 100n, 100)).slice(-2);
    if (old === undefined || young === undefined) throw new Error("nothing was written");
    const cursors = [old, young].map(({ position, id }) => tailer.seal({ position, transitionId: id }));
    await pruner().prune();
    await expect(tailer.open(cursors[0] ?? "")).rejects.toMatchObject(EXPIRED);
    expect((await tailer.open(cursors[1] ?? "")).position).toBe(young.position);
    await expect(tailer.read(old.position, 100n, 5)).rejects.toMatchObject(EXPIRED);
    expect(await tailer.read(10n, 100n, 5)).toHaveLength(3);
  });

  it("reads all of it or is told that it cannot, wherever pruning overtakes", async () => {
    const tailer = await follow();
    for (let round = 0; round < 6; round += 1) {
      await write(200, 31);
      const last = BigInt((await positions()).at(-1) ?? 0);
      const from = BigInt(await prunedTo());
      const read: bigint[] = [];
      const reading = (async () => {
        for (let place = from; place < last;) {
          const page = await tailer.read(place, last, 7);
          read.push(...page.map(({ position }) => position));
          place = page.at(-1)?.position ?? last;
        }
      })().catch((error: unknown) => error);
      const [failure] = await Promise.all([reading, pruner({ batchSize: 3 + round * 5 }).prune()]);
      expect(read).toEqual(read.map((_, n) => from + 1n + BigInt(n)));
      if (failure === undefined) expect(read.at(-1)).toBe(last);
      else expect(failure instanceof ExpectedError && failure.details.reason).toBe("CursorExpired");
    }
  });

  it("is told of a gap where this replica itself stood still for too long", async () => {
    const tailer = await follow();
    let gaps = 0;
    const told: bigint[] = [];
    tailer.onGap(() => (gaps += 1));
    tailer.listen((batch) => told.push(...batch.map(({ position }) => position)));
    await write(1);
    await eventually(() => told.length === 1);
    // Written and pruned without a word to anybody, as for a process that was stopped meanwhile.
    await inTransaction(database.dataSource, async (tx) => {
      await tx.query(
        `INSERT INTO transition (position, id, subject, subject_id, to_status, actor, at)
         SELECT nextval('transition_position_seq'), gen_random_uuid(), 'CLUSTER', gen_random_uuid(), 'CONNECTED', 'x', now() FROM generate_series(1, 5)`,
      );
      await tx.query("DELETE FROM transition WHERE position <= 5");
      await tx.query("UPDATE installation SET pruned_to = 5");
    });
    await write(1);
    await eventually(() => gaps === 1);
    await write(1);
    await eventually(() => told.includes(8n));
    expect(gaps).toBe(1);
    expect(told).not.toContain(6n);
  });
});
