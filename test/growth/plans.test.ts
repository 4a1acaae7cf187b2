import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { eachOf } from "../api/access/wire.js";
import { coordinates } from "../api/access/schema.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient, gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { FEW, fill, FULL, MANY, QUICK } from "./fill.js";
import { type Ids, listOperations, lists } from "./operations.js";
import { faultyPlanOf, type Large, outline, type Sent } from "./plans.js";

/*
 * Whatever the API can list, filter, order, count and resume, asked of the running product on a database of the size that it has to bear; every statement that it then sent is
 * explained. SECRETARIAT_GROWTH=full has a million transitions, and one more viewer, as `npm run bench:plans` does.
 */
const SIZE = process.env["SECRETARIAT_GROWTH"] === "full" ? FULL : QUICK;

let app: TestApp;
let client: pg.Client;
let admin: ApiClient;
const people: Record<string, ApiClient> = {};
/** Statements by their text, with what asked for them first. */
const sent = new Map<string, Sent & { asked: string }>();
let asking = "";

const spy = vi.spyOn(pg.Client.prototype, "query");

/** Everything that went over any connection since the last time. */
function record(): void {
  for (const [config, values] of spy.mock.calls as unknown[][]) {
    const { text, given } = statementOf(config, values);
    if (text === null || sent.has(text)) continue;
    sent.set(text, { text, values: Array.isArray(given) ? given : [], asked: asking });
  }
  spy.mockClear();
}

/** A call of node-postgres: a text with its values, or an object of both. */
function statementOf(config: unknown, values: unknown): { text: string | null; given: unknown } {
  if (typeof config === "string") return { text: config, given: values };
  if (typeof config !== "object" || config === null || !("text" in config)) return { text: null, given: null };
  return {
    text: typeof config.text === "string" ? config.text : null,
    given: "values" in config ? config.values : null,
  };
}

beforeAll(async () => {
  const began = performance.now();
  app = await startTestApp({ prepare: (url) => fill(url, SIZE), env: { MAX_QUERY_COST: "100000000" } });
  process.stdout.write(`filled and started in ${Math.round(performance.now() - began)} ms\n`);
  client = new pg.Client(app.databaseUrl);
  await client.connect();
  admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  people["admin"] = admin;
  people["member of few"] = await ApiClient.of(app.url, { subject: FEW.subject });
  people["member of many"] = await ApiClient.of(app.url, { subject: MANY.subject });
}, 180_000);
afterAll(async () => {
  spy.mockRestore();
  await client?.end();
  await app?.stop();
});

async function idsOf(person: ApiClient): Promise<Ids> {
  const first = "first: 1) { nodes { id } }";
  const found = await person.ask<Record<string, { nodes: { id: string }[] }> & { clusters: { id: string }[] }>(
    `{ project: projects(${first} provider: providers(${first} secret: secrets(${first} clusters { id } }`,
  );
  const { clusters, ...nodes } = found;
  const ids = Object.entries(nodes).map(([kind, { nodes: list }]): [string, string] => [kind, list[0]?.id ?? ""]);
  return { ...Object.fromEntries(ids), cluster: clusters.at(-1)?.id ?? "" };
}

