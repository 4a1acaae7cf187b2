import { Client } from "pg";

interface Row {
  id: string;
  status: string;
}
interface Step {
  subject_id: string;
  from_status: string | null;
  to_status: string | null;
}

/**
 * Reads the transition log and the tables, and finds every change without its row: each subject's transitions begin with null, each `from` is the `to` before it, and the last
 * `to` is the status that stands there now.
 */
export async function checkLog(databaseUrl: string): Promise<{ transitions: number; violations: string[] }> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const violations: string[] = [];
    let transitions = 0;
    for (const [subject, table] of [
      ["SECRET", "secret"],
      ["ASSIGNMENT", "assignment"],
      ["PROJECT", "project"],
      ["PROVIDER", "provider"],
    ] as const) {
      const steps = (
        await client.query<Step>(
          "SELECT subject_id, from_status, to_status FROM transition WHERE subject = $1 ORDER BY position",
          [subject],
        )
      ).rows;
      const now = new Map(
        (await client.query<Row>(`SELECT id, status FROM ${table}`)).rows.map((row) => [row.id, row.status]),
      );
      const last = new Map<string, string | null>();
      transitions += steps.length;
      for (const { subject_id: id, from_status: from, to_status: to } of steps) {
        const before = last.get(id) ?? null;
        if (from !== before) violations.push(`${subject} ${id}: from ${from} after ${before}`);
        last.set(id, to);
      }
      for (const [id, to] of last)
        if (to !== (now.get(id) ?? null))
          violations.push(`${subject} ${id}: the log says ${to}, the table ${now.get(id) ?? null}`);
      for (const id of now.keys()) if (!last.has(id)) violations.push(`${subject} ${id}: no transition at all`);
    }
    return { transitions, violations };
  } finally {
    await client.end();
  }
}
