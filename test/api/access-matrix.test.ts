import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TableDump } from "./access/dump.js";
import { type Thing, TYPE_OF, unknownId, VIEWERS, type ViewerName } from "./access/kinds.js";
import { ANSWERS_NULL, type Asking, KIND_AT, OTHER_ARGUMENTS, visibleId } from "./access/operations.js";
import {
  type Coordinate,
  coordinates,
  documentOf,
  type IdPosition,
  idPositions,
  isStructural,
  leadsTo,
  withValue,
} from "./access/schema.js";
import { Tally } from "./access/tally.js";
import { transitionThings } from "./access/transitions.js";
import { eachOf } from "./access/wire.js";
import { buildWorld, type World } from "./access/world.js";

/*
 * DESIGN.md, "Who may do what": every viewer, every thing, every path by which it could be reached. What a viewer may not see is byte for byte the answer for what does not
 * exist. The paths come out of the schema: a new query, mutation, subscription, argument or field without a case here fails the first test.
 */

let world: World;
let things: Thing[];
let tables: TableDump;
const tally = new Tally();

beforeAll(async () => {
  world = await buildWorld({ MAX_QUERY_COST: "100000000" });
  tables = await TableDump.open(world.app.databaseUrl);
  things = [...world.things, ...(await transitionThings(world))];
}, 60_000);
afterAll(async () => {
  process.stdout.write(`access matrix: ${tally.toString()}\n`);
  await tables?.close();
  await world?.stop();
});

/** Fields that hold things of no kind with an id: what they say is held to the world elsewhere (access-interference.test.ts). */
const WITHOUT_THINGS = new Set([
  "Viewer.permissions",
  "Project.members",
  "Project.unmanagedExternalSecrets",
  "Project.permissions",
  "Provider.targets",
  "Provider.permissions",
  "Secret.assignmentCounts",
  "Secret.permissions",
  "Secret.spec",
  "Assignment.externalSecret",
  "Assignment.permissions",
  "Query.me",
  "Query.secretCounts",
  "Query.previewSecret",
  "Query.previewSecretUpdate",
  "Query.previewSecretManifest",
  "Query.previewSecretManifestUpdate",
  "SecretPreview.problems",
  "SecretPreview.secret",
  "PreviewedSecret.spec",
  "SecretSpec.data",
  "SecretSpec.dataFrom",
  "SecretSpec.target",
  "SecretDataSource.extract",
  "SecretDataSource.find",
]);
const ROOTS = new Set(["Query", "Mutation", "Subscription"]);

/** Fields of things (and of the viewer and targets) that lead to other things. */
const nested: readonly Coordinate[] = coordinates.filter(
  (coordinate) => !ROOTS.has(coordinate.parent.name) && !isStructural(coordinate) && leadsTo(coordinate.field) !== null,
);
const rootLists: readonly Coordinate[] = coordinates.filter(
  ({ name, parent, field }) => parent.name === "Query" && leadsTo(field) !== null && !ANSWERS_NULL.has(name),
);

describe("the schema and this test", () => {
  it("knows of every argument that takes an id what it names", () => {
    expect(idPositions.map(({ name }) => name).sort()).toEqual(Object.keys(KIND_AT).sort());
  });

  it("walks every field that leads to something", () => {
    const walked = new Set([...nested, ...rootLists].map(({ name }) => name));
    const left = coordinates
      .filter(
        (coordinate) => !isStructural(coordinate) && !["Mutation", "Subscription"].includes(coordinate.parent.name),
      )
      .filter(({ field }) => holdsMore(field.type))
      .map(({ name }) => name)
      .filter((name) => !walked.has(name) && !ANSWERS_NULL.has(name) && !WITHOUT_THINGS.has(name));
    expect(left).toEqual([]);
  });
});

function holdsMore(type: Coordinate["field"]["type"]): boolean {
  const name = String(type).replaceAll(/[[\]!]/g, "");
  return name === "Node" || coordinates.some(({ parent }) => parent.name === name);
}

