import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from "graphql";
import { type Coordinate, coordinates } from "../api/access/schema.js";
import { KIND_AT } from "../api/access/operations.js";

/** Ids of things that the viewer sees, by kind. */
export type Ids = Readonly<Record<string, string>>;

/** A list as the schema has it, asked with one combination of its arguments. */
export interface ListOperation {
  name: string;
  query: string;
  variables: Record<string, unknown>;
}

/** How to come to the objects that a list stands on. */
const WAYS: Readonly<Record<string, (below: string) => string>> = {
  Query: (below) => below,
  Viewer: (below) => `me { ${below} }`,
  Cluster: (below) => `clusters { ${below} }`,
  Project: (below) => `projects(first: 5) { nodes { ${below} } }`,
  Provider: (below) => `providers(first: 5) { nodes { ${below} } }`,
  Secret: (below) => `secrets(first: 5) { nodes { ${below} } }`,
  Assignment: (below) => `secrets(first: 3) { nodes { assignments(first: 2) { nodes { ${below} } } } }`,
};

/** Every connection of the schema. A type that no way leads to fails here. */
export const lists: readonly Coordinate[] = coordinates.filter(({ field }) =>
  getNamedType(field.type).name.endsWith("Connection"),
);

const TEXTS: Readonly<Record<string, string>> = { search: "ed-000", actor: "person-1", first: "", after: "" };

/** Each list plain, with each value of each argument, and with each two of its filters; a page of each, with and without the total. */
export function listOperations(ids: Ids): ListOperation[] {
  return lists.flatMap((coordinate) => {
    const alone = coordinate.field.args.flatMap((argument) => variantsOf(coordinate, argument, ids));
    const filters = alone.filter((one) => "filter" in one);
    const pairs = filters.flatMap((one, i) =>
      filters.slice(i + 1).flatMap((other) => {
        const both = { ...objectOf(one["filter"]), ...objectOf(other["filter"]) };
        return Object.keys(both).length === 2 ? [{ filter: both }] : [];
      }),
    );
    return [{}, ...alone, ...someOf(pairs)].map((variables) => operationOf(coordinate, variables));
  });
}

const objectOf = (value: unknown): object => (typeof value === "object" && value !== null ? value : {});

/** Of pairs with the same two fields, one: their values differ alone, and every value was asked for by itself. */
function someOf(pairs: readonly { filter: object }[]): { filter: object }[] {
  return [...new Map(pairs.map((pair) => [Object.keys(pair.filter).join(), pair])).values()];
}

function operationOf({ name, parent, field }: Coordinate, variables: Record<string, unknown>): ListOperation {
  const used = field.args.filter((argument) => argument.name in variables);
  const way = WAYS[parent.name];
  if (way === undefined) throw new Error(`no way leads to ${parent.name}: add one`);
  const declared = ["$first: Int", "$after: String", ...used.map((one) => `$${one.name}: ${String(one.type)}`)];
  const passed = ["first: $first", "after: $after", ...used.map((one) => `${one.name}: $${one.name}`)];
  const list = `list: ${field.name}(${passed.join(", ")}) { totalCount pageInfo { endCursor } edges { cursor node { __typename } } }`;
  return {
    name: `${name} ${JSON.stringify(variables)}`,
    query: `query (${declared.join(", ")}) { ${way(list)} }`,
    variables,
  };
}

function variantsOf(coordinate: Coordinate, argument: GraphQLArgument, ids: Ids): Record<string, unknown>[] {
  if (["first", "after"].includes(argument.name)) return [];
  return valuesOf(coordinate, [argument.name], argument.type, ids).map((value) => ({ [argument.name]: value }));
}

/** Every value that changes the statement: each word of an enum, each field of an input by itself, orders both ways. */
function valuesOf(coordinate: Coordinate, path: readonly string[], given: GraphQLInputType, ids: Ids): unknown[] {
  const type = isNonNullType(given) ? given.ofType : given;
  if (isListType(type)) {
    const each = valuesOf(coordinate, path, type.ofType, ids);
    return [...each.map((value) => [value]), each];
  }
  if (isEnumType(type)) return type.getValues().map(({ name }) => name);
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const values = fields.map((field) =>
      valuesOf(coordinate, [...path, field.name], field.type, ids).map((value) => ({ [field.name]: value })),
    );
    if (!type.name.endsWith("Order")) return values.flat();
    return values.reduce<object[]>(
      (all, next) => all.flatMap((one) => next.map((more) => ({ ...one, ...more }))),
      [{}],
    );
  }
  const name = path.at(-1) ?? "";
  if (type.name === "ID") {
    const kind = KIND_AT[`${coordinate.name}(${path.join(".")})`] ?? "";
    const id = ids[kind];
    if (id === undefined) throw new Error(`which id stands at ${coordinate.name}(${path.join(".")})?`);
    return [id];
  }
  if (type.name === "DateTime") {
    const days = name === "since" ? 1 : 45;
    return [new Date(Date.now() - days * 86_400_000).toISOString()];
  }
  const text = TEXTS[name];
  if (text === undefined) throw new Error(`a value for ${coordinate.name}(${path.join(".")}) is not known`);
  return [text];
}
