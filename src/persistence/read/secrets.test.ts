import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SECRET_SCOPES, SECRET_STATUSES, SECRET_USE_CASES, type SecretStatus } from "../../domain/kinds.js";
import type { SecretFilter, SecretOrder } from "../../domain/ports/read-model.js";
import { filteredSecrets, seenProviders, seenSecrets, seenStatus } from "./testing/model.js";
import type { World } from "./testing/random-world.js";
import {
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
  open = await Promise.all([openWorld(11), openWorld(12), openWorld(13)]);
});
afterAll(() => Promise.all(open.map((one) => one.close())));

type Secret = World["secrets"][number];

const ORDERS: SecretOrder[] = (["NAME", "STATUS", "SCOPE", "CREATED_AT", "UPDATED_AT"] as const).flatMap((field) =>
  (["ASC", "DESC"] as const).map((direction) => ({ field, direction })),
);

/** `statusOf` is the viewer's. */
function inOrder(rows: readonly Secret[], order: SecretOrder, statusOf: (row: Secret) => SecretStatus): Secret[] {
  const name = (row: Secret): string => row.name;
  const id = (row: Secret): string => row.id;
  const keys = {
    NAME: [name, id],
    STATUS: [(row: Secret) => SECRET_STATUSES.indexOf(statusOf(row)), name, id],
    SCOPE: [(row: Secret) => row.scope, name, id],
    // Of one format and one zone, so that the texts sort as the times do, to the microsecond.
    CREATED_AT: [(row: Secret) => row.created_at, id],
    UPDATED_AT: [(row: Secret) => row.updated_at, id],
  }[order.field];
  return rows.toSorted(byKeys(order.direction, ...keys));
}

const filterOf = (world: World): fc.Arbitrary<SecretFilter> =>
  someOf<SecretFilter>({
    search: fc.constantFrom("", "a", "B", "-", ".", "shared", "%", "_", "\\", "zz-9-1"),
    scope: fc.constantFrom(...SECRET_SCOPES),
    status: fc.subarray([...SECRET_STATUSES]),
    useCase: fc.subarray([...SECRET_USE_CASES]),
    projectId: fc.constantFrom(...idsOf(world.projects)),
    providerId: fc.constantFrom(...idsOf(world.providers)),
  });