describe.each(VIEWERS)("%s", (viewer) => {
  it("gets by an id what the table says, and of the rest the answer for nothing", async () => {
    const before = await tables.take();
    const cases = idPositions.flatMap((position) => {
      const kind = KIND_AT[position.name];
      return things.filter((thing) => kind === "any" || thing.kind === kind).map((thing) => ({ position, thing }));
    });
    await eachOf(cases, ({ position, thing }) => checkId(viewer, position, thing));
    expect(await tables.take()).toEqual(before);
  }, 120_000);

  it.each(rootLists)("lists and counts exactly what it may see: $name", async (coordinate) => {
    const target = leadsTo(coordinate.field);
    const expected = things.filter(({ kind, seenBy }) => kind === target?.kind && seenBy.includes(viewer));
    const answer = await ask(viewer, documentOf(coordinate, selectionOf(coordinate)), firstOf(coordinate));
    expectItems(answer, coordinate, expected);
    for (const thing of things.filter(({ kind }) => kind === target?.kind))
      tally.count(`${viewer} ${thing.key}`, `${coordinate.name}, totalCount`, thing.seenBy.includes(viewer));
  });

  it.each(nested)("sees below what it sees only what it sees: $name", async (coordinate) => {
    const target = leadsTo(coordinate.field);
    for (const { holder, answer, whole } of await askBelow(viewer, coordinate)) {
      const all = idsOf(whole);
      const expected = things.filter(({ id, seenBy }) => all.includes(id) && seenBy.includes(viewer));
      expectItems(answer, coordinate, expected);
      for (const id of all) {
        const thing = things.find((candidate) => candidate.id === id);
        const seen = thing?.seenBy.includes(viewer) === true;
        expect(thing, `${coordinate.name} of ${holder} leads to ${id}`).toBeDefined();
        tally.count(`${viewer} ${thing?.key}`, coordinate.name, seen);
      }
      expect(new Set(all).size, `${coordinate.name} of ${holder}`).toBe(all.length);
    }
    expect(target).not.toBeNull();
  });
});

/** One question about one thing at one position, and the same about nothing. */
async function checkId(viewer: ViewerName, position: IdPosition, thing: Thing): Promise<void> {
  const asking: Asking = { world, viewer, thing };
  const unknown = unknownId(thing.id);
  const seen = thing.seenBy.includes(viewer);
  const answer = (await put(asking, position, thing.id)).replaceAll(thing.id, "<id>");
  const what = `${viewer}: ${position.name} with ${thing.key}`;
  tally.count(`${viewer} ${thing.key}`, position.name, seen);
  const answersNull = ANSWERS_NULL.has(position.coordinate.name);
  if (seen) {
    expect(answer, what).not.toContain("NOT_FOUND");
    if (answersNull) expect(answer, what).not.toContain("null");
    return;
  }
  expect(answer, what).toBe(await answerForNothing(asking, position, unknown));
  if (answersNull) expect(answer, what).toBe('{"data":{"answer":null}}');
  // Who sees nothing at all has nothing to ask below.
  else if (!ROOTS.has(position.coordinate.parent.name) && viewer === "ofNothing")
    expect(answer, what).toBe('{"data":{"node":null}}');
  else expect(codesOf(answer), what).toEqual(["NOT_FOUND"]);
}

const forNothing = new Map<string, Promise<string>>();

/** It is the same for all things that the viewer does not see, and asked once. */
function answerForNothing(asking: Asking, position: IdPosition, unknown: string): Promise<string> {
  const key = `${asking.viewer} ${position.name} ${unknown.slice(0, 3)} ${JSON.stringify(othersOf(asking, position))}`;
  const known = forNothing.get(key);
  if (known !== undefined) return known;
  const answer = put(asking, position, unknown).then((text) => text.replaceAll(unknown, "<id>"));
  forNothing.set(key, answer);
  return answer;
}

const othersOf = (asking: Asking, { coordinate }: IdPosition): Record<string, unknown> =>
  OTHER_ARGUMENTS[coordinate.name]?.(asking) ?? {};

