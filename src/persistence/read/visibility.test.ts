import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExpectedError } from "../../errors.js";
import { canSeeProject } from "../../domain/access/visibility.js";
import { PROJECT_STATUSES } from "../../domain/kinds.js";
import type { VisibleKind } from "../../domain/ports/read-model.js";
import { providerStatus } from "../../domain/status/provider-status.js";
import type { Viewer, ViewerScope } from "../../domain/viewer.js";
import {
  includesText,
  reachedProjects,
  seenAssignments,
  seenClusters,
  seenProviders,
  seenSecrets,
  seenTransitions,
  usableProviders,
} from "./testing/model.js";
import { SMALL, type World } from "./testing/random-world.js";
import {
  ADMIN,
  byKeys,
  idsOf,
  memberOf,
  nodesOf,
  type OpenWorld,
  openWorld,
  scopesOf,
  walk,
  whole,
} from "./testing/open-world.js";

let open: OpenWorld[] = [];
beforeAll(async () => {
  open = await Promise.all([openWorld(1), openWorld(2), openWorld(3)]);
});
afterAll(() => Promise.all(open.map((one) => one.close())));

const byName = byKeys<{ name: string; id: string }>(
  "ASC",
  (row) => row.name,
  (row) => row.id,
);
const seenProjects = (world: World, scope: ViewerScope): World["projects"] =>
  world.projects.filter(({ id }) => canSeeProject(scope, id));

const dateOf = (text: string | null | undefined): Date | null => (typeof text === "string" ? new Date(text) : null);

/** Runs the check for every world and every scope of it. */
async function everywhere(check: (one: OpenWorld, scope: ViewerScope) => Promise<void>): Promise<void> {
  for (const one of open) for (const scope of scopesOf(one.world)) await check(one, scope);
}

describe("clusters", () => {
  it("are those of the viewer's projects, by name, to members without what is for admins", () =>
    everywhere(async ({ world, read }, scope) => {
      const expected = seenClusters(world, scope).toSorted(byName);
      const found = await read.clusters(scope);
      expect(idsOf(found)).toEqual(idsOf(expected));
      found.forEach((record, i) => {
        const row = expected[i];
        expect(record).toEqual({
          id: row?.id,
          name: row?.name,
          status: row?.status,
          lastSeenAt: dateOf(row?.last_seen_at),
          createdAt: new Date(row?.created_at ?? 0),
          reason: scope.admin ? row?.reason : null,
          message: scope.admin ? row?.message : null,
          operatorApiVersion: scope.admin ? row?.operator_api_version : null,
          kubeSystemUid: scope.admin ? row?.kube_system_uid : null,
        });
      });
      const byIds = await read.clustersByIds(scope, [...idsOf(world.clusters), "no-uuid"]);
      expect(byIds).toEqual(found);
    }));

  it("have a page of projects each", () =>
    everywhere(async ({ world, read }, scope) => {
      const ids = [...idsOf(world.clusters), "no-uuid"];
      const pages = await read.projectsOfClusters(scope, ids, whole(2));
      expect([...pages.keys()]).toEqual(ids);
      for (const id of ids) {
        const expected = seenProjects(world, scope)
          .filter(({ cluster_id }) => cluster_id === id)
          .toSorted(byName);
        expect(idsOf(nodesOf(pages.get(id)))).toEqual(idsOf(expected.slice(0, 2)));
        expect(pages.get(id)?.totalCount).toBe(expected.length);
        const walked = await walk(1, async (page) => (await read.projectsOfClusters(scope, [id], page)).get(id));
        expect(idsOf(walked)).toEqual(idsOf(expected));
      }
    }));
});

