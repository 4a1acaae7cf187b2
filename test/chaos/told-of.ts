import { Client } from "pg";

/**
 * What the database says of the assignments of these ids, for whoever has to find out why a cluster is not as it should be.
 * @returns for each its row, and its transitions in order
 */
export async function toldOf(databaseUrl: string, assignmentIds: readonly string[]): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const told: string[] = [];
    for (const id of assignmentIds) {
      const { rows } = await client.query<{ row: string }>(
        "SELECT (to_jsonb(a) - 'applied_manifest')::text AS row FROM assignment a WHERE id = $1",
        [id],
      );
      const steps = await client.query<{ step: string }>(
        `SELECT concat_ws(' ', to_char(at, 'HH24:MI:SS.MS'), from_status, '>', to_status, reason, actor) AS step
           FROM transition WHERE subject = 'ASSIGNMENT' AND subject_id = $1 ORDER BY position`,
        [id],
      );
      told.push([`${id}: ${rows[0]?.row ?? "no row"}`, ...steps.rows.map(({ step }) => step)].join("\n    "));
    }
    return told;
  } finally {
    await client.end();
  }
}
