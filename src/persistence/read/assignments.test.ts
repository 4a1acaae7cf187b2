import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ASSIGNMENT_STATUSES } from "../../domain/kinds.js";
import type { AssignmentFilter, AssignmentOrder } from "../../domain/ports/read-model.js";
import { includesText, projectName, seenAssignments } from "./testing/model.js";
import type { World } from "./testing/random-world.js";
import {
  ADMIN,
  byKeys,
  idsOf,
  nodesOf,
  type OpenWorld,
  openWorld,
  scopesOf,
  someOf,
  walk,
  whole,
} from "./testing/open-world.js";

let open: OpenWorld[] = [];
beforeAll(async () => {
  open = await Promise.all([openWorld(21), openWorld(22)]);
});
afterAll(() => Promise.all(open.map((one) => one.close())));

type Assignment = World["assignments"][number];
type Kind = "secret" | "project";

const ORDERS: AssignmentOrder[] = (["SECRET_NAME", "PROJECT_NAME", "STATUS", "LAST_TRANSITION_AT"] as const).flatMap(
  (field) => (["ASC", "DESC"] as const).map((direction) => ({ field, direction })),
);

function inOrder(world: World, kind: Kind, rows: readonly Assignment[], order: AssignmentOrder): Assignment[] {
  const secret = (row: Assignment): string => row.object_name;
  const project = (row: Assignment): string => projectName(world, row.project_id);
  const keys = {
    SECRET_NAME: [secret],
    PROJECT_NAME: [project],
    STATUS: [(row: Assignment) => ASSIGNMENT_STATUSES.indexOf(row.status), kind === "secret" ? project : secret],
    LAST_TRANSITION_AT: [(row: Assignment) => row.last_transition_at],
  }[order.field];
  return rows.toSorted(byKeys(order.direction, ...keys, (row) => row.id));
}

const parentsOf = (world: World, kind: Kind): string[] => idsOf(kind === "secret" ? world.secrets : world.projects);
const childrenOf = (rows: readonly Assignment[], kind: Kind, id: string): Assignment[] =>
  rows.filter((row) => (kind === "secret" ? row.secret_id : row.project_id) === id);

/** In microseconds: of this century, and whole milliseconds of 2038, where a float8 of the seconds times 1000 may be just below one. */
const anyTime = fc.integer({ min: 0, max: 4_102_444_800_000_000 });
const hardTime = fc.integer({ min: 2 ** 31 * 1000, max: 2 ** 31 * 1000 + 2_000_000_000 }).map((n) => n * 1000);

