import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../test/support/open-database.js";
import type { OpenDatabase } from "../../../test/support/open-database.js";
import { Seed } from "../../../test/support/seed.js";
import { query } from "../transaction.js";
import { ensureClusters, knownClusters } from "./clusters.js";
import { reportCluster } from "./report-cluster.js";

let database: OpenDatabase;
let dataSource: DataSource;
let seed: Seed;
beforeEach(async () => {
  database = await openDatabase();
  dataSource = database.dataSource;
  seed = new Seed(dataSource);
});
afterEach(() => database.close());

const log = async () =>
  (
    await query<{ line: string }>(
      dataSource,
      `SELECT subject || ' ' || coalesce(from_status, '-') || '>' || coalesce(to_status, '-') || ' ' || coalesce(reason, '-') AS line
         FROM transition ORDER BY position`,
    )
  ).map(({ line }) => line);
const row = async (name: string) =>
  (await query<Record<string, unknown>>(dataSource, "SELECT * FROM cluster WHERE name = $1", [name]))[0];
const targets = (providerId: string) =>
  query<{ name: string; namespace: string | null }>(
    dataSource,
    "SELECT c.name, t.namespace FROM provider_target t JOIN cluster c ON c.id = t.cluster_id WHERE t.provider_id = $1 ORDER BY c.name",
    [providerId],
  );