describe("secrets", () => {
  it("walks every secret that the viewer may see, once, in every order", async () => {
    for (const { world, read } of open) {
      for (const scope of scopesOf(world)) {
        const statusOf = (row: Secret): SecretStatus => seenStatus(world, scope, row).status;
        for (const order of ORDERS) {
          const expected = inOrder(seenSecrets(world, scope), order, statusOf);
          const found = await walk(7, (page) => read.secrets(scope, {}, order, page));
          expect(idsOf(found), `${order.field} ${order.direction}`).toEqual(idsOf(expected));
        }
      }
    }
  });

  it("agrees with the rules in memory for any filter and order: rows, statuses, reasons, totals, counts", async () => {
    for (const { world, read } of open) {
      const scopes = scopesOf(world);
      await fc.assert(
        fc.asyncProperty(
          filterOf(world),
          fc.constantFrom(...ORDERS),
          fc.constantFrom(...scopes),
          fc.integer({ min: 0, max: 12 }),
          async (filter, order, scope, first) => {
            const statusOf = (row: Secret): SecretStatus => seenStatus(world, scope, row).status;
            const expected = inOrder(filteredSecrets(world, scope, filter), order, statusOf);
            const page = await read.secrets(scope, filter, order, whole(first));
            expect(idsOf(nodesOf(page))).toEqual(idsOf(expected.slice(0, first)));
            expect(page.totalCount).toBe(expected.length);
            expect(page.hasNextPage).toBe(expected.length > first);
            for (const node of nodesOf(page)) {
              const row = expected.find(({ id }) => id === node.id);
              if (row === undefined) throw new Error("not expected at all");
              const { status, statusReason } = node;
              expect({ status, statusReason }).toEqual(seenStatus(world, scope, row));
            }
            const counts = await read.secretCounts(scope, filter);
            const statuses = expected.map(statusOf);
            expect(counts).toEqual(
              SECRET_STATUSES.map((status) => ({
                status,
                count: statuses.filter((one) => one === status).length,
              })).filter(({ count }) => count > 0),
            );
          },
        ),
        { numRuns: 120 },
      );
    }
  }, 120_000);

  it("shows members every status that the design has", () => {
    const statuses = open.flatMap(({ world }) =>
      scopesOf(world)
        .slice(1)
        .flatMap((scope) => seenSecrets(world, scope).map((secret) => seenStatus(world, scope, secret).status)),
    );
    expect(new Set(statuses)).toEqual(new Set(SECRET_STATUSES));
  });

  it("answers the ids that may be seen, whole", async () => {
    for (const { world, read } of open) {
      for (const scope of scopesOf(world)) {
        const asked = [...idsOf(world.secrets), world.projects[0]?.id ?? "", "no-uuid", "", "\0"];
        const found = await read.secretsByIds(scope, asked);
        expect(idsOf(found).toSorted()).toEqual(idsOf(seenSecrets(world, scope)).toSorted());
        for (const record of found) {
          const row = world.secrets.find(({ id }) => id === record.id);
          if (row === undefined) throw new Error("made up");
          expect(record).toEqual({
            id: row.id,
            name: row.name,
            scope: row.scope,
            projectId: row.project_id,
            useCase: row.use_case,
            providerId: row.provider_id,
            spec: { spec: row.spec, labels: {}, annotations: {} },
            generation: row.generation,
            ...seenStatus(world, scope, row),
            deletionRequestedAt: row.deletion_requested_at === null ? null : new Date(row.deletion_requested_at),
            createdBy: row.created_by,
            createdAt: new Date(row.created_at),
            updatedAt: new Date(row.updated_at),
          });
        }
      }
    }
  });

  it("answers a page for each provider", async () => {
    for (const { world, read } of open) {
      for (const scope of scopesOf(world)) {
        const providerIds = [...idsOf(world.providers), "no-uuid"];
        const pages = await read.secretsOfProviders(scope, providerIds, whole(3));
        expect([...pages.keys()]).toEqual(providerIds);
        for (const id of providerIds) {
          const expected = seenSecrets(world, scope)
            .filter(({ provider_id }) => provider_id === id)
            .toSorted(
              byKeys(
                "ASC",
                (row) => row.name,
                (row) => row.id,
              ),
            );
          expect(idsOf(nodesOf(pages.get(id)))).toEqual(idsOf(expected.slice(0, 3)));
          expect(pages.get(id)?.totalCount).toBe(expected.length);
          const walked = await walk(2, async (page) => (await read.secretsOfProviders(scope, [id], page)).get(id));
          expect(idsOf(walked)).toEqual(idsOf(expected));
        }
      }
      expect(seenProviders(world, { admin: true })).toHaveLength(world.providers.length);
    }
  });
});

describe("what no row can match", () => {
  it("restricts nothing by an empty list or an empty search", async () => {
    for (const { world, read } of open) {
      const page = await read.secrets(
        { admin: true },
        { status: [], useCase: [], search: "" },
        { field: "NAME", direction: "ASC" },
        whole(0),
      );
      expect(page.totalCount).toBe(world.secrets.length);
    }
  });

  it("finds nothing, and does not fail, by ids, names and texts that no database holds", async () => {
    for (const filter of [
      { projectId: "x" },
      { providerId: "'" },
      { search: "a\0" },
      { search: "a".repeat(254) },
    ] satisfies SecretFilter[]) {
      for (const { world, read } of open) {
        for (const scope of scopesOf(world)) {
          const page = await read.secrets(scope, filter, { field: "STATUS", direction: "DESC" }, whole());
          expect(page).toMatchObject({ edges: [], totalCount: 0, hasNextPage: false, hasPreviousPage: false });
        }
      }
    }
  });
});
