import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import {
  at,
  externalSecret,
  isTerminating,
  labelsOf,
  managersOf,
  nativeOf as liveNative,
  objectOf as liveObject,
  type Place,
} from "../support/kubernetes.js";
import { type NamedId, Scene, told, unique, uuidOf, VAULT } from "../support/scene.js";

let scene: Scene;
beforeAll(async () => {
  // The operator's own backoff at its full length: what is repaired at once is not its doing.
  scene = await Scene.start({ simulator: { timeScale: 1 } });
});
afterAll(() => scene.stop());
beforeEach(() => {
  for (const cluster of scene.app.simulator.clusters.values()) {
    cluster.faults.clear();
    cluster.operator.start();
  }
});

const objectOf = (place: Place) => liveObject(scene.cluster(), place);
const nativeOf = (place: Place) => liveNative(scene.cluster(), place);
const tellAll = async (id: string): Promise<string[]> => (await scene.history(id)).map(told);
describe("changing a secret", () => {
  it("updates it: PENDING for the new generation, and SYNCED only once that one is", async () => {
    const { project, secret, assignment } = await scene.synced();
    const key = scene.value(undefined, { password: "second" });
    await scene.mutate("updateSecret(input: $input) { generation status }", "$input: UpdateSecretInput!", {
      input: { id: secret.id, data: [{ secretKey: "password", remoteKey: key, property: "password" }] },
    });
    const after = await eventually(async () => {
      const [found] = await scene.assignments(secret.id);
      return found?.syncedGeneration === 2 && found;
    });
    expect(after).toMatchObject({ status: "SYNCED", desiredGeneration: 2 });
    expect(await tellAll(assignment.id)).toEqual([
      "ASSIGNMENT >PENDING Assigned",
      "ASSIGNMENT PENDING>SYNCED SecretSynced",
      "ASSIGNMENT SYNCED>PENDING Updated",
      "ASSIGNMENT PENDING>SYNCED SecretSynced",
    ]);
    expect(nativeOf({ project, secret })).toMatchObject({
      data: { password: Buffer.from("second").toString("base64") },
    });
    expect(after.externalSecret?.manifest).toContain(key);
  });

  it("updates it twice at once: the last one stands, and a good one repairs a bad one", async () => {
    const { project, secret } = await scene.synced();
    const good = scene.value(undefined, { password: "good" });
    const change = (remoteKey: string) =>
      scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
        input: { id: secret.id, data: [{ secretKey: "password", remoteKey, property: "password" }] },
      });
    await change("not/there");
    await scene.untilAssignment(secret, { status: "SYNCED_ERROR" });
    await Promise.all([change("not/there/either"), change("nor/there")]);
    await change(good);
    await eventually(async () => (await scene.assignments(secret.id))[0]?.syncedGeneration === 5);
    expect(await scene.secretNow(secret.id)).toMatchObject({ status: "SYNCED", statusReason: null });
    expect(nativeOf({ project, secret })).toMatchObject({ data: { password: Buffer.from("good").toString("base64") } });
  });

  it("moves it to another provider: the same object, another store", async () => {
    const { project, secret, assignment } = await scene.synced();
    const other = await scene.provider();
    await scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
      input: { id: secret.id, providerId: other.id },
    });
    const after = await eventually(async () => {
      const [found] = await scene.assignments(secret.id);
      return found?.syncedGeneration === 2 && found;
    });
    expect(after.externalSecret?.uid).toBe(assignment.externalSecret?.uid);
    expect(objectOf({ project, secret })).toMatchObject({ spec: { secretStoreRef: { name: other.name } } });
  });

  it("syncs it: SYNCED again only once the operator has fetched anew", async () => {
    const { project, secret, assignment } = await scene.synced();
    const syncedVersion = (): unknown => at(objectOf({ project, secret }), "status", "syncedResourceVersion");
    const before = syncedVersion();
    const [synced] = await scene
      .mutate<{ assignments: { nodes: { status: string }[] } }>(
        "syncSecret(id: $id) { assignments { nodes { status } } }",
        "$id: ID!",
        { id: secret.id },
      )
      .then(({ assignments }) => assignments.nodes);
    expect(synced).toEqual({ status: "PENDING" });
    await scene.untilAssignment(secret, { status: "SYNCED" });
    expect(syncedVersion()).not.toBe(before);
    expect((await tellAll(assignment.id)).slice(2)).toEqual([
      "ASSIGNMENT SYNCED>PENDING SyncRequested",
      "ASSIGNMENT PENDING>SYNCED SecretSynced",
    ]);
    const refused = await scene.admin.send("mutation ($id: ID!) { syncAssignment(id: $id) { id } }", {
      id: assignment.id,
    });
    expect(refused.errors[0]?.extensions).toMatchObject({ code: "PRECONDITION_FAILED", reason: "SyncTooSoon" });
  });

  it("syncs one assignment: the other one keeps its status", async () => {
    const [provider, one, other] = await Promise.all([
      scene.provider(),
      scene.project("berlin"),
      scene.project("oslo"),
    ]);
    const secret = await scene.secret(provider, [one, other]);
    await scene.untilSecret(secret.id, { status: "SYNCED" });
    const first = await scene.untilAssignment(secret, {}, one);
    const second = await scene.untilAssignment(secret, {}, other);
    const answer = await scene.mutate("syncAssignment(id: $id) { status reason }", "$id: ID!", { id: first.id });
    expect(answer).toEqual({ status: "PENDING", reason: "SyncRequested" });
    await scene.untilAssignment(secret, { status: "SYNCED" }, one);
    expect(await tellAll(first.id)).toHaveLength(4);
    expect(await tellAll(second.id)).toHaveLength(2);
    // While one of two was fetched anew the secret was synced in part.
    expect((await tellAll(secret.id)).slice(-2)).toEqual([
      "SECRET SYNCED>PARTIALLY_SYNCED SyncRequested",
      "SECRET PARTIALLY_SYNCED>SYNCED RolledUp",
    ]);
  });
});

