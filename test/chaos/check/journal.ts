import { Client } from "pg";

/** A transition as it stands in the log. */
export interface LogRow {
  position: bigint;
  id: string;
  subject: string;
  subject_id: string;
  from_status: string | null;
  to_status: string | null;
  reason: string | null;
  message: string | null;
  actor: string;
  at: Date;
  project_id: string | null;
  secret_id: string | null;
  cluster_id: string | null;
  tx: string;
}

/** What a trigger of the run's own saw: a change as PostgreSQL itself made it, whatever the product says of it. */
export interface AuditRow {
  n: bigint;
  at: Date;
  tx: string;
  /** The port that whoever did it came from. */
  port: number | null;
  kind: "status" | "spec" | "term" | "going";
  subject: string;
  subject_id: string;
  was: string | null;
  now: string | null;
  detail: Record<string, unknown> | null;
}

/** One past of the database, from its beginning to where it was put back, or to the end of the run. */
export interface Past {
  transitions: LogRow[];
  audit: AuditRow[];
}

const STATUS_TABLES = ["secret", "assignment", "project", "provider", "cluster"] as const;

/** Lets PostgreSQL itself write down every change of a status, a spec and a leadership. */
export async function installAudit(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN");
    await client.query(`
      CREATE TABLE chaos_audit (
        n bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
        tx text NOT NULL DEFAULT (pg_current_xact_id()::text::numeric % 4294967296)::text, port integer DEFAULT inet_client_port(),
        kind text NOT NULL, subject text NOT NULL, subject_id uuid NOT NULL, was text, now text, detail jsonb)`);
    await client.query(`
      CREATE FUNCTION chaos_status() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'INSERT' THEN
          INSERT INTO chaos_audit (kind, subject, subject_id, now, detail) VALUES ('status', upper(TG_TABLE_NAME), NEW.id, NEW.status, to_jsonb(NEW) - 'spec' - 'applied_manifest');
        ELSIF TG_OP = 'DELETE' THEN
          INSERT INTO chaos_audit (kind, subject, subject_id, was, detail) VALUES ('status', upper(TG_TABLE_NAME), OLD.id, OLD.status, to_jsonb(OLD) - 'spec' - 'applied_manifest');
        ELSIF NEW.status IS DISTINCT FROM OLD.status THEN
          INSERT INTO chaos_audit (kind, subject, subject_id, was, now, detail) VALUES ('status', upper(TG_TABLE_NAME), NEW.id, OLD.status, NEW.status, to_jsonb(NEW) - 'spec' - 'applied_manifest');
        END IF;
        RETURN NULL;
      END $$`);
    await client.query(`
      CREATE FUNCTION chaos_spec() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO chaos_audit (kind, subject, subject_id, now, detail)
        VALUES ('spec', 'SECRET', NEW.id, NEW.generation::text, jsonb_build_object('spec', NEW.spec, 'provider', NEW.provider_id));
        RETURN NULL;
      END $$`);
    await client.query(`
      CREATE FUNCTION chaos_term() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' THEN
          INSERT INTO chaos_audit (kind, subject, subject_id, was) VALUES ('term', 'CLUSTER', OLD.cluster_id, OLD.term::text);
        ELSE
          INSERT INTO chaos_audit (kind, subject, subject_id, now) VALUES ('term', 'CLUSTER', NEW.cluster_id, NEW.term::text);
        END IF;
        RETURN NULL;
      END $$`);
    await client.query(`
      CREATE FUNCTION chaos_going() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO chaos_audit (kind, subject, subject_id, detail) VALUES ('going', 'ASSIGNMENT', NEW.id, jsonb_build_object('requested', NEW.deletion_requested_at IS NOT NULL));
        RETURN NULL;
      END $$`);
    for (const table of STATUS_TABLES)
      await client.query(
        `CREATE TRIGGER chaos_status AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION chaos_status()`,
      );
    await client.query(
      "CREATE TRIGGER chaos_spec_new AFTER INSERT ON secret FOR EACH ROW EXECUTE FUNCTION chaos_spec()",
    );
    await client.query(
      "CREATE TRIGGER chaos_spec AFTER UPDATE ON secret FOR EACH ROW WHEN (NEW.generation IS DISTINCT FROM OLD.generation OR NEW.spec IS DISTINCT FROM OLD.spec) EXECUTE FUNCTION chaos_spec()",
    );
    await client.query(
      "CREATE TRIGGER chaos_term_new AFTER INSERT OR DELETE ON leadership FOR EACH ROW EXECUTE FUNCTION chaos_term()",
    );
    await client.query(
      "CREATE TRIGGER chaos_term AFTER UPDATE ON leadership FOR EACH ROW WHEN (NEW.term IS DISTINCT FROM OLD.term) EXECUTE FUNCTION chaos_term()",
    );
    await client.query(
      "CREATE TRIGGER chaos_going AFTER UPDATE ON assignment FOR EACH ROW WHEN (NEW.deletion_requested_at IS DISTINCT FROM OLD.deletion_requested_at) EXECUTE FUNCTION chaos_going()",
    );
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

/** A transaction that begins now: what has a greater number began later. */
export async function newTransaction(url: string): Promise<bigint> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ tx: string }>("SELECT pg_current_xact_id()::text AS tx");
    return BigInt(rows[0]?.tx ?? "0");
  } finally {
    await client.end();
  }
}

/** All of one past, while nobody adds to it. */
export async function readPast(url: string): Promise<Past> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const log = await client.query<Omit<LogRow, "position"> & { position: string }>(
      `SELECT position, id, subject, subject_id, from_status, to_status, reason, message, actor, at, project_id, secret_id, cluster_id, xmin::text AS tx
         FROM transition ORDER BY position`,
    );
    const audit = await client.query<Omit<AuditRow, "n"> & { n: string }>(
      "SELECT n, at, tx, port, kind, subject, subject_id, was, now, detail FROM chaos_audit ORDER BY n",
    );
    return {
      transitions: log.rows.map((row) => ({ ...row, position: BigInt(row.position) })),
      audit: audit.rows.map((row) => ({ ...row, n: BigInt(row.n) })),
    };
  } finally {
    await client.end();
  }
}

/** Statuses as they stand now, by subject and id. */
export async function readStatuses(url: string): Promise<Map<string, string>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const found = new Map<string, string>();
    for (const table of STATUS_TABLES) {
      const { rows } = await client.query<{ id: string; status: string }>(`SELECT id, status FROM ${table}`);
      for (const { id, status } of rows) found.set(`${table.toUpperCase()} ${id}`, status);
    }
    return found;
  } finally {
    await client.end();
  }
}
