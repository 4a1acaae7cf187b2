import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { told, unique, type NamedId } from "../support/scene.js";
import { vaultBackend } from "./support/backends.js";
import { Desk } from "./support/desk.js";
import { report, summary } from "./support/figures.js";
import { operatorPath, pathOf, RawCluster } from "./support/raw-cluster.js";
import { stamped } from "./support/stamped.js";

const environment = inject("e2e");
const cluster = RawCluster.of(environment.adminKubeconfig);
const backend = vaultBackend(environment);
const key = unique("e2e-lifecycle");
const item = { secretKey: "password", remoteKey: key, property: "password" };

let desk: Desk;
let project: NamedId;
let provider: NamedId;
const projects: NamedId[] = [];

beforeAll(async () => {
  await backend.authorize(cluster);
  await backend.put(key, { password: "first", user: "app" });
  desk = await Desk.start();
  provider = await desk.provider(backend.provider());
  project = await desk.project();
  projects.push(project);
});
afterAll(async () => {
  for (const { id, name } of projects) {
    await desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id });
    await desk.untilGone("project", id);
    await eventually(async () => (await cluster.find(namespacePath(name))) === undefined, 60_000);
  }
  await desk.stop();
});

const namespacePath = (name: string) => pathOf({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const native = (namespace: string, name: string) =>
  cluster.find(pathOf({ apiVersion: "v1", kind: "Secret", metadata: { namespace, name } }));
const externalSecret = (namespace: string, name: string) =>
  operatorPath("externalsecrets", namespace, name, environment.operatorVersion);

describe("the main job on a real cluster", () => {
  it("a secret for two projects arrives in both, and the subscriber hears each transition once, in order", async () => {
    const other = await desk.project();
    projects.push(other);
    const received = desk.transitions(await desk.cursor());
    const secret = await desk.secret(provider, [project, other], { data: [item] });
    await eventually(
      () => received.events.some(({ subjectId, to }) => subjectId === secret.id && to === "SYNCED"),
      30_000,
    );
    for (const { name } of [project, other]) {
      const data = (await native(name, secret.name))?.["data"];
      expect(data).toEqual({ password: Buffer.from("first").toString("base64") });
    }
    const ids = new Set((await desk.assignments(secret.id)).map(({ id }) => id));
    const tellings = received.events.filter(({ subjectId }) => ids.has(subjectId)).map(told);
    expect(tellings.toSorted()).toEqual(
      ["ASSIGNMENT >PENDING Assigned", "ASSIGNMENT PENDING>SYNCED SecretSynced"].flatMap((one) => [one, one]),
    );
    expect(new Set(received.events.map(({ id }) => id)).size).toBe(received.events.length);

    await desk.mutate("deleteSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
    await desk.untilGone("secret", secret.id);
    // Its owner gone, the garbage collector takes the native Secret: it looks for kinds that it doesn't know yet every 30 s.
    await eventually(async () => (await native(project.name, secret.name)) === undefined, 120_000);
    received.stop();
  });

  it("a missing key tells the backend's cause, a change mends it, and the native Secret follows", async () => {
    const secret = await desk.secret(provider, [project], { data: [{ ...item, remoteKey: `${key}-missing` }] });
    // The cause is in an event, which comes after the status.
    const failed = await desk.untilAssignment(secret.id, ({ message }) => backend.causes.missing.test(message ?? ""));
    expect([failed.status, failed.reason]).toEqual(["SYNCED_ERROR", "SecretSyncedError"]);
    await desk.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
      input: { id: secret.id, data: [item] },
    });
    const mended = await desk.untilStatus(secret.id, "SYNCED");
    expect([mended.desiredGeneration, mended.syncedGeneration]).toEqual([2, 2]);
    expect((await native(project.name, secret.name))?.["data"]).toHaveProperty("password");
  });

  it("a forced sync fetches the new value", async () => {
    const secret = await desk.secret(provider, [project], { data: [item] });
    await desk.untilStatus(secret.id, "SYNCED");
    await backend.put(key, { password: "second", user: "app" });
    await desk.mutate("syncSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
    const encoded = Buffer.from("second").toString("base64");
    await eventually(async () => JSON.stringify(await native(project.name, secret.name)).includes(encoded), 30_000);
    await desk.untilStatus(secret.id, "SYNCED");
  });

  it("drift is repaired, and its transition names the manager", async () => {
    const secret = await desk.secret(provider, [project], { data: [item] });
    await desk.untilStatus(secret.id, "SYNCED");
    const received = desk.transitions(await desk.cursor());
    const path = externalSecret(project.name, secret.name);
    await cluster.must("PATCH", path, {
      query: { fieldManager: "kubectl-edit" },
      contentType: "application/merge-patch+json",
      body: { spec: { refreshInterval: "7h0m0s" } },
    });
    await eventually(() => received.events.find(({ reason }) => reason === "Drifted"), 30_000);
    expect(received.events.find(({ reason }) => reason === "Drifted")?.message).toContain("kubectl-edit");
    await eventually(
      async () => JSON.stringify(await cluster.find(path)).includes('"refreshInterval":"1h0m0s"'),
      30_000,
    );
    await cluster.remove(path);
    await eventually(async () => received.events.filter(({ reason }) => reason === "Drifted").length >= 2, 30_000);
    await desk.untilStatus(secret.id, "SYNCED");
    received.stop();
  });

  it("what one manager changes again and again is left to people: named, and not forced over a fourth time", async () => {
    const secret = await desk.secret(provider, [project], { data: [item] });
    await desk.untilStatus(secret.id, "SYNCED");
    const path = externalSecret(project.name, secret.name);
    const interval = async (): Promise<string> =>
      /"refreshInterval":"([^"]*)"/u.exec(JSON.stringify((await cluster.find(path))?.["spec"]))?.[1] ?? "";
    const edit = (hours: number) =>
      cluster.must("PATCH", path, {
        query: { fieldManager: "argocd-controller" },
        contentType: "application/merge-patch+json",
        body: { spec: { refreshInterval: `${hours}h0m0s` } },
      });
    for (const hours of [2, 3, 4]) {
      await edit(hours);
      await eventually(async () => (await interval()) === "1h0m0s", 30_000);
    }
    await edit(5);
    const contested = await desk.untilAssignment(secret.id, ({ reason }) => reason === "Contested");
    expect([contested.status, contested.message]).toEqual(["FAILED", expect.stringContaining("argocd-controller")]);
    expect(await interval()).toBe("5h0m0s");
  });
});