describe("projects", () => {
  it("are the viewer's, by name, under every filter", () =>
    everywhere(async ({ world, read }, scope) => {
      const all = seenProjects(world, scope).toSorted(byName);
      expect(idsOf(await walk(2, (page) => read.projects(scope, {}, page)))).toEqual(idsOf(all));
      expect(idsOf(await read.projectsByIds(scope, [...idsOf(world.projects), "no-uuid"])).toSorted()).toEqual(
        idsOf(all).toSorted(),
      );
      for (const { name } of world.projects) {
        const expected = all.find((row) => row.name === name);
        expect((await read.projectByName(scope, name))?.id).toBe(expected?.id);
        expect((await read.projectByName(scope, `${name}\0`)) ?? null).toBeNull();
      }
      for (const search of ["a", "B", "-", "_", "%", "\\", ""]) {
        const page = await read.projects(scope, { search }, whole());
        expect(idsOf(nodesOf(page))).toEqual(idsOf(all.filter((row) => includesText(search, row.name))));
        expect(page.totalCount).toBe(page.edges.length);
      }
      for (const status of [[], ...PROJECT_STATUSES.map((one) => [one])]) {
        const page = await read.projects(scope, { status }, whole());
        const expected = all.filter((row) => status.length === 0 || status.some((one) => one === row.status));
        expect(idsOf(nodesOf(page))).toEqual(idsOf(expected));
      }
      for (const clusterId of [...idsOf(world.clusters), "no-uuid"]) {
        const page = await read.projects(scope, { clusterId }, whole());
        expect(idsOf(nodesOf(page))).toEqual(idsOf(all.filter((row) => row.cluster_id === clusterId)));
      }
      for (const provider of seenProviders(world, scope)) {
        const page = await read.projects(scope, { reachableBy: provider.id }, whole());
        expect(idsOf(nodesOf(page))).toEqual(idsOf(reachedProjects(world, scope, provider).toSorted(byName)));
      }
      for (const provider of world.providers) {
        if (seenProviders(world, scope).includes(provider)) continue;
        expect((await read.projects(scope, { reachableBy: provider.id }, whole())).edges).toEqual([]);
      }
    }));

  it("have a page of members each", () =>
    everywhere(async ({ world, read }, scope) => {
      const ids = [...idsOf(world.projects), "no-uuid"];
      const pages = await read.membersOfProjects(scope, ids, whole(3));
      for (const id of ids) {
        const expected = world.members
          .filter(({ project_id }) => project_id === id && canSeeProject(scope, id))
          .toSorted(byKeys("ASC", (row) => row.subject))
          .map((row) => ({ projectId: id, subject: row.subject, addedAt: new Date(row.added_at), addedBy: "root" }));
        expect(nodesOf(pages.get(id))).toEqual(expected.slice(0, 3));
        expect(pages.get(id)?.totalCount).toBe(expected.length);
        const walked = await walk(1, async (page) => (await read.membersOfProjects(scope, [id], page)).get(id));
        expect(walked).toEqual(expected);
      }
    }));
});

describe("providers", () => {
  it("are those that the viewer may see, as much as they may see of them", () =>
    everywhere(async ({ world, read }, scope) => {
      const expected = seenProviders(world, scope).toSorted(byName);
      const found = await walk(2, (page) => read.providers(scope, {}, page));
      expect(idsOf(found)).toEqual(idsOf(expected));
      const clusters = idsOf(seenClusters(world, scope));
      found.forEach((record, i) => {
        const row = expected[i];
        if (row === undefined) throw new Error("not expected at all");
        const whole_ = scope.admin || row.scope === "PROJECT";
        const targets = world.targets
          .filter((target) => target.provider_id === row.id && clusters.includes(target.cluster_id))
          .map((target) => ({ ...target, message: null, clusterName: nameOf(world.clusters, target.cluster_id) }))
          .toSorted((a, b) => (a.clusterName < b.clusterName ? -1 : 1));
        expect(record).toMatchObject({
          name: row.name,
          config: whole_ ? row.config : null,
          projectKeyPrefix: row.project_key_prefix,
          ...(whole_
            ? { status: row.status, reason: row.reason, message: row.message }
            : providerStatus(row.deletion_requested_at !== null, targets)),
        });
      });
      const byIds = await read.providersByIds(scope, [...idsOf(world.providers), "no-uuid"]);
      expect(byIds.toSorted(byName)).toEqual(found);
    }));

  it("have their targets in the viewer's clusters", () =>
    everywhere(async ({ world, read }, scope) => {
      const clusters = idsOf(seenClusters(world, scope));
      const seen = idsOf(seenProviders(world, scope));
      const ids = [...idsOf(world.providers), "no-uuid"];
      const targets = await read.targetsOfProviders(scope, ids);
      expect([...targets.keys()]).toEqual(ids);
      for (const id of ids) {
        const expected = world.targets
          .filter((row) => row.provider_id === id && seen.includes(id) && clusters.includes(row.cluster_id))
          .toSorted(byKeys("ASC", (row) => nameOf(world.clusters, row.cluster_id)));
        expect(targets.get(id)).toEqual(
          expected.map((row) => ({
            id: row.id,
            providerId: id,
            clusterId: row.cluster_id,
            namespace: row.namespace,
            status: row.status,
            reason: row.reason,
            // The operator's own words about an organization provider quote its config.
            message: scope.admin || row.namespace !== null ? row.message : null,
            observedAt: row.observed_at === null ? null : new Date(row.observed_at),
          })),
        );
      }
    }));

  it("are found by name and by the project that could use them", () =>
    everywhere(async ({ world, read }, scope) => {
      for (const search of ["a", "B", "-", "_"]) {
        const page = await read.providers(scope, { search }, whole());
        const expected = seenProviders(world, scope).filter((row) => includesText(search, row.name));
        expect(idsOf(nodesOf(page))).toEqual(idsOf(expected.toSorted(byName)));
        expect(page.totalCount).toBe(expected.length);
      }
      for (const usableInProject of [...idsOf(world.projects), "no-uuid"]) {
        const page = await read.providers(scope, { usableInProject }, whole());
        const expected = usableProviders(world, scope, usableInProject).toSorted(byName);
        expect(idsOf(nodesOf(page))).toEqual(idsOf(expected));
      }
    }));
});

