import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultEffect, FaultMatch, SimulatedCluster } from "../../src/dev/simulator/index.js";
import { eventually } from "../support/eventually.js";
import { at, externalSecret, isTerminating, nativeOf, objectOf } from "../support/kubernetes.js";
import { Scene, type Synced, told, unique, VAULT } from "../support/scene.js";
import { containing } from "../support/matching.js";

/** Long enough for a busy machine to see what comes before, short enough to wait for. Milliseconds. */
const PATIENCE = { unreachable: 600, operator: 1_500, finalizer: 600 };

let scene: Scene;
let cluster: SimulatedCluster;
beforeAll(async () => {
  scene = await Scene.start({
    clusters: ["berlin"],
    patience: PATIENCE,
    // Looks at the cluster come more often than patience ends: they must not begin it anew.
    timings: { discovery: { interval: 200, impatientInterval: 100 } },
    simulator: { missingKeyText: "backend" },
  });
  cluster = scene.cluster();
});
afterAll(() => scene.stop());
beforeEach(async () => {
  cluster.faults.clear();
  cluster.operator.start();
  await scene.untilCluster("berlin", { status: "CONNECTED" });
});

const told2 = async (id: string): Promise<string[]> => (await scene.history(id)).slice(2).map(told);
const refuse = (match: FaultMatch, effect: Partial<Extract<FaultEffect, { kind: "status" }>> = {}) =>
  cluster.faults.add({ match, effect: { kind: "status", code: 403, message: "a policy says no", ...effect } });
const deleteSecret = (id: string) => scene.mutate("deleteSecret(id: $id) { status }", "$id: ID!", { id });
const update = (id: string, input: Record<string, unknown>) =>
  scene.mutate("updateSecret(input: $input) { generation }", "$input: UpdateSecretInput!", { input: { id, ...input } });
const item = (remoteKey: string) => [{ secretKey: "password", remoteKey, property: "password" }];
const ready = (status: string, reason: string, message: string) => ({
  conditions: [{ type: "Ready", status, reason, message, lastTransitionTime: "2026-01-01T00:00:00Z" }],
});

