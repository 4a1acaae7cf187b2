import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SimulatedCluster } from "../../src/dev/simulator/index.js";
import { ApiClient } from "../support/client.js";
import { type NamedId, Scene, told, unique } from "../support/scene.js";

let scene: Scene;
let cluster: SimulatedCluster;
let provider: NamedId;
/** Assigned projects, in the order of their names. */
let projects: [NamedId, NamedId];
beforeAll(async () => {
  scene = await Scene.start({ clusters: ["berlin"], patience: { operator: 60_000 } });
  cluster = scene.cluster();
  provider = await scene.provider();
});
afterAll(() => scene.stop());
beforeEach(async () => {
  cluster.faults.clear();
  cluster.operator.start();
  const name = unique("team");
  projects = await Promise.all([scene.project("berlin", `${name}-a`), scene.project("berlin", `${name}-b`)]);
});

const deny = (verb: "apply" | "delete", { name: namespace }: NamedId) =>
  cluster.faults.add({
    match: { verb, resource: "externalsecrets", namespace },
    effect: { kind: "status", code: 403, message: "a policy says no" },
  });
const remove = (id: string) => scene.mutate<{ status: string }>("deleteSecret(id: $id) { status }", "$id: ID!", { id });
const set = (secret: NamedId, to: readonly NamedId[]) =>
  scene.mutate("setSecretAssignments(secretId: $id, projectIds: $projects) { id }", "$id: ID!, $projects: [ID!]!", {
    id: secret.id,
    projects: to.map(({ id }) => id),
  });
const missing = { data: [{ secretKey: "password", remoteKey: "not/there" }] };

/** SYNCED in both projects. */
async function syncedInBoth(): Promise<NamedId> {
  const secret = await scene.secret(provider, projects);
  await scene.untilSecret(secret.id, { status: "SYNCED" });
  return secret;
}

