import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SimulatedCluster } from "../../src/dev/simulator/index.js";
import { eventually } from "../support/eventually.js";
import { at, externalSecret, objectOf, labelsOf } from "../support/kubernetes.js";
import { Scene, told, unique, VAULT } from "../support/scene.js";
import { containing } from "../support/matching.js";

const PATIENCE = { unreachable: 700, finalizer: 700 };

let scene: Scene;
let cluster: SimulatedCluster;
beforeAll(async () => {
  scene = await Scene.start({ clusters: ["berlin"], patience: PATIENCE });
  cluster = scene.cluster();
});
afterAll(() => scene.stop());
beforeEach(async () => {
  cluster.faults.clear();
  cluster.operator.start();
  await scene.untilCluster("berlin", { status: "CONNECTED" });
});

const namespaceOf = (name: string) => cluster.store.get("namespaces", "", name);
const deleteProject = (id: string, deleteNamespace: boolean) =>
  scene.mutate("deleteProject(id: $id, deleteNamespace: $all) { id }", "$id: ID!, $all: Boolean!", {
    id,
    all: deleteNamespace,
  });
const tellAll = async (id: string): Promise<string[]> => (await scene.history(id)).map(told);
const away = async (): Promise<void> => {
  cluster.faults.add({ effect: { kind: "refuse" } });
  await scene.untilCluster("berlin", { status: "UNREACHABLE" });
};

/** Puts something into a namespace that keeps it from going. @returns what lets go */
function hold(namespace: string): () => void {
  const name = unique("held");
  cluster.store.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, finalizers: ["example.com/keep"] },
  });
  return () => void cluster.store.patch("secrets", namespace, name, { metadata: { finalizers: null } });
}

/** Deletes a namespace as somebody else does, and lets it go only once everybody has seen what was in it going, in a namespace that still stands. */
async function emptied(namespace: string, isEmpty: () => boolean): Promise<void> {
  const letGo = hold(namespace);
  cluster.store.delete("namespaces", "", namespace);
  await eventually(isEmpty);
  // What happens later is seen later: by then the going was.
  await scene.synced();
  letGo();
}