describe("assigning and unassigning", () => {
  it("assigns again what is still going away: turned round, and applied once the old object is gone, with no drift", async () => {
    const { project, secret, assignment } = await scene.synced();
    // Without the operator its finalizer holds the object.
    scene.cluster().operator.stop();
    await scene.mutate(
      "unassignSecret(secretId: $id, projectIds: $projects) { status }",
      "$id: ID!, $projects: [ID!]!",
      {
        id: secret.id,
        projects: [project.id],
      },
    );
    await eventually(() => isTerminating(objectOf({ project, secret })));
    expect(await scene.secretNow(secret.id)).toMatchObject({ status: "PENDING" });
    const turned = await scene.mutate<{ status: string }>(
      "assignSecret(secretId: $id, projectIds: $projects) { status }",
      "$id: ID!, $projects: [ID!]!",
      { id: secret.id, projects: [project.id] },
    );
    expect(turned.status).toBe("PENDING");
    await scene.untilAssignment(secret, { status: "PENDING", reason: "DeletingOld" });
    scene.cluster().operator.start();
    const after = await scene.untilAssignment(secret, { status: "SYNCED" });
    expect(after.id).toBe(assignment.id);
    expect(after.externalSecret?.uid).not.toBe(assignment.externalSecret?.uid);
    expect((await tellAll(assignment.id)).slice(2)).toEqual([
      "ASSIGNMENT SYNCED>DELETING Unassigned",
      "ASSIGNMENT DELETING>PENDING Assigned",
      "ASSIGNMENT PENDING>SYNCED SecretSynced",
    ]);
  });

  it("assigns again at once, while the delete is on its way: never DELETING by somebody else, never drift", async () => {
    const { project, secret, assignment } = await scene.synced();
    const variables = { id: secret.id, projects: [project.id] };
    const fault = scene.cluster().faults.add({
      match: { verb: "delete", resource: "externalsecrets", namespace: project.name },
      effect: { kind: "delay", ms: 100 },
    });
    await scene.mutate(
      "unassignSecret(secretId: $id, projectIds: $projects) { id }",
      "$id: ID!, $projects: [ID!]!",
      variables,
    );
    await eventually(() => fault.hits > 0);
    await scene.mutate(
      "assignSecret(secretId: $id, projectIds: $projects) { id }",
      "$id: ID!, $projects: [ID!]!",
      variables,
    );
    await eventually(async () => {
      const [found] = await scene.assignments(secret.id);
      return found?.status === "SYNCED" && found.externalSecret?.uid !== assignment.externalSecret?.uid;
    });
    expect((await tellAll(assignment.id)).filter((line) => line.includes("Drifted"))).toEqual([]);
  });

  it("sets the assignments exactly: one comes, one goes, one stays untouched; the same set again changes nothing", async () => {
    const provider = await scene.provider();
    const [stays, goes, comes] = await Promise.all([scene.project(), scene.project(), scene.project("oslo")]);
    const secret = await scene.secret(provider, [stays, goes]);
    await scene.untilSecret(secret.id, { status: "SYNCED" });
    const [kept, removed] = [
      await scene.untilAssignment(secret, {}, stays),
      await scene.untilAssignment(secret, {}, goes),
    ];
    const set = (projects: NamedId[]) =>
      scene.mutate("setSecretAssignments(secretId: $id, projectIds: $projects) { id }", "$id: ID!, $projects: [ID!]!", {
        id: secret.id,
        projects: projects.map(({ id }) => id),
      });
    await set([stays, comes]);
    await scene.untilAssignment(secret, { status: "SYNCED" }, comes);
    await scene.untilGone("assignment", removed.id);
    expect((await scene.assignments(secret.id)).map(({ project }) => project.id).sort()).toEqual(
      [stays.id, comes.id].sort(),
    );
    expect(await tellAll(kept.id)).toHaveLength(2);
    expect((await tellAll(removed.id)).slice(2)).toEqual([
      "ASSIGNMENT SYNCED>DELETING Unassigned",
      "ASSIGNMENT DELETING> Deleted",
    ]);
    expect(objectOf({ project: goes, secret })).toBeUndefined();
    const lines = (await tellAll(secret.id)).length;
    await set([comes, stays]);
    expect(await tellAll(secret.id)).toHaveLength(lines);
    await set([]);
    await scene.untilSecret(secret.id, { status: "UNASSIGNED" });
  });

  it("unassigns what was never sent to a cluster at once", async () => {
    const [provider, project] = await Promise.all([scene.provider(), scene.project()]);
    scene.cluster().faults.add({ effect: { kind: "refuse" } });
    await scene.untilCluster("berlin", { status: "UNREACHABLE" });
    const secret = await scene.secret(provider, [project]);
    const [assignment] = await scene.assignments(secret.id);
    await scene.mutate("deleteSecret(id: $id) { status }", "$id: ID!", { id: secret.id });
    expect(await scene.secretNow(secret.id)).toBeNull();
    expect(await tellAll(assignment?.id ?? "")).toEqual([
      "ASSIGNMENT >PENDING Assigned",
      "ASSIGNMENT PENDING> DeletionRequested",
    ]);
    scene.cluster().faults.clear();
    await scene.untilCluster("berlin", { status: "CONNECTED" });
    expect(objectOf({ project, secret })).toBeUndefined();
  });
});