describe("the status of a secret", () => {
  it("the secret is being deleted, any `DELETE_FAILED`: DELETE_FAILED", async () => {
    const secret = await syncedInBoth();
    deny("delete", projects[1]);
    // Its neighbour is held for as long as the operator is away, so that the sentence tells one of two.
    cluster.operator.stop();
    await remove(secret.id);
    const seen = await scene.untilSecret(secret.id, { status: "DELETE_FAILED" });
    expect(seen.statusReason).toContain(`1 of 2 projects could not be cleaned up: ${projects[1].name}`);
    expect(seen.statusReason).toContain("a policy says no");
  });

  describe("the secret is being deleted: DELETING", () => {
    it("with the last assignment the secret goes", async () => {
      const secret = await syncedInBoth();
      cluster.operator.stop();
      expect(await remove(secret.id)).toEqual({ status: "DELETING" });
      expect(await scene.secretNow(secret.id)).toEqual({
        id: secret.id,
        status: "DELETING",
        statusReason: `being removed from 2 projects: ${projects[0].name}, ${projects[1].name}`,
      });
      cluster.operator.start();
      await scene.untilGone("secret", secret.id);
      expect((await scene.history(secret.id)).map(told).at(-1)).toBe("SECRET DELETING> Deleted");
    });

    it("unassigned: it goes at once", async () => {
      const secret = await scene.secret(provider, []);
      expect(await remove(secret.id)).toEqual({ status: "DELETING" });
      expect(await scene.secretNow(secret.id)).toBeNull();
      expect((await scene.history(secret.id)).map(told)).toEqual([
        "SECRET >UNASSIGNED Created",
        "SECRET UNASSIGNED> Deleted",
      ]);
    });
  });

  it("any unassigning one `DELETE_FAILED`: DELETE_FAILED, whatever the others are", async () => {
    const secret = await syncedInBoth();
    deny("delete", projects[0]);
    await set(secret, [projects[1]]);
    const seen = await scene.untilSecret(secret.id, { status: "DELETE_FAILED" });
    expect(seen.statusReason).toContain(`1 of 1 project could not be cleaned up: ${projects[0].name}`);
    expect(await scene.untilAssignment(secret, {}, projects[1])).toMatchObject({ status: "SYNCED" });
    cluster.faults.clear();
    await scene.untilSecret(secret.id, { status: "SYNCED" });
  });

  it("none left, but some still going away: PENDING", async () => {
    const secret = await syncedInBoth();
    cluster.operator.stop();
    await set(secret, []);
    expect(await scene.secretNow(secret.id)).toMatchObject({
      status: "PENDING",
      statusReason: `being removed from 2 projects: ${projects[0].name}, ${projects[1].name}`,
    });
    cluster.operator.start();
    await scene.untilSecret(secret.id, { status: "UNASSIGNED" });
  });

  it("none: UNASSIGNED", async () => {
    const secret = await scene.secret(provider, []);
    expect(secret.status).toBe("UNASSIGNED");
    expect(await scene.secretNow(secret.id)).toEqual({ id: secret.id, status: "UNASSIGNED", statusReason: null });
  });

  it("one that is going away counts for nothing beside others", async () => {
    const secret = await syncedInBoth();
    cluster.operator.stop();
    await set(secret, [projects[0]]);
    expect(await scene.untilAssignment(secret, {}, projects[1])).toMatchObject({ status: "DELETING" });
    expect(await scene.secretNow(secret.id)).toMatchObject({ status: "SYNCED" });
  });

  it("any `FAILED`: FAILED, before errors of syncing", async () => {
    deny("apply", projects[0]);
    const secret = await scene.secret(provider, projects, missing);
    await scene.untilAssignment(secret, { status: "SYNCED_ERROR" }, projects[1]);
    const seen = await scene.untilSecret(secret.id, { status: "FAILED" });
    expect(seen.statusReason).toMatch(
      new RegExp(`^1 of 2 projects could not be written: ${projects[0].name} \\(`, "u"),
    );
  });

  it("any `SYNCED_ERROR`: SYNCED_ERROR, counting and naming", async () => {
    const secret = await scene.secret(provider, projects, missing);
    for (const project of projects) await scene.untilAssignment(secret, { status: "SYNCED_ERROR" }, project);
    expect(await scene.untilSecret(secret.id, { status: "SYNCED_ERROR" })).toMatchObject({
      statusReason: `2 of 2 projects report errors: ${projects[0].name}, ${projects[1].name}`,
    });
  });

  it("all `SYNCED`: SYNCED", async () => {
    const secret = await syncedInBoth();
    expect(await scene.secretNow(secret.id)).toEqual({ id: secret.id, status: "SYNCED", statusReason: null });
  });

  it("some `SYNCED`: PARTIALLY_SYNCED", async () => {
    const secret = await scene.secret(provider, [projects[0]]);
    await scene.untilSecret(secret.id, { status: "SYNCED" });
    cluster.operator.stop();
    await set(secret, projects);
    expect(await scene.secretNow(secret.id)).toMatchObject({
      status: "PARTIALLY_SYNCED",
      statusReason: `1 of 2 projects is not synced yet: ${projects[1].name}`,
    });
    cluster.operator.start();
    await scene.untilSecret(secret.id, { status: "SYNCED" });
  });

  it("else: PENDING", async () => {
    cluster.operator.stop();
    const secret = await scene.secret(provider, projects);
    expect(await scene.secretNow(secret.id)).toMatchObject({
      status: "PENDING",
      statusReason: `2 of 2 projects are not synced yet: ${projects[0].name}, ${projects[1].name}`,
    });
  });

  it("a member sees the roll-up over their own projects alone, an admin over all", async () => {
    deny("apply", projects[0]);
    const secret = await scene.secret(provider, projects);
    await scene.untilAssignment(secret, { status: "SYNCED" }, projects[1]);
    await scene.untilSecret(secret.id, { status: "FAILED" });
    const member = await ApiClient.of(scene.app.url, { subject: "eve", groups: [projects[1].name] });
    const question = "query ($id: ID!) { secret(id: $id) { status statusReason assignments { totalCount } } }";
    expect(await member.ask(question, { id: secret.id })).toEqual({
      secret: { status: "SYNCED", statusReason: null, assignments: { totalCount: 1 } },
    });
  });
});
