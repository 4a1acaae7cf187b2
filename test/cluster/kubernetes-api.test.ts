import { afterEach, describe, expect, it } from "vitest";
import { createClusterClient } from "../../src/cluster/cluster-client.js";
import { loadConnections } from "../../src/cluster/connections.js";
import { ClusterDiscovery } from "../../src/cluster/discovery.js";
import { OperatorEvents } from "../../src/cluster/events.js";
import { KubernetesClusterGateway } from "../../src/cluster/gateway.js";
import type { KubernetesObject } from "../../src/cluster/kubernetes-object.js";
import { Projector, type ObservedExternalSecret } from "../../src/cluster/projection.js";
import { NAMESPACES, operatorResources } from "../../src/cluster/resources.js";
import type { KubernetesApi } from "../../src/cluster/transport/kubernetes-api.js";
import { ObservedCache } from "../../src/cluster/watch/observed-cache.js";
import { Reflector } from "../../src/cluster/watch/reflector.js";
import { startSimulator, type SimulatedCluster, type SimulatorOptions } from "../../src/dev/simulator/index.js";
import type { JsonObject } from "../../src/domain/json.js";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../support/eventually.js";
import { silentLogger } from "../support/logger.js";

const { externalSecrets, secretStores } = operatorResources("v1");
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A simulated cluster, and our API on it by way of its kubeconfig and CLUSTER_CONTEXTS. */
async function start(
  options: Partial<SimulatorOptions> = {},
): Promise<{ cluster: SimulatedCluster; api: KubernetesApi }> {
  const simulator = await startSimulator({ clusters: ["alpha"], timeScale: 0.01, ...options });
  closing.push(() => simulator.stop());
  const directory = await mkdtemp(join(tmpdir(), "secretariat-kubeconfig-"));
  closing.push(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, "config");
  await writeFile(path, simulator.kubeconfig());
  const { connections, problems } = loadConnections({ clusterContexts: "alpha", kubeconfig: path, clusterName: null });
  const [connection] = connections;
  const cluster = simulator.clusters.get("alpha");
  if (connection === undefined || cluster === undefined) throw new Error(problems.join(" "));
  const client = createClusterClient(connection.kubeConfig);
  closing.push(() => client.close());
  const api = client.api("test");
  await api.create(NAMESPACES, null, namespace, { fieldManager: APPLY.fieldManager });
  return { cluster, api };
}

const APPLY = { fieldManager: "secretariat", force: false };
const namespace: JsonObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team-a" } };
const secret = (name: string, metadata: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  metadata: { name, namespace: "team-a", ...metadata },
  spec: {
    refreshInterval: "1h0m0s",
    secretStoreRef: { name: "vault", kind: "SecretStore" },
    target: { template: { metadata: {} } },
    data: [{ secretKey: "a", remoteRef: { key: "app" } }],
    ...spec,
  },
});
const store: JsonObject = {
  apiVersion: "external-secrets.io/v1",
  kind: "SecretStore",
  metadata: { name: "vault", namespace: "team-a" },
  spec: {
    provider: { vault: { server: "https://vault.example", auth: { tokenSecretRef: { name: "vault", key: "token" } } } },
  },
};