describe("a provider", () => {
  it("is updated: PENDING, then READY, and its stores say what it says", async () => {
    const provider = await scene.provider();
    const store = () => scene.cluster("oslo").store.get("clustersecretstores", "", provider.name);
    const uid = store()?.metadata["uid"];
    await scene.mutate("updateProvider(input: $input) { status }", "$input: UpdateProviderInput!", {
      input: { id: provider.id, vault: { ...VAULT, path: "other" } },
    });
    await scene.untilTransition(provider.id, { from: "PENDING", to: "READY", reason: null });
    await eventually(async () => (await tellAll(provider.id)).length === 4);
    expect(await tellAll(provider.id)).toEqual([
      "PROVIDER >PENDING Created",
      "PROVIDER PENDING>READY",
      "PROVIDER READY>PENDING Updated",
      "PROVIDER PENDING>READY",
    ]);
    expect(store()).toMatchObject({ spec: { provider: { vault: { path: "other" } } } });
    expect(store()?.metadata["uid"]).toBe(uid);
  });

  it("recovers: its unsynced secrets are fetched at once, without waiting for the operator's backoff", async () => {
    const [provider, project] = await Promise.all([scene.provider(), scene.project()]);
    scene.cluster().operator.storeDenied("", provider.name);
    await scene.untilProvider(provider.id, { status: "ERROR" });
    const secret = await scene.secret(provider, [project], { refreshInterval: "24h" });
    await scene.untilAssignment(secret, { status: "SYNCED_ERROR" });
    scene.cluster().operator.storeDenied("", provider.name, false);
    const after = await scene.untilAssignment(secret, { status: "SYNCED" });
    expect(await scene.untilProvider(provider.id, { status: "READY" })).toMatchObject({ statusReason: null });
    expect(at(objectOf({ project, secret }), "metadata", "annotations", "secretariat.io/force-sync")).toBeDefined();
    expect(after.message).toBeNull();
  });

  it("goes with its stores, and only once no secret uses it", async () => {
    const { provider, secret } = await scene.synced();
    const refused = await scene.admin.send("mutation ($id: ID!) { deleteProvider(id: $id) { id } }", {
      id: provider.id,
    });
    expect(refused.errors[0]?.extensions).toMatchObject({ code: "PRECONDITION_FAILED", reason: "ProviderInUse" });
    await scene.mutate("deleteSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
    await scene.untilGone("secret", secret.id);
    await scene.mutate("deleteProvider(id: $id) { status }", "$id: ID!", { id: provider.id });
    await scene.untilGone("provider", provider.id);
    for (const cluster of scene.app.simulator.clusters.values())
      expect(cluster.store.get("clustersecretstores", "", provider.name)).toBeUndefined();
    expect((await tellAll(provider.id)).slice(2)).toEqual([
      "PROVIDER READY>DELETING DeletionRequested",
      "PROVIDER DELETING> Deleted",
    ]);
  });
});

describe("adopting", () => {
  it("takes over an ExternalSecret as it stands: no label, no rewrite of the native Secret, the old manager dropped; ours from the first change on", async () => {
    const [provider, project] = await Promise.all([scene.provider(), scene.project()]);
    const name = unique("by-hand");
    const key = scene.value();
    scene
      .cluster()
      .store.create(
        externalSecret(project.name, name, { store: provider, key, refreshInterval: "2h", labels: { team: "red" } }),
        { manager: "argocd-controller" },
      );
    await eventually(() => nativeOf({ project, secret: { name } }));
    const before = objectOf({ project, secret: { name } });
    const native = nativeOf({ project, secret: { name } });
    const [secret] = await scene.mutate<(NamedId & { generation: number })[]>(
      "adoptExternalSecrets(projectId: $id, names: $names) { id name generation }",
      "$id: ID!, $names: [String!]",
      { id: project.id, names: [name] },
    );
    if (secret === undefined) throw new Error("nothing was adopted");
    const adopted = await scene.untilAssignment(secret, { status: "SYNCED" });
    const place = { project, secret };
    const after = objectOf(place);
    expect(after?.metadata["uid"]).toBe(before?.metadata["uid"]);
    expect(after?.metadata["labels"]).toEqual({ team: "red" });
    expect(after?.["spec"]).toEqual(before?.["spec"]);
    expect(managersOf(after)).toEqual(["external-secrets", "secretariat"]);
    expect(nativeOf(place)?.metadata["resourceVersion"]).toBe(native?.metadata["resourceVersion"]);
    expect(adopted.externalSecret?.manifest).toContain('refreshInterval: "2h0m0s"');
    expect(adopted.externalSecret?.manifest).not.toContain("secretariat.io");
    expect(await tellAll(adopted.id)).toEqual([
      "ASSIGNMENT >PENDING Adopted",
      "ASSIGNMENT PENDING>SYNCED SecretSynced",
    ]);

    await scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
      input: { id: secret.id, refreshInterval: "3h" },
    });
    await eventually(async () => (await scene.assignments(secret.id))[0]?.syncedGeneration === 2);
    expect(objectOf(place)?.metadata["labels"]).toMatchObject({
      team: "red",
      "secretariat.io/assignment": uuidOf(adopted.id),
    });
    expect(objectOf(place)?.metadata["uid"]).toBe(before?.metadata["uid"]);
  });

  it("takes over a failing one with its failure, which is not tried again for that", async () => {
    const [provider, project] = await Promise.all([scene.provider(), scene.project()]);
    const name = unique("by-hand");
    scene.cluster().store.create(externalSecret(project.name, name, { store: provider, key: "not/there" }));
    await eventually(() => at(objectOf({ project, secret: { name } }), "status", "conditions"));
    scene.cluster().history.clear();
    const secret = await scene.adopt(project, name);
    await scene.untilAssignment(secret, { status: "SYNCED_ERROR", reason: "SecretSyncedError" });
    const changes = scene.cluster().history.of("externalsecrets", project.name, name);
    expect(changes.map(({ object }) => at(object, "status", "conditions", "0", "status"))).not.toContain(undefined);
    await scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
      input: { id: secret.id, data: [{ secretKey: "password", remoteKey: scene.value(), property: "password" }] },
    });
    await scene.untilAssignment(secret, { status: "SYNCED" });
  });

  it("takes over one that was changed before it was taken over: changed, labelled, and the old manager dropped", async () => {
    const [provider, project, name] = [await scene.provider(), await scene.project(), unique("by-hand")];
    scene.cluster().store.create(externalSecret(project.name, name, { store: provider, key: "not/there" }), {
      manager: "terraform",
    });
    await eventually(() => at(objectOf({ project, secret: { name } }), "status", "conditions"));
    const fault = scene.cluster().faults.add({
      match: { verb: "apply", resource: "externalsecrets", name },
      effect: { kind: "status", code: 503 },
    });
    const secret = await scene.adopt(project, name);
    await eventually(() => fault.hits > 0);
    await scene.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
      input: { id: secret.id, data: [{ secretKey: "password", remoteKey: scene.value(), property: "password" }] },
    });
    fault.remove();
    await scene.untilAssignment(secret, { status: "SYNCED" });
    const live = objectOf({ project, secret });
    expect(managersOf(live)).toEqual(["external-secrets", "secretariat"]);
    expect(labelsOf(live)).toHaveProperty(["secretariat.io/assignment"]);
  });
});

