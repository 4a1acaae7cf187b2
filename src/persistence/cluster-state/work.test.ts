import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../test/support/open-database.js";
import type { OpenDatabase } from "../../../test/support/open-database.js";
import { Seed } from "../../../test/support/seed.js";
import { query } from "../transaction.js";
import { createClusterState } from "./index.js";

let database: OpenDatabase;
let dataSource: DataSource;
let seed: Seed;
let clusterId: string;
beforeAll(async () => {
  database = await openDatabase();
  dataSource = database.dataSource;
  seed = new Seed(dataSource);
});
beforeEach(async () => {
  clusterId = await seed.cluster();
});
afterAll(() => database.close());

/** The database's clock and ours, on one machine. */
const NOW: unknown = expect.closeTo(Date.now(), -5);
const time = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second, 123));
const wrote = {
  write_resource_version: "17",
  written_at: time(1),
  unanswered: true,
  write_ready: "False",
  write_synced_resource_version: "3-abc",
  write_forced: true,
};
const lastWrite = {
  resourceVersion: "17",
  writtenAt: time(1).getTime(),
  unanswered: true,
  ready: "False",
  syncedResourceVersion: "3-abc",
  forced: true,
};

describe("what a leader reads", () => {
  it("is every field of an assignment, with what is rendered from it", async () => {
    const state = createClusterState(dataSource);
    const project = await seed.project(clusterId, { name: "alpha" });
    const provider = await seed.provider({ store_name: "vault-store" });
    await seed.target(provider, clusterId, { status: "READY" });
    await seed.target(provider, await seed.cluster(), { status: "ERROR" });
    const secret = await seed.secret(provider, {
      generation: 4,
      spec: '{"refreshInterval":"1h0m0s"}',
      labels: '{"a":"b"}',
      annotations: '{"c":"d"}',
    });
    const id = await seed.assignment(secret, project, {
      object_name: "db",
      status: "SYNCED_ERROR",
      reason: "SecretSyncedError",
      message: "no",
      revision: "9007199254740993",
      observed_at: time(2),
      deletion_requested_at: time(3),
      delete_sent_at: time(4),
      sent: true,
      uid: "u-1",
      adopted: true,
      applied_generation: 3,
      synced_generation: 2,
      refreshed_at: time(5),
      force_sync_requested: 7,
      force_sync_applied: 6,
      force_sync_token: "t",
      ...wrote,
    });
    const [work] = await state.assignmentWork(clusterId, [id, randomUUID()]);
    expect(work).toEqual({
      id,
      revision: 9007199254740993n,
      now: NOW,
      project: { id: project, name: "alpha", status: "READY" },
      objectName: "db",
      current: { status: "SYNCED_ERROR", reason: "SecretSyncedError", message: "no" },
      observedAt: time(2).getTime(),
      secret: {
        id: secret,
        generation: 4,
        spec: { spec: { refreshInterval: "1h0m0s" }, labels: { a: "b" }, annotations: { c: "d" } },
      },
      provider: { id: provider, storeName: "vault-store", scope: "ORGANIZATION" },
      deletionRequestedAt: time(3).getTime(),
      sent: true,
      deleteSentAt: time(4).getTime(),
      uid: "u-1",
      adopted: true,
      appliedGeneration: 3,
      syncedGeneration: 2,
      refreshedAt: time(5).getTime(),
      forceSyncRequested: 7,
      forceSyncApplied: 6,
      forceSyncToken: "t",
      lastWrite,
    });
    expect(await state.assignmentWork(await seed.cluster(), [id])).toEqual([]);
    await query(dataSource, "UPDATE assignment SET write_resource_version = NULL WHERE id = $1", [id]);
    expect((await state.assignmentWork(clusterId, [id]))[0]).toMatchObject({ lastWrite: null });
  });

  it("is every field of a provider's target, with what still needs it in this cluster", async () => {
    const state = createClusterState(dataSource);
    const project = await seed.project(clusterId);
    const elsewhere = await seed.project(await seed.cluster());
    const provider = await seed.provider({
      name: "vault",
      store_name: "vault",
      generation: 5,
      deletion_requested_at: time(3),
    });
    await query(dataSource, `UPDATE provider SET config = '{"server":"https://vault"}' WHERE id = $1`, [provider]);
    const id = await seed.target(provider, clusterId, {
      status: "ERROR",
      reason: "InvalidProviderConfig",
      message: "no",
      revision: 3,
      observed_at: time(2),
      delete_sent_at: time(4),
      sent: true,
      uid: "u-2",
      applied_generation: 4,
      ...wrote,
    });
    const secret = await seed.secret(provider);
    await seed.assignment(secret, project);
    await seed.assignment(secret, elsewhere);
    expect(await state.providerTargetWork(clusterId, [id])).toEqual([
      {
        id,
        revision: 3n,
        now: NOW,
        current: { status: "ERROR", reason: "InvalidProviderConfig", message: "no" },
        observedAt: time(2).getTime(),
        provider: {
          id: provider,
          name: "vault",
          kind: "VAULT",
          scope: "ORGANIZATION",
          managed: true,
          storeName: "vault",
          config: { server: "https://vault" },
          generation: 5,
        },
        project: null,
        deletionRequestedAt: time(3).getTime(),
        remainingAssignments: 1,
        sent: true,
        deleteSentAt: time(4).getTime(),
        uid: "u-2",
        appliedGeneration: 4,
        lastWrite,
      },
    ]);
    const own = await seed.provider({ scope: "PROJECT", project_id: project });
    const [work] = await state.providerTargetWork(clusterId, [await seed.target(own, clusterId, { namespace: "n" })]);
    expect(work).toMatchObject({ project: { id: project, status: "READY" }, remainingAssignments: 0, lastWrite: null });
  });

  it("is every field of a project, with what is left in it", async () => {
    const state = createClusterState(dataSource);
    const id = await seed.project(clusterId, {
      name: "beta",
      status: "DELETING",
      reason: "r",
      message: "m",
      revision: 2,
      created_at: time(0),
      deletion_requested_at: time(3),
      delete_namespace: true,
      namespace_uid: "n-1",
      namespace_ours: true,
      sent: true,
      delete_sent_at: time(4),
    });
    const provider = await seed.provider({ scope: "PROJECT", project_id: id });
    await seed.assignment(await seed.secret(provider), id);
    const assignment = await seed.assignment(await seed.secret(provider), id);
    await query(dataSource, "UPDATE provider SET status = 'DELETE_FAILED' WHERE id = $1", [provider]);
    await query(dataSource, "UPDATE assignment SET status = 'DELETE_FAILED' WHERE id = $1", [assignment]);
    expect(await state.projectWork(clusterId, [id])).toEqual([
      {
        id,
        revision: 2n,
        now: NOW,
        name: "beta",
        current: { status: "DELETING", reason: "r", message: "m" },
        createdAt: time(0).getTime(),
        deletionRequestedAt: time(3).getTime(),
        deleteNamespace: true,
        namespaceUid: "n-1",
        namespaceOurs: true,
        sent: true,
        deleteSentAt: time(4).getTime(),
        remainingAssignments: 2,
        remainingProviders: 1,
        stuck: 2,
      },
    ]);
  });

  it("is the installation's id, the same each time", async () => {
    const state = createClusterState(dataSource);
    const [row] = await query<{ id: string }>(dataSource, "SELECT id FROM installation");
    expect(await state.installationId()).toBe(row?.id);
    expect(await state.installationId()).toBe(row?.id);
  });
});