describe("the API as it is served", () => {
  it("applies, reads by name, lists in pages, and deletes under preconditions", async () => {
    const { api } = await start({ operator: false });
    const one = await api.apply(externalSecrets, "team-a", secret("one"), APPLY);
    await api.apply(externalSecrets, "team-a", secret("two"), APPLY);
    await api.create(externalSecrets, "team-a", secret("three"), { fieldManager: "kubectl" });
    expect((await api.getByName(externalSecrets, "team-a", "one"))?.metadata.uid).toBe(one.metadata.uid);
    expect(await api.getByName(externalSecrets, "team-a", "none")).toBeNull();
    const first = await api.list(externalSecrets, { limit: 2 });
    expect(first.items).toHaveLength(2);
    const rest = await api.list(externalSecrets, { limit: 2, continue: first.continue ?? "" });
    expect([rest.items.length, rest.continue, rest.resourceVersion]).toEqual([1, null, first.resourceVersion]);

    await expect(api.delete(externalSecrets, "team-a", "one", { uid: "wrong" })).rejects.toMatchObject({ status: 409 });
    const { uid, resourceVersion } = one.metadata;
    expect(await api.delete(externalSecrets, "team-a", "one", { uid, resourceVersion })).toBe("deleted");
    await expect(api.delete(externalSecrets, "team-a", "one", { uid })).rejects.toMatchObject({
      status: 404,
      reason: "NotFound",
    });
  });

  it("tells conflicts, other uids and missing namespaces as a real one does", async () => {
    const { api } = await start({ operator: false });
    await api.create(externalSecrets, "team-a", secret("one"), { fieldManager: "kubectl" });
    const changed = secret("one", {}, { refreshInterval: "2h0m0s" });
    await expect(api.apply(externalSecrets, "team-a", changed, APPLY)).rejects.toMatchObject({
      status: 409,
      causes: expect.arrayContaining([
        {
          reason: "FieldManagerConflict",
          field: ".spec.refreshInterval",
          message: expect.stringContaining("kubectl") as unknown,
        },
      ]) as unknown,
    });
    await expect(
      api.apply(externalSecrets, "team-a", secret("one", { uid: "other" }), { ...APPLY, force: true }),
    ).rejects.toMatchObject({
      status: 422,
    });
    const elsewhere = secret("one", { namespace: "absent" });
    await expect(api.apply(externalSecrets, "absent", elsewhere, APPLY)).rejects.toMatchObject({ status: 404 });
    await expect(api.get("/api/v1/secrets")).rejects.toMatchObject({ status: 403, reason: "Forbidden" });
    const forced = await api.apply(externalSecrets, "team-a", changed, { ...APPLY, force: true, dryRun: true });
    expect(forced.spec?.["refreshInterval"]).toBe("2h0m0s");
    expect((await api.getByName(externalSecrets, "team-a", "one"))?.spec?.["refreshInterval"]).toBe("1h0m0s");
  });

  it("nulls a status under a version, and hands over fields by JSON patch", async () => {
    const { cluster, api } = await start({ operator: false });
    const one = await api.apply(externalSecrets, "team-a", secret("one"), APPLY);
    cluster.store.patch(
      "externalsecrets",
      "team-a",
      "one",
      { status: { conditions: [{ type: "Ready", status: "False" }] } },
      { subresource: "status" },
    );
    const stale = { metadata: { resourceVersion: one.metadata.resourceVersion }, status: { conditions: null } };
    const patching = api.patch(externalSecrets, "team-a", "one", stale, "merge", { subresource: "status" });
    await expect(patching).rejects.toMatchObject({ status: 409 });
    const { resourceVersion } = (await api.getByName(externalSecrets, "team-a", "one"))?.metadata ?? one.metadata;
    const fresh = { metadata: { resourceVersion }, status: { conditions: null } };
    const nulled = await api.patch(externalSecrets, "team-a", "one", fresh, "merge", { subresource: "status" });
    expect(nulled.status?.["conditions"] ?? null).toBeNull();
    const test = [{ op: "test", path: "/metadata/resourceVersion", value: resourceVersion }];
    await expect(api.patch(externalSecrets, "team-a", "one", test, "json")).rejects.toMatchObject({ status: 422 });
  });
});

describe("events of the operator", () => {
  it("tell the cause of a failure that the condition doesn't", async () => {
    const { api } = await start();
    const seen: string[] = [];
    const events = new OperatorEvents({ api, logger: silentLogger, onEvent: (uid) => seen.push(uid) });
    closing.push(() => events.stop());
    events.start();
    await eventually(() => events.synced);
    const one = await api.apply(externalSecrets, "team-a", secret("one"), APPLY);
    const { uid } = one.metadata;
    await eventually(() => seen.includes(uid));
    const failing = await eventually(async () => {
      const object = await api.getByName(externalSecrets, "team-a", "one");
      const observed = object === null ? null : new Projector().externalSecret(object);
      return observed?.ready?.status === "False" ? observed : null;
    });
    const cause = events.causeFor(uid, {
      writtenVersion: one.metadata.resourceVersion,
      lastTransitionTime: failing.ready?.lastTransitionTime ?? null,
    });
    expect(cause).toMatch(/SecretStore.*vault/u);
    expect(cause).not.toBe(failing.ready?.message);
  });
});

