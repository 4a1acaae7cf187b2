import { Client } from "pg";

export interface Size {
  secrets: number;
  assignments: number;
  transitions: number;
  projects: number;
}

/** What the product has to bear (issue of growth): a million transitions. */
export const FULL: Size = { secrets: 5_000, assignments: 50_000, transitions: 1_000_000, projects: 500 };
/** Enough rows that PostgreSQL plans as for {@link FULL}, in a few seconds. */
export const QUICK: Size = { ...FULL, transitions: 100_000 };

/** The member of few projects, and the one of many. */
export const FEW = { subject: "mia", projects: 3 };
export const MANY = { subject: "max", projects: 40 };

/**
 * Fills a migrated, empty database by statements over generate_series: clusters that nobody has configured (so that no leader follows them), and a log of ninety days in which most is the
 * program's own. Leaves it as autovacuum leaves one: analysed, with its visibility known.
 */
export async function fill(url: string, size: Size): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query("SET synchronous_commit = off");
    await client.query("SET maintenance_work_mem = '256MB'");
    const indexes = await dropIndexes(client);
    for (const [text, ...values] of things(size)) await client.query(text, values);
    await fillLog(client, size);
    for (const definition of indexes) await client.query(definition);
    await client.query("VACUUM ANALYZE");
  } finally {
    await client.end();
  }
}

type Statement = [text: string, ...values: (string | number)[]];

function things({ secrets, assignments, projects }: Size): Statement[] {
  const own = Math.round(secrets / 5);
  const perSecret = Math.ceil((assignments - own) / (secrets - own));
  return [
    [
      "INSERT INTO cluster (id, name, configured, status) SELECT gen_random_uuid(), 'away-' || n, false, 'UNREACHABLE' FROM generate_series(1, 4) n",
    ],
    [
      `INSERT INTO project (id, name, description, cluster_id, status)
       SELECT gen_random_uuid(), 'team-' || lpad(n::text, 4, '0'), '', c.id, CASE WHEN n % 50 = 0 THEN 'FAILED' ELSE 'READY' END
         FROM generate_series(1, $1::int) n JOIN (SELECT id, row_number() OVER (ORDER BY name) AS k FROM cluster) c ON c.k = 1 + n % 4`,
      projects,
    ],
    ...[FEW, MANY].map((member): Statement => [
      `INSERT INTO project_member (project_id, subject, added_by) SELECT id, $1, 'ada' FROM project ORDER BY md5(name || $1) LIMIT $2::int`,
      member.subject,
      member.projects,
    ]),
    [
      `INSERT INTO provider (id, name, kind, scope, managed, store_name, config, project_key_prefix, status)
       SELECT gen_random_uuid(), 'vault-' || n, 'VAULT', 'ORGANIZATION', true, 'vault-' || n, '{}', CASE WHEN n % 2 = 0 THEN 'p/{project}/' END, 'READY' FROM generate_series(1, 20) n`,
    ],
    [
      `INSERT INTO provider (id, name, kind, scope, project_id, managed, store_name, config, status)
       SELECT gen_random_uuid(), 'own', 'VAULT', 'PROJECT', id, true, 'own', '{}', 'READY' FROM project`,
    ],
    [
      `INSERT INTO provider_target (id, provider_id, cluster_id, status)
       SELECT gen_random_uuid(), v.id, c.id, 'READY' FROM provider v CROSS JOIN cluster c WHERE v.scope = 'ORGANIZATION'`,
    ],
    [
      `INSERT INTO provider_target (id, provider_id, cluster_id, namespace, status)
       SELECT gen_random_uuid(), v.id, p.cluster_id, p.name, 'READY' FROM provider v JOIN project p ON p.id = v.project_id`,
    ],
    [
      `INSERT INTO secret (id, name, scope, use_case, provider_id, spec, status, created_by, created_at, updated_at)
       SELECT gen_random_uuid(), 'shared-' || lpad(n::text, 5, '0'), 'ORGANIZATION', (ARRAY['GENERIC','DATABASE','S3','HUGGING_FACE','IMAGE_PULL_SECRET'])[1 + n % 5], v.id,
         '{"data": [{"secretKey": "password", "remoteRef": {"key": "a"}}]}', ${status("n")}, 'ada', now() - n * interval '9 minutes', now() - n * interval '7 minutes'
         FROM generate_series(1, $1::int) n
         JOIN (SELECT id, row_number() OVER (ORDER BY name) AS k FROM provider WHERE scope = 'ORGANIZATION') v ON v.k = 1 + n % 20`,
      secrets - own,
    ],
    [
      `INSERT INTO secret (id, name, scope, project_id, use_case, provider_id, spec, status, created_by)
       SELECT gen_random_uuid(), 'own-' || lpad(n::text, 5, '0'), 'PROJECT', p.id, 'GENERIC', v.id, '{"data": []}', ${status("n")}, 'ben'
         FROM generate_series(1, $1::int) n
         JOIN (SELECT id, row_number() OVER (ORDER BY name) AS k FROM project) p ON p.k = 1 + n % $2::int
         JOIN provider v ON v.project_id = p.id`,
      own,
      projects,
    ],
    [
      `INSERT INTO assignment (id, secret_id, project_id, object_name, target_name, status, desired_generation, sent, last_transition_at)
       SELECT gen_random_uuid(), s.id, p.id, s.name, s.name, CASE WHEN (s.k + p.k) % 60 = 0 THEN 'SYNCED_ERROR' ELSE 'SYNCED' END, 1, true, now() - (s.k * p.k % 100000) * interval '1 minute'
         FROM (SELECT id, name, row_number() OVER (ORDER BY name) AS k FROM secret WHERE scope = 'ORGANIZATION') s
         CROSS JOIN generate_series(1, $1::int) place
         JOIN (SELECT id, row_number() OVER (ORDER BY name) AS k FROM project) p ON p.k = 1 + (s.k * 7 + place * 41) % $2::int`,
      perSecret,
      projects,
    ],
    [
      `INSERT INTO assignment (id, secret_id, project_id, object_name, target_name, status, desired_generation, sent)
       SELECT gen_random_uuid(), id, project_id, name, name, 'SYNCED', 1, true FROM secret WHERE scope = 'PROJECT'`,
    ],
  ];
}

