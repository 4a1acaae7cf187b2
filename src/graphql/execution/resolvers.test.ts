import fc from "fast-check";
import { type DocumentNode, type ExecutionResult, type GraphQLSchema, execute, parse, validate } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { createContext, type GraphQLContext } from "../context.js";
import { DEFAULT_GRAPHQL_LIMITS } from "../limits/settings.js";
import { buildGraphQLSchema } from "../schema.js";
import { ADMIN, MemoryStream, NoDesiredState, RecordingLogger, uuid } from "../testing/fakes.js";
import { MemoryReadModel } from "../testing/memory-read-model.js";
import { assignment, cluster, project, provider, secret } from "../testing/rows.js";
import { Executor } from "./executor.js";
import { Random } from "./testing/random.js";
import { randomOperation } from "./testing/random-operation.js";

/* The product's own resolvers, of which some answer for many parents at once where a plan is compiled: graphql-js, which asks the others, finds the same. */

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await buildGraphQLSchema();
});

const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
const stream = new MemoryStream();
stream.write(
  ...count(6).map((i) => ({
    secretId: i % 2 === 0 ? uuid(1_000 + i) : null,
    assignmentId: i % 3 === 0 ? uuid(2_000 + i) : null,
    projectId: i < 3 ? uuid(100 + i) : null,
    providerId: i > 3 ? uuid(2) : null,
    clusterId: uuid(i),
  })),
);

/** @param isWhole false: some of what rows name is not there any more */
function readModel(isWhole: boolean): MemoryReadModel {
  const kept = <T>(rows: T[]): T[] => (isWhole ? rows : rows.filter((_, i) => i !== 1));
  const secrets = count(6).map((i) =>
    secret(1_000 + i, {
      providerId: uuid(2 + (i % 3)),
      projectId: i % 2 === 0 ? null : uuid(100 + i),
      scope: i % 2 === 0 ? "ORGANIZATION" : "PROJECT",
      deletionRequestedAt: i === 5 ? new Date(0) : null,
    }),
  );
  return new MemoryReadModel({
    clusters: kept(count(3).map((i) => cluster(1 + i))),
    projects: kept(count(7).map((i) => project(100 + i, { clusterId: uuid(1 + (i % 3)) }))),
    providers: kept(count(3).map((i) => provider(2 + i, { projectId: i === 2 ? uuid(101) : null }))),
    secrets: kept(secrets),
    assignments: secrets.flatMap(({ id }, s) =>
      count(4).map((i) =>
        assignment(2_000 + s * 4 + i, {
          secretId: id,
          projectId: uuid(100 + i),
          deletionRequestedAt: i === 3 ? new Date(0) : null,
        }),
      ),
    ),
    transitions: stream.log,
  });
}

function contextOf(model: MemoryReadModel): Promise<GraphQLContext> {
  return createContext(
    {
      readModel: model,
      desiredState: new NoDesiredState(),
      stream,
      logger: new RecordingLogger(),
      installation: null,
      pages: DEFAULT_GRAPHQL_LIMITS.pages,
    },
    { viewer: ADMIN, requestId: "test" },
  );
}

async function both(document: DocumentNode, variableValues: Record<string, unknown>, model: MemoryReadModel) {
  const executor = new Executor(schema);
  const compiled = async (): Promise<ExecutionResult> =>
    executor.execute({ document, variableValues, contextValue: await contextOf(model) });
  const expected = await execute({ schema, document, variableValues, contextValue: await contextOf(model) });
  await compiled();
  return { expected, found: await compiled() };
}

const seen = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const QUERIES = 150;

/** The places that errors have made null, as far up as they did. */
function nulledBy({ data, errors = [] }: ExecutionResult): Set<string> {
  return new Set(
    errors.map(({ path = [] }) => {
      let value: unknown = data;
      const isNull = (key: string | number): boolean => {
        value = typeof value === "object" && value !== null ? Reflect.get(value, key) : null;
        return value === null;
      };
      const at = value === null ? -1 : path.findIndex(isNull);
      return JSON.stringify(path.slice(0, at + 1));
    }),
  );
}

describe("the product's resolvers", () => {
  it.each([true, false])("answer one by one what they answer together; everything there: %s", async (isWhole) => {
    const model = readModel(isWhole);
    const query = schema.getQueryType();
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (number) => {
        if (query === null || query === undefined) throw new Error("there are no queries");
        const { text, variables } = randomOperation(schema, new Random(`resolvers ${number}`), [query]);
        const document = parse(text);
        fc.pre(validate(schema, document).length === 0);
        const { expected, found } = await both(document, variables, model);
        expect(seen({ data: found.data ?? null }), text).toEqual(seen({ data: expected.data ?? null }));
        // Of several errors that make one place null, either may be named.
        expect(nulledBy(found), text).toEqual(nulledBy(expected));
        if (expected.data !== null && JSON.stringify(expected.data).length > 100) answered += 1;
      }),
      { numRuns: QUERIES },
    );
    expect(answered).toBeGreaterThan(QUERIES / 10);
  });

  it("answers a page of everything alike", async () => {
    const things = "id status statusReason";
    const permissions = "permissions { action allowed code reason }";
    const { expected, found } = await both(
      parse(`{
        secrets(first: 6) { totalCount pageInfo { hasNextPage startCursor endCursor } edges { cursor node { name } } nodes {
          ${things} spec { refreshInterval } ${permissions} assignmentCounts { status count }
          project { ${things} ${permissions} cluster { ${things} } } provider { ${things} project { id } targets { cluster { id } } ${permissions} }
          assignments { totalCount nodes { id status ${permissions} secret { id } project { id } externalSecret { cluster manifest } history { totalCount } } }
          history { nodes { id } } } }
        projects { nodes { ${things} assignments(first: 2) { edges { cursor node { id secret { name } } } } members { totalCount } } }
        history(first: 9) { nodes { id subject cursor secret { id } assignment { id } project { id } provider { id } cluster { id } } }
        node(id: "sec_${uuid(1_001)}") { __typename id ... on Secret { name provider { name } } }
      }`),
      {},
      readModel(true),
    );
    expect(expected.errors).toBeUndefined();
    expect(seen(found)).toEqual(seen(expected));
  });
});