describe("the status of a project", () => {
  describe("namespace not yet there: PENDING; not reached in time, or refused: FAILED", () => {
    it("PENDING while the namespace is being made", async () => {
      const name = unique("slow");
      cluster.faults.add({ match: { verb: "create", resource: "namespaces" }, effect: { kind: "delay", ms: 300 } });
      const project = await scene.createProject("berlin", name);
      expect(await scene.untilProject(project.id, {})).toMatchObject({ status: "PENDING" });
      await scene.untilProject(project.id, { status: "READY" });
      expect(await tellAll(project.id)).toEqual(["PROJECT >PENDING Created", "PROJECT PENDING>READY"]);
    });

    it("not reached in time: FAILED, ClusterUnreachable; READY once it is", async () => {
      await away();
      const project = await scene.createProject();
      expect(await scene.untilProject(project.id, {})).toMatchObject({ status: "PENDING" });
      const failed = await scene.untilTransition(project.id, { to: "FAILED" });
      expect(failed).toMatchObject({ from: "PENDING", reason: "ClusterUnreachable" });
      cluster.faults.clear();
      await scene.untilProject(project.id, { status: "READY" });
    });

    it("refused: FAILED, the API's reason; tried again", async () => {
      const fault = cluster.faults.add({
        match: { verb: "create", resource: "namespaces" },
        effect: { kind: "status", code: 403, message: "quota of namespaces exceeded" },
      });
      const project = await scene.createProject();
      const seen = await scene.untilProject(project.id, { status: "FAILED" });
      expect(seen.statusReason).toContain("quota of namespaces exceeded");
      expect(await scene.untilTransition(project.id, { to: "FAILED" })).toMatchObject({ reason: "Forbidden" });
      fault.remove();
      await scene.untilProject(project.id, { status: "READY" });
    });
  });

  describe("namespace there: READY, also while the cluster is away", () => {
    it("made by us, with our labels", async () => {
      const project = await scene.project();
      expect(at(namespaceOf(project.name), "metadata", "labels")).toMatchObject({
        "app.kubernetes.io/managed-by": "secretariat",
      });
    });

    it("there before: taken as it is", async () => {
      const name = unique("old");
      cluster.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { team: "red" } } });
      const before = namespaceOf(name);
      await scene.project("berlin", name);
      expect(namespaceOf(name)).toEqual(before);
    });

    it("the cluster is away: READY", async () => {
      const [waiting, project] = [await scene.createProject(), await scene.project()];
      await scene.untilProject(waiting.id, { status: "READY" });
      await away();
      const later = await scene.createProject();
      // Patience has run out for all by then.
      await scene.untilProject(later.id, { status: "FAILED" });
      expect(await scene.untilProject(project.id, {})).toMatchObject({ status: "READY" });
      expect(await tellAll(project.id)).toHaveLength(2);
    });
  });

  describe("namespace gone without us: made again if it was ours (Drifted), else FAILED, NamespaceMissing", () => {
    it("ours: made again, with everything in it; what is in a terminating namespace is not judged", async () => {
      const { project, secret, assignment } = await scene.synced();
      await emptied(project.name, () => objectOf(cluster, { project, secret }) === undefined);
      await scene.untilTransition(project.id, { reason: "Drifted" });
      await scene.untilProject(project.id, { status: "READY" });
      const after = await eventually(async () => {
        const [found] = await scene.assignments(secret.id);
        return found?.status === "SYNCED" && found.externalSecret?.uid !== assignment.externalSecret?.uid && found;
      });
      expect(after.id).toBe(assignment.id);
      expect(at(objectOf(cluster, { project, secret }), "metadata", "uid")).toBe(after.externalSecret?.uid);
      // The credentials of a namespace go first, and ESO says so: no failure of the secret.
      expect((await tellAll(assignment.id)).filter((line) => /SYNCED_ERROR|FAILED/u.test(line))).toEqual([]);
    });

    it("ours, held by somebody's finalizer: FAILED, NamespaceTerminating until it has gone; then made again", async () => {
      const project = await scene.project();
      const letGo = hold(project.name);
      cluster.store.delete("namespaces", "", project.name);
      await scene.untilTransition(project.id, { to: "FAILED", reason: "NamespaceTerminating" });
      letGo();
      await scene.untilProject(project.id, { status: "READY" });
      expect(at(namespaceOf(project.name), "metadata", "deletionTimestamp")).toBeUndefined();
    });

    it("not ours: FAILED, NamespaceMissing, and so is what was in it; READY again once somebody has made it again", async () => {
      const name = unique("theirs");
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      cluster.store.create(namespace);
      const [project, provider] = await Promise.all([scene.project("berlin", name), scene.provider()]);
      const secret = await scene.secret(provider, [project]);
      await scene.untilAssignment(secret, { status: "SYNCED" });
      await emptied(name, () => objectOf(cluster, { project, secret }) === undefined);
      await scene.untilTransition(project.id, { to: "FAILED" });
      await eventually(async () => (await scene.untilProject(project.id, {})).statusReason?.includes("made it"));
      expect(namespaceOf(name)).toBeUndefined();
      await scene.untilAssignment(secret, { status: "FAILED", reason: "NotFound" });
      cluster.store.create(namespace);
      await scene.untilProject(project.id, { status: "READY" });
      await scene.untilAssignment(secret, { status: "SYNCED" });
    });
  });

  describe("deleting: DELETING; stuck as an assignment is: DELETE_FAILED", () => {
    it("DELETING while what it holds goes", async () => {
      const { project } = await scene.synced();
      cluster.operator.stop();
      await deleteProject(project.id, true);
      expect(await scene.untilProject(project.id, {})).toMatchObject({ status: "DELETING" });
      cluster.operator.start();
      await scene.untilGone("project", project.id);
      expect(namespaceOf(project.name)).toBeUndefined();
    });

    it("stuck by a secret or store in it: DELETE_FAILED, and gone once that can go", async () => {
      const { project } = await scene.synced();
      const fault = cluster.faults.add({
        match: { verb: "delete", namespace: project.name },
        effect: { kind: "status", code: 403, message: "a policy keeps it" },
      });
      await deleteProject(project.id, false);
      const failed = await scene.untilTransition(project.id, { to: "DELETE_FAILED" });
      expect(failed).toMatchObject({ reason: "ContentStuck", message: containing("1 of its secrets") });
      fault.remove();
      await scene.untilGone("project", project.id);
    });

    it("delete of the namespace was refused: DELETE_FAILED, the API's reason", async () => {
      const project = await scene.project();
      const fault = cluster.faults.add({
        match: { verb: "delete", resource: "namespaces" },
        effect: { kind: "status", code: 403, message: "a policy keeps namespaces" },
      });
      await deleteProject(project.id, true);
      const failed = await scene.untilTransition(project.id, { to: "DELETE_FAILED" });
      expect(failed).toMatchObject({ reason: "Forbidden", message: containing("keeps namespaces") });
      fault.remove();
      await scene.untilGone("project", project.id);
    });

    it("something in the namespace holds it: DELETE_FAILED, FinalizerStuck, saying what", async () => {
      const project = await scene.project();
      const letGo = hold(project.name);
      await deleteProject(project.id, true);
      const failed = await scene.untilTransition(project.id, { to: "DELETE_FAILED" });
      expect(failed).toMatchObject({ reason: "FinalizerStuck", message: containing("example.com/keep") });
      letGo();
      await scene.untilGone("project", project.id);
    });

    it("the cluster has been away: DELETE_FAILED, ClusterUnreachable, and gone once it is back", async () => {
      const { project } = await scene.synced();
      await away();
      await deleteProject(project.id, true);
      await scene.untilTransition(project.id, { to: "DELETE_FAILED", reason: "ClusterUnreachable" });
      cluster.faults.clear();
      await scene.untilGone("project", project.id);
      expect(namespaceOf(project.name)).toBeUndefined();
    });
  });

  it("lists what stands in its namespace and is not ours, also with our labels but without a row", async () => {
    const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
    const lost = await scene.secret(provider, [project]);
    await scene.untilAssignment(lost, { status: "SYNCED" });
    const labels = labelsOf(objectOf(cluster, { project, secret: lost }));
    const names = [unique("foreign"), unique("orphan")] as const;
    cluster.store.create(externalSecret(project.name, names[0], { store: provider, key: scene.value() }), {
      manager: "argocd-controller",
    });
    cluster.store.create({
      ...externalSecret(project.name, names[1], { store: provider, key: scene.value() }),
      metadata: {
        name: names[1],
        namespace: project.name,
        labels: { ...labels, "secretariat.io/assignment": unique("no-row") },
      },
    });
    const seen = await scene.admin.ask<{
      project: { unmanagedExternalSecrets: { name: string; managers: string[] }[] };
    }>("query ($id: ID!) { project(id: $id) { unmanagedExternalSecrets { name managers } } }", { id: project.id });
    expect(seen.project.unmanagedExternalSecrets).toEqual([
      { name: names[0], managers: ["argocd-controller"] },
      { name: names[1], managers: ["kubectl"] },
    ]);
  });
});

