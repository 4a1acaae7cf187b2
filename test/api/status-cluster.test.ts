import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { App } from "../../src/app.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { at, externalSecret, managersOf, objectOf, partOf } from "../support/kubernetes.js";
import { Scene, told, unique, VAULT } from "../support/scene.js";
import { containing } from "../support/matching.js";

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.start();
});
afterAll(() => scene.stop());
beforeEach(() => {
  for (const cluster of scene.app.simulator.clusters.values()) {
    cluster.faults.clear();
    cluster.operator.start();
  }
});

/** Every request that could change something, counted from now on. */
function writesTo(cluster: ReturnType<Scene["cluster"]>) {
  const verbs = ["create", "update", "patch", "delete", "apply"] as const;
  // A fault that does nothing but count.
  const faults = verbs.map((verb) => cluster.faults.add({ match: { verb }, effect: { kind: "delay", ms: 0 } }));
  return (): number => faults.reduce((sum, { hits }) => sum + hits, 0);
}

describe("a cluster", () => {
  it("is CONNECTED, with the operator's version, and tells when it goes away and comes back", async () => {
    const clusterId = scene.clusterId("oslo");
    scene.cluster("oslo").faults.add({ effect: { kind: "refuse" } });
    await scene.untilCluster("oslo", { status: "UNREACHABLE" });
    scene.cluster("oslo").faults.clear();
    await scene.untilCluster("oslo", { status: "CONNECTED" });
    expect((await scene.history(clusterId)).map(told)).toEqual([
      "CLUSTER >UNREACHABLE Configured",
      "CLUSTER UNREACHABLE>CONNECTED",
      "CLUSTER CONNECTED>UNREACHABLE ClusterUnreachable",
      "CLUSTER UNREACHABLE>CONNECTED",
    ]);
    const { cluster } = await scene.admin.ask<{ cluster: { operatorApiVersion: string; lastSeenAt: string } }>(
      "query ($id: ID!) { cluster(id: $id) { operatorApiVersion lastSeenAt } }",
      { id: clusterId },
    );
    expect(cluster.operatorApiVersion).toBe("v1");
    expect(Date.parse(cluster.lastSeenAt)).not.toBeNaN();
  });

  it("is CONNECTED still where one connection is lost", async () => {
    const id = scene.clusterId("oslo");
    const before = (await scene.history(id)).length;
    scene.cluster("oslo").dropConnections();
    const project = await scene.project("oslo");
    expect(project.id).toBeDefined();
    expect(await scene.history(id)).toHaveLength(before);
  });

  it("without the operator's CRDs is NO_OPERATOR; what is assigned there waits as FAILED, and is applied when they arrive", async () => {
    const cluster = scene.cluster("oslo");
    const [project, provider] = await Promise.all([scene.project("oslo"), scene.provider()]);
    cluster.removeOperator();
    await scene.untilCluster("oslo", { status: "NO_OPERATOR" });
    const secret = await scene.secret(provider, [project]);
    await scene.untilAssignment(secret, { status: "FAILED", reason: "NoOperator" });
    // A namespace needs no operator.
    await scene.project("oslo");
    cluster.installOperator();
    await scene.untilCluster("oslo", { status: "CONNECTED" });
    await scene.untilAssignment(secret, { status: "SYNCED" });
    await scene.untilProvider(provider.id, { status: "READY" });
  });

  it("that serves v1beta1 alone is spoken to in it", async () => {
    const old = await Scene.start({ clusters: ["old"], simulator: { apiVersion: "v1beta1" } });
    try {
      const [project, provider] = await Promise.all([old.project("old"), old.provider()]);
      const secret = await old.secret(provider, [project]);
      const assignment = await old.untilAssignment(secret, { status: "SYNCED" });
      expect(assignment.externalSecret?.manifest).toContain("apiVersion: external-secrets.io/v1beta1");
      await old.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
        input: { id: secret.id, refreshInterval: "2h" },
      });
      await eventually(async () => (await old.assignments(secret.id))[0]?.syncedGeneration === 2);
      expect((await old.history(assignment.id)).filter(({ reason }) => reason === "Drifted")).toEqual([]);
    } finally {
      await old.stop();
    }
  });
});