/** The cursor in the middle of a list, wherever in the answer it stands. */
function endCursor(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  if ("endCursor" in value && typeof value.endCursor === "string") return value.endCursor;
  for (const inner of Object.values(value)) {
    const found = endCursor(inner);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Text that may stand anywhere in a name is in no index; and what a member sees of statuses is in no column: a few MB of secrets are then read, which costs less than to fetch one by
 * one those that are theirs.
 */
const READS_ALL_SECRETS = /\bs\.name ILIKE|AS unassign_failed/;

// The member of many asks the same statements as that of few, of more rows.
describe.each(SIZE === FULL ? ["admin", "member of few", "member of many"] : ["admin", "member of few"])(
  "%s",
  (who) => {
    it("can list everything in every way, quickly", async () => {
      const person = people[who];
      if (person === undefined) throw new Error(who);
      const operations = listOperations(await idsOf(person));
      expect(new Set(operations.map(({ name }) => name.split(" ")[0])).size).toBe(lists.length);
      let slowest = { took: 0, name: "" };
      const timed = async (name: string, query: string, variables: object): Promise<Record<string, unknown>> => {
        const began = performance.now();
        const answer = await person.ask<Record<string, unknown>>(query, { first: 20, ...variables });
        const took = performance.now() - began;
        if (took > slowest.took) slowest = { took, name };
        return answer;
      };
      // One at a time, so that each statement is known by what asked for it.
      await eachOf(
        operations,
        async ({ name, query, variables }) => {
          asking = `${who}: ${name}`;
          const page = await timed(name, query, variables);
          const after = endCursor(page);
          if (after !== null) await timed(`${name} further`, query, { ...variables, after });
          record();
        },
        1,
      );
      process.stdout.write(
        `${who}: ${operations.length} ways, slowest ${Math.round(slowest.took)} ms ${slowest.name}\n`,
      );
    }, 120_000);
  },
);

it("can count everything", async () => {
  for (const [who, person] of Object.entries(people)) {
    asking = `${who}: counts`;
    const { secret, project, provider } = await idsOf(person);
    await person.ask(
      `query ($secret: ID!, $project: ID, $provider: ID) {
        secretCounts { count } inProject: secretCounts(filter: { projectId: $project }) { count } of: secretCounts(filter: { providerId: $provider }) { count }
        secret(id: $secret) { assignmentCounts { count } } }`,
      { secret, project, provider },
    );
    record();
  }
});

it("can resume every subscription from long ago", async () => {
  const subscriptions = coordinates.filter(({ parent }) => parent.name === "Subscription");
  const ids = await idsOf(admin);
  const until = new Date(Date.now() - 80 * 86_400_000).toISOString();
  const { history } = await admin.ask<{ history: { nodes: { cursor: string }[] } }>(
    "query ($until: DateTime) { history(first: 1, filter: { until: $until }) { nodes { cursor } } }",
    { until },
  );
  const since = history.nodes[0]?.cursor;
  for (const [who, person] of Object.entries(people)) {
    for (const { field } of subscriptions) {
      const arguments_ = [null, ...field.args.filter(({ name }) => name.endsWith("Id")).map(({ name }) => name)];
      for (const argument of arguments_) {
        asking = `${who}: ${field.name} ${argument}`;
        const kind = argument?.replace("Id", "") ?? "";
        const socket = person.socket();
        const given = argument === null ? "" : `, ${argument}: "${(await idsOf(person))[kind] ?? ids[kind]}"`;
        const received = gather(
          socket,
          `subscription ($since: String) { ${field.name}(since: $since${given}) { id secret { name } assignment { id } project { name } provider { name } } }`,
          field.name,
          { since },
        );
        // Reading on is what matters: of some there is little to tell in all that time.
        await eventually(() => {
          const reads = spy.mock.calls.length;
          return reads > 12 || received.events.length > 0;
        });
        expect(received.errors).toEqual([]);
        received.stop();
        await socket.dispose();
        record();
      }
    }
  }
}, 60_000);

/** What reads or sorts a large table whole, in words. */
async function faults(only: (statement: Sent) => boolean = () => true): Promise<string[]> {
  const large: Large = new Map([
    ["transition", SIZE.transitions],
    ["assignment", SIZE.assignments],
  ]);
  const withSecrets: Large = new Map([...large, ["secret", SIZE.secrets]]);
  const found: string[] = [];
  for (const statement of statements().filter(only)) {
    const { text, asked } = statement;
    const faulty = await faultyPlanOf(client, statement, READS_ALL_SECRETS.test(text) ? large : withSecrets);
    if (faulty !== null) found.push(`${asked}\n  ${faulty.faults.join("\n  ")}\n${text}\n${outline(faulty.plan)}`);
  }
  return found;
}

/** Those that read a large table, but for what counts a whole list, which has to look at all of it. */
const statements = (): (Sent & { asked: string })[] =>
  [...sent.values()].filter(
    ({ text }) =>
      /\b(?:transition|assignment|secret)\b/.test(text) &&
      /^\s*(?:SELECT|WITH|\()/.test(text) &&
      !/\bcount\(\*\)::float8/.test(text),
  );

it("stays on indexes: no large table is read or sorted whole", async () => {
  expect(statements().length).toBeGreaterThan(100);
  process.stdout.write(`${statements().length} statements explained\n`);
  expect(await faults()).toEqual([]);
}, 120_000);

it.each(["ix_transition_project", "ix_transition_secret", "ix_secret_updated_at"])(
  "would not do so without %s",
  async (index) => {
    await client.query("BEGIN");
    await client.query(`DROP INDEX ${index}`);
    const table = index.split("_")[1] ?? "";
    const found = await faults(({ text }) => new RegExp(`FROM ${table}\\b`).test(text));
    await client.query("ROLLBACK");
    expect(found.length).toBeGreaterThan(0);
  },
  60_000,
);