describe("the status of a provider", () => {
  const store = (name: string, spec: Record<string, string> = {}) => ({
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: { name },
    spec: { ...spec, provider: { vault: VAULT } },
  });
  const existing = (storeName: string) =>
    scene.createProvider(undefined, { existingStore: { kind: "VAULT", storeName } });
  const change = (id: string, path: string) =>
    scene.mutate("updateProvider(input: $input) { id }", "$input: UpdateProviderInput!", {
      input: { id, vault: { ...VAULT, path } },
    });

  describe("store not written, or without a `Ready` condition for its generation: PENDING", () => {
    it("not written: the cluster is away, also for long", async () => {
      await away();
      const provider = await scene.createProvider();
      const seen = await eventually(async () => {
        const found = await scene.untilProvider(provider.id, {});
        return found.targets[0]?.reason === "ClusterUnreachable" && found;
      });
      expect(seen.status).toBe("PENDING");
      cluster.faults.clear();
      await scene.untilProvider(provider.id, { status: "READY" });
    });

    it("without a `Ready` condition: the operator is away", async () => {
      cluster.operator.stop();
      const provider = await scene.createProvider();
      await eventually(() => cluster.store.get("clustersecretstores", "", provider.name));
      expect(await scene.untilProvider(provider.id, {})).toMatchObject({ status: "PENDING" });
      cluster.operator.start();
      await scene.untilProvider(provider.id, { status: "READY" });
    });

    it("the `Ready` that is there is of another generation", async () => {
      const provider = await scene.provider();
      cluster.operator.stop();
      await change(provider.id, "other");
      await eventually(
        () =>
          at(cluster.store.get("clustersecretstores", "", provider.name), "spec", "provider", "vault", "path") ===
          "other",
      );
      // What was answered before says nothing of what is there now.
      await eventually(
        () => at(cluster.store.get("clustersecretstores", "", provider.name), "status", "conditions") === undefined,
      );
      await scene.project();
      expect(await scene.untilProvider(provider.id, {})).toMatchObject({ status: "PENDING" });
      cluster.operator.start();
      await scene.untilProvider(provider.id, { status: "READY" });
    });
  });

  describe("`Ready=False`, apply refused, existing store absent everywhere (`StoreNotFound`): ERROR, with the event's cause", () => {
    it("`Ready=False`: the event's cause, in the target, the reason and the transition", async () => {
      const provider = await scene.createProvider();
      cluster.operator.storeDenied("", provider.name);
      const seen = await scene.untilProvider(provider.id, { status: "ERROR" });
      const [target] = seen.targets;
      expect(target).toMatchObject({ status: "ERROR", reason: "InvalidProviderConfig" });
      expect(target?.message).toMatch(/403|denied|permission|invalid|refused/iu);
      expect(target?.message).not.toBe("unable to create client");
      expect(seen.statusReason).toContain(target?.message);
      const failed = await scene.untilTransition(provider.id, { to: "ERROR" });
      expect(failed.message).toContain(target?.message);
      cluster.operator.storeDenied("", provider.name, false);
      await scene.untilProvider(provider.id, { status: "READY" });
    });

    it("apply refused: the API's reason", async () => {
      const name = unique("refused");
      const fault = cluster.faults.add({
        match: { verb: "apply", resource: "clustersecretstores", name },
        effect: { kind: "status", code: 403, message: "a policy says no" },
      });
      const provider = await scene.createProvider(name);
      const seen = await scene.untilProvider(provider.id, { status: "ERROR" });
      expect(seen.targets).toMatchObject([{ reason: "Forbidden", message: "a policy says no" }]);
      fault.remove();
      await scene.untilProvider(provider.id, { status: "READY" });
    });

    it("somebody else's store of that name: NotOurs, and it is not touched", async () => {
      const name = unique("theirs");
      cluster.store.create(store(name), { manager: "terraform" });
      const provider = await scene.createProvider(name);
      const seen = await scene.untilProvider(provider.id, { status: "ERROR" });
      expect(seen.targets).toMatchObject([{ reason: "NotOurs", message: containing("terraform") }]);
      expect(at(cluster.store.get("clustersecretstores", "", name), "metadata", "labels")).toBeUndefined();
      await scene.mutate("deleteProvider(id: $id) { id }", "$id: ID!", { id: provider.id });
      await scene.untilGone("provider", provider.id);
      expect(cluster.store.get("clustersecretstores", "", name)).toBeDefined();
    });

    it("existing store absent everywhere: StoreNotFound; READY once it is there, and it is never written", async () => {
      const storeName = unique("existing");
      const provider = await existing(storeName);
      const seen = await scene.untilProvider(provider.id, { status: "ERROR" });
      expect(seen.targets).toMatchObject([{ status: "ERROR", reason: "StoreNotFound" }]);
      cluster.store.create(store(storeName));
      await scene.untilProvider(provider.id, { status: "READY" });
      const live = cluster.store.get("clustersecretstores", "", storeName);
      expect(live?.metadata["labels"]).toBeUndefined();
      await scene.mutate("deleteProvider(id: $id) { id }", "$id: ID!", { id: provider.id });
      await scene.untilGone("provider", provider.id);
      expect(cluster.store.get("clustersecretstores", "", storeName)).toEqual(live);
    });
  });

  it("all `READY`: READY", async () => {
    const provider = await scene.provider();
    expect(await scene.untilProvider(provider.id, {})).toMatchObject({
      status: "READY",
      statusReason: null,
      targets: [{ status: "READY", cluster: { name: "berlin" } }],
    });
  });

  describe("a store that is changed, or deleted, by somebody else is put back, with a transition that names them", () => {
    it("changed", async () => {
      const provider = await scene.provider();
      cluster.store.patch(
        "clustersecretstores",
        "",
        provider.name,
        { spec: { provider: { vault: { path: "evil" } } } },
        {
          manager: "kubectl-edit",
        },
      );
      const drift = await scene.untilTransition(provider.id, { reason: "Drifted" });
      expect(drift.message).toContain("kubectl-edit");
      await eventually(
        () =>
          at(cluster.store.get("clustersecretstores", "", provider.name), "spec", "provider", "vault", "path") ===
          "secret",
      );
      await scene.untilProvider(provider.id, { status: "READY" });
    });

    it("deleted", async () => {
      const provider = await scene.provider();
      cluster.store.delete("clustersecretstores", "", provider.name);
      await scene.untilTransition(provider.id, { reason: "Drifted" });
      await eventually(() => cluster.store.get("clustersecretstores", "", provider.name));
      await scene.untilProvider(provider.id, { status: "READY" });
    });
  });

  describe("deleting: DELETING, stuck: DELETE_FAILED", () => {
    it("held by a finalizer: FinalizerStuck", async () => {
      const provider = await scene.provider();
      cluster.store.patch("clustersecretstores", "", provider.name, { metadata: { finalizers: ["example.com/keep"] } });
      await scene.mutate("deleteProvider(id: $id) { status }", "$id: ID!", { id: provider.id });
      await scene.untilTransition(provider.id, { to: "DELETING" });
      const failed = await scene.untilTransition(provider.id, { to: "DELETE_FAILED" });
      expect(failed).toMatchObject({ reason: "FinalizerStuck", message: containing("example.com/keep") });
      cluster.store.patch("clustersecretstores", "", provider.name, { metadata: { finalizers: null } });
      await scene.untilGone("provider", provider.id);
    });
  });
});
