import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "../../test/support/open-database.js";
import type { OpenDatabase } from "../../test/support/open-database.js";
import { poolOf } from "./transaction.js";

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

it("a connection that is lost while it is being handed over does not end the process", async () => {
  const client = await poolOf(database.dataSource).connect();
  try {
    expect(() => client.emit("error", new Error("terminating connection due to administrator command"))).not.toThrow();
  } finally {
    client.release(true);
  }
});