describe("how long it takes", () => {
  it("from mutation to SYNCED at the subscriber, 100 times, here and on the simulator", async () => {
    const real = await measure(desk, provider, project);
    const simulated = await Desk.start({ simulated: true });
    try {
      simulated.simulator?.clusters.get("real")?.backends.vault.set(key, { password: "x" });
      const figures = await measure(simulated, await simulated.provider(backend.provider()), await simulated.project());
      report("mutation to SYNCED at the subscriber, real cluster", summary(real));
      report("mutation to SYNCED at the subscriber, simulator", summary(figures));
      expect([real.length, figures.length]).toEqual([100, 100]);
    } finally {
      await simulated.stop();
    }
  });
});

/** Seconds of each of 100 secrets, one after the other. */
async function measure(at: Desk, from: NamedId, into: NamedId): Promise<number[]> {
  const stream = stamped(at.socket, await at.cursor());
  const seconds: number[] = [];
  for (let count = 0; count < 100; count += 1) {
    const start = performance.now();
    const secret = await at.secret(from, [into], { data: [item] });
    const arrival = await stream.until(({ subjectId, to }) => subjectId === secret.id && to === "SYNCED", 60_000);
    seconds.push((arrival - start) / 1000);
  }
  stream.stop();
  return seconds;
}
