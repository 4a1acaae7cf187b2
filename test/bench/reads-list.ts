import type { Benchmark, Prepared } from "./frame/benchmark.js";
import {
  type Permissions,
  projectStatement,
  secretsStatement,
  startHandWritten,
  type Statement,
} from "./reads/handwritten.js";
import { Load } from "./reads/load.js";
import { PROJECT, SECRETS } from "./reads/queries.js";
import { type BenchProduct, startProduct } from "./stage/product.js";
import { projectName } from "./stage/world.js";

const SIZE = { secrets: 1_000, projects: 10 };
const SHOWN = 100;
const CONNECTIONS = [1, 10, 50];
/** Of one measurement, in milliseconds. */
const DURATION = 2_500;
/** Connections to the database of the yardstick: as many as the product has. */
const POOL = 10;

const groups = Array.from({ length: SIZE.projects }, (_, i) => projectName(i));
const GOALS = CONNECTIONS.map((connections) => ({
  figure: `at ${connections}`,
  unit: "answers/s",
  better: "higher" as const,
  ratio: 0.6,
}));

interface Case {
  query: string;
  variables: Readonly<Record<string, unknown>>;
  person: { subject: string; role?: string; groups?: readonly string[] };
  /** @param answer the product's */
  statement: (answer: unknown) => Statement;
}

async function prepare({ query, variables, person, statement }: Case): Promise<Prepared> {
  const product = await startProduct(SIZE);
  const token = await product.token(person);
  const body = JSON.stringify({ query, variables });
  const headers = { "content-type": "application/json", accept: "application/json", authorization: `Bearer ${token}` };
  await settled(product);
  const own = await answerOf(product.url, headers, body);
  const yardstick = await startHandWritten(product.databaseUrl, statement(own), POOL);
  const other = await answerOf(yardstick.url, headers, body);
  if (JSON.stringify(own) !== JSON.stringify(other))
    throw new Error(difference(JSON.stringify(own), JSON.stringify(other)));
  const load = await Load.start();
  const rates = async (url: string): Promise<number[]> => {
    const found: number[] = [];
    for (const connections of CONNECTIONS) {
      found.push(await load.rate({ url, connections, headers, body, duration: DURATION }));
    }
    return found;
  };
  return {
    ours: () => rates(product.url),
    yardstick: () => rates(yardstick.url),
    async close() {
      load.stop();
      await yardstick.close();
      await product.stop();
    },
  };
}

/** Waits until the leader has seen its cluster and does nothing any more: nothing is written for a second. */
async function settled(product: BenchProduct): Promise<void> {
  const seen = async (): Promise<string> =>
    JSON.stringify(await product.ask("{ clusters { status } transitionCursor }"));
  let [last, since] = [await seen(), performance.now()];
  while (performance.now() - since < 1_000) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await seen();
    if (now === last && now.includes("CONNECTED")) continue;
    [last, since] = [now, performance.now()];
  }
}

async function answerOf(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<unknown> {
  const response = await fetch(url, { method: "POST", headers, body });
  const text = await response.text();
  if (response.status !== 200 || text.includes('"errors"')) throw new Error(`${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

function difference(own: string, other: string): string {
  let at = 0;
  while (own[at] === other[at]) at += 1;
  const from = Math.max(0, at - 100);
  return `the answers differ:\n${own.slice(from, at + 100)}\n${other.slice(from, at + 100)}`;
}

/** The permissions in an answer to PROJECT. @throws Error where two of a kind differ */
function permissionsIn(answer: unknown): Permissions {
  const found = new Map<string, string>();
  const visit = (value: unknown, kind: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, kind);
    else if (typeof value === "object" && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key !== "permissions") {
          visit(inner, key === "nodes" ? "assignment" : key);
          continue;
        }
        const text = JSON.stringify(inner);
        if ((found.get(kind) ?? text) !== text) throw new Error(`not all permissions on a ${kind} are the same`);
        found.set(kind, text);
      }
    }
  };
  visit(answer, "");
  const of = (kind: string): unknown => JSON.parse(found.get(kind) ?? "null");
  return { project: of("project"), assignment: of("assignment"), secret: of("secret") };
}

const admin = { subject: "ada", role: "PLATFORM_ADMIN" };
const member = { subject: "mia", groups };
const against = "over HTTP, against node:http and one hand-written json_agg statement";

const benchmarks: Benchmark[] = [
  {
    name: "reads-list-admin",
    what: `the Secrets page, 100 of 1,000 secrets with 10 assignments each, as a platform admin: with sign-in ${against}`,
    goals: GOALS,
    prepare: () =>
      prepare({
        query: SECRETS,
        variables: { first: SHOWN },
        person: admin,
        statement: () => secretsStatement(SHOWN, null),
      }),
  },
  {
    name: "reads-list-member",
    what: "the same as a member of the ten projects",
    goals: GOALS,
    prepare: () =>
      prepare({
        query: SECRETS,
        variables: { first: SHOWN },
        person: member,
        statement: () => secretsStatement(SHOWN, groups),
      }),
  },
  {
    name: "reads-project-tab",
    what: `a project's tab, 100 of 1,000 assignments with their permissions, as a member: with sign-in ${against}`,
    goals: GOALS,
    prepare: () =>
      prepare({
        query: PROJECT,
        variables: { name: projectName(0), first: SHOWN },
        person: member,
        statement: (answer) => projectStatement(projectName(0), SHOWN, permissionsIn(answer)),
      }),
  },
];
export default benchmarks;
