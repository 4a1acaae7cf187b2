import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../test/support/open-database.js";
import type { OpenDatabase } from "../../test/support/open-database.js";
import { anyTransition } from "../../test/support/transitions.js";
import type { NewTransition } from "../domain/transition.js";
import { TRANSITION_COLUMNS, transitionRecord } from "./records.js";
import type { TransitionRow } from "./records.js";
import { inTransaction, query } from "./transaction.js";

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
beforeEach(() => query(database.dataSource, "TRUNCATE transition"));
afterAll(() => database.close());

const written = async () =>
  (
    await query<TransitionRow>(
      database.dataSource,
      `SELECT ${TRANSITION_COLUMNS.join(", ")} FROM transition ORDER BY position`,
    )
  ).map(transitionRecord);

describe("the transition log", () => {
  it("keeps every field, and the order in which they were noted, of 5,000 in one transaction", async () => {
    const noted = Array.from({ length: 5_000 }, (_, i) => anyTransition({ message: String(i) }));
    const full: NewTransition = {
      subject: "ASSIGNMENT",
      subjectId: randomUUID(),
      from: "PENDING",
      to: "SYNCED",
      reason: 'Qu"oted',
      message: "{a,\\b}\nNULL",
      actor: "someone, with a comma",
      secretId: randomUUID(),
      assignmentId: randomUUID(),
      projectId: randomUUID(),
      providerId: randomUUID(),
      clusterId: randomUUID(),
    };
    noted.push(full, { ...full, from: null, message: "NULL" });
    await inTransaction(database.dataSource, async (tx) => noted.forEach((transition) => tx.note(transition)));
    const rows = await written();
    expect(rows.map(({ id: _id, position: _position, at: _at, ...rest }) => rest)).toEqual(noted);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(noted.length);
    expect(new Set(rows.map(({ at }) => at.getTime())).size).toBe(1);
    expect(Math.abs(Date.now() - (rows[0]?.at.getTime() ?? 0))).toBeLessThan(60_000);
  });

  it("refuses a transition that says nothing", async () => {
    const nothing = inTransaction(database.dataSource, async (tx) => tx.note(anyTransition({ from: null, to: null })));
    await expect(nothing).rejects.toThrow(/ck_transition_says_something/);
  });

  it("gives positions in the order of commits: whoever has read up to N never finds anything new below N", async () => {
    const writers = 8;
    const each = 40;
    let writing = true;
    const read: string[] = [];
    const reader = async () => {
      let last = 0n;
      let reads = 0;
      for (let more = true; more;) {
        // One more look after the last commit.
        more = writing;
        const rows = await query<{ position: string; id: string }>(
          database.dataSource,
          "SELECT position, id FROM transition WHERE position > $1 ORDER BY position",
          [last.toString()],
        );
        reads += 1;
        read.push(...rows.map(({ id }) => id));
        last = BigInt(rows.at(-1)?.position ?? last);
      }
      return reads;
    };
    const write = async (writer: number) => {
      for (let i = 0; i < each; i += 1) {
        await inTransaction(database.dataSource, async (tx) => {
          const count = 1 + ((writer + i) % 5);
          for (let n = 0; n < count; n += 1) tx.note(anyTransition());
          // Some take long to come to their end, some have done their work before others began theirs.
          await tx.query("SELECT pg_sleep($1)", [((writer * 7 + i * 3) % 5) / 1_000]);
        });
      }
    };
    const reading = reader();
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    writing = false;
    expect(await reading).toBeGreaterThan(10);
    expect(read).toEqual((await written()).map(({ id }) => id));
  });

  it("leaves a gap where a transaction was undone, and goes on", async () => {
    await inTransaction(database.dataSource, async (tx) => tx.note(anyTransition()));
    const failed = inTransaction(database.dataSource, async (tx) => {
      await tx.query("SELECT nextval('transition_position_seq')");
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    await inTransaction(database.dataSource, async (tx) => tx.note(anyTransition()));
    const [one, two] = await written();
    expect((two?.position ?? 0n) - (one?.position ?? 0n)).toBe(2n);
  });
});