describe("ensureClusters", () => {
  it("makes a row for each name, once, also for replicas that start at once", async () => {
    const replicas = await Promise.all([1, 2, 3].map(() => database.another({ poolSize: 2 })));
    const answers = await Promise.all(replicas.map((replica) => ensureClusters(replica, ["b", "a"])));
    expect(answers[0]?.map(({ name, status, reason }) => ({ name, status, reason }))).toEqual([
      { name: "a", status: "UNREACHABLE", reason: "ClusterUnreachable" },
      { name: "b", status: "UNREACHABLE", reason: "ClusterUnreachable" },
    ]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect(await log()).toEqual(["CLUSTER ->UNREACHABLE Configured", "CLUSTER ->UNREACHABLE Configured"]);
  });

  it("gives each organization provider a target in a new cluster, and none to what is going away or another's", async () => {
    const [first] = await ensureClusters(dataSource, ["a"]);
    const project = await seed.project(first?.id ?? "");
    const managed = await seed.provider();
    const existing = await seed.provider({ managed: false });
    const going = await seed.provider({ status: "DELETING", deletion_requested_at: new Date() });
    const own = await seed.provider({ scope: "PROJECT", project_id: project });
    await seed.target(managed, first?.id ?? "");
    await ensureClusters(dataSource, ["a", "b"]);
    for (const id of [managed, existing]) expect((await targets(id)).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(await targets(going)).toEqual([]);
    const [ownTarget] = await targets(own);
    expect(ownTarget).toMatchObject({ name: "a" });
    expect(ownTarget?.namespace).toMatch(/^project-/);
    // A store that is yet to be written somewhere: not READY any more.
    const [status] = await query(dataSource, "SELECT status FROM provider WHERE id = $1", [managed]);
    expect(status).toEqual({ status: "PENDING" });
    expect(await log()).toContain("PROVIDER READY>PENDING -");
    const before = (await log()).length;
    await ensureClusters(dataSource, ["a", "b"]);
    expect(await log()).toHaveLength(before);
  });

  it("keeps a cluster that is no longer named but has projects, as UNREACHABLE, and takes it back", async () => {
    const [cluster] = await ensureClusters(dataSource, ["a"]);
    await seed.project(cluster?.id ?? "");
    await query(dataSource, "UPDATE cluster SET status = 'CONNECTED', reason = NULL");
    expect(await ensureClusters(dataSource, [])).toEqual([]);
    expect(await row("a")).toMatchObject({ status: "UNREACHABLE", reason: "NotConfigured", configured: false });
    await ensureClusters(dataSource, []);
    expect(await log()).toEqual(["CLUSTER ->UNREACHABLE Configured", "CLUSTER CONNECTED>UNREACHABLE NotConfigured"]);
    expect((await ensureClusters(dataSource, ["a"])).map(({ id }) => id)).toEqual([cluster?.id]);
    expect(await row("a")).toMatchObject({ status: "UNREACHABLE", reason: "ClusterUnreachable", configured: true });
  });

  it("forgets a cluster that is no longer named and has no project, with the providers' targets there", async () => {
    const [a, b] = await ensureClusters(dataSource, ["a", "b"]);
    const provider = await seed.provider({ status: "ERROR" });
    await seed.target(provider, a?.id ?? "");
    await seed.target(provider, b?.id ?? "", { status: "ERROR", reason: "InvalidProviderConfig" });
    const last = await seed.provider({ status: "DELETING", deletion_requested_at: new Date() });
    await seed.target(last, b?.id ?? "", { status: "DELETING" });
    await ensureClusters(dataSource, ["a"]);
    expect(await row("b")).toBeUndefined();
    expect((await targets(provider)).map(({ name }) => name)).toEqual(["a"]);
    expect((await log()).slice(2).sort()).toEqual([
      "CLUSTER UNREACHABLE>- NotConfigured",
      "PROVIDER DELETING>- Deleted",
      "PROVIDER ERROR>READY -",
    ]);
  });
});

describe("reportCluster", () => {
  const connected = { status: "CONNECTED", reason: null, message: null } as const;

  it("writes the row, and the change of its status to the log", async () => {
    const [cluster] = await ensureClusters(dataSource, ["a"]);
    const id = cluster?.id ?? "";
    const term = await seed.lease(id);
    const report = { ...connected, kubeSystemUid: "u-1", operatorApiVersion: "v1", seen: true };
    expect(await reportCluster(dataSource, id, term, report)).toBe(true);
    const after = await row("a");
    expect(after).toMatchObject({
      status: "CONNECTED",
      reason: null,
      kube_system_uid: "u-1",
      operator_api_version: "v1",
    });
    expect(after?.["last_seen_at"]).toBeInstanceOf(Date);
    const away = {
      status: "UNREACHABLE",
      reason: "ClusterUnreachable",
      message: "connect ECONNREFUSED",
      seen: false,
    } as const;
    expect(await reportCluster(dataSource, id, term, away)).toBe(true);
    expect(await row("a")).toMatchObject({
      status: "UNREACHABLE",
      message: "connect ECONNREFUSED",
      operator_api_version: "v1",
      kube_system_uid: "u-1",
      last_seen_at: after?.["last_seen_at"],
    });
    expect((await log()).slice(1)).toEqual([
      "CLUSTER UNREACHABLE>CONNECTED -",
      "CLUSTER CONNECTED>UNREACHABLE ClusterUnreachable",
    ]);
    const concerned = await query(dataSource, "SELECT DISTINCT cluster_id, project_id FROM transition");
    expect(concerned).toEqual([{ cluster_id: id, project_id: null }]);
  });

  it("never changes the uid by which a cluster is known, nor lets two names have one", async () => {
    const [a, b] = await ensureClusters(dataSource, ["a", "b"]);
    const [termA, termB] = [await seed.lease(a?.id ?? ""), await seed.lease(b?.id ?? "")];
    await reportCluster(dataSource, a?.id ?? "", termA, { ...connected, kubeSystemUid: "u-1", seen: true });
    await reportCluster(dataSource, a?.id ?? "", termA, {
      ...connected,
      message: "again",
      kubeSystemUid: "u-2",
      seen: true,
    });
    expect(await row("a")).toMatchObject({ kube_system_uid: "u-1" });
    const second = reportCluster(dataSource, b?.id ?? "", termB, { ...connected, kubeSystemUid: "u-1", seen: true });
    await expect(second).rejects.toThrow(/uq_cluster_kube_system_uid/);
    expect(await knownClusters(dataSource)).toEqual([
      { id: a?.id, name: "a", kubeSystemUid: "u-1" },
      { id: b?.id, name: "b", kubeSystemUid: null },
    ]);
  });

  it("costs a write only now and then while nothing changes", async () => {
    const [cluster] = await ensureClusters(dataSource, ["a"]);
    const id = cluster?.id ?? "";
    const term = await seed.lease(id);
    const report = { ...connected, kubeSystemUid: "u-1", operatorApiVersion: null, seen: true };
    await reportCluster(dataSource, id, term, report);
    const version = async () => (await query(dataSource, "SELECT xmin::text FROM cluster"))[0];
    const first = await version();
    expect(await reportCluster(dataSource, id, term, report)).toBe(true);
    expect(await version()).toEqual(first);
    await query(dataSource, "UPDATE cluster SET last_seen_at = now() - interval '16 s'");
    await reportCluster(dataSource, id, term, report);
    const seen = await query<{ late: boolean }>(
      dataSource,
      "SELECT last_seen_at < now() - interval '10 s' AS late FROM cluster",
    );
    expect(seen).toEqual([{ late: false }]);
  });

  it("writes nothing for a term that is not the leader's", async () => {
    const [cluster] = await ensureClusters(dataSource, ["a"]);
    await seed.lease(cluster?.id ?? "");
    expect(await reportCluster(dataSource, cluster?.id ?? "", randomUUID(), { ...connected, seen: true })).toBe(false);
    expect(await row("a")).toMatchObject({ status: "UNREACHABLE" });
  });
});
