import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExpectedError } from "../../errors.js";
import type { Page, PageArgs } from "../../domain/ports/paging.js";
import { decodeCursor, encodeCursor } from "./cursor.js";
import { ADMIN, idsOf, memberOf, type OpenWorld, openWorld } from "./testing/open-world.js";

let one: OpenWorld;
beforeAll(async () => {
  one = await openWorld(41);
});
afterAll(() => one.close());

/** Every kind of list, in every order. */
function lists(): [name: string, list: (page: PageArgs) => Promise<Page<unknown> | undefined>][] {
  const { read, world } = one;
  const [secret = ""] = idsOf(world.secrets);
  const project = world.assignments[0]?.project_id ?? "";
  const cluster = world.projects[0]?.cluster_id ?? "";
  const member = world.members[0]?.project_id ?? "";
  const provider = world.secrets[0]?.provider_id ?? "";
  const transition = world.transitions.find(({ secret_id }) => secret_id !== null)?.secret_id ?? "";
  const assignment = world.transitions.find(({ assignment_id }) => assignment_id !== null)?.assignment_id ?? "";
  const assigned = world.assignments.find(({ secret_id }) => secret_id !== secret)?.secret_id ?? "";
  const directions = ["ASC", "DESC"] as const;
  return [
    ["projects", (page) => read.projects(ADMIN, {}, page)],
    ["providers", (page) => read.providers(ADMIN, {}, page)],
    ["history", (page) => read.history(ADMIN, {}, page)],
    ["cluster.projects", async (page) => (await read.projectsOfClusters(ADMIN, [cluster], page)).get(cluster)],
    ["project.members", async (page) => (await read.membersOfProjects(ADMIN, [member], page)).get(member)],
    ["provider.secrets", async (page) => (await read.secretsOfProviders(ADMIN, [provider], page)).get(provider)],
    [
      "secret.history",
      async (page) => (await read.historyOf(ADMIN, { kind: "secret", ids: [transition] }, page)).get(transition),
    ],
    [
      "assignment.history",
      async (page) => (await read.historyOf(ADMIN, { kind: "assignment", ids: [assignment] }, page)).get(assignment),
    ],
    ...directions.flatMap((direction) =>
      (["NAME", "STATUS", "SCOPE", "CREATED_AT", "UPDATED_AT"] as const).map(
        (field): ReturnType<typeof lists>[number] => [
          `secrets ${field} ${direction}`,
          (page) => read.secrets(ADMIN, {}, { field, direction }, page),
        ],
      ),
    ),
    ...directions.flatMap((direction) =>
      (["SECRET_NAME", "PROJECT_NAME", "STATUS", "LAST_TRANSITION_AT"] as const).flatMap((field) =>
        (
          [
            ["secret", assigned],
            ["project", project],
          ] as const
        ).map(([kind, id]): ReturnType<typeof lists>[number] => [
          `${kind}.assignments ${field} ${direction}`,
          async (page) =>
            (await read.assignmentsOf(ADMIN, { kind, ids: [id] }, {}, { field, direction }, page)).get(id),
        ]),
      ),
    ),
  ];
}

const refusal = { code: "BAD_USER_INPUT", details: { problems: [{ path: ["after"] }] } };

describe("cursors", () => {
  it("are good in their own list and refused in every other, and in every other order", async () => {
    const cursors = new Map<string, string>();
    for (const [name, list] of lists()) {
      const page = await list({ first: 1, after: null, withTotal: false });
      const cursor = page?.edges[0]?.cursor;
      if (cursor === undefined) throw new Error(`${name} is empty`);
      cursors.set(name, cursor);
    }
    for (const [name, list] of lists()) {
      for (const [from, after] of cursors) {
        const answer = list({ first: 1, after, withTotal: false });
        if (from === name) await expect(answer).resolves.toMatchObject({ hasPreviousPage: true });
        else await expect(answer, `${from} in ${name}`).rejects.toMatchObject(refusal);
      }
    }
  });

  it("are the same for every viewer, and may be used after the row is gone or hidden", async () => {
    const { read, world } = one;
    const order = { field: "NAME", direction: "ASC" } as const;
    const all = await read.secrets(ADMIN, {}, order, { first: 500, after: null, withTotal: false });
    const member = memberOf(world.projects[0]?.id ?? "");
    const mine = await read.secrets(member, {}, order, { first: 500, after: null, withTotal: false });
    for (const { cursor, node } of all.edges) {
      const rest = await read.secrets(member, {}, order, { first: 500, after: cursor, withTotal: false });
      const place = all.edges.findIndex((edge) => edge.node.id === node.id);
      const later = new Set(all.edges.slice(place + 1).map((edge) => edge.node.id));
      expect(idsOf(rest.edges.map((edge) => edge.node))).toEqual(
        idsOf(mine.edges.map((edge) => edge.node)).filter((id) => later.has(id)),
      );
    }
  });

  it("refuse whatever is none, and never fail in the database", async () => {
    const text = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString("base64url")),
      fc
        .array(fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.constant(2 ** 40), fc.constant("\0")), {
          maxLength: 4,
        })
        .chain((key) =>
          fc
            .constantFrom("secrets.NAME.ASC", "secrets.STATUS.ASC", "secrets.CREATED_AT.ASC", "history.DESC")
            .map((list) => Buffer.from(JSON.stringify([1, list, ...key])).toString("base64url")),
        ),
    );
    const fields = ["NAME", "STATUS", "CREATED_AT"] as const;
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...fields), async (after, field) => {
        const page = { first: 3, after, withTotal: false };
        const answers = await Promise.allSettled([
          one.read.secrets(ADMIN, {}, { field, direction: "ASC" }, page),
          one.read.history(ADMIN, {}, page),
        ]);
        for (const answer of answers) {
          if (answer.status === "fulfilled") throw new Error("accepted");
          if (!(answer.reason instanceof ExpectedError)) throw answer.reason;
          expect(answer.reason).toMatchObject(refusal);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("give back what was put in", () => {
    const name = fc.string().filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(name, fc.uuid(), fc.maxSafeInteger(), fc.nat(), (text, id, time, rank) => {
        const key = [text, id, time, rank];
        expect(decodeCursor("l", ["text", "uuid", "time", "rank"], encodeCursor("l", key))).toEqual(key);
      }),
    );
  });
});