describe("the status of an assignment", () => {
  describe("`deletionTimestamp`, not ours: DELETING, Drifted; applied again once it is gone", () => {
    it("held by a finalizer for a while", async () => {
      const { project, secret, assignment } = await scene.synced();
      cluster.operator.stop();
      cluster.store.delete("externalsecrets", project.name, secret.name);
      const seen = await scene.untilAssignment(secret, { status: "DELETING", reason: "Drifted" });
      expect(seen.message).toMatch(/applied again once it is gone/u);
      cluster.operator.start();
      const after = await scene.untilAssignment(secret, { status: "SYNCED" });
      expect(after.id).toBe(assignment.id);
      expect(after.externalSecret?.uid).not.toBe(assignment.externalSecret?.uid);
      const lines = await told2(assignment.id);
      expect(lines[0]).toBe("ASSIGNMENT SYNCED>DELETING Drifted");
      expect(lines).toContain("ASSIGNMENT DELETING>DELETING Drifted");
      expect(lines.at(-1)).toBe("ASSIGNMENT PENDING>SYNCED SecretSynced");
    });
  });

  describe("delete was refused; or a finalizer holds the object; or the cluster has been away: DELETE_FAILED", () => {
    it("delete was refused: the API's reason, and tried again until it is let", async () => {
      const { secret, assignment } = await scene.synced();
      refuse({ verb: "delete", resource: "externalsecrets" });
      await deleteSecret(secret.id);
      const seen = await scene.untilAssignment(secret, { status: "DELETE_FAILED", reason: "Forbidden" });
      expect(seen.message).toContain("a policy says no");
      cluster.faults.clear();
      await scene.untilGone("secret", secret.id);
      expect(await told2(assignment.id)).toEqual([
        "ASSIGNMENT SYNCED>DELETING DeletionRequested",
        "ASSIGNMENT DELETING>DELETE_FAILED Forbidden",
        "ASSIGNMENT DELETE_FAILED>DELETING",
        "ASSIGNMENT DELETING> Deleted",
      ]);
    });

    it("a finalizer holds the object: FinalizerStuck, naming it, and gone once that is removed", async () => {
      const { project, secret } = await scene.synced();
      const setFinalizers = (finalizers: string[]) =>
        cluster.store.patch("externalsecrets", project.name, secret.name, {
          metadata: { finalizers },
        });
      // Beside the operator's own, which comes and goes by itself.
      const own = "externalsecrets.external-secrets.io/externalsecret-cleanup";
      setFinalizers([own, "example.com/keep"]);
      await deleteSecret(secret.id);
      const seen = await scene.untilAssignment(secret, { status: "DELETE_FAILED", reason: "FinalizerStuck" });
      expect(seen.message).toContain("example.com/keep");
      setFinalizers([]);
      await scene.untilGone("secret", secret.id);
    });

    it("the cluster has been away: ClusterUnreachable, and gone once it is back", async () => {
      const { secret } = await scene.synced();
      cluster.faults.add({ effect: { kind: "refuse" } });
      await scene.untilCluster("berlin", { status: "UNREACHABLE" });
      await deleteSecret(secret.id);
      await scene.untilAssignment(secret, { status: "DELETE_FAILED", reason: "ClusterUnreachable" });
      cluster.faults.clear();
      await scene.untilGone("secret", secret.id);
    });
  });

  it("delete was sent, object still there (Ready stays True): DELETING", async () => {
    const { project, secret } = await scene.synced();
    cluster.operator.stop();
    await deleteSecret(secret.id);
    await eventually(() => isTerminating(objectOf(cluster, { project, secret })));
    expect(at(objectOf(cluster, { project, secret }), "status", "conditions")).toMatchObject([{ status: "True" }]);
    expect(await scene.assignments(secret.id)).toMatchObject([{ status: "DELETING", reason: "DeletionRequested" }]);
  });

  it("nothing was ever sent, and it is unwanted: the row goes at once", async () => {
    const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
    cluster.faults.add({ effect: { kind: "refuse" } });
    await scene.untilCluster("berlin", { status: "UNREACHABLE" });
    const secret = await scene.secret(provider, [project]);
    const [assignment] = await scene.assignments(secret.id);
    await deleteSecret(secret.id);
    expect(await scene.secretNow(secret.id)).toBeNull();
    expect((await scene.history(assignment?.id ?? "")).at(-1)).toMatchObject({ from: "PENDING", to: null });
  });

  describe("the API refused the apply for good: FAILED, the API's reason and message", () => {
    it.each([
      [400, "BadRequest"],
      [403, "Forbidden"],
      [404, "NotFound"],
      [422, "Invalid"],
    ])("%i: %s, and tried again", async (code, reason) => {
      const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
      const fault = refuse({ verb: "apply", namespace: project.name }, { code, message: `refused with ${code}` });
      const secret = await scene.secret(provider, [project]);
      const seen = await scene.untilAssignment(secret, { status: "FAILED", reason });
      expect(seen.message).toContain(`refused with ${code}`);
      const hits = fault.hits;
      await eventually(() => fault.hits > hits);
      fault.remove();
      expect(await scene.untilAssignment(secret, { status: "SYNCED" })).toMatchObject({ message: null });
    });

    it("ESO's own webhook: what it says", async () => {
      const { secret } = await scene.synced();
      const message = 'admission webhook "validate.externalsecret.external-secrets.io" denied the request: no';
      refuse({ verb: "apply", name: secret.name }, { message });
      await update(secret.id, { refreshInterval: "2h" });
      expect(await scene.untilAssignment(secret, { status: "FAILED" })).toMatchObject({ reason: "Forbidden", message });
    });

    it("409 of a field manager where the uid isn't ours: NotOurs, naming the manager, and nothing of it is touched", async () => {
      const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
      const name = unique("taken");
      const key = scene.value();
      cluster.store.apply(externalSecret(project.name, name, { store: provider, key, refreshInterval: "7h0m0s" }), {
        manager: "argocd-controller",
      });
      await eventually(() => nativeOf(cluster, { project, secret: { name } }));
      const before = objectOf(cluster, { project, secret: { name } });
      const secret = await scene.secret(provider, [project], { name });
      const seen = await scene.untilAssignment(secret, { status: "FAILED", reason: "NotOurs" });
      expect(seen.message).toContain("argocd-controller");
      expect(objectOf(cluster, { project, secret })).toEqual(before);
      // Once the place is free it is taken at once.
      cluster.store.delete("externalsecrets", project.name, name);
      await scene.untilAssignment(secret, { status: "SYNCED" });
    });

    it("500 'failed to create typed patch object': InvalidField", async () => {
      const { secret } = await scene.synced();
      const message = "failed to create typed patch object (team/secret): .spec.nonsense: field not declared in schema";
      refuse({ verb: "apply", name: secret.name }, { code: 500, message });
      await update(secret.id, { refreshInterval: "2h" });
      await scene.untilAssignment(secret, { status: "FAILED", reason: "InvalidField" });
    });

    it("422 on metadata.uid (somebody else's object took the place): NotOurs", async () => {
      const { project, provider, secret } = await scene.synced();
      const { name } = secret;
      // While no watch tells: the apply with our uid is what finds it out.
      cluster.faults.add({ match: { verb: "watch", resource: "externalsecrets" }, effect: { kind: "stallWatch" } });
      cluster.store.delete("externalsecrets", project.name, name);
      await eventually(() => objectOf(cluster, { project, secret }) === undefined);
      cluster.store.create(externalSecret(project.name, name, { store: provider, key: scene.value() }));
      await update(secret.id, { refreshInterval: "2h" });
      const seen = await scene.untilAssignment(secret, { status: "FAILED", reason: "NotOurs" });
      expect(seen.message).toContain("kubectl");
      expect(at(objectOf(cluster, { project, secret }), "metadata", "labels")).toBeUndefined();
      cluster.faults.clear();
      // What is not ours is not deleted either.
      await deleteSecret(secret.id);
      await scene.untilGone("secret", secret.id);
      expect(isTerminating(objectOf(cluster, { project, secret }))).toBe(false);
    });
  });

  describe("the cluster cannot be reached, 401, 429, other 5xx: unchanged for a while, then FAILED or PENDING, ClusterUnreachable", () => {
    it("never applied: PENDING, then FAILED; confirmed: SYNCED as it was; unconfirmed: PENDING", async () => {
      const [confirmed, unconfirmed] = await Promise.all([scene.synced(), scene.synced()]);
      cluster.faults.add({ effect: { kind: "refuse" } });
      await scene.untilCluster("berlin", { status: "UNREACHABLE" });
      const secret = await scene.secret(confirmed.provider, [confirmed.project]);
      expect(await scene.assignments(secret.id)).toMatchObject([{ status: "PENDING", reason: "Assigned" }]);
      await update(unconfirmed.secret.id, { refreshInterval: "2h" });
      await scene.untilAssignment(secret, { status: "FAILED", reason: "ClusterUnreachable" });
      await scene.untilAssignment(unconfirmed.secret, { status: "PENDING", reason: "ClusterUnreachable" });
      expect(await scene.assignments(confirmed.secret.id)).toMatchObject([
        { status: "SYNCED", reason: "SecretSynced" },
      ]);
      cluster.faults.clear();
      await scene.untilAssignment(secret, { status: "SYNCED" });
      await scene.untilAssignment(unconfirmed.secret, { status: "SYNCED" });
      expect(await told2(confirmed.assignment.id)).toEqual([]);
    });

    it("401, 429, 500, 503 or 504 for one object: the same, for it alone", async () => {
      const { project, provider, secret: other } = await scene.synced();
      const waiting = [401, 429, 500, 503, 504].map(async (code) => {
        const name = unique(`answered-${code}`);
        const fault = refuse({ verb: "apply", name }, { code, message: `answered ${code}`, retryAfterSeconds: 0 });
        const secret = await scene.secret(provider, [project], { name });
        await eventually(() => fault.hits > 0);
        expect(await scene.assignments(secret.id)).toMatchObject([{ status: "PENDING" }]);
        const failed = await scene.untilAssignment(secret, { status: "FAILED", reason: "ClusterUnreachable" });
        expect(failed.message).toContain(`answered ${code}`);
        fault.remove();
        await scene.untilAssignment(secret, { status: "SYNCED" });
      });
      await Promise.all(waiting);
      expect((await told2(other.id)).length).toBe(0);
      expect(await scene.assignments(other.id)).toMatchObject([{ status: "SYNCED" }]);
    });
  });

  describe("no `Ready`, `Ready=True` not current, or `Ready=False` with a write unanswered: PENDING", () => {
    it("no `Ready`", async () => {
      const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
      cluster.operator.stop();
      const secret = await scene.secret(provider, [project]);
      await eventually(() => objectOf(cluster, { project, secret }));
      const seen = await scene.untilAssignment(secret, { status: "PENDING" });
      expect(seen).toMatchObject({ syncedGeneration: null });
      cluster.operator.start();
      await scene.untilAssignment(secret, { status: "SYNCED" });
    });

    it("`Ready=True` not current", async () => {
      const { project, secret } = await scene.synced();
      cluster.operator.stop();
      await update(secret.id, { refreshInterval: "2h" });
      await eventually(() => at(objectOf(cluster, { project, secret }), "spec", "refreshInterval") === "2h0m0s");
      expect(at(objectOf(cluster, { project, secret }), "status", "conditions")).toMatchObject([{ status: "True" }]);
      expect(await scene.assignments(secret.id)).toMatchObject([{ status: "PENDING", syncedGeneration: 1 }]);
      cluster.operator.start();
      expect(await scene.untilAssignment(secret, { status: "SYNCED" })).toMatchObject({ syncedGeneration: 2 });
    });

    it("`Ready=False` with a write unanswered: even where the same failure comes again, it is an answer to this write", async () => {
      const { project, secret, assignment } = await scene.synced({ data: item("not/there") }, "SYNCED_ERROR");
      cluster.operator.stop();
      await update(secret.id, { refreshInterval: "2h" });
      await eventually(() => at(objectOf(cluster, { project, secret }), "spec", "refreshInterval") === "2h0m0s");
      await scene.untilTransition(assignment.id, { to: "PENDING", reason: "Updated" });
      expect(await scene.assignments(secret.id)).toMatchObject([{ status: "PENDING" }]);
      cluster.operator.start();
      await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "SecretSyncedError" });
    });
  });

  describe("the same, some time after the write: SYNCED_ERROR, OperatorSilent", () => {
    it("no `Ready`: the operator is down", async () => {
      const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
      cluster.operator.stop();
      const secret = await scene.secret(provider, [project]);
      await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "OperatorSilent" });
      cluster.operator.start();
      await scene.untilAssignment(secret, { status: "SYNCED" });
    });

    it("`Ready=True` not current, and `Ready=False` unanswered", async () => {
      const [stale, failing] = await Promise.all([
        scene.synced(),
        scene.synced({ data: item("not/there") }, "SYNCED_ERROR"),
      ]);
      cluster.operator.stop();
      await Promise.all([
        update(stale.secret.id, { refreshInterval: "2h" }),
        update(failing.secret.id, { refreshInterval: "2h" }),
      ]);
      await scene.untilAssignment(stale.secret, { status: "SYNCED_ERROR", reason: "OperatorSilent" });
      await scene.untilAssignment(failing.secret, { status: "SYNCED_ERROR", reason: "OperatorSilent" });
    });

    it("another controllerClass is in charge", async () => {
      const project = await scene.project();
      const storeName = unique("foreign-class");
      cluster.store.create(clusterStore(storeName, { controller: "somebody-else" }));
      const provider = await scene.createProvider(undefined, { existingStore: { kind: "VAULT", storeName } });
      const secret = await scene.secret(provider, [project]);
      await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "OperatorSilent" });
    });
  });

  describe("`Ready=True`, but the native Secret is not what it should be: SYNCED_ERROR, that reason", () => {
    it("`SecretMissing`: creation policy MERGE, and there is no Secret to merge into", async () => {
      const { secret } = await scene.synced({ target: { creationPolicy: "MERGE" } }, "SYNCED_ERROR");
      expect(await scene.assignments(secret.id)).toMatchObject([{ reason: "SecretMissing" }]);
    });

    it("`SecretDeleted`: deletion policy DELETE, and the provider has nothing more", async () => {
      const key = scene.value();
      const { secret } = await scene.synced({ data: item(key), target: { deletionPolicy: "DELETE" } });
      cluster.backends.vault.delete(key);
      await scene.mutate("syncSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
      await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "SecretDeleted" });
    });

    it('a message that says "retained": an empty find under RETAIN', async () => {
      const dataFrom = [
        { find: { path: scene.value(`${unique("folder")}/key`).split("/")[0], nameRegExp: "^nothing" } },
      ];
      const { secret } = await scene.synced({ dataFrom }, "SYNCED_ERROR");
      expect(await scene.assignments(secret.id)).toMatchObject([{ reason: "SecretRetained" }]);
    });

    it("an empty `binding.name` where a Secret is wanted: NoSecret", async () => {
      const { project, secret } = await scene.synced();
      cluster.operator.stop();
      cluster.store.patch(
        "externalsecrets",
        project.name,
        secret.name,
        { status: { binding: { name: "" } } },
        {
          subresource: "status",
        },
      );
      await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "NoSecret" });
    });

    it("an empty `binding.name` where none is wanted: SYNCED", async () => {
      const { project, secret } = await scene.synced({ target: { creationPolicy: "NONE" } });
      expect(at(objectOf(cluster, { project, secret }), "status", "binding", "name")).toBe("");
    });

    it("an event `MissingProviderSecret` not older than `refreshTime`", async () => {
      const keys = [scene.value(), scene.value()];
      const data = keys.map((remoteKey, i) => ({ secretKey: `key-${i}`, remoteKey, property: "password" }));
      const { secret } = await scene.synced({ data, target: { deletionPolicy: "MERGE" } });
      cluster.backends.vault.delete(keys[1] ?? "");
      await scene.mutate("syncSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
      await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "MissingProviderSecret" });
    });
  });

  it("`Ready=True`, `SecretSynced`, current: SYNCED, SecretSynced", async () => {
    const { project, secret, assignment } = await scene.synced();
    expect(assignment).toMatchObject({ status: "SYNCED", reason: "SecretSynced", message: null, syncedGeneration: 1 });
    expect(at(nativeOf(cluster, { project, secret }), "data", "password")).toBe(Buffer.from("x").toString("base64"));
    expect(new Date(assignment.refreshedAt ?? "").toISOString().replace(".000", "")).toBe(
      at(objectOf(cluster, { project, secret }), "status", "refreshTime"),
    );
  });

  describe("`Ready=False`, answered: SYNCED_ERROR, ESO's reason", () => {
    it("message: the newest `UpdateFailed` event of this write", async () => {
      const { secret } = await scene.synced({ data: item("first/miss") }, "SYNCED_ERROR");
      expect(await scene.assignments(secret.id)).toMatchObject([
        { reason: "SecretSyncedError", message: containing("first/miss") },
      ]);
      await update(secret.id, { data: item("second/miss") });
      const seen = await eventually(async () => {
        const [found] = await scene.assignments(secret.id);
        return found?.message?.includes("second/miss") === true && found;
      });
      expect(seen).toMatchObject({ status: "SYNCED_ERROR", reason: "SecretSyncedError" });
    });

    it("message: not that of an older attempt, though its event comes later", async () => {
      const { project, secret } = await scene.synced({ data: item("old/miss") }, "SYNCED_ERROR");
      const before = objectOf(cluster, { project, secret });
      await update(secret.id, { data: item("new/miss") });
      await eventually(async () => (await scene.assignments(secret.id))[0]?.message?.includes("new/miss"));
      // Its own next attempt would be the newest again.
      cluster.operator.stop();
      const time = new Date(Date.now() + 5_000).toISOString().replace(/\.\d+/u, "");
      cluster.store.create({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: unique("late"), namespace: project.name },
        involvedObject: {
          apiVersion: "external-secrets.io/v1",
          kind: "ExternalSecret",
          namespace: project.name,
          name: secret.name,
          uid: String(at(before, "metadata", "uid")),
          resourceVersion: String(at(before, "metadata", "resourceVersion")),
        },
        type: "Warning",
        reason: "UpdateFailed",
        message: "the old attempt",
        source: { component: "external-secrets" },
        firstTimestamp: time,
        lastTimestamp: time,
        count: 1,
      });
      // What happens later is seen later.
      await scene.project();
      expect((await scene.assignments(secret.id))[0]?.message).toContain("new/miss");
    });

    it("message: else an event that is not older than the condition's `lastTransitionTime` (A, B, A: the same Event again)", async () => {
      const { secret, assignment } = await scene.synced({ data: item("key/a") }, "SYNCED_ERROR");
      for (const key of ["key/b", "key/a"]) {
        await update(secret.id, { data: item(key) });
        await eventually(async () => (await scene.assignments(secret.id))[0]?.message?.includes(key) === true);
      }
      const failures = (await scene.history(assignment.id)).filter(({ to }) => to === "SYNCED_ERROR");
      expect(failures.map(({ message }) => /key\/[ab]/u.exec(message ?? "")?.[0])).toEqual(["key/a", "key/b", "key/a"]);
    });

    it("message: else the condition's", async () => {
      const { project, secret } = await scene.synced();
      cluster.operator.stop();
      const { conditions } = ready("False", "SecretSyncedError", "could not update secret");
      cluster.store.patch(
        "externalsecrets",
        project.name,
        secret.name,
        { status: { conditions } },
        {
          subresource: "status",
        },
      );
      await scene.untilAssignment(secret, { status: "SYNCED_ERROR" });
      expect(await scene.assignments(secret.id)).toMatchObject([
        { reason: "SecretSyncedError", message: "could not update secret" },
      ]);
    });
  });

  describe("gone after our delete (or delete answers 404, or 409 for another uid): the row goes; transition to null", () => {
    it("gone after our delete", async () => {
      const { project, secret, assignment } = await scene.synced();
      await deleteSecret(secret.id);
      await scene.untilGone("assignment", assignment.id);
      expect(objectOf(cluster, { project, secret })).toBeUndefined();
      expect(await told2(assignment.id)).toEqual([
        "ASSIGNMENT SYNCED>DELETING DeletionRequested",
        "ASSIGNMENT DELETING> Deleted",
      ]);
    });

    it("delete answers 404: somebody was faster, and no watch has told yet", async () => {
      const { project, secret, assignment } = await scene.synced();
      cluster.faults.add({ match: { verb: "watch", resource: "externalsecrets" }, effect: { kind: "stallWatch" } });
      cluster.store.delete("externalsecrets", project.name, secret.name);
      await eventually(() => objectOf(cluster, { project, secret }) === undefined);
      await deleteSecret(secret.id);
      await scene.untilGone("assignment", assignment.id);
    });

    it("409 for another uid: the other object stays", async () => {
      const { project, provider, secret, assignment } = await scene.synced();
      cluster.faults.add({ match: { verb: "watch", resource: "externalsecrets" }, effect: { kind: "stallWatch" } });
      cluster.store.delete("externalsecrets", project.name, secret.name);
      await eventually(() => objectOf(cluster, { project, secret }) === undefined);
      cluster.store.create(externalSecret(project.name, secret.name, { store: provider, key: scene.value() }));
      await deleteSecret(secret.id);
      await scene.untilGone("assignment", assignment.id);
      expect(isTerminating(objectOf(cluster, { project, secret }))).toBe(false);
      expect(objectOf(cluster, { project, secret })).toBeDefined();
    });
  });

  describe("gone without our delete (apply: 409 'uid mismatch'), or changed by someone else: applied again at once, Drifted", () => {
    it("gone", async () => {
      const { project, secret, assignment } = await scene.synced();
      // Without the operator's finalizer it goes at once.
      cluster.operator.stop();
      edit({ project, secret }, { metadata: { finalizers: null } });
      cluster.store.delete("externalsecrets", project.name, secret.name);
      cluster.operator.start();
      await expectRepaired({ project, secret, assignment }, "deleted by somebody else");
      const [after] = await scene.assignments(secret.id);
      expect(after?.externalSecret?.uid).not.toBe(assignment.externalSecret?.uid);
    });

    it("gone, and no watch has told yet: the apply's 409 does", async () => {
      const { project, secret, assignment } = await scene.synced();
      cluster.faults.add({ match: { verb: "watch", resource: "externalsecrets" }, effect: { kind: "stallWatch" } });
      cluster.store.delete("externalsecrets", project.name, secret.name);
      await eventually(() => objectOf(cluster, { project, secret }) === undefined);
      await update(secret.id, { refreshInterval: "2h" });
      await scene.untilTransition(assignment.id, { reason: "Drifted" });
      cluster.faults.clear();
      await scene.untilAssignment(secret, { status: "SYNCED" });
      expect(objectOf(cluster, { project, secret })).toMatchObject({ spec: { refreshInterval: "2h0m0s" } });
    });

    it("a field changed", async () => {
      const synced = await scene.synced();
      edit(synced, { spec: { refreshInterval: "9h0m0s" } });
      await expectRepaired(synced, "kubectl");
    });

    it("a field added", async () => {
      const synced = await scene.synced();
      edit(synced, { spec: { target: { template: { metadata: { labels: { who: "me" } } } } } });
      await expectRepaired(synced, "kubectl");
    });

    it("a field removed: the default in its place is kubectl's", async () => {
      const synced = await scene.synced();
      edit(synced, { spec: { refreshInterval: null } });
      await expectRepaired(synced, "kubectl");
    });

    it("a field removed: who took it owns nothing, and is not known", async () => {
      const synced = await scene.synced();
      edit(synced, { spec: { target: { template: null } } });
      await expectRepaired(synced, "Somebody");
    });

    it("our label removed", async () => {
      const synced = await scene.synced();
      edit(synced, { metadata: { labels: { "secretariat.io/assignment": null } } });
      await expectRepaired(synced, "Somebody");
    });

    it("what others add to labels and annotations is theirs", async () => {
      const { project, secret, assignment } = await scene.synced();
      edit({ project, secret }, { metadata: { labels: { theirs: "label" }, annotations: { theirs: "annotation" } } });
      await eventually(async () => (await scene.assignments(secret.id))[0]?.status === "SYNCED");
      // Another change of ours is later than theirs in any order of things.
      await update(secret.id, { refreshInterval: "2h" });
      await eventually(async () => (await scene.assignments(secret.id))[0]?.syncedGeneration === 2);
      expect(at(objectOf(cluster, { project, secret }), "metadata", "labels", "theirs")).toBe("label");
      expect(at(objectOf(cluster, { project, secret }), "metadata", "annotations", "theirs")).toBe("annotation");
      expect((await told2(assignment.id)).filter((line) => line.includes("Drifted"))).toEqual([]);
    });

    it("taken back from the same manager three times: FAILED, Contested, naming it; and left alone from then on", async () => {
      const synced = await scene.synced();
      const { project, secret, assignment } = synced;
      for (const count of [1, 2, 3]) {
        edit(synced, { spec: { refreshInterval: `${10 + count}h0m0s` } }, "argocd-controller");
        await eventually(
          async () => (await told2(assignment.id)).filter((line) => line.endsWith("Drifted")).length === count,
        );
        await eventually(() => at(objectOf(cluster, synced), "spec", "refreshInterval") === "1h0m0s");
      }
      edit(synced, { spec: { refreshInterval: "14h0m0s" } }, "argocd-controller");
      const seen = await scene.untilAssignment(secret, { status: "FAILED", reason: "Contested" });
      expect(seen.message).toContain("argocd-controller");
      expect(at(objectOf(cluster, { project, secret }), "spec", "refreshInterval")).toBe("14h0m0s");
      // A person's change is taken as the last word.
      await update(secret.id, { refreshInterval: "2h" });
      await scene.untilAssignment(secret, { status: "SYNCED" });
      expect(at(objectOf(cluster, { project, secret }), "spec", "refreshInterval")).toBe("2h0m0s");
    });
  });
});