function put(asking: Asking, position: IdPosition, id: string): Promise<string> {
  const { coordinate, path } = position;
  const wire = world.wires[asking.viewer];
  const argument = withValue(othersOf(asking, position), path, id);
  const variables = typeof argument === "object" && argument !== null ? { ...argument } : {};
  if (coordinate.parent.name === "Subscription") return wire.over(documentOf(coordinate, "{ id }"), variables);
  if (ROOTS.has(coordinate.parent.name)) return wire.post(documentOf(coordinate), variables);
  const holder = coordinate.parent.name === "Secret" ? visibleId(asking, "secret") : visibleId(asking, "project");
  const filter = coordinate.field.args.find(({ name }) => name === path[0]);
  return wire.post(
    `query ($holder: ID!, $filter: ${String(filter?.type)}) { node(id: $holder) { ... on ${coordinate.parent.name} { ${coordinate.field.name}(filter: $filter) { totalCount } } } }`,
    { holder, ...variables },
  );
}

/** So many things are looked at in one request. */
const AT_ONCE = 15;

/** A field of everything that the viewer sees and that has it: as the viewer sees it, and the whole. */
async function askBelow(
  viewer: ViewerName,
  coordinate: Coordinate,
): Promise<{ holder: string; answer: unknown; whole: unknown }[]> {
  const { parent, field } = coordinate;
  const inner = `answer: ${field.name}${leadsTo(field)?.connection === true ? "(first: 500)" : ""} ${selectionOf(coordinate)}`;
  if (parent.name === "Viewer") {
    const question = `{ me { ${inner} } }`;
    return [{ holder: "me", answer: await ask(viewer, question, {}), whole: await ask("admin", question, {}) }];
  }
  const holderType = parent.name === "ProviderTarget" ? "Provider" : parent.name;
  const below = parent.name === "ProviderTarget" ? `targets { ${inner} }` : inner;
  const holders = things.filter(({ kind, seenBy }) => TYPE_OF[kind] === holderType && seenBy.includes(viewer));
  const found: { holder: string; answer: unknown; whole: unknown }[] = [];
  for (let at = 0; at < holders.length; at += AT_ONCE) {
    const some = holders.slice(at, at + AT_ONCE);
    const nodes = some.map((_thing, n) => `h${n}: node(id: $h${n}) { ... on ${holderType} { ${below} } }`);
    const question = `query (${some.map((_thing, n) => `$h${n}: ID!`).join(", ")}) { ${nodes.join(" ")} }`;
    const variables = Object.fromEntries(some.map(({ id }, n) => [`h${n}`, id]));
    const [answers, wholes] = await Promise.all([ask(viewer, question, variables), ask("admin", question, variables)]);
    for (const [n, { key }] of some.entries())
      found.push({ holder: key, answer: answers[`h${n}`], whole: wholes[`h${n}`] });
  }
  return found;
}

const selectionOf = ({ field }: Coordinate): string =>
  leadsTo(field)?.connection === true ? "{ totalCount nodes { id } edges { node { id } } }" : "{ id }";

const firstOf = ({ field }: Coordinate): Record<string, unknown> =>
  leadsTo(field)?.connection === true ? { first: 500 } : {};

const ask = (
  viewer: ViewerName,
  question: string,
  variables: Record<string, unknown>,
): Promise<Record<string, unknown>> => world.clients[viewer].ask(question, variables);

/** The ids of everything under `nodes`, or of what stands there itself; the parents are asked for no id. */
function idsOf(answer: unknown): string[] {
  if (Array.isArray(answer)) return answer.flatMap(idsOf);
  if (typeof answer !== "object" || answer === null) return [];
  if ("nodes" in answer) return idsOf(answer.nodes);
  if ("id" in answer) return [String(answer.id)];
  return Object.values(answer).flatMap(idsOf);
}

function expectItems(answer: unknown, coordinate: Coordinate, expected: readonly Thing[]): void {
  const ids = expected.map(({ id }) => id).sort();
  expect(idsOf(answer).sort(), coordinate.name).toEqual(ids);
  if (leadsTo(coordinate.field)?.connection !== true) return;
  const text = JSON.stringify(answer);
  expect(text, coordinate.name).toContain(`"totalCount":${ids.length}`);
  expect(
    [...text.matchAll(/"edges":\[(.*?)\]/g)]
      .flatMap(([, edges = ""]) => [...edges.matchAll(/"id":"([^"]+)"/g)].map(([, id = ""]) => id))
      .sort(),
  ).toEqual(ids);
}

const codesOf = (answer: string): (string | undefined)[] =>
  [...answer.matchAll(/"code":"([A-Z_]+)"/g)].map(([, code]) => code);
