import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject, SimulatedCluster } from "../../src/dev/simulator/index.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { at, externalSecret, labelsOf, managersOf, nativeOf, objectOf, partOf } from "../support/kubernetes.js";
import { type NamedId, Scene, told, unique, VAULT } from "../support/scene.js";

/** Milliseconds that the operator may be silent here. */
const OPERATOR = 1_500;
/** A ClusterSecretStore as somebody else writes it. */
const clusterStore = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ClusterSecretStore",
  metadata: { name },
  spec: { provider: { vault: VAULT }, ...spec },
});
const item = (remoteKey: string) => [{ secretKey: "password", remoteKey, property: "password" }];

let scene: Scene;
let cluster: SimulatedCluster;
beforeAll(async () => {
  scene = await Scene.start({ clusters: ["berlin"], patience: { operator: OPERATOR }, simulator: { timeScale: 1 } });
  cluster = scene.cluster();
});
afterAll(() => scene.stop());
beforeEach(async () => {
  cluster.faults.clear();
  cluster.operator.start();
  await scene.untilCluster("berlin", { status: "CONNECTED" });
});

const update = (id: string, input: Record<string, unknown>) =>
  scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", { input: { id, ...input } });

describe("what is not ours", () => {
  it("somebody was faster, and the withdrawal does not come through: withdrawn later, never taken over", async () => {
    const { project, provider, secret: model } = await scene.synced();
    const name = unique("race");
    const spec = partOf(objectOf(cluster, { project, secret: model }), "spec");
    cluster.operator.stop();
    const match = { verb: "apply", resource: "externalsecrets", name } as const;
    const first = cluster.faults.add({ match, effect: { kind: "delay", ms: 300 }, times: 1 });
    const data = item(String(at(spec, "data", "0", "remoteRef", "key")));
    const secret = await scene.secret(provider, [project], { name, data });
    await eventually(() => first.hits === 1);
    // While our apply is on its way: their object comes, and what we would send after it fails.
    const theirs = externalSecret(project.name, name, { store: provider, key: "any" });
    const target = { ...partOf(spec, "target"), name };
    cluster.store.create({ ...theirs, spec: { ...spec, target } }, { manager: "terraform" });
    const failing = cluster.faults.add({ match, effect: { kind: "status", code: 503 }, times: 2 });
    const seen = await scene.untilAssignment(secret, { status: "FAILED", reason: "NotOurs" });
    expect(failing.hits).toBe(2);
    expect(seen.message).toContain("terraform");
    const live = objectOf(cluster, { project, secret });
    expect(managersOf(live)).toEqual(["terraform"]);
    expect(labelsOf(live)).toEqual({});
    expect(at(live, "spec")).toEqual({ ...spec, target });
  });

  it("an object of the same name that somebody is deleting: waited for, and told as what it is", async () => {
    const [project, provider, name] = [await scene.project(), await scene.provider(), unique("leaving")];
    cluster.operator.stop();
    cluster.store.create(externalSecret(project.name, name, { store: provider, key: "any" }));
    cluster.store.patch("externalsecrets", project.name, name, { metadata: { finalizers: ["example.com/keep"] } });
    cluster.store.delete("externalsecrets", project.name, name);
    const secret = await scene.secret(provider, [project], { name });
    const seen = await scene.untilAssignment(secret, { status: "PENDING", reason: "DeletingOld" });
    expect(seen.message).toContain("Another object of this name");
    cluster.operator.start();
    cluster.store.patch("externalsecrets", project.name, name, { metadata: { finalizers: null } });
    await scene.untilAssignment(secret, { status: "SYNCED" });
    expect((await scene.history(seen.id)).map(told)).not.toContain("ASSIGNMENT PENDING>DELETING Drifted");
  });
});