describe("deleting a project", () => {
  it("takes its secrets, its stores, and with deleteNamespace the namespace that we made", async () => {
    const { project, secret, assignment } = await scene.synced();
    const own = await scene.mutate<NamedId>(
      "createProvider(input: $input) { id name }",
      "$input: CreateProviderInput!",
      {
        input: {
          name: unique("own"),
          scope: "PROJECT",
          projectId: project.id,
          vault: { ...VAULT, auth: { tokenSecretRef: { name: "reader", key: "token" } } },
        },
      },
    );
    await scene.untilProvider(own.id, { status: "READY" });
    const ownSecret = await scene.secret(own, [], { scope: "PROJECT", projectId: project.id, projectIds: null });
    await scene.untilAssignment(ownSecret, { status: "SYNCED" });
    await scene.mutate("deleteProject(id: $id, deleteNamespace: true) { status }", "$id: ID!", { id: project.id });
    await scene.untilGone("project", project.id);
    expect(await scene.secretNow(ownSecret.id)).toBeNull();
    expect(await scene.secretNow(secret.id)).toMatchObject({ status: "UNASSIGNED" });
    expect(scene.cluster().store.get("namespaces", "", project.name)).toBeUndefined();
    expect((await tellAll(assignment.id)).slice(2)).toEqual([
      "ASSIGNMENT SYNCED>DELETING ProjectDeleted",
      "ASSIGNMENT DELETING> Deleted",
    ]);
    expect((await tellAll(own.id)).slice(2)).toEqual([
      "PROVIDER READY>DELETING ProjectDeleted",
      "PROVIDER DELETING> Deleted",
    ]);
    expect((await tellAll(project.id)).slice(2)).toEqual([
      "PROJECT READY>DELETING DeletionRequested",
      "PROJECT DELETING> Deleted",
    ]);
  });

  it("leaves the namespace without deleteNamespace, and what stands in it beside ours", async () => {
    const { project, secret, provider } = await scene.synced();
    const foreign = unique("foreign");
    scene.cluster().store.create(externalSecret(project.name, foreign, { store: provider, key: scene.value() }));
    await scene.mutate("deleteProject(id: $id) { status }", "$id: ID!", { id: project.id });
    await scene.untilGone("project", project.id);
    expect(scene.cluster().store.get("namespaces", "", project.name)).toBeDefined();
    expect(objectOf({ project, secret })).toBeUndefined();
    expect(scene.cluster().store.get("externalsecrets", project.name, foreign)).toBeDefined();
  });

  it("refuses deleteNamespace for a namespace that was there before", async () => {
    const name = unique("old");
    scene.cluster().store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const project = await scene.project("berlin", name);
    const refused = await scene.admin.send(
      "mutation ($id: ID!) { deleteProject(id: $id, deleteNamespace: true) { id } }",
      { id: project.id },
    );
    expect(refused.errors[0]?.extensions).toMatchObject({ code: "PRECONDITION_FAILED", reason: "NamespaceNotOurs" });
    await scene.mutate("deleteProject(id: $id) { id }", "$id: ID!", { id: project.id });
    await scene.untilGone("project", project.id);
    expect(scene.cluster().store.get("namespaces", "", name)).toBeDefined();
  });
});

