import { Client } from "pg";

/** Columns that change by themselves: when a cluster last answered. */
const OWN_LIFE: Readonly<Record<string, readonly string[]>> = { cluster: ["last_seen_at"] };
/** Who leads a cluster changes by itself too. */
const LEFT_OUT = new Set(["leadership"]);

/** Every row of every table as text, in one statement, so that it can be seen that nothing was written. */
export class TableDump {
  private constructor(
    private readonly client: Client,
    private readonly statement: string,
  ) {}

  static async open(databaseUrl: string): Promise<TableDump> {
    const client = new Client(databaseUrl);
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name",
    );
    const names = rows.map(({ name }) => name).filter((name) => !LEFT_OUT.has(name));
    if (names.length < 8) throw new Error(`only ${names.join(", ")} would be looked at`);
    const parts = names.map((name) => {
      const without = (OWN_LIFE[name] ?? []).map((column) => client.escapeLiteral(column)).join(", ");
      return `SELECT ${client.escapeLiteral(name)} || ' ' || (to_jsonb(t) - ARRAY[${without}]::text[])::text AS row FROM ${client.escapeIdentifier(name)} t`;
    });
    return new TableDump(client, `${parts.join(" UNION ALL ")} ORDER BY 1`);
  }

  /** All rows, each with the name of its table before it. */
  async take(): Promise<string[]> {
    const { rows } = await this.client.query<{ row: string }>(this.statement);
    return rows.map(({ row }) => row);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