describe("a provider of the organization", () => {
  it("is seen behind a project's own secret, before and after its assignment is there", async () => {
    const one = await openWorld(4, { ...SMALL, providers: 1, secrets: 0, transitions: 0 });
    try {
      const [provider] = one.world.providers;
      const [mine, other] = idsOf(one.world.projects);
      await one.pool.query("UPDATE provider SET project_key_prefix = NULL");
      const sees = async (projectId = ""): Promise<boolean> =>
        (await one.read.providersByIds(memberOf(projectId), [provider?.id ?? ""])).length === 1;
      expect(await sees(mine)).toBe(false);
      await one.pool.query(
        `INSERT INTO secret (id, name, scope, project_id, use_case, provider_id, spec, created_by)
         VALUES (gen_random_uuid(), 'own', 'PROJECT', $1, 'GENERIC', $2, '{}', 'x')`,
        [mine, provider?.id],
      );
      expect([await sees(mine), await sees(other)]).toEqual([true, false]);
    } finally {
      await one.close();
    }
  });
});

const nameOf = (rows: readonly { id: string; name: string }[], id: string): string =>
  rows.find((row) => row.id === id)?.name ?? "";

describe("requireVisible", () => {
  it("lets through what the viewer may see and answers the same for all else, in at most one statement", () =>
    everywhere(async ({ world, read, statements }, scope) => {
      const all: Record<VisibleKind, [all: { id: string }[], seen: { id: string }[]]> = {
        cluster: [world.clusters, seenClusters(world, scope)],
        project: [world.projects, seenProjects(world, scope)],
        provider: [world.providers, seenProviders(world, scope)],
        secret: [world.secrets, seenSecrets(world, scope)],
        assignment: [world.assignments, seenAssignments(world, scope)],
        transition: [world.transitions, seenTransitions(world, scope)],
      };
      const seen = KINDS.flatMap((kind) => all[kind][1].map(({ id }) => ({ kind, id })));
      statements.length = 0;
      await read.requireVisible(scope, seen);
      expect(statements.length).toBeLessThanOrEqual(1);
      for (const kind of KINDS) {
        const hidden = all[kind][0].filter((thing) => !all[kind][1].some(({ id }) => id === thing.id));
        const others = KINDS.filter((other) => other !== kind).map((other) => all[other][0][0]?.id ?? "");
        for (const id of [...idsOf(hidden.slice(0, 10)), ...others, "00000000-0000-4000-8000-000000000000"]) {
          const error = await read.requireVisible(scope, [...seen, { kind, id }]).catch((thrown: unknown) => thrown);
          if (!(error instanceof ExpectedError)) throw new Error(`${kind} ${id} was let through`);
          expect(error).toMatchObject({
            code: "NOT_FOUND",
            message: `There is no such ${kind}, or you cannot see it.`,
          });
        }
      }
    }));

  it("does not ask the database about what cannot be an id", async () => {
    const [one] = open;
    if (one === undefined) throw new Error("no world");
    one.statements.length = 0;
    for (const id of ["", "1", "'; DROP TABLE secret", "\0", one.world.secrets[0]?.id.toUpperCase() ?? ""]) {
      await expect(one.read.requireVisible(ADMIN, [{ kind: "secret", id }])).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
    }
    expect(one.statements).toEqual([]);
  });

  it("names the first of the list that is hidden", async () => {
    const [one] = open;
    const things = [
      { kind: "project", id: one?.world.projects[0]?.id ?? "" },
      { kind: "provider", id: "x" },
      { kind: "secret", id: "y" },
    ] as const;
    await expect(one?.read.requireVisible(ADMIN, things)).rejects.toThrow("provider");
  });
});

const KINDS: readonly VisibleKind[] = ["cluster", "project", "provider", "secret", "assignment", "transition"];

describe("scopeOf", () => {
  const viewer = (role: Viewer["role"], subject: string, groups: string[]): Viewer => ({
    subject,
    groups,
    role,
    email: null,
    name: null,
    expiresAt: null,
  });

  it("is everything for an admin, without asking", async () => {
    for (const { read, statements } of open) {
      statements.length = 0;
      expect(await read.scopeOf(viewer("PLATFORM_ADMIN", "root", []))).toEqual({ admin: true });
      expect(statements).toEqual([]);
    }
  });

  it("is the projects named like a group, exactly, and those of a membership, sorted", async () => {
    for (const { world, read } of open) {
      const [first, second] = world.projects;
      const subjects = [...new Set(world.members.map(({ subject }) => subject)), "nobody", "a\0"];
      for (const subject of subjects) {
        const groups = [first?.name ?? "", `/${second?.name}`, `${second?.name}-x`, "", "\0"];
        const expected = world.projects.filter(
          ({ id, name }) =>
            groups.includes(name) || world.members.some((row) => row.project_id === id && row.subject === subject),
        );
        expect(await read.scopeOf(viewer("TEAM_MEMBER", subject, groups))).toEqual({
          admin: false,
          projectIds: idsOf(expected).toSorted(),
        });
      }
    }
  });
});
