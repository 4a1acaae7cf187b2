import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { query } from "../../src/persistence/transaction.js";
import type { Benchmark } from "./frame/benchmark.js";
import { metric, startProduct, until, type BenchProduct } from "./stage/product.js";
import { idOf, secretName } from "./stage/world.js";

/** What GraphQL calls a row. */
const globalId = (kind: "project" | "provider", index: number): string =>
  `${kind === "project" ? "prj" : "prv"}_${idOf(kind, index)}`;
const projectIds = (count: number): string[] => Array.from({ length: count }, (_, i) => globalId("project", i));

/** The least that writes the same rows: three statements and COMMIT. */
async function bareAssign(client: Client, secret: string, projects: readonly string[]): Promise<void> {
  const ids = projects.map(() => randomUUID());
  await client.query("BEGIN");
  await client.query(
    `INSERT INTO bare_assignment (id, secret_id, project_id, object_name, target_name, desired_generation)
     SELECT id, $2, project_id, $3, $3, 1 FROM unnest($1::uuid[], $4::uuid[]) AS t (id, project_id)`,
    [ids, secret, `bare-${secret.slice(0, 18)}`, projects],
  );
  await client.query(
    `INSERT INTO bare_transition (position, id, at, subject, subject_id, to_status, reason, actor, secret_id, assignment_id, project_id)
     SELECT nextval('transition_position_seq'), gen_random_uuid(), now(), 'ASSIGNMENT', id, 'PENDING', 'Assigned', 'ada', $2, id, project_id
       FROM unnest($1::uuid[], $3::uuid[]) AS t (id, project_id)`,
    [ids, secret, projects],
  );
  await client.query("NOTIFY bare");
  await client.query("COMMIT");
}

/** The queue is empty: what a change set off is done with. */
async function settled(product: BenchProduct): Promise<void> {
  await until(async () => (await metric(product.app, "secretariat_queue_depth")) === 0);
}

const mutation = (name: string, what: string, count: number, assign: boolean, ratio: number): Benchmark => ({
  name: `writes-${name}-${count}`,
  what,
  goals: [{ figure: "", unit: "ms", better: "lower", ratio }],
  async prepare() {
    const product = await startProduct({ secrets: 1, projects: count });
    // The cluster is away: what is measured is the mutation, and not what it sets off.
    product.api.stop();
    const { dataSource } = product.app.persistence;
    const client = new Client(product.databaseUrl);
    await client.connect();
    await client.query("CREATE TABLE bare_assignment (LIKE assignment INCLUDING ALL)");
    await client.query("CREATE TABLE bare_transition (LIKE transition INCLUDING ALL)");
    const projects = Array.from({ length: count }, (_, i) => idOf("project", i));
    let made = 0;
    const create = async (ids: readonly string[]): Promise<string> => {
      made += 1;
      const data: unknown = await product.ask(
        "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }",
        {
          input: {
            name: `made-${made}`,
            scope: "ORGANIZATION",
            providerId: globalId("provider", 0),
            projectIds: ids,
            data: [{ secretKey: "password", remoteKey: "app/x", property: "password" }],
          },
        },
      );
      return /"id":"([^"]+)"/.exec(JSON.stringify(data))?.[1] ?? "";
    };
    return {
      ours: async () => {
        const secret = assign ? await create([]) : "";
        await settled(product);
        const began = performance.now();
        if (assign)
          await product.ask(
            "mutation ($secretId: ID!, $projectIds: [ID!]!) { setSecretAssignments(secretId: $secretId, projectIds: $projectIds) { id } }",
            { secretId: secret, projectIds: projectIds(count) },
          );
        else await create(projectIds(count));
        const took = performance.now() - began;
        await query(dataSource, "DELETE FROM assignment WHERE object_name <> $1", [secretName(0)]);
        await query(dataSource, "DELETE FROM secret WHERE name <> $1", [secretName(0)]);
        await settled(product);
        return [took];
      },
      yardstick: async () => {
        const began = performance.now();
        await bareAssign(client, randomUUID(), projects);
        const took = performance.now() - began;
        await client.query("DELETE FROM bare_assignment");
        return [took];
      },
      async close() {
        await client.end();
        await product.stop();
      },
    };
  },
});

const CREATE = "createSecret with that many projects in one mutation, over HTTP, against bare inserts of as many rows";
const ASSIGN = "setSecretAssignments of that many projects, over HTTP, against bare inserts of as many rows";
const benchmarks: Benchmark[] = [
  mutation("create", CREATE, 5, false, 10),
  mutation("create", CREATE, 50, false, 6),
  mutation("create", CREATE, 500, false, 4),
  mutation("assign", ASSIGN, 50, true, 6),
  mutation("assign", ASSIGN, 500, true, 4),
  mutation("assign", ASSIGN, 5_000, true, 4),
];
export default benchmarks;