describe("a pass that is disturbed", () => {
  it("a 409 that is about no uid, again and again: FAILED with the API's reason, and not tried without rest", async () => {
    const { secret } = await scene.synced();
    const fault = cluster.faults.add({
      match: { verb: "apply", name: secret.name },
      effect: { kind: "status", code: 409, message: "a webhook says: not now" },
    });
    await update(secret.id, { refreshInterval: "2h" });
    const seen = await scene.untilAssignment(secret, { status: "FAILED", reason: "Conflict" });
    expect(seen.message).toContain("not now");
    expect(fault.hits).toBeLessThan(10);
    fault.remove();
    await scene.untilAssignment(secret, { status: "SYNCED" });
  });

  it("the operator writes between our read and our replacing of the spec: read again, and nothing has FAILED", async () => {
    const { project, secret, assignment } = await scene.synced();
    const apply = cluster.faults.add({
      match: { verb: "apply", name: secret.name },
      effect: { kind: "delay", ms: 200 },
      times: 1,
    });
    cluster.store.patch("externalsecrets", project.name, secret.name, {
      spec: { target: { template: { metadata: { labels: { who: "me" } } } } },
    });
    await eventually(() => apply.hits === 1);
    const fault = cluster.faults.add({
      match: { verb: "patch", resource: "externalsecrets", name: secret.name, subresource: "" },
      effect: { kind: "status", code: 422, message: "the server rejected our request: testing value failed" },
      times: 2,
    });
    await scene.untilTransition(assignment.id, { reason: "Drifted" });
    expect(fault.hits).toBe(2);
    expect(at(objectOf(cluster, { project, secret }), "spec", "target", "template", "metadata")).toEqual({});
    expect((await scene.history(assignment.id)).map(({ to }) => to)).not.toContain("FAILED");
  });

  it("gone, made again, and the answer to that is lost: the operator's time to answer begins with the new object", async () => {
    const { project, secret, assignment } = await scene.synced();
    // The record of the last write is older than the operator's time.
    await eventually(async () => Date.now() - Date.parse(assignment.refreshedAt ?? "") > OPERATOR + 1_000);
    cluster.operator.stop();
    const fault = cluster.faults.add({ match: { verb: "apply", name: secret.name }, effect: { kind: "lostAnswer" } });
    cluster.store.patch("externalsecrets", project.name, secret.name, { metadata: { finalizers: null } });
    cluster.store.delete("externalsecrets", project.name, secret.name);
    await eventually(() => fault.hits >= 4);
    fault.remove();
    const began = performance.now();
    await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "OperatorSilent" });
    expect(performance.now() - began).toBeGreaterThan(OPERATOR / 2);
    cluster.operator.start();
    await scene.untilAssignment(secret, { status: "SYNCED" });
  });

  it("a repaired drift of what the operator looks at only once, whose clearing failed: cleared later, and synced", async () => {
    const { project, secret } = await scene.synced({ refreshPolicy: "CREATED_ONCE" });
    const fault = cluster.faults.add({
      match: { subresource: "status", name: secret.name, verb: "patch" },
      effect: { kind: "status", code: 403, message: "not now" },
      times: 1,
    });
    cluster.store.patch("externalsecrets", project.name, secret.name, { spec: { refreshInterval: "9h0m0s" } });
    await eventually(() => fault.hits === 1);
    await eventually(async () => {
      const [seen] = await scene.assignments(secret.id);
      const live = objectOf(cluster, { project, secret });
      const synced = String(at(live, "status", "syncedResourceVersion"));
      return seen?.status === "SYNCED" && synced.startsWith(`${String(at(live, "metadata", "generation"))}-`);
    });
  });
});

describe("a store that platform admins made", () => {
  it("is changed, and stays READY: what could not be read through it is tried at once", async () => {
    const [project, storeName] = [await scene.project(), unique("theirs")];
    cluster.store.create(clusterStore(storeName, { conditions: [{ namespaces: ["somewhere-else"] }] }));
    const provider = await scene.provider(undefined, { existingStore: { kind: "VAULT", storeName } });
    const secret = await scene.secret(provider, [project]);
    const seen = await scene.untilAssignment(secret, { status: "SYNCED_ERROR" });
    expect(seen.message).toContain("is not allowed from namespace");
    cluster.store.patch("clustersecretstores", "", storeName, {
      spec: { conditions: [{ namespaces: [project.name] }] },
    });
    await scene.untilAssignment(secret, { status: "SYNCED" });
    const annotations = at(objectOf(cluster, { project, secret }), "metadata", "annotations");
    expect(annotations).toHaveProperty(["secretariat.io/force-sync"]);
    expect(at(cluster.store.get("clustersecretstores", "", storeName), "metadata", "labels")).toBeUndefined();
  });
});

