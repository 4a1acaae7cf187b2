import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { QueryRunnerAlreadyReleasedError } from "typeorm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/support/eventually.js";
import { openDatabase } from "../../test/support/open-database.js";
import type { OpenDatabase } from "../../test/support/open-database.js";
import { anyTransition } from "../../test/support/transitions.js";
import { sqlState } from "./sql-errors.js";
import { CommitOutcomeUnknown, inTransaction, onCommit, query } from "./transaction.js";

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase();
  await query(database.dataSource, "CREATE TABLE counter (name text PRIMARY KEY, value integer NOT NULL)");
});
beforeEach(async () => {
  await query(database.dataSource, "TRUNCATE counter");
  await query(database.dataSource, "INSERT INTO counter VALUES ('a', 0), ('b', 0)");
});
afterAll(() => database.close());

const increment = "UPDATE counter SET value = value + 1 WHERE name = $1";
const values = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (await query<{ name: string; value: number }>(database.dataSource, "SELECT name, value FROM counter")).map(
      ({ name, value }) => [name, value],
    ),
  );

describe("inTransaction", () => {
  it("sets what DESIGN.md says on every connection", async () => {
    const shown = await inTransaction(database.dataSource, (tx) =>
      tx.query(`SELECT current_setting('lock_timeout') AS lock, current_setting('idle_in_transaction_session_timeout') AS idle,
        current_setting('statement_timeout') AS statement, current_setting('timezone') AS zone, current_setting('application_name') AS name,
        current_setting('transaction_isolation') AS isolation`),
    );
    expect(shown).toEqual([
      { lock: "5s", idle: "5s", statement: "20s", zone: "UTC", name: "secretariat", isolation: "read committed" },
    ]);
  });

  it("undoes everything when the work throws, and passes the error on", async () => {
    const failed = inTransaction(database.dataSource, async (tx) => {
      await tx.query(increment, ["a"]);
      tx.note(anyTransition());
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await values()).toEqual({ a: 0, b: 0 });
    expect(await query(database.dataSource, "SELECT FROM transition")).toEqual([]);
  });

  it("does not pass for done when the work swallowed a failed statement", async () => {
    const swallowed = inTransaction(database.dataSource, async (tx) => {
      await tx.query(increment, ["a"]);
      await tx.query("SELECT 1 / 0").catch(() => {});
    });
    await expect(swallowed).rejects.toThrow(/swallowed/);
    expect(await values()).toEqual({ a: 0, b: 0 });
  });

  it("does work that lost in a deadlock again, whole", async () => {
    let tries = 0;
    let arrived = 0;
    const { promise: bothIn, resolve: letGo } = Promise.withResolvers<undefined>();
    const cross = (first: string, second: string) =>
      inTransaction(database.dataSource, async (tx) => {
        tries += 1;
        await tx.query("SET LOCAL deadlock_timeout = '20ms'");
        await tx.query(increment, [first]);
        arrived += 1;
        if (arrived === 2) letGo(undefined);
        await bothIn;
        await tx.query(increment, [second]);
      });
    await Promise.all([cross("a", "b"), cross("b", "a")]);
    expect(await values()).toEqual({ a: 2, b: 2 });
    expect(tries).toBeGreaterThan(2);
  });

  it("does work that waited too long for a lock again", async () => {
    const impatient = await database.another({ lockTimeout: 50 });
    const holder = database.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query(increment, ["a"]);
    let tries = 0;
    const work = inTransaction(impatient, async (tx) => {
      tries += 1;
      await tx.query(increment, ["a"]);
    });
    await eventually(() => tries >= 2);
    await holder.commitTransaction();
    await holder.release();
    await work;
    expect(await values()).toEqual({ a: 2, b: 0 });
  });

  it("gives up in the end, and says why", async () => {
    const impatient = await database.another({ lockTimeout: 5 });
    const holder = database.dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query(increment, ["a"]);
    const failure = await inTransaction(impatient, (tx) => tx.query(increment, ["a"])).catch((error: unknown) => error);
    await holder.rollbackTransaction();
    await holder.release();
    expect(sqlState(failure)).toBe("55P03");
  });

  it("frees the locks of a process that was stopped inside", async () => {
    const stopped = await database.another({ idleInTransactionTimeout: 100, poolSize: 1 });
    const { promise: holding, resolve: nowHolding } = Promise.withResolvers<undefined>();
    const { promise: wake, resolve: wakeUp } = Promise.withResolvers<undefined>();
    let tries = 0;
    const sleeper = inTransaction(stopped, async (tx) => {
      tries += 1;
      await tx.query(increment, ["a"]);
      if (tries > 1) return;
      nowHolding(undefined);
      await wake;
    });
    await holding;
    await inTransaction(database.dataSource, (tx) => tx.query(increment, ["a"]));
    wakeUp(undefined);
    // What it had begun is gone; it was done again.
    await sleeper;
    expect(tries).toBe(2);
    expect(await values()).toEqual({ a: 2, b: 0 });
  });

  it("begins again when its connection is ended before COMMIT", async () => {
    let tries = 0;
    await inTransaction(database.dataSource, async (tx) => {
      tries += 1;
      await tx.query(increment, ["a"]);
      const [me] = await tx.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      if (tries > 1) return;
      await query(database.dataSource, "SELECT pg_terminate_backend($1)", [me?.pid]);
      // Known here too: what comes as an answer to COMMIT would leave its outcome unknown.
      await eventually(() =>
        tx.query("SELECT 1").then(
          () => false,
          (error: unknown) => error instanceof QueryRunnerAlreadyReleasedError,
        ),
      );
    });
    expect(tries).toBe(2);
    expect(await values()).toEqual({ a: 1, b: 0 });
  });

  it("does not begin again when its connection is lost during COMMIT", async () => {
    const proxy = await cuttingProxy(database.url, "COMMIT");
    const remote = await database.another({ url: proxy.url, poolSize: 1 });
    let tries = 0;
    const work = inTransaction(remote, async (tx) => {
      tries += 1;
      await tx.query(increment, ["a"]);
      tx.note(anyTransition());
    });
    await expect(work).rejects.toBeInstanceOf(CommitOutcomeUnknown);
    expect(tries).toBe(1);
    await proxy.close();
    // It was done: COMMIT had arrived. Done again it would stand at 2.
    await eventually(async () => (await values())["a"] === 1);
  });

  it("tells of each commit that wrote transitions, and of no other", async () => {
    const told: bigint[] = [];
    const forget = onCommit(database.dataSource, (position) => told.push(position));
    await inTransaction(database.dataSource, (tx) => tx.query(increment, ["a"]));
    await inTransaction(database.dataSource, async (tx) => tx.note(anyTransition())).catch(() => {});
    await inTransaction(database.dataSource, () => Promise.reject(new Error("no"))).catch(() => {});
    forget();
    await inTransaction(database.dataSource, async (tx) => tx.note(anyTransition()));
    expect(told).toHaveLength(1);
    const rows = await query(database.dataSource, "SELECT FROM transition WHERE position = $1", [told[0]?.toString()]);
    expect(rows).toHaveLength(1);
  });
});

/** Forwards to the database until a client says `word`; that still goes through, but no answer comes back. */
async function cuttingProxy(target: string, word: string): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    sockets.add(client).add(upstream);
    let cut = false;
    client.on("data", (chunk) => {
      if (chunk.includes(word)) {
        cut = true;
        upstream.write(chunk, () => client.destroy());
      } else upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (!cut) client.write(chunk);
    });
    upstream.on("close", () => client.destroy());
    for (const socket of [client, upstream]) socket.on("error", () => {});
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = new URL(target);
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the proxy has no port");
  url.port = String(address.port);
  return {
    url: url.href,
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.end();
        server.close(() => done());
      }),
  };
}
