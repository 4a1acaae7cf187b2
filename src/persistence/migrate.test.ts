import { afterEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../test/support/open-database.js";
import type { OpenDatabase } from "../../test/support/open-database.js";
import { silentLogger } from "../../test/support/logger.js";
import { isUsable, migrate } from "./migrate.js";
import { query } from "./transaction.js";

let database: OpenDatabase;
afterEach(() => database.close());

describe("migrate", () => {
  it("leaves a schema that is exactly what the entities say", async () => {
    database = await openDatabase();
    const { dataSource } = database;
    const drift = async (): Promise<string[]> =>
      (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query: statement }) => statement);
    expect(await drift()).toEqual([]);
    // The comparison sees differences of every kind that the entities state.
    for (const change of [
      "ALTER TABLE assignment ALTER COLUMN uid SET NOT NULL",
      "ALTER TABLE assignment ALTER COLUMN sent SET DEFAULT true",
      "ALTER TABLE assignment DROP CONSTRAINT ck_assignment_status",
      "ALTER TABLE secret DROP CONSTRAINT fk_secret_provider",
      "DROP INDEX uq_provider_project_store",
      "DROP INDEX ix_transition_secret",
      "ALTER TABLE cluster ALTER COLUMN name TYPE varchar",
    ]) {
      const before = (await drift()).length;
      await query(dataSource, change);
      expect((await drift()).length, change).toBeGreaterThan(before);
    }
  });

  it("makes every table of an empty database, and its installation, once", async () => {
    database = await openDatabase({ migrated: false });
    const { dataSource } = database;
    expect(await isUsable(dataSource)).toBe(false);
    await migrate(dataSource, { logger: silentLogger });
    expect(await isUsable(dataSource)).toBe(true);
    const [first] = await query<{ id: string; cursor_key: Buffer }>(
      dataSource,
      "SELECT id, cursor_key FROM installation",
    );
    expect(first?.cursor_key).toHaveLength(16);
    await migrate(dataSource, { logger: silentLogger });
    expect(await query(dataSource, "SELECT id, cursor_key FROM installation")).toEqual([first]);
  });

  it("is not done before the installation is there", async () => {
    database = await openDatabase();
    await query(database.dataSource, "DELETE FROM installation");
    expect(await isUsable(database.dataSource)).toBe(false);
  });

  it("lets replicas that start at once take turns", async () => {
    database = await openDatabase({ migrated: false });
    const replicas = await Promise.all([1, 2, 3, 4].map(() => database.another({ poolSize: 2 })));
    await Promise.all(replicas.map((replica) => migrate(replica, { logger: silentLogger })));
    expect(await query(database.dataSource, "SELECT name FROM schema_migration")).toEqual([
      { name: "Initial1764000000000" },
    ]);
    expect(await query(database.dataSource, "SELECT FROM installation")).toHaveLength(1);
  });

  it("gives up on another that never ends", async () => {
    database = await openDatabase({ migrated: false });
    const other = database.dataSource.createQueryRunner();
    try {
      await other.query("SELECT pg_advisory_lock(5208741963027146091)");
      await expect(migrate(database.dataSource, { logger: silentLogger, waitLimit: 200 })).rejects.toThrow(
        /another replica/,
      );
    } finally {
      await other.query("SELECT pg_advisory_unlock_all()");
      await other.release();
    }
    await migrate(database.dataSource, { logger: silentLogger, waitLimit: 200 });
  });

  it("asks for no lock where nothing is pending: a pooler may have left one behind", async () => {
    database = await openDatabase();
    const other = database.dataSource.createQueryRunner();
    try {
      await other.query("SELECT pg_advisory_lock(5208741963027146091)");
      await migrate(database.dataSource, { logger: silentLogger, waitLimit: 0 });
    } finally {
      await other.query("SELECT pg_advisory_unlock_all()");
      await other.release();
    }
  });

  it("gives the lock and the session's settings back", async () => {
    database = await openDatabase({ migrated: false, settings: { poolSize: 1 } });
    await migrate(database.dataSource, { logger: silentLogger });
    expect(await query(database.dataSource, "SHOW statement_timeout")).toEqual([{ statement_timeout: "20s" }]);
    expect(await query(database.dataSource, "SELECT FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
  });
});
