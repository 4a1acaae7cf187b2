import { createServer } from "node:http";
import pg from "pg";

/** A statement that answers a whole page as JSON, in one row and one column. */
export interface Statement {
  text: string;
  values: readonly unknown[];
}

const time = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** What a secret's status is to somebody who sees some of its assignments (DESIGN.md), where none of them is being taken away. */
const SEEN_STATUS = `CASE
  WHEN s.deletion_requested_at IS NOT NULL THEN 'DELETING'
  WHEN seen.total = 0 THEN 'UNASSIGNED' WHEN seen.failed > 0 THEN 'FAILED' WHEN seen.in_error > 0 THEN 'SYNCED_ERROR'
  WHEN seen.synced = seen.total THEN 'SYNCED' WHEN seen.synced > 0 THEN 'PARTIALLY_SYNCED' ELSE 'PENDING' END`;

/**
 * The answer to SECRETS.
 * @param projects names of the projects that the viewer is in; null: a platform admin
 */
export function secretsStatement(first: number, projects: readonly string[] | null): Statement {
  const isAdmin = projects === null;
  const mine = "(SELECT mine.id FROM mine)";
  const listed = isAdmin
    ? "true"
    : `(s.project_id IN ${mine} OR s.id IN (SELECT a.secret_id FROM assignment a WHERE a.project_id IN ${mine}))`;
  const assigned = `a.secret_id = s.id${isAdmin ? "" : ` AND a.project_id IN ${mine}`}`;
  const seen = `CROSS JOIN LATERAL (SELECT count(*) AS total, count(*) FILTER (WHERE a.status = 'FAILED') AS failed,
    count(*) FILTER (WHERE a.status = 'SYNCED_ERROR') AS in_error, count(*) FILTER (WHERE a.status = 'SYNCED') AS synced
    FROM assignment a WHERE ${assigned}) seen`;
  return {
    text: `WITH mine AS MATERIALIZED (SELECT p.id FROM project p WHERE p.name = ANY($1::text[])),
      page AS MATERIALIZED (
        SELECT s.*, row_number() OVER () AS n FROM (SELECT * FROM secret s WHERE ${listed} ORDER BY s.name, s.id LIMIT ${first + 1}) s)
      SELECT json_build_object('data', json_build_object('secrets', json_build_object(
        'totalCount', (SELECT count(*) FROM secret s WHERE ${listed}),
        'pageInfo', json_build_object('hasNextPage', (SELECT count(*) > ${first} FROM page),
          'endCursor', (SELECT translate(encode(convert_to('[1,"secrets.NAME.ASC",' || to_json(s.name) || ',"' || s.id || '"]', 'UTF8'), 'base64'), E'+/=\\n', '-_')
            FROM page s WHERE s.n = ${first})),
        'nodes', (SELECT json_agg(nodes.node ORDER BY nodes.n) FROM (
          SELECT s.n, (SELECT row_to_json(secret) FROM (SELECT
            'sec_' || s.id AS id, s.name, s.scope, s.use_case AS "useCase",
            ${isAdmin ? "s.status" : SEEN_STATUS} AS status, ${isAdmin ? "s.status_reason" : "NULL"} AS "statusReason", ${time("s.updated_at")} AS "updatedAt",
            (SELECT json_build_object('id', 'prj_' || p.id, 'name', p.name) FROM project p WHERE p.id = s.project_id) AS project,
            (SELECT json_build_object('id', 'prv_' || v.id, 'name', v.name, 'kind', v.kind) FROM provider v WHERE v.id = s.provider_id) AS provider,
            json_build_object('totalCount', (SELECT count(*) FROM assignment a WHERE ${assigned}), 'nodes', (
              SELECT coalesce(json_agg(json_build_object('id', 'asg_' || a.id, 'status', a.status, 'project', json_build_object('id', 'prj_' || a.project_id, 'name', a.project_name))), '[]')
              FROM (SELECT a.id, a.status, a.project_id, p.name AS project_name FROM assignment a JOIN project p ON p.id = a.project_id
                WHERE ${assigned} ORDER BY p.name, a.id LIMIT 10) a)) AS assignments
            ) secret) AS node
          FROM page s ${isAdmin ? "" : seen} WHERE s.n <= ${first}) nodes)
      )))::text AS answer`,
    values: [projects ?? []],
  };
}

/** What a viewer may do, which rules of the product say and SQL does not: as the product says it. */
export interface Permissions {
  project: unknown;
  assignment: unknown;
  secret: unknown;
}

/** The answer to PROJECT, for whoever is in the project. */
export function projectStatement(name: string, first: number, permissions: Permissions): Statement {
  return {
    text: `SELECT json_build_object('data', json_build_object('project', (SELECT row_to_json(project) FROM (SELECT
        'prj_' || p.id AS id, p.name, p.name AS namespace, p.description, p.status, p.message AS "statusReason",
        ${time("p.deletion_requested_at")} AS "deletionRequestedAt", ${time("p.created_at")} AS "createdAt",
        (SELECT json_build_object('id', 'clu_' || c.id, 'name', c.name, 'status', c.status) FROM cluster c WHERE c.id = p.cluster_id) AS cluster,
        $2::json AS permissions,
        json_build_object('totalCount', (SELECT count(*) FROM assignment a WHERE a.project_id = p.id), 'nodes', (
          SELECT coalesce(json_agg(row_to_json(node)), '[]') FROM (SELECT
            'asg_' || a.id AS id, a.status, a.reason, a.message, ${time("a.last_transition_at")} AS "lastTransitionAt",
            ${time("a.deletion_requested_at")} AS "deletionRequestedAt", $3::json AS permissions,
            (SELECT row_to_json(secret) FROM (SELECT 'sec_' || s.id AS id, s.name, s.scope, s.use_case AS "useCase", ${time("s.updated_at")} AS "updatedAt",
              $4::json AS permissions,
              (SELECT json_build_object('id', 'prv_' || v.id, 'name', v.name, 'kind', v.kind) FROM provider v WHERE v.id = s.provider_id) AS provider
              FROM secret s WHERE s.id = a.secret_id) secret) AS secret
            FROM (SELECT * FROM assignment a WHERE a.project_id = p.id ORDER BY a.object_name, a.id LIMIT ${first}) a) node)) AS assignments
      FROM project p WHERE p.name = $1) project)))::text AS answer`,
    values: [
      name,
      ...[permissions.project, permissions.assignment, permissions.secret].map((value) => JSON.stringify(value)),
    ],
  };
}

/** The least that answers over HTTP: node:http, pg, and one statement; nobody is asked who they are. */
export interface HandWritten {
  url: string;
  close(): Promise<void>;
}

/** @param connections to the database, at most */
export async function startHandWritten(
  databaseUrl: string,
  statement: Statement,
  connections: number,
): Promise<HandWritten> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections, idleTimeoutMillis: 0 });
  const query = { name: "page", text: statement.text, values: [...statement.values] };
  const answer = async (): Promise<Buffer> => {
    const {
      rows: [row],
    } = await pool.query<{ answer: string }>(query);
    return Buffer.from(row?.answer ?? "");
  };
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      void answer().then((body) => {
        response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": body.length });
        return response.end(body);
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await pool.end();
    },
  };
}