describe("an adopted ExternalSecret", () => {
  const existing = async (project: NamedId): Promise<NamedId> => {
    const name = unique("own");
    cluster.store.create({
      apiVersion: "external-secrets.io/v1",
      kind: "SecretStore",
      metadata: { name, namespace: project.name },
      spec: { provider: { vault: { ...VAULT, auth: { tokenSecretRef: { name: "reader", key: "token" } } } } },
    });
    return scene.provider(name, {
      scope: "PROJECT",
      projectId: project.id,
      existingStore: { kind: "VAULT", storeName: name },
    });
  };

  it("that names its SecretStore without a kind is taken over without one: its generation stays", async () => {
    const project = await scene.project();
    const [store, name] = [await existing(project), unique("by-hand")];
    const theirs = externalSecret(project.name, name, { store, key: scene.value() });
    cluster.store.create({ ...theirs, spec: { ...partOf(theirs, "spec"), secretStoreRef: { name: store.name } } });
    const place = { project, secret: { name } };
    await eventually(() => nativeOf(cluster, place));
    const before = objectOf(cluster, place);
    const secret = await scene.adopt(project, name);
    const adopted = await scene.untilAssignment(secret, { status: "SYNCED" });
    const after = objectOf(cluster, place);
    expect(at(after, "metadata", "generation")).toBe(at(before, "metadata", "generation"));
    expect(at(after, "spec", "secretStoreRef")).toEqual({ name: store.name });
    expect(managersOf(after)).toEqual(["external-secrets", "secretariat"]);

    await update(secret.id, { refreshInterval: "3h" });
    await eventually(async () => (await scene.assignments(secret.id))[0]?.syncedGeneration === 2);
    expect((await scene.history(adopted.id)).map(told)).not.toContain("ASSIGNMENT SYNCED>SYNCED Drifted");
  });

  it("without a template: a forced sync does not copy our labels onto the native Secret, and its author's stay there", async () => {
    const [project, provider, name] = [await scene.project(), await scene.provider(), unique("by-hand")];
    const theirs = externalSecret(project.name, name, { store: provider, key: scene.value(), labels: { team: "red" } });
    cluster.store.create({ ...theirs, spec: { ...partOf(theirs, "spec"), target: { name } } });
    const place = { project, secret: { name } };
    await eventually(() => labelsOf(nativeOf(cluster, place))["team"] === "red");
    const secret = await scene.adopt(project, name);
    await scene.untilAssignment(secret, { status: "SYNCED" });
    expect(at(objectOf(cluster, place), "spec", "target", "template")).toBeUndefined();
    await scene.mutate("syncSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
    await eventually(() => labelsOf(objectOf(cluster, place))["secretariat.io/assignment"]);
    await scene.untilAssignment(secret, { status: "SYNCED" });
    const native = nativeOf(cluster, place);
    expect(Object.keys(labelsOf(native)).filter((key) => key.startsWith("secretariat.io/"))).toEqual([]);
    expect(labelsOf(native)["team"]).toBe("red");
    expect(at(native, "metadata", "annotations")).not.toHaveProperty(["secretariat.io/force-sync"]);
  });
});

describe("a cluster that goes away before its lists have come", () => {
  it("what was never listed does not count as absent when it is back", async () => {
    const storeName = unique("theirs");
    cluster.store.create(clusterStore(storeName, {}));
    const provider = await scene.provider(undefined, { existingStore: { kind: "VAULT", storeName } });
    await scene.app.app.stop();
    cluster.faults.add({
      match: { verb: "list", resource: "clustersecretstores" },
      effect: { kind: "status", code: 503 },
    });
    const app = await scene.app.replica();
    try {
      const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
      const untilCluster = (status: string) =>
        eventually(async () => {
          const found = await admin.ask<{ clusters: { status: string }[] }>("{ clusters { status } }");
          return found.clusters[0]?.status === status;
        });
      const lists = cluster.faults.add({
        match: { verb: "list", resource: "externalsecrets" },
        effect: { kind: "delay", ms: 0 },
      });
      await eventually(() => lists.hits > 0);
      const refused = cluster.faults.add({ effect: { kind: "refuse" } });
      await untilCluster("UNREACHABLE");
      refused.remove();
      await untilCluster("CONNECTED");
      cluster.faults.clear();
      const { createProject } = await admin.ask<{ createProject: NamedId }>(
        "mutation ($input: CreateProjectInput!) { createProject(input: $input) { id name } }",
        { input: { name: unique("team"), description: "" } },
      );
      await eventually(async () => {
        const query = "query ($id: ID!) { project(id: $id) { status } }";
        const { project } = await admin.ask<{ project: { status: string } }>(query, { id: createProject.id });
        return project.status === "READY";
      });
      const { history } = await admin.ask<{ history: { nodes: { to: string | null; reason: string | null }[] } }>(
        "query ($id: ID!) { history(filter: { providerId: $id }) { nodes { to reason } } }",
        { id: provider.id },
      );
      expect(history.nodes.map(({ to }) => to)).toEqual(["READY", "PENDING"]);
    } finally {
      await app.stop();
    }
  });
});
