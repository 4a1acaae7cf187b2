import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/support/eventually.js";
import { testSettings } from "../../test/support/open-database.js";
import { createTestDatabase } from "../../test/support/postgres.js";
import type { TestDatabase } from "../../test/support/postgres.js";
import { anyTransition } from "../../test/support/transitions.js";
import type { TransitionRecord } from "../domain/transition.js";
import { createPersistence } from "./index.js";
import type { Persistence } from "./index.js";
import { inTransaction } from "./transaction.js";

let database: TestDatabase;
const started: Persistence[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((persistence) => persistence.stop()));
  await database.drop();
});

function replica(url = database.url): Persistence {
  const persistence = createPersistence({ ...testSettings(url), pollInterval: 3_600_000, connectLimit: 5_000 });
  started.push(persistence);
  return persistence;
}

describe("persistence", () => {
  it("starts two replicas at once on an empty database, and each hears of the other", async () => {
    database = await createTestDatabase({ migrated: false });
    const [one, two] = [replica(), replica()];
    expect(await one.ready()).toBe(false);
    await Promise.all([one.start(), two.start()]);
    expect([await one.ready(), await two.ready()]).toEqual([true, true]);
    expect(await one.clusterState.installationId()).toBe(await two.clusterState.installationId());

    const heard: TransitionRecord[] = [];
    two.stream.listen((batch) => heard.push(...batch));
    const transition = anyTransition();
    // The listening connection comes up by itself, a moment after the start.
    await eventually(async () => {
      await inTransaction(one.dataSource, async (tx) => tx.note(transition));
      return heard.length > 0;
    });
    expect(heard[0]).toMatchObject(transition);
    // A cursor of one is a cursor of the other.
    const place = await one.stream.currentPlace();
    expect(await two.stream.open(one.stream.seal(place))).toEqual(place);
    expect(await one.readModel.clusters({ admin: true })).toEqual([]);

    await two.stop();
    expect(await two.ready()).toBe(false);
    expect(await one.ready()).toBe(true);
  });

  it("does not wait for a database that will never let it in", async () => {
    database = await createTestDatabase();
    const url = new URL(database.url);
    url.password = "wrong";
    await expect(replica(url.href).start()).rejects.toThrow(/password/);
  });

  it("waits for a database that does not answer yet, but not for ever", async () => {
    database = await createTestDatabase();
    const persistence = createPersistence({ ...testSettings("postgres://127.0.0.1:1/none"), connectLimit: 150 });
    await expect(persistence.start()).rejects.toThrow(/ECONNREFUSED/);
    expect(await persistence.ready()).toBe(false);
    await persistence.stop();
  });
});