describe("somebody was faster", () => {
  it("by a moment, with the very same object: withdrawn, NotOurs, nothing of ours stays on it", async () => {
    const { project, provider, secret: model } = await scene.synced();
    const cluster = scene.cluster();
    const name = unique("race");
    const spec = partOf(objectOf(cluster, { project, secret: model }), "spec");
    cluster.faults.add({ match: { verb: "watch", resource: "externalsecrets" }, effect: { kind: "stallWatch" } });
    cluster.operator.stop();
    const theirs = externalSecret(project.name, name, { store: provider, key: "any" });
    const target = { ...partOf(spec, "target"), name };
    cluster.store.create({ ...theirs, spec: { ...spec, target } }, { manager: "terraform" });
    const data = [
      { secretKey: "password", remoteKey: at(spec, "data", "0", "remoteRef", "key"), property: "password" },
    ];
    const secret = await scene.secret(provider, [project], { name, data });
    const seen = await scene.untilAssignment(secret, { status: "FAILED", reason: "NotOurs" });
    expect(seen.message).toContain("terraform");
    const live = objectOf(cluster, { project, secret });
    expect(at(live, "metadata", "labels")).toBeUndefined();
    expect(managersOf(live)).toEqual(["terraform"]);
    expect(at(live, "spec")).toEqual({ ...spec, target });
  });

  it("by a moment, with another object: the conflict says so, NotOurs", async () => {
    const { project, provider } = await scene.synced();
    const cluster = scene.cluster();
    const name = unique("race");
    cluster.faults.add({ match: { verb: "watch", resource: "externalsecrets" }, effect: { kind: "stallWatch" } });
    const theirs = externalSecret(project.name, name, { store: provider, key: "other", refreshInterval: "9h0m0s" });
    cluster.store.apply(theirs, { manager: "argocd-controller" });
    const secret = await scene.secret(provider, [project], { name });
    const seen = await scene.untilAssignment(secret, { status: "FAILED", reason: "NotOurs" });
    expect(seen.message).toContain("argocd-controller");
    expect(at(objectOf(cluster, { project, secret }), "spec", "refreshInterval")).toBe("9h0m0s");
  });
});

describe("a store that platform admins made in one of two clusters", () => {
  it("is READY there, and its absence elsewhere is no error of the provider", async () => {
    const storeName = unique("existing");
    scene.cluster("berlin").store.create({
      apiVersion: "external-secrets.io/v1",
      kind: "ClusterSecretStore",
      metadata: { name: storeName },
      spec: { provider: { vault: VAULT } },
    });
    const provider = await scene.provider(undefined, { existingStore: { kind: "VAULT", storeName } });
    const { targets } = await scene.untilProvider(provider.id, { status: "READY" });
    expect(targets).toMatchObject([
      { cluster: { name: "berlin" }, status: "READY" },
      { cluster: { name: "oslo" }, status: "ERROR", reason: "StoreNotFound" },
    ]);
  });
});

