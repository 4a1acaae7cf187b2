import { randomUUID } from "node:crypto";
import { Client } from "pg";

const UPDATE = `
  UPDATE bare_assignment t SET status = c.status, reason = c.reason, message = c.message, observed_at = now(), last_transition_at = now()
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS c (id, status, reason, message) WHERE t.id = c.id`;
const INSERT = `
  INSERT INTO bare_transition (position, id, at, subject, subject_id, from_status, to_status, reason, message, actor, secret_id, assignment_id, project_id)
  SELECT nextval('transition_position_seq'), c.transition, now(), 'ASSIGNMENT', c.id, 'SYNCED', c.status, c.reason, c.message, 'system', a.secret_id, a.id, a.project_id
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) AS c (transition, id, status, reason, message) JOIN bare_assignment a ON a.id = c.id`;

/**
 * The least that writes statuses and their transitions: one update, one insert and one NOTIFY in a transaction. It checks nothing and rolls nothing up. Its tables are copies, with the
 * same indexes, so that the product knows nothing of it.
 */
export class BareBatch {
  private constructor(private readonly client: Client) {}

  static async connect(url: string): Promise<BareBatch> {
    const client = new Client(url);
    await client.connect();
    await client.query("CREATE TABLE bare_assignment (LIKE assignment INCLUDING ALL)");
    await client.query("INSERT INTO bare_assignment SELECT * FROM assignment");
    await client.query("CREATE TABLE bare_transition (LIKE transition INCLUDING ALL)");
    await client.query("VACUUM ANALYZE bare_assignment");
    return new BareBatch(client);
  }

  async write(ids: readonly string[], status: "SYNCED" | "SYNCED_ERROR"): Promise<void> {
    const { client } = this;
    const cells = [ids.map(() => status), ids.map(() => "SecretDeleted"), ids.map(() => "deleted by deletion policy")];
    await client.query("BEGIN");
    await client.query({ name: "update", text: UPDATE, values: [ids, ...cells] });
    await client.query({ name: "insert", text: INSERT, values: [ids.map(() => randomUUID()), ids, ...cells] });
    await client.query("NOTIFY bare");
    await client.query("COMMIT");
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
