import { randomBytes, randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/support/eventually.js";
import { silentLogger } from "../../test/support/logger.js";
import { openDatabase, testSettings } from "../../test/support/open-database.js";
import type { OpenDatabase } from "../../test/support/open-database.js";
import { anyTransition } from "../../test/support/transitions.js";
import type { TransitionRecord } from "../domain/transition.js";
import { sealPlace } from "./cursor.js";
import { connectionOptions } from "./data-source.js";
import { TransitionTailer } from "./tailer.js";
import type { TailerOptions } from "./tailer.js";
import { inTransaction, query } from "./transaction.js";

let database: OpenDatabase;
let tailers: TransitionTailer[];
beforeEach(async () => {
  database = await openDatabase();
  tailers = [];
});
afterEach(async () => {
  await Promise.all(tailers.map((tailer) => tailer.stop()));
  await database.close();
});

const LISTENS =
  "SELECT pid FROM pg_stat_activity WHERE application_name = 'listening' AND datname = current_database()";
const never = 3_600_000;

async function follow(options: Partial<TailerOptions> = {}) {
  const tailer = new TransitionTailer({
    dataSource: database.dataSource,
    listenClient: connectionOptions(testSettings(database.url), "listening"),
    logger: silentLogger,
    pollInterval: never,
    ...options,
  });
  tailers.push(tailer);
  const batches: (readonly TransitionRecord[])[] = [];
  tailer.listen((batch) => batches.push(batch));
  await tailer.start();
  return { tailer, batches, subjects: () => batches.flat().map(({ subjectId }) => subjectId) };
}

/** A write of this process, or of another one: then only NOTIFY or the clock tells of it. */
async function write(count = 1, dataSource = database.dataSource): Promise<string[]> {
  const transitions = Array.from({ length: count }, () => anyTransition());
  await inTransaction(dataSource, async (tx) => transitions.forEach((transition) => tx.note(transition)));
  return transitions.map(({ subjectId }) => subjectId);
}

/** A listener whose LISTEN is on: it says so by waking the tailer, which nobody sees; so a notification is sent until it comes through. */
async function listening(): Promise<number> {
  return eventually(async () => {
    const rows = await query<{ pid: number }>(
      database.dataSource,
      `${LISTENS} AND query LIKE 'LISTEN%' AND state = 'idle'`,
    );
    return rows[0]?.pid;
  });
}

describe("the tailer", () => {
  it("begins at the head, and delivers what comes, in order and once", async () => {
    await write(3);
    const { tailer, subjects } = await follow();
    const place = tailer.head();
    expect(place).toEqual(await tailer.currentPlace());
    const expected = [...(await write(2)), ...(await write(1))];
    await eventually(() => subjects().length >= 3);
    expect(subjects()).toEqual(expected);
    expect(tailer.head()).toEqual(await tailer.currentPlace());
  });

  it("is woken by this process's own commits, without a notification", async () => {
    const { subjects } = await follow({
      listenClient: { ...connectionOptions(testSettings("postgres://127.0.0.1:1/none"), "deaf") },
    });
    const expected = await write();
    await eventually(() => subjects().length > 0, 2_000);
    expect(subjects()).toEqual(expected);
  });

  it("is woken by the notifications of others", async () => {
    const { subjects } = await follow();
    await listening();
    const other = await database.another();
    const expected = await write(2, other);
    await eventually(() => subjects().length >= 2, 2_000);
    expect(subjects()).toEqual(expected);
  });

  it("finds by the clock what nothing told of", async () => {
    const { subjects } = await follow({
      listenClient: connectionOptions(testSettings("postgres://127.0.0.1:1/none"), "deaf"),
      pollInterval: 30,
    });
    const expected = await write(1, await database.another());
    await eventually(() => subjects().length > 0, 2_000);
    expect(subjects()).toEqual(expected);
  });

  it("listens again when its connection was ended, and has missed nothing", async () => {
    const { subjects } = await follow();
    const other = await database.another();
    const expected: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const pid = await listening();
      await query(other, "SELECT pg_terminate_backend($1)", [pid]);
      expected.push(...(await write(1, other)));
      await eventually(async () => (await query<{ pid: number }>(other, LISTENS)).some((row) => row.pid !== pid));
      await listening();
      expected.push(...(await write(1, other)));
      await eventually(() => subjects().length >= expected.length, 5_000);
    }
    expect(subjects()).toEqual(expected);
  });

  it("reads on in batches until nothing is left, and goes on after a listener that throws", async () => {
    const { tailer, batches, subjects } = await follow({ batchSize: 10 });
    tailer.listen(() => {
      throw new Error("a defect");
    });
    const late: TransitionRecord[] = [];
    const forget = tailer.listen((batch) => late.push(...batch));
    const expected = await write(35);
    await eventually(() => subjects().length >= 35);
    expect(subjects()).toEqual(expected);
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 10, 5]);
    expect(late).toHaveLength(35);
    forget();
    await write(1);
    await eventually(() => subjects().length >= 36);
    expect(late).toHaveLength(35);
  });

  it("coalesces the wake-ups of many writers", async () => {
    const { batches, subjects } = await follow();
    const other = await database.another();
    await Promise.all(Array.from({ length: 100 }, (_, i) => write(1, i % 2 === 0 ? other : database.dataSource)));
    await eventually(() => subjects().length >= 100);
    expect(new Set(subjects()).size).toBe(100);
    expect(subjects()).toHaveLength(100);
    expect(batches.length).toBeLessThan(100);
    const positions = batches.flat().map(({ position }) => position);
    expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)));
  });

  it("goes on after the database was away", async () => {
    const { subjects } = await follow();
    const other = await database.another();
    await query(
      other,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    const expected = await write(1, other);
    await eventually(() => subjects().length > 0);
    expect(subjects()).toEqual(expected);
  });

  it("tells of a gap when the database was restored under it, and goes on at the head of the other past", async () => {
    await write(3);
    const { tailer, subjects } = await follow();
    let gaps = 0;
    tailer.onGap(() => {
      gaps += 1;
    });
    const told = await write(5);
    await eventually(() => subjects().length === 5);
    const before = tailer.head().position;
    // As a backup of some time ago leaves it: the last ones never were, and their positions are given again.
    await query(database.dataSource, "DELETE FROM transition WHERE position > $1::bigint - 4", [before.toString()]);
    await query(database.dataSource, "SELECT setval('transition_position_seq', $1::bigint - 4)", [before.toString()]);
    await write();
    await eventually(() => gaps === 1);
    expect(tailer.head().position).toBeLessThan(before);
    const next = await write(2);
    await eventually(() => subjects().length === 7);
    expect(subjects()).toEqual([...told, ...next]);
    expect(gaps).toBe(1);
  });

  it("stops without leaving a connection behind", async () => {
    const { tailer } = await follow();
    await listening();
    await tailer.stop();
    await eventually(async () => (await query(database.dataSource, LISTENS)).length === 0);
  });
});

