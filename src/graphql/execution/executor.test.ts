import { type GraphQLError, type GraphQLFieldResolver, type GraphQLSchema, Kind, buildSchema, parse } from "graphql";
import { describe, expect, it } from "vitest";
import type { GraphQLContext } from "../context.js";
import { compile } from "./compile.js";
import { Executor } from "./executor.js";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- resolvers of these tests look at no context
const contextValue = {} as GraphQLContext;

const SDL = `
  type Query { n: Int, echo(value: String): String, me: Person, nothing: Person! }
  type Mutation { a: Int, b: Int, bad: Int!, c: Int }
  type Person { name: String!, friend: Person, friends: [Person!] }`;

/** @param resolvers by type and field */
function schemaOf(resolvers: Record<string, GraphQLFieldResolver<unknown, unknown>>): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const [place, resolve] of Object.entries(resolvers)) {
    const [type, field] = place.split(".");
    const fields = [schema.getQueryType(), schema.getMutationType()].find((root) => root?.name === type)?.getFields();
    const found = fields?.[field ?? ""];
    if (found === undefined) throw new Error(`there is no ${place}`);
    found.resolve = resolve;
  }
  return schema;
}

const errorsOf = (errors: readonly GraphQLError[] | undefined): unknown => errors?.map((error) => error.toJSON());

describe("the executor", () => {
  it("keeps plans, and nothing of what was answered", async () => {
    let n = 0;
    const executor = new Executor(schemaOf({ "Query.n": () => (n += 1) }));
    const document = parse("{ n }");
    const answers = [1, 2, 3].map(() => executor.execute({ document, contextValue }));
    expect((await Promise.all(answers)).map(({ data }) => data?.["n"])).toEqual([1, 2, 3]);
  });

  it("takes each operation of a document, and each choice of its conditions, for another", async () => {
    const executor = new Executor(schemaOf({ "Query.n": () => 1, "Query.echo": () => "x" }));
    const document = parse("query A($on: Boolean!) { n echo @include(if: $on) } query B { echo }");
    const ask = async (operationName: string, on: boolean) =>
      (await executor.execute({ document, operationName, variableValues: { on }, contextValue })).data;
    for (let round = 0; round < 3; round += 1) {
      expect(await ask("A", true)).toEqual({ n: 1, echo: "x" });
      expect(await ask("A", false)).toEqual({ n: 1 });
      expect(await ask("B", false)).toEqual({ echo: "x" });
    }
  });

  it("leaves to graphql-js what is beyond its bounds", async () => {
    const executor = new Executor(schemaOf({ "Query.n": () => 1 }));
    const conditions = [1, 2, 3, 4].map((i) => `n${i}: n @include(if: $v${i})`);
    const document = parse(
      `query (${[1, 2, 3, 4].map((i) => `$v${i}: Boolean!`).join(" ")}) { n ${conditions.join(" ")} }`,
    );
    for (let choice = 0; choice < 16; choice += 1) {
      const variableValues = Object.fromEntries([1, 2, 3, 4].map((i) => [`v${i}`, ((choice >> i) & 1) === 1]));
      const { data } = await executor.execute({ document, variableValues, contextValue });
      expect(Object.keys(data ?? {})).toEqual([
        "n",
        ...[1, 2, 3, 4].filter((i) => variableValues[`v${i}`]).map((i) => `n${i}`),
      ]);
    }
  });

  it("compiles no selection that fragments multiply, at once", () => {
    const fragments = Array.from(
      { length: 30 },
      (_, i) => `fragment F${i} on Person { a: friend { ...F${i + 1} } b: friend { ...F${i + 1} } }`,
    );
    const document = parse(`{ me { ...F0 } } ${fragments.join(" ")} fragment F30 on Person { name }`);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("no operation");
    const began = performance.now();
    expect(compile(buildSchema(SDL), document, operation, {})).toBeNull();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it.each(["{ __proto__: n }", "{ __schema { queryType { name } } }", '{ __type(name: "Person") { name } }'])(
    "answers %s too",
    async (text) => {
      const executor = new Executor(schemaOf({ "Query.n": () => 1 }));
      const document = parse(text);
      const [first, second] = [
        await executor.execute({ document, contextValue }),
        await executor.execute({ document, contextValue }),
      ];
      expect(JSON.stringify(second)).toBe(JSON.stringify(first));
      expect(first.errors).toBeUndefined();
    },
  );

  it("resolves mutations one after the other, and none after what makes the answer null", async () => {
    const done: string[] = [];
    const later = (name: string, ms: number) => async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      done.push(name);
      return name.length;
    };
    const executor = new Executor(
      schemaOf({
        "Mutation.a": later("a", 20),
        "Mutation.b": later("b", 0),
        "Mutation.bad": () => Promise.reject(new Error("no")),
        "Mutation.c": later("c", 0),
      }),
    );
    const document = parse("mutation { a b bad c }");
    await executor.execute({ document, contextValue });
    done.length = 0;
    const { data, errors } = await executor.execute({ document, contextValue });
    expect(data).toBeNull();
    expect(errorsOf(errors)).toEqual([{ message: "no", locations: [{ line: 1, column: 16 }], path: ["bad"] }]);
    expect(done).toEqual(["a", "b"]);
  });

  it("says which variables do not fit, as graphql-js does", async () => {
    const executor = new Executor(schemaOf({ "Query.echo": () => "x" }));
    const document = parse("query ($v: String!) { echo(value: $v) }");
    const ask = () => executor.execute({ document, variableValues: { v: 1 }, contextValue });
    const [first, second] = [await ask(), await ask()];
    expect(errorsOf(second.errors)).toEqual(errorsOf(first.errors));
    expect(second.data).toBeUndefined();
  });

  it("names the place of what is missing, and makes null what has to be", async () => {
    const person = { name: "ada", friends: [{ name: "bob" }, { name: null }] };
    const executor = new Executor(schemaOf({ "Query.me": () => person, "Query.nothing": () => null }));
    const document = parse("{ me { name friends { name } } }");
    await executor.execute({ document, contextValue });
    const { data, errors } = await executor.execute({ document, contextValue });
    expect(data).toEqual({ me: { name: "ada", friends: null } });
    expect(errorsOf(errors)).toEqual([
      {
        message: "Cannot return null for non-nullable field Person.name.",
        locations: [{ line: 1, column: 23 }],
        path: ["me", "friends", 1, "name"],
      },
    ]);
  });
});
