import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ActiveFault, FaultMatch, SimulatedCluster } from "../../src/dev/simulator/index.js";
import { ApiClient, gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { at, externalSecret, isTerminating, managersOf, nativeOf, objectOf, labelsOf } from "../support/kubernetes.js";
import { type NamedId, Scene, type Synced, told, TRANSITION, type TransitionSeen, unique } from "../support/scene.js";

const update = (scene: Scene, id: string, input: Record<string, unknown>) =>
  scene.mutate("updateSecret(input: $input) { generation }", "$input: UpdateSecretInput!", { input: { id, ...input } });
const deleteSecret = (scene: Scene, id: string) => scene.mutate("deleteSecret(id: $id) { status }", "$id: ID!", { id });
const item = (remoteKey: string) => [{ secretKey: "password", remoteKey, property: "password" }];
const value = (text: string): string => Buffer.from(text).toString("base64");

/** Uids under which an object of this place was ever created. */
const created = (cluster: SimulatedCluster, { project, secret }: Pick<Synced, "project" | "secret">): string[] => [
  ...new Set(cluster.history.of("externalsecrets", project.name, secret.name).map(({ uid }) => uid)),
];

describe("a pass whose answers are lost, or that meets others", () => {
  let scene: Scene;
  let cluster: SimulatedCluster;
  beforeAll(async () => {
    scene = await Scene.start({ clusters: ["berlin"], patience: { operator: 1_500 }, simulator: { timeScale: 1 } });
    cluster = scene.cluster();
  });
  afterAll(() => scene.stop());
  beforeEach(async () => {
    cluster.faults.clear();
    cluster.operator.slow(0);
    cluster.operator.start();
    await scene.untilCluster("berlin", { status: "CONNECTED" });
  });

  const lose = (match: FaultMatch) => cluster.faults.add({ match, effect: { kind: "lostAnswer" } });
  /** The transport itself sends again what a dead connection may have swallowed, up to three times; then a pass has failed. */
  const lostForGood = async (fault: ActiveFault): Promise<void> => {
    await eventually(() => fault.hits >= 5);
    fault.remove();
  };

  it("the answer to the first apply is lost: the object is found to be ours, and there is one", async () => {
    const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
    const fault = lose({ verb: "apply", resource: "externalsecrets" });
    const secret = await scene.secret(provider, [project]);
    await lostForGood(fault);
    const assignment = await scene.untilAssignment(secret, { status: "SYNCED" });
    expect(created(cluster, { project, secret })).toEqual([assignment.externalSecret?.uid]);
    expect((await scene.history(assignment.id)).map(told)).toEqual([
      "ASSIGNMENT >PENDING Assigned",
      "ASSIGNMENT PENDING>SYNCED SecretSynced",
    ]);
  });

  it("the answer to the first apply is lost, and the operator is down: its silence is told all the same", async () => {
    const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
    cluster.operator.stop();
    const fault = lose({ verb: "apply", resource: "externalsecrets" });
    const secret = await scene.secret(provider, [project]);
    await lostForGood(fault);
    await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "OperatorSilent" });
  });

  it("the answer to a change is lost: it is recorded once it is known, with no drift", async () => {
    const { project, secret, assignment } = await scene.synced();
    const fault = lose({ verb: "apply", name: secret.name });
    await update(scene, secret.id, { data: item(scene.value(undefined, { password: "new" })) });
    await lostForGood(fault);
    await eventually(async () => (await scene.assignments(secret.id))[0]?.syncedGeneration === 2);
    expect(at(nativeOf(cluster, { project, secret }), "data", "password")).toBe(value("new"));
    expect((await scene.history(assignment.id)).filter(({ reason }) => reason === "Drifted")).toEqual([]);
  });

  it("the answer to the clearing of a status is lost: the failure is told as an answer to the change", async () => {
    const { secret, assignment } = await scene.synced({ data: item("miss/one") }, "SYNCED_ERROR");
    // Lost to the end: whether a later pass clears again depends on how soon the operator has answered.
    const fault = lose({ subresource: "status", name: secret.name });
    await update(scene, secret.id, { data: item("miss/two") });
    await eventually(async () => (await scene.assignments(secret.id))[0]?.message?.includes("miss/two"));
    expect(fault.hits).toBeGreaterThan(0);
    fault.remove();
    expect((await scene.history(assignment.id)).map(told).at(-1)).toBe(
      "ASSIGNMENT PENDING>SYNCED_ERROR SecretSyncedError",
    );
  });

  it("the answer to a delete is lost: the object goes, and the row with it", async () => {
    const { project, secret, assignment } = await scene.synced();
    const fault = lose({ verb: "delete", name: secret.name });
    await deleteSecret(scene, secret.id);
    await scene.untilGone("secret", secret.id);
    expect(fault.hits).toBeGreaterThan(0);
    expect(objectOf(cluster, { project, secret })).toBeUndefined();
    expect((await scene.history(assignment.id)).map(told).at(-1)).toBe("ASSIGNMENT DELETING> Deleted");
  });

  it("the answer to the creation of a namespace is lost: it is known to be ours, and may be deleted", async () => {
    const fault = lose({ verb: "create", resource: "namespaces" });
    const project = await scene.project();
    expect(fault.hits).toBeGreaterThan(0);
    await scene.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id: project.id });
    await scene.untilGone("project", project.id);
    expect(cluster.store.get("namespaces", "", project.name)).toBeUndefined();
  });

  it("the answer to the apply of a store is lost: READY, and there is one", async () => {
    const fault = lose({ verb: "apply", resource: "clustersecretstores" });
    const provider = await scene.createProvider();
    await lostForGood(fault);
    await scene.untilProvider(provider.id, { status: "READY" });
    expect(new Set(cluster.history.of("clustersecretstores", "", provider.name).map(({ uid }) => uid)).size).toBe(1);
  });

  it("a 409 on the clearing of a status (the operator wrote meanwhile): read again, and repeated while the status is unchanged", async () => {
    const { secret } = await scene.synced({ data: item("miss/one") }, "SYNCED_ERROR");
    const fault = cluster.faults.add({
      match: { subresource: "status", name: secret.name },
      effect: { kind: "status", code: 409, message: "the object has been modified" },
      times: 2,
    });
    await update(scene, secret.id, { data: item("miss/two") });
    await eventually(async () => (await scene.assignments(secret.id))[0]?.message?.includes("miss/two"));
    expect(fault.hits).toBe(2);
  });

  describe("edits of what the operator looks at only once take effect", () => {
    it.each([
      ["CREATED_ONCE", { refreshPolicy: "CREATED_ONCE" }],
      ["interval 0", { refreshInterval: "0" }],
    ])("%s", async (_what, policy) => {
      const { project, secret } = await scene.synced(policy);
      await update(scene, secret.id, { data: item(scene.value(undefined, { password: "new" })) });
      await eventually(async () => (await scene.assignments(secret.id))[0]?.syncedGeneration === 2);
      expect(at(nativeOf(cluster, { project, secret }), "data", "password")).toBe(value("new"));
      expect(await scene.assignments(secret.id)).toMatchObject([{ status: "SYNCED" }]);
    });

    it.each([
      ["CREATED_ONCE", { refreshPolicy: "CREATED_ONCE" }],
      ["interval 0", { refreshInterval: "0" }],
    ])("%s: a forced sync, too", async (_what, policy) => {
      const key = scene.value();
      const { project, secret } = await scene.synced({ ...policy, data: item(key) });
      scene.value(key, { password: "rotated" });
      await scene.mutate("syncSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
      await scene.untilAssignment(secret, { status: "SYNCED" });
      expect(at(nativeOf(cluster, { project, secret }), "data", "password")).toBe(value("rotated"));
    });
  });

  it("a forced sync is PENDING until the operator has answered it, though `Ready` is True all the while", async () => {
    const key = scene.value();
    const { project, secret, assignment } = await scene.synced({ data: item(key) });
    cluster.operator.stop();
    scene.value(key, { password: "rotated" });
    await scene.mutate("syncSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
    await eventually(() =>
      at(objectOf(cluster, { project, secret }), "metadata", "annotations", "secretariat.io/force-sync"),
    );
    expect(at(objectOf(cluster, { project, secret }), "status", "conditions")).toMatchObject([{ status: "True" }]);
    expect(await scene.assignments(secret.id)).toMatchObject([{ status: "PENDING", reason: "SyncRequested" }]);
    cluster.operator.start();
    await scene.untilAssignment(secret, { status: "SYNCED" });
    expect(at(nativeOf(cluster, { project, secret }), "data", "password")).toBe(value("rotated"));
    expect((await scene.history(assignment.id)).filter(({ reason }) => reason === "Drifted")).toEqual([]);
  });

  it("a change that comes while an apply is under way is the last word", async () => {
    const { project, secret } = await scene.synced();
    const fault = cluster.faults.add({
      match: { verb: "apply", name: secret.name },
      effect: { kind: "delay", ms: 150 },
      times: 1,
    });
    await update(scene, secret.id, { data: item(scene.value(undefined, { password: "second" })) });
    await eventually(() => fault.hits === 1);
    await update(scene, secret.id, { data: item(scene.value(undefined, { password: "third" })) });
    await eventually(async () => (await scene.assignments(secret.id))[0]?.syncedGeneration === 3);
    expect(at(nativeOf(cluster, { project, secret }), "data", "password")).toBe(value("third"));
  });

  it("what was taken back from others by replacing the spec is let go of later: a label removed from the spec goes", async () => {
    const { project, secret } = await scene.synced({ target: { labels: { ours: "1", more: "2" } } });
    const template = (): unknown => at(objectOf(cluster, { project, secret }), "spec", "target", "template");
    cluster.store.patch("externalsecrets", project.name, secret.name, {
      spec: { target: { template: { metadata: { labels: { theirs: "3" } } } } },
    });
    await eventually(() => at(template(), "metadata", "labels", "theirs") === undefined);
    await update(scene, secret.id, { target: { labels: { ours: "1" } } });
    await eventually(async () => (await scene.assignments(secret.id))[0]?.syncedGeneration === 2);
    expect(at(template(), "metadata", "labels")).toEqual({ ours: "1" });
    expect(managersOf(objectOf(cluster, { project, secret }))).not.toContain("kubectl");
  });

  it("a delete meets another object in the place, and leaves it", async () => {
    const { project, provider, secret, assignment } = await scene.synced();
    // Between what we see and what we delete somebody puts another object there.
    const fault = cluster.faults.add({
      match: { verb: "delete", name: secret.name },
      effect: { kind: "delay", ms: 150 },
      times: 1,
    });
    await deleteSecret(scene, secret.id);
    await eventually(() => fault.hits === 1);
    cluster.store.patch("externalsecrets", project.name, secret.name, { metadata: { finalizers: null } });
    cluster.store.delete("externalsecrets", project.name, secret.name);
    const foreign = cluster.store.create(
      externalSecret(project.name, secret.name, { store: provider, key: scene.value() }),
    );
    await scene.untilGone("assignment", assignment.id);
    const live = objectOf(cluster, { project, secret });
    expect(at(live, "metadata", "uid")).toBe(foreign.metadata["uid"]);
    expect(isTerminating(live)).toBe(false);
  });
});

