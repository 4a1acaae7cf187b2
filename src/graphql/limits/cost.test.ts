import { type GraphQLSchema, getIntrospectionQuery, getOperationAST, parse } from "graphql";
import { beforeAll, describe, expect, it } from "vitest";
import { buildGraphQLSchema } from "../schema.js";
import { costOf } from "./cost.js";
import { DEFAULT_GRAPHQL_LIMITS } from "./settings.js";

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await buildGraphQLSchema();
});

const { pages, document: limits } = DEFAULT_GRAPHQL_LIMITS;

function cost(text: string, variables: Record<string, unknown> = {}): { data: number; introspection: number } {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined) throw new Error("no operation");
  return costOf(schema, document, operation, variables, pages);
}

describe("the cost of an operation", () => {
  it.each([
    ["{ me { subject name } }", 3],
    ["{ secrets(first: 0) { nodes { id } } }", 10 + 1],
    ["{ secrets(first: 3) { nodes { id } } }", 10 + 1 + 3],
    ["{ secrets { nodes { id } } }", 10 + 1 + 50],
    ["{ secrets(first: 3) { totalCount edges { cursor node { id name } } } }", 10 + 1 + 1 + 3 * (1 + 1 + 2)],
    [
      "{ secrets(first: 2) { nodes { assignments(first: 5) { nodes { id status } } } } }",
      10 + 1 + 2 * (10 + 1 + 5 * 2),
    ],
    ["{ clusters { id } }", 1 + 20],
    ["{ me { permissions { action } } }", 1 + 1 + 10],
    ["{ a: me { subject } b: me { subject } }", 4],
    ["{ me { __typename } }", 1],
    ["subscription { transitions { id } }", 2],
  ])("of %s is %i", (text, expected) => {
    expect(cost(text)).toEqual({ data: expected, introspection: 0 });
  });

  it("takes the length of a page from a variable, its default, or the field's", () => {
    const text = "query($n: Int = 7) { secrets(first: $n) { nodes { id } } }";
    expect(cost(text, { n: 3 }).data).toBe(14);
    expect(cost(text, { n: null }).data).toBe(61);
  });

  it("cannot be got round by a page that is refused anyway", () => {
    expect(cost("{ secrets(first: -5) { nodes { id } } }").data).toBe(11);
    expect(cost("{ secrets(first: 100000) { nodes { id } } }").data).toBe(511);
  });

  it("is the same for what stands in fragments", () => {
    const inline = "{ secrets(first: 3) { nodes { id assignments(first: 4) { nodes { id status } } } } }";
    const named = `{ ...Q } fragment Q on Query { secrets(first: 3) { ...C } } fragment C on SecretConnection { nodes { ... on Secret { ...S } } }
      fragment S on Secret { id assignments(first: 4) { ...A } } fragment A on AssignmentConnection { nodes { id status } }`;
    expect(cost(named)).toEqual(cost(inline));
  });

  it("knows a fragment's cost by the page that it is spread in", () => {
    const text = `{ a: secrets(first: 2) { ...C } b: secrets(first: 5) { ...C } } fragment C on SecretConnection { nodes { id } }`;
    expect(cost(text).data).toBe(2 * (10 + 1) + 2 + 5);
  });

  it("is computed at once where fragments multiply", () => {
    const fragments = Array.from(
      { length: 200 },
      (_, i) =>
        `fragment F${i} on Secret { a: provider { secrets { nodes { ...F${i + 1} } } } ...F${i + 1} ...F${i + 1} }`,
    );
    const text = `{ secret(id: 1) { ...F0 } } ${fragments.join(" ")} fragment F200 on Secret { id }`;
    const begin = performance.now();
    expect(cost(text).data).toBeGreaterThan(limits.maxCost);
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it("ends where fragments go in circles", () => {
    expect(cost("{ me { ...A } } fragment A on Viewer { subject ...B } fragment B on Viewer { ...A }").data).toBe(2);
  });

  it("lets the Secrets page and GraphiQL's introspection pass", () => {
    const page =
      "{ secrets(first: 100) { totalCount edges { node { id name status statusReason useCase provider { id name } assignments(first: 10) { totalCount nodes { id status reason message project { id name } } } } } } }";
    expect(cost(page).data).toBeLessThan(limits.maxCost / 5);
    const introspection = getIntrospectionQuery({
      inputValueDeprecation: true,
      schemaDescription: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      oneOf: true,
    });
    expect(cost(introspection).introspection).toBeGreaterThan(1_000);
    expect(cost(introspection).introspection).toBeLessThan(limits.maxIntrospectionCost / 2);
  });
});
