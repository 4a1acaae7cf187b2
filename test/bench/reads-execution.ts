import "reflect-metadata";
import { type GraphQLSchema, execute, parse } from "graphql";
import type { Viewer } from "../../src/domain/viewer.js";
import { createContext, type GraphQLContext, type SharedContext } from "../../src/graphql/context.js";
import { Executor } from "../../src/graphql/execution/executor.js";
import { DEFAULT_GRAPHQL_LIMITS } from "../../src/graphql/limits/settings.js";
import { buildGraphQLSchema } from "../../src/graphql/schema.js";
import { ADMIN, MemoryStream, NoDesiredState, RecordingLogger, uuid } from "../../src/graphql/testing/fakes.js";
import { MemoryReadModel } from "../../src/graphql/testing/memory-read-model.js";
import { assignment, cluster, project, provider, secret } from "../../src/graphql/testing/rows.js";
import type { Benchmark } from "./frame/benchmark.js";
import { SECRETS } from "./reads/queries.js";

const SECRETS_SHOWN = 100;
const PROJECTS = 10;
/** Of one measurement, in milliseconds of the processor. */
const DURATION = 1_500;

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** 1,000 secrets, each in 10 projects. */
function readModel(): MemoryReadModel {
  const secrets = count(1_000).map((i) => secret(10_000 + i, { providerId: uuid(2 + (i % 5)) }));
  return new MemoryReadModel({
    clusters: [cluster(1)],
    projects: count(PROJECTS).map((i) => project(100 + i)),
    providers: count(5).map((i) => provider(2 + i)),
    secrets,
    assignments: secrets.flatMap(({ id }, s) =>
      count(PROJECTS).map((p) => assignment(1_000_000 + s * PROJECTS + p, { secretId: id, projectId: uuid(100 + p) })),
    ),
    transitions: [],
  });
}

interface Ground {
  schema: GraphQLSchema;
  context(viewer: Viewer): Promise<GraphQLContext>;
}

async function ground(): Promise<Ground> {
  const logger = new RecordingLogger();
  const shared: SharedContext = {
    readModel: readModel(),
    desiredState: new NoDesiredState(),
    stream: new MemoryStream(),
    logger,
    installation: null,
    pages: DEFAULT_GRAPHQL_LIMITS.pages,
  };
  return {
    schema: await buildGraphQLSchema(),
    context: (viewer) => createContext(shared, { viewer, requestId: "bench" }),
  };
}

/** How often in a second of the processor: the clock's seconds would also count what else the machine does. */
async function rate(once: () => Promise<unknown> | string): Promise<number> {
  const began = process.cpuUsage();
  let times = 0;
  let spent = 0;
  while (spent < DURATION) {
    // A few at a time, so that looking at the clock does not count.
    for (let i = 0; i < 10; i += 1) await once();
    times += 10;
    const { user, system } = process.cpuUsage(began);
    spent = (user + system) / 1_000;
  }
  return (times / spent) * 1_000;
}

async function prepare(against: "JSON.stringify" | "graphql-js"): ReturnType<Benchmark["prepare"]> {
  const { schema, context } = await ground();
  const document = parse(SECRETS);
  const variableValues = { first: SECRETS_SHOWN };
  const executor = new Executor(schema);
  const compiled = async (): Promise<string> =>
    JSON.stringify(await executor.execute({ document, variableValues, contextValue: await context(ADMIN) }));
  const plain = async (): Promise<string> =>
    JSON.stringify(await execute({ schema, document, variableValues, contextValue: await context(ADMIN) }));
  await compiled();
  const [own, other] = [await compiled(), await plain()];
  if (own !== other || own.includes("errors")) throw new Error(`the answers differ: ${own.slice(0, 300)}`);
  const value: unknown = JSON.parse(own);
  return {
    ours: async () => [await rate(compiled)],
    yardstick: async () => [await rate(against === "graphql-js" ? plain : () => JSON.stringify(value))],
    close: async () => {},
  };
}

const benchmarks: Benchmark[] = [
  {
    name: "reads-execution-stringify",
    what: "100 secrets with 10 assignments each, of rows in memory: our execution to JSON text, against JSON.stringify of the same answer",
    goals: [{ figure: "", unit: "answers/CPU s", better: "higher", ratio: 0.4 }],
    prepare: () => prepare("JSON.stringify"),
  },
  {
    name: "reads-execution-graphql-js",
    what: "the same, against graphql-js' execute with the same resolvers and JSON.stringify",
    goals: [{ figure: "", unit: "answers/CPU s", better: "higher", ratio: 3 }],
    prepare: () => prepare("graphql-js"),
  },
];
export default benchmarks;
