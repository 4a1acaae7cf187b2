import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TRANSITION_SUBJECTS } from "../../domain/kinds.js";
import type { TransitionFilter } from "../../domain/ports/read-model.js";
import { filteredTransitions, seenTransitions } from "./testing/model.js";
import type { World } from "./testing/random-world.js";
import {
  ADMIN,
  idsOf,
  memberOf,
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
  open = await Promise.all([openWorld(31), openWorld(32)]);
});
afterAll(() => Promise.all(open.map((one) => one.close())));

/** Between half an hour before the first transition and well after the last. */
const moment = fc.integer({ min: -30, max: 700 }).map((minutes) => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000));

const filterOf = (world: World): fc.Arbitrary<TransitionFilter> =>
  someOf<TransitionFilter>({
    subject: fc.subarray([...TRANSITION_SUBJECTS]),
    secretId: fc.constantFrom(...idsOf(world.secrets)),
    projectId: fc.constantFrom(...idsOf(world.projects), "no-uuid"),
    providerId: fc.constantFrom(...idsOf(world.providers)),
    clusterId: fc.constantFrom(...idsOf(world.clusters)),
    actor: fc.constantFrom("system", "alice", "nobody", "a\0"),
    since: moment,
    until: moment,
  });

describe("history", () => {
  it("walks every transition that the viewer may see, once, newest first", async () => {
    for (const { world, read } of open) {
      for (const scope of scopesOf(world)) {
        const found = await walk(9, (page) => read.history(scope, {}, page));
        expect(idsOf(found)).toEqual(idsOf(filteredTransitions(world, scope, {})));
        const ofKind = await walk(9, (page) => read.history(scope, { subject: ["PROJECT", "ASSIGNMENT"] }, page));
        expect(idsOf(ofKind)).toEqual(idsOf(filteredTransitions(world, scope, { subject: ["PROJECT", "ASSIGNMENT"] })));
      }
    }
  });

  it("agrees with the rules in memory for any filter", async () => {
    for (const { world, read } of open) {
      await fc.assert(
        fc.asyncProperty(
          filterOf(world),
          fc.constantFrom(...scopesOf(world)),
          fc.integer({ min: 0, max: 30 }),
          async (filter, scope, first) => {
            const expected = filteredTransitions(world, scope, filter);
            const page = await read.history(scope, filter, whole(first));
            expect(idsOf(nodesOf(page))).toEqual(idsOf(expected.slice(0, first)));
            expect(page.totalCount).toBe(expected.length);
            expect(page.hasNextPage).toBe(expected.length > first);
          },
        ),
        { numRuns: 150 },
      );
    }
  }, 60_000);

  it("gives a member of very many projects the same as one of their own", async () => {
    for (const { world, read } of open) {
      const strangers = Array.from({ length: 300 }, (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`);
      const ids = idsOf(world.projects).slice(1, 3);
      const many = await walk(20, (page) => read.history(memberOf(...ids, ...strangers), {}, page));
      expect(idsOf(many)).toEqual(idsOf(filteredTransitions(world, memberOf(...ids), {})));
    }
  });

  it("tells no counts in its cursors", async () => {
    for (const { world, read } of open) {
      const { edges } = await read.history(ADMIN, {}, whole(5));
      for (const { cursor, node } of edges) {
        expect(JSON.parse(Buffer.from(cursor, "base64url").toString())).toEqual([1, "history.DESC", node.id]);
      }
      expect(world.transitions.length).toBeGreaterThan(5);
    }
  });

  it("answers an empty page after a transition that is no longer kept", async () => {
    for (const { read } of open) {
      const gone = Buffer.from(JSON.stringify([1, "history.DESC", "00000000-0000-4000-8000-000000000000"]));
      const page = await read.history(ADMIN, {}, { first: 5, after: gone.toString("base64url"), withTotal: false });
      expect(page).toMatchObject({ edges: [], hasNextPage: false, hasPreviousPage: true });
    }
  });
});

describe("historyOf", () => {
  it("answers each parent's own part of it", async () => {
    for (const { world, read } of open) {
      for (const scope of scopesOf(world)) {
        for (const kind of ["secret", "assignment"] as const) {
          const ids = [...idsOf(kind === "secret" ? world.secrets : world.assignments), "no-uuid"];
          const pages = await read.historyOf(scope, { kind, ids }, whole(3));
          expect([...pages.keys()]).toEqual(ids);
          for (const id of ids) {
            const expected = filteredTransitions(world, scope, {}).filter(
              (row) => (kind === "secret" ? row.secret_id : row.assignment_id) === id,
            );
            expect(idsOf(nodesOf(pages.get(id)))).toEqual(idsOf(expected.slice(0, 3)));
            expect(pages.get(id)?.totalCount).toBe(expected.length);
          }
          const [busiest = ""] = ids.toSorted(
            (a, b) => (pages.get(b)?.totalCount ?? 0) - (pages.get(a)?.totalCount ?? 0),
          );
          const walked = await walk(1, async (page) =>
            (await read.historyOf(scope, { kind, ids: [busiest] }, page)).get(busiest),
          );
          expect(walked).toHaveLength(pages.get(busiest)?.totalCount ?? -1);
        }
      }
    }
  });

  it("answers transitions by id, whole", async () => {
    for (const { world, read } of open) {
      for (const scope of scopesOf(world)) {
        const found = await read.transitionsByIds(scope, [...idsOf(world.transitions), "no-uuid"]);
        expect(idsOf(found).toSorted()).toEqual(idsOf(seenTransitions(world, scope)).toSorted());
        for (const record of found) {
          const row = world.transitions.find(({ id }) => id === record.id);
          expect(record).toEqual({
            id: row?.id,
            position: BigInt(row?.position ?? 0),
            subject: row?.subject,
            subjectId: row?.subject_id,
            from: row?.from_status,
            to: row?.to_status,
            reason: row?.reason,
            message: row?.message,
            actor: row?.actor,
            at: new Date(row?.at ?? 0),
            secretId: row?.secret_id,
            assignmentId: row?.assignment_id,
            projectId: row?.project_id,
            providerId: row?.provider_id,
            clusterId: row?.cluster_id,
          });
        }
      }
    }
  });
});