describe("abandoning", () => {
  it("forgets a secret that cannot go, and leaves its object, which is listed as unmanaged and never touched again", async () => {
    const { project, secret } = await scene.synced();
    scene.cluster().faults.add({
      match: { verb: "delete", namespace: project.name },
      effect: { kind: "status", code: 403, message: "a policy keeps it" },
    });
    const early = await scene.admin.send("mutation ($id: ID!) { deleteSecret(id: $id, abandon: true) { id } }", {
      id: secret.id,
    });
    expect(early.errors[0]?.extensions).toMatchObject({ code: "PRECONDITION_FAILED", reason: "NotBeingDeleted" });
    await scene.mutate("deleteSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
    await scene.untilSecret(secret.id, { status: "DELETE_FAILED" });
    await scene.mutate("deleteSecret(id: $id, abandon: true) { id }", "$id: ID!", { id: secret.id });
    expect(await scene.secretNow(secret.id)).toBeNull();
    expect((await tellAll(secret.id)).at(-1)).toBe("SECRET DELETE_FAILED> Abandoned");
    scene.cluster().faults.clear();
    const { project: seen } = await scene.admin.ask<{ project: { unmanagedExternalSecrets: { name: string }[] } }>(
      "query ($id: ID!) { project(id: $id) { unmanagedExternalSecrets { name } } }",
      { id: project.id },
    );
    expect(seen.unmanagedExternalSecrets).toEqual([{ name: secret.name }]);
    expect(isTerminating(objectOf({ project, secret }))).toBe(false);
  });

  it("forgets one assignment, a provider, and a whole project", async () => {
    const { project, secret, provider, assignment } = await scene.synced();
    const { faults } = scene.cluster();
    faults.add({ match: { verb: "delete" }, effect: { kind: "status", code: 403, message: "a policy keeps it" } });
    const variables = { id: secret.id, projects: [project.id] };
    await scene.mutate(
      "unassignSecret(secretId: $id, projectIds: $projects) { id }",
      "$id: ID!, $projects: [ID!]!",
      variables,
    );
    await scene.untilAssignment(secret, { status: "DELETE_FAILED" });
    await scene.untilSecret(secret.id, { status: "DELETE_FAILED" });
    await scene.mutate(
      "unassignSecret(secretId: $id, projectIds: $projects, abandon: true) { status }",
      "$id: ID!, $projects: [ID!]!",
      variables,
    );
    await scene.untilSecret(secret.id, { status: "UNASSIGNED" });
    expect((await tellAll(assignment.id)).at(-1)).toBe("ASSIGNMENT DELETE_FAILED> Abandoned");

    await scene.mutate("deleteSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
    await scene.mutate("deleteProvider(id: $id) { id }", "$id: ID!", { id: provider.id });
    await scene.untilProvider(provider.id, { status: "DELETE_FAILED" });
    await scene.mutate("deleteProvider(id: $id, abandon: true) { id }", "$id: ID!", { id: provider.id });
    await scene.untilGone("provider", provider.id);
    expect(scene.cluster().store.get("clustersecretstores", "", provider.name)).toBeDefined();

    await scene.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id: project.id });
    await scene.untilProject(project.id, { status: "DELETE_FAILED" });
    await scene.mutate("deleteProject(id: $id, abandon: true) { id }", "$id: ID!", { id: project.id });
    await scene.untilGone("project", project.id);
    expect(scene.cluster().store.get("namespaces", "", project.name)).toBeDefined();
  });
});
