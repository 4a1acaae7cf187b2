import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../support/client.js";
import { TableDump } from "./access/dump.js";
import { coordinates, documentOf, rootField } from "./access/schema.js";
import type { Refusal } from "./refusals/case.js";
import { BOUNDS } from "./refusals/bounds.js";
import { MANIFESTS } from "./refusals/manifests.js";
import { PROJECTS_AND_PROVIDERS } from "./refusals/projects-and-providers.js";
import { SECRETS_AND_STATES } from "./refusals/secrets-and-states.js";
import { buildPlace, type Place } from "./refusals/place.js";
import { SPECS } from "./refusals/specs.js";

/*
 * DESIGN.md, "What is refused, and how" and "Manifests", line by line: the right code and reason, all problems at once with their paths, and nothing written.
 */

const ALL = [...PROJECTS_AND_PROVIDERS, ...SECRETS_AND_STATES, ...SPECS, ...MANIFESTS, ...BOUNDS];

let place: Place;
let tables: TableDump;
beforeAll(async () => {
  place = await buildPlace();
  tables = await TableDump.open(place.app.databaseUrl);
}, 90_000);
afterAll(async () => {
  process.stdout.write(`refusals: ${ALL.length}\n`);
  await tables?.close();
  await place?.stop();
});

describe.each([
  ["projects and providers", PROJECTS_AND_PROVIDERS],
  ["secrets, and the state that things are in", SECRETS_AND_STATES],
  ["what the operator itself refuses, and what is refused for all", SPECS],
  ["manifests", MANIFESTS],
  ["bounds", BOUNDS],
])("%s", (_what, refusals) => {
  it.each(refusals)("$title", async (refusal) => {
    const before = await tables.take();
    const answer = await send(refusal, refusal.field, refusal.arguments(place));
    expect(await tables.take()).toEqual(before);
    expectRefused(refusal, answer);
    await expectPreviewed(refusal, answer);
  });
});

function expectRefused({ code, reason, paths }: Refusal, { errors }: Answer): void {
  expect(errors).toHaveLength(1);
  const [error] = errors;
  expect(error?.extensions.code, error?.message).toBe(code);
  expect(error?.extensions.reason).toBe(reason);
  if (paths !== undefined) expect(pathsOf(error?.extensions.problems)).toEqual([...paths].sort());
  // A sentence for a person, or several.
  expect(error?.message).toMatch(/[.)`!]$/);
  for (const { message } of error?.extensions.problems ?? []) {
    expect(error?.message).toContain(message);
    expect(message).toMatch(/^\S.*\.$/s);
  }
}

const pathsOf = (problems: readonly { path: string[] }[] = []): string[] =>
  problems.map(({ path }) => path.join(".")).sort();

/** Whatever createSecret and its like would refuse, their previews tell in the same words. */
async function expectPreviewed(refusal: Refusal, { errors }: Answer): Promise<void> {
  const [error] = errors;
  const given = refusal.arguments(place);
  const previewed = PREVIEWS[refusal.field]?.(given) ?? null;
  if (previewed === null || refusal.code === "NOT_FOUND" || hasTooMany(given)) return;
  const [field, variables] = previewed;
  const preview = await send(refusal, field, variables);
  expect(preview.errors).toEqual([]);
  const { problems } = problemsOf(preview.data?.["answer"]);
  const wanted = error?.extensions.problems ?? [];
  if (refusal.code === "BAD_USER_INPUT") expect(problems).toEqual(expect.arrayContaining(wanted));
  else expect(problems.map(({ message }) => message).join(" ")).toContain(error?.message);
}

/** Lists that are too long are refused before anything is looked at, in a preview too. */
const hasTooMany = (given: Record<string, unknown>): boolean => JSON.stringify(given).split("prj_").length > 6;

const PREVIEWS: Readonly<
  Record<string, (given: Record<string, unknown>) => [field: string, variables: Record<string, unknown>] | null>
> = {
  createSecret: ({ input }) => ["previewSecret", { input }],
  updateSecret: ({ input }) => ["previewSecretUpdate", { input }],
  updateSecretFromManifest: (given) => ["previewSecretManifestUpdate", given],
  // What is shown in a project belongs to it.
  createSecretFromManifest: ({ manifest, scope, projectId }) => [
    "previewSecretManifest",
    { manifest, scope, ...(projectId === undefined ? {} : { projectId }) },
  ],
};

function problemsOf(answer: unknown): { problems: { path: string[]; message: string }[] } {
  if (typeof answer !== "object" || answer === null || !("problems" in answer) || !Array.isArray(answer.problems))
    throw new Error(`no preview: ${JSON.stringify(answer)}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema says what a preview's problems are
  return { problems: answer.problems as { path: string[]; message: string }[] };
}

function send({ as }: Pick<Refusal, "as">, field: string, variables: Record<string, unknown>): Promise<Answer> {
  const coordinate = rootField(field);
  const selection = field.startsWith("preview") ? "{ manifest problems { path message } }" : undefined;
  return place.clients[as ?? "admin"].send(documentOf(coordinate, selection), variables);
}

describe("all of it", () => {
  it("has a refusal of every mutation", () => {
    const refused = new Set(ALL.map(({ field }) => field));
    const mutations = coordinates.filter(({ parent }) => parent.name === "Mutation").map(({ field }) => field.name);
    expect(mutations.filter((name) => !refused.has(name))).toEqual([]);
  });
});