function edit(
  { project, secret }: Pick<Synced, "project" | "secret">,
  patch: Parameters<typeof cluster.store.patch>[3],
  manager = "kubectl",
) {
  cluster.store.patch("externalsecrets", project.name, secret.name, patch, { manager });
}

/** It is as it was wanted, and one transition says whose doing it was. */
async function expectRepaired(
  { project, secret, assignment }: Pick<Synced, "project" | "secret" | "assignment">,
  who: string,
): Promise<void> {
  const drift = await scene.untilTransition(assignment.id, { reason: "Drifted" });
  expect(drift).toMatchObject({ from: "SYNCED", to: "SYNCED", actor: "system" });
  expect(drift.message).toContain(who);
  await scene.untilAssignment(secret, { status: "SYNCED" });
  const live = objectOf(cluster, { project, secret });
  expect(at(live, "spec", "refreshInterval")).toBe("1h0m0s");
  expect(at(live, "spec", "target", "template", "metadata")).toEqual({});
  expect(at(live, "metadata", "labels", "secretariat.io/assignment")).toBeDefined();
  expect((await told2(assignment.id)).filter((line) => line.endsWith("Drifted"))).toHaveLength(1);
}

function clusterStore(name: string, spec: Record<string, string> = {}) {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: { name },
    spec: { ...spec, provider: { vault: VAULT } },
  };
}