describe("a configured name that leads elsewhere", () => {
  let own: Scene;
  const replicas: App[] = [];
  const directories: string[] = [];
  afterEach(async () => {
    for (const app of replicas.splice(0)) await app.stop();
    await own.stop();
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
  });

  /** A kubeconfig in which `copy` leads to where `berlin` does. */
  async function withCopy({ app }: Scene): Promise<{ KUBECONFIG: string }> {
    const directory = await mkdtemp(join(tmpdir(), "secretariat-copy-"));
    directories.push(directory);
    const [one, other] = [join(directory, "berlin"), join(directory, "copy")];
    await writeFile(one, app.simulator.kubeconfig(), { mode: 0o600 });
    await writeFile(other, app.simulator.kubeconfig().replaceAll("berlin", "copy"), { mode: 0o600 });
    return { KUBECONFIG: [one, other].join(delimiter) };
  }

  it("to another kube-system uid than before: UNREACHABLE, ClusterChanged, nothing is written", async () => {
    own = await Scene.start({ clusters: ["berlin"] });
    const { project, secret, provider } = await own.synced();
    const cluster = own.cluster();
    const uid = cluster.kubeSystemUid;
    cluster.replaceKubeSystem();
    const seen = await own.untilCluster("berlin", { status: "UNREACHABLE" });
    expect(seen.statusReason).toMatch(/another cluster than before/u);
    const changed = await own.untilTransition(own.clusterId("berlin"), { reason: "ClusterChanged" });
    expect(changed).toMatchObject({ from: "CONNECTED", to: "UNREACHABLE" });
    const writes = writesTo(cluster);
    cluster.store.delete("externalsecrets", project.name, secret.name);
    const other = await own.secret(provider, [project]);
    await own.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
      input: { id: secret.id, refreshInterval: "2h" },
    });
    // Several looks later still.
    const looks = cluster.faults.add({ match: { path: /kube-system|\/apis\// }, effect: { kind: "delay", ms: 0 } });
    await eventually(() => looks.hits >= 4);
    expect(writes()).toBe(0);
    expect(await own.assignments(other.id)).toMatchObject([{ status: "PENDING" }]);
    // The old one is back.
    cluster.replaceKubeSystem(uid);
    await own.untilCluster("berlin", { status: "CONNECTED" });
    await own.untilAssignment(other, { status: "SYNCED" });
    await own.untilAssignment(secret, { status: "SYNCED" });
  });

  it("two names to one cluster: the second is UNREACHABLE, ClusterChanged, and nothing is written under it", async () => {
    own = await Scene.start({ clusters: ["berlin"] });
    const app = await own.app.replica({ CLUSTER_CONTEXTS: "berlin,copy", ...(await withCopy(own)) });
    replicas.push(app);
    const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    const clusters = await eventually(async () => {
      const found = await admin.ask<{ clusters: { id: string; name: string; status: string; statusReason: string }[] }>(
        "{ clusters { id name status statusReason } }",
      );
      return found.clusters.some(({ statusReason }) => statusReason?.includes("same cluster")) && found.clusters;
    });
    expect(clusters).toMatchObject([
      { name: "berlin", status: "CONNECTED" },
      { name: "copy", status: "UNREACHABLE", statusReason: containing('"berlin"') },
    ]);
    const name = unique("nowhere");
    const { createProject } = await admin.ask<{ createProject: { id: string } }>(
      "mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }",
      { input: { name, description: "", clusterId: clusters[1]?.id } },
    );
    await own.project("berlin");
    expect(await own.untilProject(createProject.id, {})).toMatchObject({ status: "PENDING" });
    expect(own.cluster().store.get("namespaces", "", name)).toBeUndefined();
  });

  it("two names to one cluster from the beginning: one of them has it, the other nothing", async () => {
    own = await Scene.start({ clusters: ["berlin"] });
    await own.app.app.stop();
    const app = await own.app.replica({ CLUSTER_CONTEXTS: "one=berlin,two=copy", ...(await withCopy(own)) });
    replicas.push(app);
    const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    await eventually(async () => {
      const { clusters } = await admin.ask<{
        clusters: { name: string; status: string; statusReason: string | null }[];
      }>("{ clusters { name status statusReason } }");
      const seen = clusters.map(({ status, statusReason }) => `${status} ${statusReason?.includes("same cluster")}`);
      return seen.sort().join() === "CONNECTED undefined,UNREACHABLE true";
    });
  });

  it("a name no longer configured that has projects: UNREACHABLE, NotConfigured; one without is forgotten; both come back", async () => {
    own = await Scene.start({ clusters: ["berlin", "oslo", "paris"] });
    const [stays, gone] = [own.clusterId("oslo"), own.clusterId("paris")];
    const [project, provider] = await Promise.all([own.project("oslo"), own.provider()]);
    const secret = await own.secret(provider, [project]);
    await own.untilAssignment(secret, { status: "SYNCED" });
    await own.app.app.stop();
    const fewer = await own.app.replica({ CLUSTER_CONTEXTS: "berlin" });
    replicas.push(fewer);
    const admin = await ApiClient.of(fewer.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    const question = "{ clusters { id name status statusReason } }";
    const { clusters } = await admin.ask<{ clusters: unknown[] }>(question);
    expect(clusters).toMatchObject([
      { name: "berlin" },
      { id: stays, name: "oslo", status: "UNREACHABLE", statusReason: containing("no longer name") },
    ]);
    const { history } = await admin.ask<{
      history: { nodes: { subjectId: string; to: string | null; reason: string }[] };
    }>("{ history(filter: { subject: [CLUSTER] }) { nodes { subjectId to reason } } }");
    expect(history.nodes).toContainEqual({ subjectId: stays, to: "UNREACHABLE", reason: "NotConfigured" });
    expect(history.nodes).toContainEqual({ subjectId: gone, to: null, reason: "NotConfigured" });
    const refused = await admin.send("mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }", {
      input: { name: unique("late"), description: "", clusterId: stays },
    });
    expect(refused.errors[0]?.extensions).toMatchObject({ code: "PRECONDITION_FAILED", reason: "ClusterNotReady" });
    await fewer.stop();

    const all = await own.app.replica();
    replicas.push(all);
    const again = await ApiClient.of(all.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    await eventually(async () => {
      const found = await again.ask<{ clusters: { status: string }[] }>(question);
      return found.clusters.length === 3 && found.clusters.every(({ status }) => status === "CONNECTED");
    });
  });
});
