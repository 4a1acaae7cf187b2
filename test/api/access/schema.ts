import {
  astFromValue,
  buildSchema,
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  print,
} from "graphql";
import { readFileSync } from "node:fs";
import { type Kind, KINDS, TYPE_OF } from "./kinds.js";

/** The schema as it is printed; another test holds it to the code. */
export const schema: GraphQLSchema = buildSchema(
  readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"),
);

/** A field by its coordinate: "Query.secrets". */
export interface Coordinate {
  name: string;
  parent: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
}

/** Every field of every object type but introspection's. */
export const coordinates: readonly Coordinate[] = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type))
  .filter((type) => !type.name.startsWith("__"))
  .flatMap((parent) =>
    Object.values(parent.getFields()).map((field) => ({ name: `${parent.name}.${field.name}`, parent, field })),
  );

/** Everywhere that an id is taken: "Query.secrets(filter.projectId)", "Mutation.assignSecret(projectIds[])". */
export interface IdPosition {
  coordinate: Coordinate;
  /** Into the arguments; "[]" means: in a list. */
  path: readonly string[];
  name: string;
}

export const idPositions: readonly IdPosition[] = coordinates.flatMap((coordinate) =>
  coordinate.field.args.flatMap((argument) =>
    idsIn(argument.type, [argument.name]).map((path) => ({
      coordinate,
      path,
      name: `${coordinate.name}(${path.join(".").replaceAll(".[]", "[]")})`,
    })),
  ),
);

function idsIn(type: GraphQLInputType, path: readonly string[]): string[][] {
  if (isNonNullType(type)) return idsIn(type.ofType, path);
  if (isListType(type)) return idsIn(type.ofType, [...path, "[]"]);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).flatMap((field) => idsIn(field.type, [...path, field.name]));
  return type.name === "ID" ? [[...path]] : [];
}

/** The kind that a field leads to: itself, a list or a connection of it. Null: to nothing with an id. */
export function leadsTo(field: GraphQLField<unknown, unknown>): { kind: Kind; connection: boolean } | null {
  const { name } = getNamedType(field.type);
  for (const kind of KINDS) {
    if (name === TYPE_OF[kind]) return { kind, connection: false };
    if (name === `${TYPE_OF[kind]}Connection`) return { kind, connection: true };
  }
  return null;
}

/** Types that only hold the items of a connection. */
export const isStructural = ({ parent }: Coordinate): boolean => /(?:Connection|Edge)$/.test(parent.name);

/** A document for one root field, with each argument as a variable of the same name. */
export function documentOf({ parent, field }: Coordinate, selection = selectionOf(field)): string {
  const operation = parent.name.toLowerCase();
  const list = (of: (argument: GraphQLArgument) => string): string =>
    field.args.length === 0 ? "" : `(${field.args.map(of).join(", ")})`;
  return `${operation} ${list(declared)} { answer: ${field.name}${list(({ name }) => `${name}: $${name}`)} ${selection} }`;
}

function declared({ name, type, defaultValue }: GraphQLArgument): string {
  const value = defaultValue === undefined ? null : astFromValue(defaultValue, type);
  return `$${name}: ${String(type)}${value === null || value === undefined ? "" : ` = ${print(value)}`}`;
}

/** A root field by its name, whichever root it stands on. */
export function rootField(name: string): Coordinate {
  const found = coordinates.find(
    ({ parent, field }) => field.name === name && ["Query", "Mutation", "Subscription"].includes(parent.name),
  );
  if (found === undefined) throw new Error(`there is no root field ${name}`);
  return found;
}

function selectionOf(field: GraphQLField<unknown, unknown>): string {
  return isObjectType(getNamedType(field.type)) || getNamedType(field.type).name === "Node" ? "{ __typename }" : "";
}

/** A value with the value at the path replaced; arrays are made where the path says "[]". */
export function withValue(target: unknown, path: readonly string[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (head === "[]") {
    const others: readonly unknown[] = Array.isArray(target) ? target : [];
    return [...others, withValue(undefined, rest, value)];
  }
  const object = typeof target === "object" && target !== null ? target : {};
  const inner: unknown = head in object ? Reflect.get(object, head) : undefined;
  return { ...object, [head]: withValue(inner, rest, value) };
}
