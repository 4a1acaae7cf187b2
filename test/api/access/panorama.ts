import {
  getNamedType,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLObjectType,
  isEnumType,
  isObjectType,
} from "graphql";
import type { ViewerName } from "./kinds.js";
import { schema } from "./schema.js";
import { eachOf } from "./wire.js";
import type { World } from "./world.js";

/** Fields that change by themselves, or that tell where the whole log stands. */
const RESTLESS = new Set(["lastSeenAt", "observedAt", "transitionCursor"]);

/** Every field of a type, and of what it leads to, so many levels deep; of lists the first 100. */
export function everything(type: GraphQLObjectType, depth: number): string {
  const selections = Object.values(type.getFields()).flatMap((field) => {
    if (RESTLESS.has(field.name)) return [];
    const inner = getNamedType(field.type);
    if (!isObjectType(inner)) return [field.name];
    return depth === 0 ? [] : [`${field.name}${pageOf(field)} { ${insideOf(inner, depth)} }`];
  });
  return ["__typename", ...selections].join(" ");
}

/** What only holds something costs no level: connections and edges. */
const insideOf = (type: GraphQLObjectType, depth: number): string =>
  everything(type, /(?:Connection|Edge)$/.test(type.name) ? depth : depth - 1);

const pageOf = (field: GraphQLField<unknown, unknown>): string =>
  field.args.some(({ name }) => name === "first") ? "(first: 100)" : "";

const typeOf = (name: string): GraphQLObjectType => {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type`);
  return type;
};
const valuesOf = (name: string): string[] => {
  const type = schema.getType(name);
  if (!isEnumType(type)) throw new Error(`${name} is no enum`);
  return (type satisfies GraphQLEnumType).getValues().map((value) => value.name);
};

const DEPTH = 2;

/** Every list, in every order, under every filter that needs no id, whole and a page at a time. */
function questions(): string[] {
  const page = (name: string): string => `{ ${everything(typeOf(`${name}Connection`), DEPTH)} }`;
  const ids = "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id } }";
  return [
    `{ me { ${everything(typeOf("Viewer"), DEPTH)} } }`,
    `{ clusters { ${everything(typeOf("Cluster"), DEPTH)} } }`,
    `{ projects(first: 100) ${page("Project")} }`,
    `{ providers(first: 100) ${page("Provider")} }`,
    `{ secrets(first: 100) ${page("Secret")} }`,
    `{ history(first: 500) ${page("Transition")} }`,
    ...valuesOf("ProjectStatus").map((status) => `{ projects(status: [${status}]) ${ids} }`),
    ...valuesOf("SecretStatus").flatMap((status) => [
      `{ secrets(filter: { status: [${status}] }) ${ids} }`,
      `{ secretCounts(filter: { status: [${status}] }) { status count } }`,
    ]),
    ...valuesOf("SecretScope").map((scope) => `{ secrets(filter: { scope: ${scope} }) ${ids} }`),
    ...valuesOf("TransitionSubject").map((subject) => `{ history(filter: { subject: [${subject}] }) ${ids} }`),
    ...["ada", "system", "otto"].map((actor) => `{ history(filter: { actor: "${actor}" }) ${ids} }`),
    ...["for", "delta", "gamma", "shared", "a"].flatMap((search) => [
      `{ secrets(filter: { search: "${search}" }) ${ids} }`,
      `{ providers(search: "${search}") ${ids} }`,
      `{ projects(search: "${search}") ${ids} }`,
    ]),
    ...["delta", "gamma", "no-such"].map((name) => `{ project(name: "${name}") { id } }`),
    ...directions("SecretOrderField").flatMap((order) => [
      `{ secrets(orderBy: ${order}) ${ids} }`,
      `{ secrets(first: 1, orderBy: ${order}) ${ids} }`,
    ]),
    ...directions("AssignmentOrderField").map(
      (order) => `{ secrets { nodes { assignments(orderBy: ${order}) ${ids} } } }`,
    ),
    ...valuesOf("AssignmentStatus").map(
      (status) => `{ secrets { nodes { assignments(filter: { status: [${status}] }) ${ids} } } }`,
    ),
    "{ secretCounts { status count } }",
    "{ history(first: 3) { totalCount edges { cursor node { id } } } }",
  ];
}

const directions = (field: string): string[] =>
  valuesOf(field).flatMap((name) => ["ASC", "DESC"].map((direction) => `{ field: ${name}, direction: ${direction} }`));

/** All that a viewer can see, as text: question and answer, byte for byte. */
export async function panorama(world: World, viewer: ViewerName): Promise<Map<string, string>> {
  const answers = new Map<string, string>();
  await eachOf(questions(), async (question) => {
    const answer = await world.wires[viewer].post(question);
    // An admin also sees projects in clusters that are away, which say so.
    if (viewer !== "admin" && answer.includes('"errors"'))
      throw new Error(`${viewer}: ${question.slice(0, 200)}: ${answer.slice(0, 1_000)}`);
    answers.set(question, answer);
  });
  return answers;
}
