import { Client } from "pg";

/** Columns that change by themselves: when a cluster last answered, and who leads it. */
const OWN_LIFE: Readonly<Record<string, readonly string[]>> = {
  cluster: ["last_seen_at"],
};
const LEFT_OUT = new Set(["leadership", "migrations"]);

/** Every row of every table as text, so that it can be seen that nothing was written. */
export async function dumpTables(databaseUrl: string): Promise<Record<string, string[]>> {
  const client = new Client(databaseUrl);
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name",
    );
    const dump: Record<string, string[]> = {};
    for (const { name } of tables.rows) {
      if (LEFT_OUT.has(name)) continue;
      const without = OWN_LIFE[name] ?? [];
      const rows = await client.query<{ row: string }>(
        `SELECT (to_jsonb(t) - $1::text[])::text AS row FROM ${client.escapeIdentifier(name)} t ORDER BY 1`,
        [without],
      );
      dump[name] = rows.rows.map(({ row }) => row);
    }
    return dump;
  } finally {
    await client.end();
  }
}
