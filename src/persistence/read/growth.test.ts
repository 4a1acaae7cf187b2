import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageArgs, Page } from "../../domain/ports/paging.js";
import type { ReadModel } from "../../domain/ports/read-model.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { SMALL, type World } from "./testing/random-world.js";
import { ADMIN, idsOf, memberOf, type OpenWorld, openWorld } from "./testing/open-world.js";

const NAME = { field: "NAME", direction: "ASC" } as const;
const page = (first: number, withTotal = false): PageArgs => ({ first, after: null, withTotal });

/** Every method of the read model, over all that a world has. */
function everyRead(read: ReadModel, world: World, scope: ViewerScope): Record<string, () => Promise<unknown>> {
  const ids = {
    clusters: idsOf(world.clusters),
    projects: idsOf(world.projects),
    providers: idsOf(world.providers),
    secrets: idsOf(world.secrets),
    assignments: idsOf(world.assignments),
    transitions: idsOf(world.transitions),
  };
  const all = page(500, true);
  const viewer = {
    subject: "a-0",
    email: null,
    name: null,
    role: "TEAM_MEMBER",
    groups: ["x"],
    expiresAt: null,
  } as const;
  return {
    scopeOf: () => read.scopeOf(viewer),
    clusters: () => read.clusters(scope),
    clustersByIds: () => read.clustersByIds(scope, ids.clusters),
    projects: () => read.projects(scope, {}, all),
    projectsByIds: () => read.projectsByIds(scope, ids.projects),
    projectByName: () => read.projectByName(scope, "x"),
    projectsOfClusters: () => read.projectsOfClusters(scope, ids.clusters, all),
    membersOfProjects: () => read.membersOfProjects(scope, ids.projects, all),
    providers: () => read.providers(scope, {}, all),
    providersByIds: () => read.providersByIds(scope, ids.providers),
    targetsOfProviders: () => read.targetsOfProviders(scope, ids.providers),
    secrets: () => read.secrets(scope, {}, NAME, all),
    secretsByIds: () => read.secretsByIds(scope, ids.secrets),
    secretsOfProviders: () => read.secretsOfProviders(scope, ids.providers, all),
    secretCounts: () => read.secretCounts(scope, {}),
    assignmentsByIds: () => read.assignmentsByIds(scope, ids.assignments),
    assignmentsOf: () =>
      read.assignmentsOf(scope, { kind: "secret", ids: ids.secrets }, {}, { field: "STATUS", direction: "ASC" }, all),
    assignmentCountsOfSecrets: () => read.assignmentCountsOfSecrets(scope, ids.secrets),
    history: () => read.history(scope, {}, all),
    historyOf: () => read.historyOf(scope, { kind: "secret", ids: ids.secrets }, all),
    transitionsByIds: () => read.transitionsByIds(scope, ids.transitions),
    requireVisible: () =>
      read.requireVisible(
        ADMIN,
        ids.secrets.map((id) => ({ kind: "secret", id })),
      ),
  };
}

/** Statements that a method may need at most: rows, totals, and a member's words of statuses. */
const MOST_STATEMENTS = 3;

describe("statements", () => {
  it("are as many for much as for little, whatever is read", async () => {
    const [small, large] = await Promise.all([
      openWorld(51),
      openWorld(52, { ...SMALL, projects: 20, providers: 30, secrets: 200, transitions: 1000 }),
    ]);
    try {
      for (const member of [false, true]) {
        const counts = [];
        for (const one of [small, large]) {
          const scope = member ? memberOf(...idsOf(one.world.projects).slice(0, 5)) : ADMIN;
          const count: Record<string, number> = {};
          for (const [method, read] of Object.entries(everyRead(one.read, one.world, scope))) {
            one.statements.length = 0;
            await read();
            count[method] = one.statements.length;
          }
          counts.push(count);
        }
        expect(counts[1]).toEqual(counts[0]);
        expect(Object.keys(counts[0] ?? {}).toSorted()).toEqual(Object.keys(small.read).toSorted());
        expect(Math.max(...Object.values(counts[0] ?? {}))).toBeLessThanOrEqual(MOST_STATEMENTS);
        expect(Math.min(...Object.values(counts[0] ?? {}))).toBeGreaterThanOrEqual(1);
      }
    } finally {
      await Promise.all([small.close(), large.close()]);
    }
  });
});

interface PlanNode {
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: PlanNode[];
}

