import fc from "fast-check";
import {
  type ExecutionResult,
  type GraphQLObjectType,
  type GraphQLSchema,
  execute,
  getOperationAST,
  parse,
  printSchema,
  validate,
} from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import type { GraphQLContext } from "../context.js";
import { buildGraphQLSchema } from "../schema.js";
import { compile } from "./compile.js";
import { Executor } from "./executor.js";
import { hostileSchema, rootSource } from "./testing/hostile-schema.js";
import { Random } from "./testing/random.js";
import { type RandomOperation, randomOperation } from "./testing/random-operation.js";

/* Operations of every kind, executed by graphql-js and by compiled plans on resolvers that do whatever resolvers may do: the answers are the same. */

let schema: GraphQLSchema;
let roots: GraphQLObjectType[];
beforeAll(async () => {
  schema = hostileSchema(printSchema(await buildGraphQLSchema()));
  roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter(
    (type) => type !== null && type !== undefined,
  );
});

// The hostile resolvers look at their sources alone.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as said
const contextValue = {} as GraphQLContext;

/** As a client sees it: messages, paths, places and codes of errors, and nulls. */
const seen = (result: ExecutionResult | undefined): unknown => JSON.parse(JSON.stringify(result));

/** What graphql-js answers where nothing is a promise: of several errors that make one place null, it names the one that comes first in time, which then is the first in the document. */
async function reference({ text, variables }: RandomOperation, seed: string): Promise<ExecutionResult> {
  return execute({
    schema,
    document: parse(text),
    rootValue: rootSource(seed, false),
    contextValue,
    variableValues: variables,
  });
}

/** A valid operation for a seed; most that are made are. */
function operationFor(seed: number): RandomOperation | null {
  const operation = randomOperation(schema, new Random(`operation ${seed}`), roots);
  return validate(schema, parse(operation.text)).length === 0 ? operation : null;
}

async function compiledAnswers(operation: RandomOperation, seeds: readonly string[], async: boolean) {
  const document = parse(operation.text);
  const executor = new Executor(schema);
  const execution = { document, contextValue, variableValues: operation.variables };
  // The first time graphql-js executes it.
  await executor.executeEach(execution, [rootSource("first", false)]);
  return executor.executeEach(
    execution,
    seeds.map((seed) => rootSource(seed, async)),
  );
}

const RUNS = Number(process.env["CONFORMANCE_RUNS"] ?? "200");

describe("a compiled plan", () => {
  it("answers what graphql-js answers, errors and nulls included", async () => {
    const seen_ = { compiled: 0, errors: 0, nulled: 0, valid: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (number) => {
        const operation = operationFor(number);
        fc.pre(operation !== null);
        if (operation === null) return;
        seen_.valid += 1;
        const seed = String(number);
        const expected = await reference(operation, seed);
        const [now] = await compiledAnswers(operation, [seed], false);
        expect(seen(now), operation.text).toEqual(seen(expected));
        const [later] = await compiledAnswers(operation, [seed], true);
        expect(seen(later), operation.text).toEqual(seen(expected));
        if (expected.errors !== undefined) seen_.errors += 1;
        if (expected.data === null) seen_.nulled += 1;
        const document = parse(operation.text);
        const node = getOperationAST(document);
        if (node !== null && node !== undefined && compile(schema, document, node, operation.variables) !== null)
          seen_.compiled += 1;
      }),
      { numRuns: RUNS },
    );
    // Else the above would say little.
    expect(seen_.compiled).toBeGreaterThan(RUNS * 0.8);
    expect(seen_.errors).toBeGreaterThan(RUNS * 0.2);
    expect(seen_.nulled).toBeGreaterThan(0);
  }, 120_000);

  it("answers several roots as it answers each", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (number) => {
        const operation = operationFor(number);
        fc.pre(operation !== null && !operation.text.startsWith("mutation"));
        if (operation === null) return;
        const seeds = ["one", "two", "three"].map((name) => `${name} ${number}`);
        const expected = await Promise.all(seeds.map((seed) => reference(operation, seed)));
        const answers = await compiledAnswers(operation, seeds, true);
        expect(answers.map(seen), operation.text).toEqual(expected.map(seen));
      }),
      { numRuns: Math.ceil(RUNS / 3) },
    );
  }, 120_000);
});
