import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from "graphql";
import { KIND_AT } from "../api/access/operations.js";
import { type Coordinate, coordinates } from "../api/access/schema.js";

/** Somewhere that an input of one scalar stands: "Mutation.createSecret(input.data[].remoteKey)". */
export interface Position {
  coordinate: Coordinate;
  /** Into the arguments; "[]" means: in a list. */
  path: readonly string[];
  name: string;
}

const ROOTS = new Set(["Query", "Mutation", "Subscription"]);

/** Everywhere on a root field that a scalar of this type is taken. */
export const positionsOf = (scalar: string): Position[] =>
  coordinates
    .filter(({ parent }) => ROOTS.has(parent.name))
    .flatMap((coordinate) =>
      coordinate.field.args.flatMap((argument) =>
        placesIn(argument.type, [argument.name], scalar).map((path) => ({
          coordinate,
          path,
          name: `${coordinate.name}(${path.join(".").replaceAll(".[]", "[]")})`,
        })),
      ),
    );

function placesIn(type: GraphQLInputType, path: readonly string[], scalar: string): string[][] {
  if (isNonNullType(type)) return placesIn(type.ofType, path, scalar);
  if (isListType(type)) return placesIn(type.ofType, [...path, "[]"], scalar);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).flatMap((field) => placesIn(field.type, [...path, field.name], scalar));
  return type.name === scalar ? [[...path]] : [];
}

/** The arguments that have to be there, each as little as possible, with real ids. */
export function leastArguments(coordinate: Coordinate, ids: Readonly<Record<string, string>>): Record<string, unknown> {
  const needed = coordinate.field.args.filter(
    (argument) => isNonNullType(argument.type) && argument.defaultValue === undefined,
  );
  return Object.fromEntries(needed.map(({ name, type }) => [name, leastOf(coordinate, [name], type, ids)]));
}

function leastOf(
  coordinate: Coordinate,
  path: readonly string[],
  given: GraphQLInputType,
  ids: Readonly<Record<string, string>>,
): unknown {
  const type = isNonNullType(given) ? given.ofType : given;
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) =>
        isRequiredInputField(field) || KIND_AT[`${coordinate.name}(${[...path, field.name].join(".")})`] === "provider",
    );
    return Object.fromEntries(
      fields.map((field) => [field.name, leastOf(coordinate, [...path, field.name], field.type, ids)]),
    );
  }
  if (type.name === "ID") return ids[KIND_AT[`${coordinate.name}(${path.join(".")})`] ?? ""] ?? "x";
  return { Int: 1, Float: 1, Boolean: false, JSON: {}, DateTime: "2026-01-01T00:00:00Z" }[type.name] ?? "x";
}

/** The same arguments with a value at the path; what has to stand beside it is made as little as possible. */
export function argumentsWith(
  { coordinate, path }: Position,
  value: unknown,
  ids: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const least = leastArguments(coordinate, ids);
  const [first = ""] = path;
  const type = coordinate.field.args.find(({ name }) => name === first)?.type;
  return { ...least, [first]: put(coordinate, path, 1, least[first], type, value, ids) };
}

function put(
  coordinate: Coordinate,
  path: readonly string[],
  depth: number,
  target: unknown,
  given: GraphQLInputType | undefined,
  value: unknown,
  ids: Readonly<Record<string, string>>,
): unknown {
  const step = path[depth];
  if (step === undefined) return value;
  const type = isNonNullType(given) ? given.ofType : given;
  if (step === "[]") {
    const inner = isListType(type) ? type.ofType : undefined;
    const item = inner === undefined ? undefined : leastOf(coordinate, path.slice(0, depth), inner, ids);
    return [put(coordinate, path, depth + 1, item, inner, value, ids)];
  }
  const field = isInputObjectType(type) ? type.getFields()[step] : undefined;
  const object = typeof target === "object" && target !== null ? target : {};
  const known: unknown = Reflect.get(object, step);
  const start =
    known ?? (field === undefined ? undefined : leastOf(coordinate, path.slice(0, depth + 1), field.type, ids));
  return { ...object, [step]: put(coordinate, path, depth + 1, start, field?.type, value, ids) };
}