describe("the index of a cluster", () => {
  async function world() {
    const project = await seed.project(clusterId, { name: `p-${randomUUID()}` });
    const otherProject = await seed.project(clusterId, { name: `q-${randomUUID()}` });
    const elsewhere = await seed.project(await seed.cluster());
    const provider = await seed.provider();
    const own = await seed.provider({ scope: "PROJECT", project_id: project });
    const target = await seed.target(provider, clusterId);
    const ownTarget = await seed.target(own, clusterId, { namespace: "n" });
    const secret = await seed.secret(provider);
    const ownSecret = await seed.secret(own, { scope: "PROJECT", project_id: project });
    const assignment = await seed.assignment(secret, project, { object_name: "one" });
    const otherAssignment = await seed.assignment(secret, otherProject, { object_name: "two" });
    const ownAssignment = await seed.assignment(ownSecret, project, { object_name: "three" });
    await seed.assignment(secret, elsewhere);
    return {
      project,
      otherProject,
      provider,
      own,
      target,
      ownTarget,
      secret,
      ownSecret,
      assignment,
      otherAssignment,
      ownAssignment,
    };
  }
  const idsOf = (entries: { id: string }[]) => entries.map(({ id }) => id).sort();

  it("has everything of the cluster and nothing else, with where it is", async () => {
    const state = createClusterState(dataSource);
    const all = await world();
    const index = await state.workIndex(clusterId);
    const { project, otherProject, target, ownTarget, assignment, otherAssignment, ownAssignment } = all;
    expect(idsOf(index)).toEqual(
      [project, otherProject, target, ownTarget, assignment, otherAssignment, ownAssignment].sort(),
    );
    const [row] = await query<{ name: string }>(dataSource, "SELECT name FROM project WHERE id = $1", [project]);
    const [store] = await query<{ name: string }>(dataSource, "SELECT store_name AS name FROM provider WHERE id = $1", [
      all.provider,
    ]);
    const find = (id: string) => index.find((entry) => entry.id === id);
    expect(find(project)).toEqual({ kind: "project", id: project, namespace: null, name: row?.name });
    expect(find(assignment)).toEqual({ kind: "assignment", id: assignment, namespace: row?.name, name: "one" });
    expect(find(target)).toEqual({ kind: "providerTarget", id: target, namespace: null, name: store?.name });
    expect(find(ownTarget)).toMatchObject({ kind: "providerTarget", namespace: "n" });
  });

  it("finds what a change concerns, each once", async () => {
    const state = createClusterState(dataSource);
    const all = await world();
    const affected = async (ids: Parameters<typeof state.affectedWork>[1]) =>
      idsOf(await state.affectedWork(clusterId, ids));
    expect(await affected({ projectIds: [all.project] })).toEqual(
      [all.project, all.ownTarget, all.assignment, all.ownAssignment].sort(),
    );
    expect(await affected({ providerIds: [all.provider] })).toEqual(
      [all.target, all.assignment, all.otherAssignment].sort(),
    );
    expect(await affected({ secretIds: [all.secret] })).toEqual([all.assignment, all.otherAssignment].sort());
    expect(await affected({ assignmentIds: [all.assignment, randomUUID()] })).toEqual([all.assignment]);
    expect(await affected({ secretIds: [all.secret], assignmentIds: [all.assignment] })).toHaveLength(2);
    expect(await affected({})).toEqual([]);
    expect(await state.affectedWork(await seed.cluster(), { secretIds: [all.secret] })).toEqual([]);
  });

  it("makes the target that a provider needs here and lacks", async () => {
    const state = createClusterState(dataSource);
    const provider = await seed.provider();
    const going = await seed.provider({ status: "DELETING", deletion_requested_at: new Date() });
    const [entry, ...rest] = await state.affectedWork(clusterId, { providerIds: [provider, going] });
    expect(entry).toMatchObject({ kind: "providerTarget", namespace: null });
    expect(rest).toEqual([]);
    expect(await state.affectedWork(clusterId, { providerIds: [provider] })).toEqual([entry]);
  });
});