/** Most are well, some are not. */
const status = (n: string): string =>
  `CASE WHEN ${n} % 40 = 0 THEN 'SYNCED_ERROR' WHEN ${n} % 101 = 0 THEN 'FAILED' WHEN ${n} % 53 = 0 THEN 'PENDING' ELSE 'SYNCED' END`;

/** Indexes that are made after the rows are made several times faster than beside them. @returns how to make them again */
async function dropIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
      WHERE indrelid IN ('transition'::regclass, 'assignment'::regclass) AND NOT indisprimary
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}

async function fillLog(client: Client, { transitions }: Size): Promise<void> {
  await client.query(
    `INSERT INTO transition (position, id, subject, subject_id, from_status, to_status, reason, actor, at, secret_id, assignment_id, project_id, provider_id, cluster_id)
     SELECT n, gen_random_uuid(), kind.subject,
       CASE kind.subject WHEN 'ASSIGNMENT' THEN a.id WHEN 'SECRET' THEN a.secret_id WHEN 'PROVIDER' THEN a.provider_id WHEN 'PROJECT' THEN a.project_id ELSE a.cluster_id END,
       'PENDING', 'SYNCED', 'SecretSynced', CASE WHEN n % 37 = 0 THEN 'person-' || n % 50 ELSE 'system' END, now() - ($1::int - n) * (interval '89 days' / $1::int),
       CASE WHEN kind.subject IN ('ASSIGNMENT', 'SECRET') THEN a.secret_id END, CASE WHEN kind.subject = 'ASSIGNMENT' THEN a.id END,
       CASE WHEN kind.subject IN ('ASSIGNMENT', 'PROJECT') THEN a.project_id END, CASE WHEN kind.subject = 'PROVIDER' THEN a.provider_id END,
       CASE WHEN kind.subject IN ('ASSIGNMENT', 'PROJECT', 'CLUSTER') THEN a.cluster_id END
       FROM (SELECT a.id, a.secret_id, a.project_id, s.provider_id, p.cluster_id, row_number() OVER (ORDER BY md5(a.object_name)) AS k
               FROM assignment a JOIN secret s ON s.id = a.secret_id JOIN project p ON p.id = a.project_id) a
       JOIN (SELECT n, 1 + n::bigint * 7919 % (SELECT count(*) FROM assignment) AS k FROM generate_series(1, $1::int) n) g USING (k)
       CROSS JOIN LATERAL (SELECT CASE WHEN n % 997 = 0 THEN 'CLUSTER' WHEN n % 499 = 0 THEN 'PROJECT' WHEN n % 331 = 0 THEN 'PROVIDER' WHEN n % 5 = 0 THEN 'SECRET' ELSE 'ASSIGNMENT' END AS subject) kind`,
    [transitions],
  );
  await client.query("SELECT setval('transition_position_seq', $1)", [transitions]);
}