describe("rows looked at", () => {
  const SECRETS = 2_000;
  const PROJECTS = 40;
  const TRANSITIONS = 60_000;
  let grown: OpenWorld;
  beforeAll(async () => {
    grown = await openWorld(61, { ...SMALL, clusters: 2, projects: PROJECTS, secrets: 5, transitions: 0 });
    await grow(grown);
  }, 120_000);
  afterAll(() => grown.close());

  /** 8 assignments of each secret, and a long log in which the last rows are all of other things than one might ask for. */
  async function grow({ pool }: OpenWorld): Promise<void> {
    await pool.query(
      `INSERT INTO secret (id, name, scope, use_case, provider_id, spec, status, created_by, created_at)
       SELECT gen_random_uuid(), 'grown-' || n, 'ORGANIZATION', 'GENERIC', (SELECT id FROM provider WHERE project_id IS NULL ORDER BY id LIMIT 1), '{}',
         CASE WHEN n % 100 = 0 THEN 'FAILED' ELSE 'SYNCED' END, 'x', now() - n * interval '1 minute' FROM generate_series(1, $1) n`,
      [SECRETS],
    );
    await pool.query(
      `INSERT INTO assignment (id, secret_id, project_id, object_name, status, desired_generation)
       SELECT gen_random_uuid(), s.id, p.id, s.name, 'SYNCED', 1 FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM secret WHERE name LIKE 'grown-%') s
       JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM project) p ON (s.n * 3 + p.n) % $1 < 8`,
      [PROJECTS],
    );
    await pool.query(
      `INSERT INTO transition (position, id, subject, subject_id, to_status, actor, at, secret_id, assignment_id, project_id)
       SELECT n, gen_random_uuid(), CASE WHEN n < 50 THEN 'PROJECT' ELSE 'ASSIGNMENT' END, a.id, 'SYNCED', CASE WHEN n < 50 THEN 'alice' ELSE 'system' END,
         now() - ($1 - n) * interval '10 seconds', a.secret_id, a.id, a.project_id
       FROM (SELECT n, 1 + n * 7919 % (SELECT count(*) FROM assignment) AS k FROM generate_series(1, $1) n) g
       JOIN (SELECT *, row_number() OVER (ORDER BY id) AS k FROM assignment) a USING (k)`,
      [TRANSITIONS],
    );
    await pool.query("ANALYZE");
  }

  /** How many rows of each table the method's statements visit; the most of several runs, since PostgreSQL makes another plan when it has seen a statement five times. */
  async function visited(read: () => Promise<unknown>): Promise<Map<string, number>> {
    grown.statements.length = 0;
    await read();
    const statements = [...grown.statements];
    const client = await grown.pool.connect();
    try {
      const most = new Map<string, number>();
      for (const { text, params } of statements) {
        for (const plan of await explain(client, text, params)) {
          const rows = new Map<string, number>();
          visit(plan, rows);
          for (const [table, count] of rows) most.set(table, Math.max(count, most.get(table) ?? 0));
        }
      }
      return most;
    } finally {
      client.release();
    }
  }

  async function explain(client: pg.PoolClient, text: string, params: unknown[]): Promise<PlanNode[]> {
    await client.query(`PREPARE explained AS ${text}`);
    try {
      const values = params.length === 0 ? "" : `(${params.map(literal).join(", ")})`;
      const plans: PlanNode[] = [];
      for (let run = 0; run < 7; run += 1) {
        const explained = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
          `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE explained${values}`,
        );
        const [row] = explained.rows;
        if (row !== undefined) plans.push(row["QUERY PLAN"][0].Plan);
      }
      return plans;
    } finally {
      await client.query("DEALLOCATE explained");
    }
  }

  /** Of what the read model uses for parameters; none of its texts here needs quoting inside of a list. */
  function literal(value: unknown): string {
    if (Array.isArray(value)) return pg.escapeLiteral(`{${value.join(",")}}`);
    return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value));
  }

  function visit(node: PlanNode, rows: Map<string, number>): void {
    const table = node["Relation Name"];
    if (table !== undefined) {
      const here = (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"];
      rows.set(table, (rows.get(table) ?? 0) + here);
    }
    for (const child of node.Plans ?? []) visit(child, rows);
  }

  const inTheMiddle = async <T>(list: (page: PageArgs) => Promise<Page<T>>): Promise<PageArgs> => {
    const edges = (await list(page(500))).edges;
    return { ...page(20), after: edges.at(-1)?.cursor ?? null };
  };

  it("are about those of the page, for an admin's lists in every order, from the beginning and from the middle", async () => {
    const { read } = grown;
    for (const field of ["NAME", "STATUS", "SCOPE", "CREATED_AT", "UPDATED_AT"] as const) {
      for (const direction of ["ASC", "DESC"] as const) {
        const list = (args: PageArgs): ReturnType<ReadModel["secrets"]> =>
          read.secrets(ADMIN, {}, { field, direction }, args);
        for (const args of [page(20), await inTheMiddle(list)]) {
          const rows = await visited(() => list(args));
          expect(rows.get("secret"), `${field} ${direction}`).toBeLessThanOrEqual(25);
        }
      }
    }
    const failed = await visited(() => read.secrets(ADMIN, { status: ["FAILED"] }, NAME, page(20)));
    expect(failed.get("secret")).toBeLessThanOrEqual(100);
  });

  it("are those of a member's projects, for theirs", async () => {
    const { read, world } = grown;
    const scope = memberOf(world.projects[0]?.id ?? "");
    const own = SECRETS * (8 / PROJECTS);
    for (const field of ["NAME", "STATUS"] as const) {
      const rows = await visited(() => read.secrets(scope, {}, { field, direction: "ASC" }, page(20)));
      expect(rows.get("assignment"), field).toBeLessThanOrEqual(own * 2);
    }
    const [secret] = (await read.secrets(scope, {}, NAME, page(1))).edges;
    const [provider] = (await read.providers(scope, {}, page(1))).edges;
    const byId = await visited(async () => {
      await read.secretsByIds(scope, [secret?.node.id ?? ""]);
      await read.requireVisible(scope, [{ kind: "provider", id: provider?.node.id ?? "" }]);
    });
    expect(byId.get("assignment")).toBeLessThanOrEqual(own + 20);
    expect(byId.get("secret")).toBeLessThanOrEqual(own + 20);
  });

  it("are about those of the page, for the assignments of many", async () => {
    const { read, pool, world } = grown;
    const found = await pool.query<{ id: string }>("SELECT id FROM secret WHERE name LIKE 'grown-%' LIMIT 50");
    const secrets = { kind: "secret", ids: idsOf(found.rows) } as const;
    const project = { kind: "project", ids: idsOf(world.projects).slice(0, 1) } as const;
    const byProject = { field: "PROJECT_NAME", direction: "ASC" } as const;
    const ofSecrets = await visited(() => read.assignmentsOf(ADMIN, secrets, {}, byProject, page(10)));
    expect(ofSecrets.get("assignment")).toBe(50 * 8);
    for (const field of ["SECRET_NAME", "LAST_TRANSITION_AT"] as const) {
      const order = { field, direction: "DESC" } as const;
      const rows = await visited(() => read.assignmentsOf(ADMIN, project, {}, order, page(10)));
      expect(rows.get("assignment"), field).toBeLessThanOrEqual(15);
    }
  });

  it("are about those of the page, for any history", async () => {
    const { read, world } = grown;
    const [one = "", two = ""] = idsOf(world.projects);
    const half = new Date(Date.now() - (TRANSITIONS / 2) * 10_000);
    const last = (await read.history(ADMIN, {}, page(500))).edges.at(-1)?.cursor ?? null;
    const [busy] = (await read.history(ADMIN, {}, page(1))).edges;
    const { secretId, assignmentId } = busy?.node ?? {};
    const calls: Record<string, () => Promise<unknown>> = {
      all: () => read.history(ADMIN, {}, page(20)),
      further: () => read.history(ADMIN, {}, { ...page(20), after: last }),
      "of a project": () => read.history(ADMIN, { projectId: one }, page(20)),
      "of a secret": () => read.history(ADMIN, { secretId: secretId ?? "" }, page(20)),
      "of a rare subject": () => read.history(ADMIN, { subject: ["PROJECT"] }, page(20)),
      "of a subject that never was": () => read.history(ADMIN, { subject: ["CLUSTER"] }, page(20)),
      "of a provider that nothing happened to": () => read.history(ADMIN, { providerId: one }, page(20)),
      "by somebody": () => read.history(ADMIN, { actor: "alice" }, page(20)),
      "by nobody": () => read.history(ADMIN, { actor: "nobody" }, page(20)),
      "until long ago": () => read.history(ADMIN, { until: half }, page(20)),
      "since now": () => read.history(ADMIN, { since: new Date(Date.now() + 7_200_000) }, page(20)),
      "of a member": () => read.history(memberOf(one, two), {}, page(20)),
      "of a member, further": () => read.history(memberOf(one, two), {}, { ...page(20), after: last }),
      "of a member, by nobody": () => read.history(memberOf(one, two), { actor: "nobody" }, page(20)),
      "of a member, rare": () => read.history(memberOf(one, two), { subject: ["PROJECT"] }, page(20)),
      "of a secret, nested": () => read.historyOf(ADMIN, { kind: "secret", ids: [secretId ?? ""] }, page(20)),
      "of an assignment, nested": () =>
        read.historyOf(ADMIN, { kind: "assignment", ids: [assignmentId ?? ""] }, page(20)),
    };
    // An hour of the log, which is how far its order is not relied upon.
    const slack = 360;
    for (const [name, call] of Object.entries(calls)) {
      const rows = await visited(call);
      expect(rows.get("transition"), name).toBeLessThanOrEqual(150 + (name.startsWith("until") ? slack : 0));
    }
  });
});