describe("discovery", () => {
  it("wakes up when the CRDs arrive, and reads their schema", async () => {
    const { cluster, api } = await start();
    cluster.removeOperator();
    const versions: (string | null)[] = [];
    const discovery = new ClusterDiscovery({
      api,
      logger: silentLogger,
      settings: { interval: 20, impatientInterval: 10 },
      onDiscovery: (found, changed) => changed && versions.push(found.reachable ? found.operatorApiVersion : "away"),
    });
    closing.push(() => discovery.stop());
    discovery.start();
    await eventually(() => versions.length === 1);
    cluster.installOperator();
    await eventually(() => versions.length === 2);
    expect(discovery.current).toMatchObject({ kubeSystemUid: cluster.kubeSystemUid });
    const refusing = cluster.faults.add({ effect: { kind: "refuse" } });
    await eventually(() => versions.length === 3);
    refusing.remove();
    await eventually(() => versions.length === 4);
    expect(versions).toEqual([null, "v1", "away", "v1"]);
    expect(await discovery.specSchema()).toMatchObject({ properties: { secretStoreRef: {} } });

    const gateway = new KubernetesClusterGateway({ installationId: "inst" });
    gateway.connect("c1", { name: "alpha", api, discovery });
    const spec = {
      refreshInterval: "1h",
      data: [{ secretKey: "a", remoteRef: { key: "k", metadataPolicy: "None", nonsense: 1 } }],
      surprise: {},
    };
    expect(await gateway.unknownSpecPaths(spec)).toEqual([["data", "0", "remoteRef", "nonsense"], ["surprise"]]);
    expect(await gateway.dryRun("c1", secret("dry"))).toEqual([]);
    const problems = await gateway.dryRun("c1", secret("dry", {}, { surprise: 1 }));
    expect(problems).toEqual([
      { path: ["spec", "surprise"], message: expect.stringContaining("not declared") as unknown },
    ]);
    await api.apply(externalSecrets, "team-a", secret("one"), APPLY);
    expect(await gateway.listExternalSecrets("c1", "team-a")).toMatchObject([
      { name: "one", managers: ["secretariat"] },
    ]);
  });
});

describe("list and watch", () => {
  function follow(api: KubernetesApi, pageSize: number): ObservedCache<ObservedExternalSecret> {
    const projector = new Projector();
    const cache = new ObservedCache<ObservedExternalSecret>({ onChanges: () => {} });
    const reflector = new Reflector<ObservedExternalSecret>({
      api,
      resource: externalSecrets,
      handler: cache,
      logger: silentLogger,
      settings: { pageSize, minBackoff: 2, maxBackoff: 10, stallTimeout: 150 },
      project: (object: KubernetesObject, source) => {
        const { namespace: place = null, name } = object.metadata;
        return projector.externalSecret(object, source === "watch" ? cache.get(place, name) : null);
      },
    });
    closing.push(() => reflector.stop());
    reflector.start();
    return cache;
  }

  it("holds in the end what the cluster holds, through drops, cuts, 410, in-band errors, stalls, refusals and compaction", async () => {
    const { cluster, api } = await start({ bookmarkInterval: 40, watchWindow: 60, timeScale: 0.001 });
    cluster.backends.vault.set("app", { a: "value" });
    await api.apply(secretStores, "team-a", store, APPLY);
    const cache = follow(api, 7);
    const random = (n: number): number => Math.floor(Math.random() * n);
    const wounds: (() => void)[] = [
      () => cluster.dropWatches(),
      () => cluster.dropConnections(),
      () => cluster.failWatches(),
      () =>
        cluster.failWatches(
          {},
          { kind: "Status", status: "Failure", code: 500, reason: "InternalError", message: "etcd" },
        ),
      () => cluster.compact(),
      () => cluster.faults.add({ match: { verb: "list" }, effect: { kind: "status", code: 500 }, times: 2 }),
      () => cluster.faults.add({ match: { verb: "watch" }, effect: { kind: "gone", http: true }, times: 1 }),
      () => cluster.faults.add({ match: { verb: "watch" }, effect: { kind: "unauthorized" }, times: 2 }),
      () => cluster.faults.add({ match: { verb: "watch" }, effect: { kind: "stallWatch" }, times: 1 }),
      () => cluster.faults.add({ match: { verb: "list" }, effect: { kind: "gone" }, times: 1 }),
    ];
    for (let step = 0; step < 240; step += 1) {
      const name = `s${random(30)}`;
      const existing = cluster.store.get("externalsecrets", "team-a", name);
      if (existing === undefined) cluster.store.create(secret(name));
      else if (random(3) === 0) cluster.store.delete("externalsecrets", "team-a", name);
      else if (existing.metadata["deletionTimestamp"] === undefined) {
        cluster.store.patch("externalsecrets", "team-a", name, { metadata: { annotations: { step: String(step) } } });
      }
      if (step % 8 === 0) wounds[random(wounds.length)]?.();
      if (step % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const held = (): string[] =>
      [...cache.values()].map((object) => JSON.stringify([object.name, object.resourceVersion]));
    const there = (): string[] =>
      cluster.store
        .list("externalsecrets")
        .map(({ metadata }) => JSON.stringify([metadata["name"], metadata["resourceVersion"]]));
    await eventually(() => held().sort().join() === there().sort().join(), 15_000);
    expect(cluster.store.count("externalsecrets")).toBeGreaterThan(0);
  });

  it("leaves no watch behind when it stops", async () => {
    const { cluster, api } = await start({ operator: false });
    const cache = follow(api, 500);
    await eventually(() => cache.synced && cluster.open.watches === 1);
    await closing.pop()?.();
    await eventually(() => cluster.open.watches === 0);
  });
});