describe("places", () => {
  it("stands at the beginning of an empty log, and a cursor of it holds until something was pruned", async () => {
    const { tailer } = await follow();
    expect(await tailer.currentPlace()).toEqual({ position: 0n, transitionId: null });
    const cursor = tailer.seal({ position: 0n, transitionId: null });
    await write(3);
    expect(await tailer.open(cursor)).toEqual({ position: 0n, transitionId: null });
    await query(database.dataSource, "DELETE FROM transition WHERE position = 1");
    await query(database.dataSource, "UPDATE installation SET pruned_to = 1");
    await expect(tailer.open(cursor)).rejects.toMatchObject({
      code: "PRECONDITION_FAILED",
      details: { reason: "CursorExpired" },
    });
  });

  it("reads between two places, oldest first, as many as wanted", async () => {
    const { tailer } = await follow();
    const expected = await write(5);
    const all = await tailer.read(0n, (await tailer.currentPlace()).position, 100);
    expect(all.map(({ subjectId }) => subjectId)).toEqual(expected);
    const [first, second, , fourth] = all;
    const part = await tailer.read(first?.position ?? 0n, fourth?.position ?? 0n, 2);
    expect(part.map(({ id }) => id)).toEqual([second?.id, all[2]?.id]);
  });

  it("opens what it sealed", async () => {
    const { tailer } = await follow();
    await write(2);
    const place = await tailer.currentPlace();
    expect(place.position).toBeGreaterThan(0n);
    expect(await tailer.open(tailer.seal(place))).toEqual(place);
  });

  it("refuses a cursor whose transition is gone, or is another since the database was restored", async () => {
    const { tailer } = await follow();
    await write(3);
    const { position, transitionId } = await tailer.currentPlace();
    const expired = { code: "PRECONDITION_FAILED", details: { reason: "CursorExpired" } };
    const ahead = tailer.seal({ position: position + 10n, transitionId });
    await expect(tailer.open(ahead)).rejects.toMatchObject(expired);
    const otherPast = tailer.seal({ position, transitionId: randomUUID() });
    await expect(tailer.open(otherPast)).rejects.toMatchObject(expired);
    const mine = tailer.seal({ position, transitionId });
    await query(database.dataSource, "DELETE FROM transition WHERE position = $1", [position.toString()]);
    await expect(tailer.open(mine)).rejects.toMatchObject(expired);
  });

  it("refuses what is no cursor of this installation", async () => {
    const { tailer } = await follow();
    const bad = { code: "BAD_USER_INPUT", details: { problems: [{ path: ["since"] }] } };
    // 3 in 32,768 of another installation's pass for expired ones; this one is fixed.
    const foreign = sealPlace(Buffer.alloc(16, 1), {
      position: 1n,
      transitionId: "2f1c1d53-7c1e-4b61-9ae3-0b7e0d6e3c55",
    });
    for (const text of ["", "1", "a cursor", foreign.slice(1), randomBytes(400).toString("base64url")]) {
      await expect(tailer.open(text), text).rejects.toMatchObject(bad);
    }
    await expect(tailer.open(foreign)).rejects.toMatchObject({ name: "ExpectedError" });
  });
});