describe("one leader after another", () => {
  let scene: Scene;
  let cluster: SimulatedCluster;
  beforeEach(async () => {
    scene = await Scene.start({ clusters: ["berlin"], timings: { lease: { duration: 1_500, interval: 300 } } });
    cluster = scene.cluster();
  });
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0)) await stop();
    await scene.stop();
  };
  /** One more process, and an admin at it. */
  const replica = async (): Promise<ApiClient> => {
    const app = await scene.app.replica();
    stops.push(() => app.stop());
    return ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  };
  const assignmentsOf = async (admin: ApiClient, secret: NamedId) => {
    const { secret: found } = await admin.ask<{
      secret: { assignments: { nodes: { status: string; reason: string; externalSecret: { uid: string } }[] } } | null;
    }>("query ($id: ID!) { secret(id: $id) { assignments { nodes { status reason externalSecret { uid } } } } }", {
      id: secret.id,
    });
    return found?.assignments.nodes ?? null;
  };

  it("a leader that ends between a write and its record: the next one finds the object to be ours", async () => {
    try {
      const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
      // No answer of an apply ever comes: nothing that was written is recorded.
      cluster.faults.add({ match: { verb: "apply", resource: "externalsecrets" }, effect: { kind: "lostAnswer" } });
      const secret = await scene.secret(provider, [project]);
      await eventually(() => objectOf(cluster, { project, secret }));
      const uid = at(objectOf(cluster, { project, secret }), "metadata", "uid");
      await scene.app.app.stop();
      cluster.faults.clear();
      const admin = await replica();
      const [found] = await eventually(async () => {
        const all = await assignmentsOf(admin, secret);
        return all?.[0]?.status === "SYNCED" && all;
      });
      expect(found?.externalSecret.uid).toBe(uid);
      expect(created(cluster, { project, secret })).toEqual([uid]);
    } finally {
      await stopAll();
    }
  });

  it("a leader that ends between a write and its record, and the secret is deleted meanwhile: the object goes as well", async () => {
    try {
      const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
      cluster.faults.add({ match: { verb: "apply", resource: "externalsecrets" }, effect: { kind: "lostAnswer" } });
      const secret = await scene.secret(provider, [project]);
      await eventually(() => objectOf(cluster, { project, secret }));
      const [assignment] = await scene.assignments(secret.id);
      expect(await deleteSecret(scene, secret.id)).toEqual({ status: "DELETING" });
      await scene.app.app.stop();
      cluster.faults.clear();
      const admin = await replica();
      await eventually(async () => (await assignmentsOf(admin, secret)) === null);
      expect(objectOf(cluster, { project, secret })).toBeUndefined();
      const { history } = await admin.ask<{ history: { nodes: TransitionSeen[] } }>(
        `{ history(filter: { subject: [ASSIGNMENT] }) { nodes { ${TRANSITION} } } }`,
      );
      expect(history.nodes.filter(({ subjectId }) => subjectId === assignment?.id).map(told)).toEqual([
        "ASSIGNMENT DELETING> Deleted",
        "ASSIGNMENT PENDING>DELETING DeletionRequested",
        "ASSIGNMENT >PENDING Assigned",
      ]);
    } finally {
      await stopAll();
    }
  });

  it("a leader that ends between making an object again and its record, and the secret is deleted meanwhile: that object goes as well", async () => {
    try {
      const { project, secret } = await scene.synced();
      cluster.faults.add({ match: { verb: "apply", resource: "externalsecrets" }, effect: { kind: "lostAnswer" } });
      const before = objectOf(cluster, { project, secret })?.metadata["uid"];
      cluster.store.delete("externalsecrets", project.name, secret.name);
      await eventually(() => {
        const object = objectOf(cluster, { project, secret });
        return object !== undefined && object.metadata["uid"] !== before;
      });
      expect(await deleteSecret(scene, secret.id)).toEqual({ status: "DELETING" });
      await scene.app.app.stop();
      cluster.faults.clear();
      const admin = await replica();
      await eventually(async () => (await assignmentsOf(admin, secret)) === null);
      expect(objectOf(cluster, { project, secret })).toBeUndefined();
    } finally {
      await stopAll();
    }
  });

  it("a leader that ends between a delete and its record: the next one lets the row go", async () => {
    try {
      const { project, secret } = await scene.synced();
      cluster.operator.stop();
      cluster.faults.add({ match: { verb: "delete", resource: "externalsecrets" }, effect: { kind: "lostAnswer" } });
      await deleteSecret(scene, secret.id);
      await eventually(() => isTerminating(objectOf(cluster, { project, secret })));
      await scene.app.app.stop();
      cluster.operator.start();
      await eventually(() => objectOf(cluster, { project, secret }) === undefined);
      const admin = await replica();
      await eventually(async () => (await assignmentsOf(admin, secret)) === null);
    } finally {
      await stopAll();
    }
  });

  it("what was drifted while nobody led is repaired; what bears our label and has no row is left", async () => {
    try {
      const { project, provider, secret } = await scene.synced();
      await scene.app.app.stop();
      cluster.store.patch("externalsecrets", project.name, secret.name, { spec: { refreshInterval: "9h0m0s" } });
      const orphan = unique("orphan");
      const labels = labelsOf(objectOf(cluster, { project, secret }));
      const theirs = externalSecret(project.name, orphan, { store: provider, key: scene.value() });
      cluster.store.create({
        ...theirs,
        metadata: {
          name: orphan,
          namespace: project.name,
          labels: { ...labels, "secretariat.io/assignment": randomUUID() },
        },
      });
      const admin = await replica();
      await eventually(() => at(objectOf(cluster, { project, secret }), "spec", "refreshInterval") === "1h0m0s");
      const { project: seen } = await admin.ask<{ project: { unmanagedExternalSecrets: { name: string }[] } }>(
        "query ($id: ID!) { project(id: $id) { unmanagedExternalSecrets { name } } }",
        { id: project.id },
      );
      expect(seen.unmanagedExternalSecrets).toEqual([{ name: orphan }]);
      expect(isTerminating(objectOf(cluster, { project, secret: { name: orphan } }))).toBe(false);
    } finally {
      await stopAll();
    }
  });

  it("a first write reads first, also while the lists are still on their way", async () => {
    try {
      const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
      cluster.faults.add({ effect: { kind: "refuse" } });
      await scene.untilCluster("berlin", { status: "UNREACHABLE" });
      const secret = await scene.secret(provider, [project]);
      await scene.app.app.stop();
      cluster.faults.clear();
      cluster.store.create(externalSecret(project.name, secret.name, { store: provider, key: scene.value() }));
      cluster.faults.add({ match: { verb: "list", resource: "externalsecrets" }, effect: { kind: "delay", ms: 400 } });
      const applies = cluster.faults.add({
        match: { verb: "apply", resource: "externalsecrets" },
        effect: { kind: "delay", ms: 0 },
      });
      const admin = await replica();
      await eventually(async () => (await assignmentsOf(admin, secret))?.[0]?.reason === "NotOurs");
      expect(applies.hits).toBe(0);
    } finally {
      await stopAll();
    }
  });

  it("a stop does not wait for a cluster that never answers, and gives its leadership back", async () => {
    try {
      const database = new Client(scene.app.databaseUrl);
      await database.connect();
      stops.push(() => database.end());
      const [project, provider] = await Promise.all([scene.project(), scene.provider()]);
      const fault = cluster.faults.add({
        match: { verb: "apply", resource: "externalsecrets" },
        effect: { kind: "hang" },
      });
      await scene.secret(provider, [project]);
      await eventually(() => fault.hits > 0);
      const began = performance.now();
      await scene.app.app.stop();
      expect(performance.now() - began).toBeLessThan(8_000);
      expect((await database.query("SELECT FROM leadership")).rowCount).toBe(0);
    } finally {
      await stopAll();
    }
  });

  it("a second replica serves the stream of the first one's changes, and leads within 10 s once the first has ended", async () => {
    try {
      const { project, provider } = await scene.synced();
      const admin = await replica();
      const socket = admin.socket();
      stops.push(async () => {
        await socket.dispose();
      });
      const { transitionCursor } = await admin.ask<{ transitionCursor: string }>("{ transitionCursor }");
      const stream = gather<TransitionSeen>(
        socket,
        `subscription ($since: String) { transitions(since: $since) { ${TRANSITION} } }`,
        "transitions",
        { since: transitionCursor },
      );
      const first = await scene.secret(provider, [project]);
      await eventually(() => stream.events.some(({ subjectId, to }) => subjectId === first.id && to === "SYNCED"));
      await scene.app.app.stop();
      const began = performance.now();
      const { createSecret: second } = await admin.ask<{ createSecret: NamedId }>(
        "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id name } }",
        {
          input: {
            name: unique("second"),
            scope: "ORGANIZATION",
            providerId: provider.id,
            projectIds: [project.id],
            data: item(scene.value()),
          },
        },
      );
      await eventually(() => stream.events.some(({ subjectId, to }) => subjectId === second.id && to === "SYNCED"));
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(stream.errors).toEqual([]);
    } finally {
      await stopAll();
    }
  });

  it("a leader whose lease was lost stands down, and whoever leads next finishes: every transition once", async () => {
    try {
      const { project, provider } = await scene.synced();
      await replica();
      const database = new Client(scene.app.databaseUrl);
      await database.connect();
      stops.push(() => database.end());
      // As if it had been stopped for longer than its lease, and another had led meanwhile and was killed.
      await database.query("UPDATE leadership SET term = $1, expires_at = clock_timestamp() + interval '1 second'", [
        randomUUID(),
      ]);
      const secrets = await Promise.all([1, 2, 3, 4, 5].map(() => scene.secret(provider, [project])));
      for (const secret of secrets) {
        const assignment = await scene.untilAssignment(secret, { status: "SYNCED" });
        expect(created(cluster, { project, secret })).toEqual([assignment.externalSecret?.uid]);
        expect((await scene.history(assignment.id)).map(told)).toEqual([
          "ASSIGNMENT >PENDING Assigned",
          "ASSIGNMENT PENDING>SYNCED SecretSynced",
        ]);
      }
    } finally {
      await stopAll();
    }
  });
});