describe("assignmentsOf", () => {
  it("walks every assignment that the viewer may see, once, of every parent and in every order", async () => {
    for (const { world, read } of open) {
      for (const scope of scopesOf(world)) {
        for (const kind of ["secret", "project"] as const) {
          for (const order of ORDERS) {
            const [id = ""] = parentsOf(world, kind).toSorted(
              (a, b) => childrenOf(world.assignments, kind, b).length - childrenOf(world.assignments, kind, a).length,
            );
            const expected = inOrder(world, kind, childrenOf(seenAssignments(world, scope), kind, id), order);
            const found = await walk(2, async (page) =>
              (await read.assignmentsOf(scope, { kind, ids: [id] }, {}, order, page)).get(id),
            );
            expect(idsOf(found), `${kind} ${order.field} ${order.direction}`).toEqual(idsOf(expected));
          }
        }
      }
    }
  });

  it("agrees with the rules in memory for all parents at once, any filter and any order", async () => {
    for (const { world, read } of open) {
      const filters = someOf<AssignmentFilter>({
        search: fc.constantFrom("", "a", "B", "-", "shared", "_", "%"),
        status: fc.subarray([...ASSIGNMENT_STATUSES]),
        projectId: fc.constantFrom(...idsOf(world.projects), "no-uuid"),
      });
      await fc.assert(
        fc.asyncProperty(
          filters,
          fc.constantFrom(...ORDERS),
          fc.constantFrom(...scopesOf(world)),
          fc.constantFrom("secret" as const, "project" as const),
          fc.integer({ min: 0, max: 6 }),
          async (filter, order, scope, kind, first) => {
            const ids = [...parentsOf(world, kind), "no-uuid"];
            const pages = await read.assignmentsOf(scope, { kind, ids: [...ids, ...ids] }, filter, order, whole(first));
            expect([...pages.keys()]).toEqual(ids);
            const matching = seenAssignments(world, scope).filter(
              (row) =>
                includesText(filter.search, row.object_name, projectName(world, row.project_id)) &&
                (filter.status === undefined || filter.status.length === 0 || filter.status.includes(row.status)) &&
                (filter.projectId === undefined || filter.projectId === row.project_id),
            );
            for (const id of ids) {
              const expected = inOrder(world, kind, childrenOf(matching, kind, id), order);
              const page = pages.get(id);
              expect(idsOf(nodesOf(page))).toEqual(idsOf(expected.slice(0, first)));
              expect(page?.totalCount).toBe(expected.length);
              expect(page?.hasNextPage).toBe(expected.length > first);
            }
          },
        ),
        { numRuns: 60 },
      );
    }
  }, 120_000);

  it("reads each field as it was written, to the millisecond, and only those that were asked for", async () => {
    for (const { world, read } of open) {
      const order = { field: "STATUS", direction: "ASC" } as const;
      const parent = { kind: "project", ids: idsOf(world.projects) } as const;
      const some = await read.assignmentsOf(ADMIN, parent, {}, order, whole(), ["status", "refreshedAt"]);
      const all = await read.assignmentsOf(ADMIN, parent, {}, order, whole());
      const byId = await read.assignmentsByIds(ADMIN, idsOf(world.assignments));
      expect(byId).toHaveLength(world.assignments.length);
      for (const row of world.assignments) {
        const date = (text: string | null): Date | null => (text === null ? null : new Date(text));
        const listed = {
          id: row.id,
          secretId: row.secret_id,
          projectId: row.project_id,
          status: row.status,
          reason: row.reason,
          message: row.message,
          desiredGeneration: row.desired_generation,
          syncedGeneration: row.synced_generation,
          refreshedAt: date(row.refreshed_at),
          observedAt: date(row.observed_at),
          lastTransitionAt: new Date(row.last_transition_at),
          externalSecretUid: row.uid,
          deletionRequestedAt: date(row.deletion_requested_at),
          createdAt: new Date(row.created_at),
        };
        const find = <T extends { id: string }>(nodes: readonly T[]): T | undefined =>
          nodes.find(({ id }) => id === row.id);
        expect(find(nodesOf(all.get(row.project_id)))).toEqual(listed);
        expect(find(byId)).toEqual({ ...listed, appliedManifest: row.applied_manifest });
        const { id, status, refreshedAt } = listed;
        expect(find(nodesOf(some.get(row.project_id)))).toEqual({ id, status, refreshedAt });
      }
    }
  });

  it("reads any time to its millisecond, as the database cuts it", async () => {
    const [one] = open;
    const target = one?.world.assignments[0];
    if (one === undefined || target === undefined) throw new Error("no world");
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyTime, hardTime), async (time) => {
        await one.pool.query(
          "UPDATE assignment SET observed_at = 'epoch'::timestamptz + ($1::bigint / 1000000) * interval '1 second' + ($1::bigint % 1000000) * interval '1 microsecond' WHERE id = $2",
          [time, target.id],
        );
        const [found] = await one.read.assignmentsByIds(ADMIN, [target.id]);
        expect(found?.observedAt?.getTime()).toBe(Math.floor(time / 1000));
      }),
    );
  });
});

describe("assignmentCountsOfSecrets", () => {
  it("counts what the viewer may see, by status in the enum's order", async () => {
    for (const { world, read } of open) {
      for (const scope of scopesOf(world)) {
        const ids = [...idsOf(world.secrets), "no-uuid"];
        const counts = await read.assignmentCountsOfSecrets(scope, ids);
        expect([...counts.keys()]).toEqual(ids);
        for (const id of ids) {
          const rows = childrenOf(seenAssignments(world, scope), "secret", id);
          const expected = ASSIGNMENT_STATUSES.map((status) => ({
            status,
            count: rows.filter((row) => row.status === status).length,
          }));
          expect(counts.get(id)).toEqual(expected.filter(({ count }) => count > 0));
        }
      }
    }
  });
});
