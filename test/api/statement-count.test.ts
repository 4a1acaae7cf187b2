import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { Maker } from "./access/maker.js";
import { eachOf } from "./access/wire.js";
import { settle } from "./access/world.js";

/* Nested lists run the same number of SQL statements however long they are: loaders against N+1. */

let app: TestApp;
let clients: { admin: ApiClient; member: ApiClient };
const SIZES = [5, 50, 200] as const;
/** Kinds of things that the query below reaches on more than one way: projects, secrets, assignments, providers. */
const REACHED_TWICE = 4;

/** Every statement that the connections of this process were asked to run, in order. */
const heard: string[] = [];
const { query } = pg.Client.prototype;

beforeAll(async () => {
  pg.Client.prototype.query = new Proxy(query, {
    apply(target, client, args: unknown[]): unknown {
      const [statement] = args;
      const text: unknown =
        typeof statement === "object" && statement !== null && "text" in statement ? statement.text : statement;
      heard.push(String(text));
      return Reflect.apply(target, client, args);
    },
  });
  app = await startTestApp({ clusters: ["berlin"], env: { MAX_QUERY_COST: "100000000" } });
  clients = {
    admin: await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" }),
    member: await ApiClient.of(app.url, { subject: "mia" }),
  };
  await fill();
}, 120_000);
afterAll(async () => {
  pg.Client.prototype.query = query;
  await app?.stop();
});

/** 250 secrets in two projects each, of two providers, organization's and project's; the member is in one of the projects. */
async function fill(): Promise<void> {
  const maker = new Maker(clients.admin);
  const berlin = await maker.clusterId("berlin");
  app.cluster("berlin").backends.vault.set("value", "made up");
  const home = await maker.project(berlin, { members: ["mia"] });
  const other = await maker.project(berlin);
  const shared = await maker.provider(null);
  const own = await maker.provider(home.id);
  const numbers = Array.from({ length: 250 }, (_, n) => n);
  await eachOf(numbers, async (n) => {
    if (n % 5 === 0) await maker.secret(own.id, { projectId: home.id });
    else await maker.secret(shared.id, { projectIds: [home.id, other.id] });
  });
  await settle(clients.admin);
}

const HISTORY =
  "history(first: 5) { totalCount nodes { id actor secret { name } assignment { status } project { name } } }";
const NESTED = `query ($first: Int!) {
  secrets(first: $first) { totalCount nodes {
    name status project { name } permissions { action allowed } assignmentCounts { status count }
    provider { name status permissions { action } targets { status cluster { name } } secrets(first: 2) { totalCount } }
    assignments(first: 10) { totalCount nodes {
      status permissions { action allowed } externalSecret { manifest } ${HISTORY}
      project { name permissions { action } members(first: 2) { totalCount } cluster { name projects(first: 2) { nodes { name } } } }
      secret { name provider { name } }
    } }
    ${HISTORY}
  } }
}`;

describe.each(["admin", "member"] as const)("as %s", (viewer) => {
  it("a list of lists runs as many statements for 5 as for 50 and 200", async () => {
    const background = await backgroundStatements();
    const counts: { different: number; all: number }[] = [];
    for (const first of SIZES) {
      const tries: Map<string, number>[] = [];
      for (let n = 0; n < 5; n += 1) {
        const from = heard.length;
        const { secrets } = await clients[viewer].ask<{ secrets: { nodes: unknown[] } }>(NESTED, { first });
        expect(secrets.nodes).toHaveLength(first);
        tries.push(countsOf(heard.slice(from).filter((text) => !background.has(text))));
      }
      counts.push(leastOf(tries));
    }
    const all = counts.map((count) => count.all);
    process.stdout.write(
      `SQL statements of the nested list as ${viewer}: ${all.join(", ")} for ${SIZES.join(", ")} secrets\n`,
    );
    const [{ different } = { different: 0 }] = counts;
    expect(different).toBeGreaterThan(10);
    expect(counts.map((count) => count.different)).toEqual(SIZES.map(() => different));
    // What is reached by two ways, as a project is, is fetched for both together or one after the other, as the answers come in: no more often for a longer list.
    expect(Math.max(...all)).toBeLessThanOrEqual(different + REACHED_TWICE);
  }, 60_000);

  it("counts what it is to count", async () => {
    const ask = async (times: number): Promise<number> => {
      const from = heard.length;
      const aliases = Array.from({ length: times }, (_, n) => `a${n}: secrets(first: ${n + 1}) { nodes { id } }`);
      await clients[viewer].ask(`{ ${aliases.join(" ")} }`);
      return heard.length - from;
    };
    expect(await ask(15)).toBeGreaterThanOrEqual(15);
  });
});

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** How many different statements ran, and how often at least, all together: what came in between by chance is not in every try. */
function leastOf(tries: readonly Map<string, number>[]): { different: number; all: number } {
  const [one = new Map<string, number>()] = tries;
  const least = [...one.keys()].map((text) => Math.min(...tries.map((counts) => counts.get(text) ?? 0)));
  return { different: least.filter((times) => times > 0).length, all: least.reduce((sum, times) => sum + times, 0) };
}

/** What runs though nobody asks, all through some turns of the leases. */
async function backgroundStatements(): Promise<Set<string>> {
  const from = heard.length;
  const turns = (): number => heard.slice(from).filter((text) => text.includes("leadership")).length;
  await eventually(() => turns() >= 4);
  return new Set(heard.slice(from));
}
