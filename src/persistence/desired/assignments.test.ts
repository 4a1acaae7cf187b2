import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import { admin, everything, expectWholeLog, memberOf, refusal, World, aDate, textWith } from "./testing/index.js";

let world: World;
let cluster: string;
let alpha: ProjectRecord;
let beta: ProjectRecord;
let gamma: ProjectRecord;
let vault: ProviderRecord;
beforeAll(async () => {
  world = await World.create();
  cluster = await world.cluster();
  alpha = await world.project(cluster, "alpha");
  beta = await world.project(cluster, "beta");
  gamma = await world.project(cluster, "gamma");
  vault = await world.provider();
});
afterEach(() => expectWholeLog(world));
afterAll(() => world.close());

const plain = { abandon: false };
const abandon = { abandon: true };
const secretIn = (...projects: ProjectRecord[]) =>
  world.secret({ providerId: vault.id, projectIds: projects.map(({ id }) => id) });
const statuses = async (secretId: string) =>
  (await world.assignments(secretId)).map(({ project, status }) => `${project} ${status}`);

describe("assignSecret", () => {
  it("adds projects, and accepts those that are there already without a transition", async () => {
    const secret = await secretIn(alpha);
    const mark = await world.mark();
    expect(await world.desired.assignSecret(admin, secret.id, [alpha.id])).toEqual(secret);
    expect(await world.desired.assignSecret(admin, secret.id, [])).toEqual(secret);
    await world.desired.assignSecret(admin, secret.id, [beta.id, alpha.id, beta.id]);
    expect(await statuses(secret.id)).toEqual(["alpha PENDING", "beta PENDING"]);
    expect(await world.log(mark)).toEqual(["ASSIGNMENT null > PENDING Assigned by ada"]);
  });

  it("rolls the secret up", async () => {
    const secret = await world.secret({ providerId: vault.id });
    const mark = await world.mark();
    expect(await world.desired.assignSecret(admin, secret.id, [alpha.id])).toMatchObject({ status: "PENDING" });
    await world.observed(secret.id, "SYNCED");
    expect(await world.desired.assignSecret(admin, secret.id, [beta.id])).toMatchObject({
      status: "PARTIALLY_SYNCED",
    });
    expect((await world.log(mark)).filter((line) => line.startsWith("SECRET"))).toEqual([
      "SECRET UNASSIGNED > PENDING Assigned by ada",
      "SECRET PENDING > SYNCED SecretSynced by system",
      "SECRET SYNCED > PARTIALLY_SYNCED Assigned by ada",
    ]);
  });

  it("turns round what is still going away, for the secret as it is now", async () => {
    const secret = await secretIn(alpha);
    await world.observed(secret.id, "SYNCED");
    await world.desired.unassignSecret(admin, secret.id, [alpha.id], plain);
    await world.desired.updateSecret(admin, { id: secret.id, target: { name: world.name("native") } });
    await world.sql("UPDATE assignment SET delete_sent_at = now() WHERE secret_id = $1", [secret.id]);
    const [going] = await world.assignments(secret.id);
    expect(going).toMatchObject({ status: "DELETING", desired_generation: 1, target_name: secret.name });
    const mark = await world.mark();
    await world.desired.assignSecret(admin, secret.id, [alpha.id]);
    const [back] = await world.assignments(secret.id);
    expect(back).toMatchObject({
      id: going?.id,
      status: "PENDING",
      reason: "Assigned",
      desired_generation: 2,
      deletion_requested_at: null,
      revision: String(Number(going?.revision) + 1),
    });
    expect(back?.target_name).toMatch(/^native/);
    expect(await world.log(mark)).toEqual(["ASSIGNMENT DELETING > PENDING Assigned by ada"]);
  });

  it("refuses projects that are not READY, that the provider does not reach, or where the name is taken", async () => {
    const pending = await world.desired.createProject(admin, {
      name: world.name("p"),
      description: "",
      clusterId: cluster,
    });
    const far = await world.project(await world.cluster());
    const secret = await secretIn(alpha);
    const before = await everything(world);
    expect(await refusal(world.desired.assignSecret(admin, secret.id, [beta.id, pending.id]))).toMatchObject({
      code: "PRECONDITION_FAILED",
      reason: "ProjectNotReady",
    });
    expect(await refusal(world.desired.assignSecret(admin, secret.id, [beta.id, far.id]))).toMatchObject({
      reason: "ProviderNotReachable",
    });
    expect(await everything(world)).toBe(before);
    const own = await world.secret({
      providerId: vault.id,
      scope: "PROJECT",
      projectId: gamma.id,
      name: world.name("own"),
      target: { name: secret.name },
    });
    const answer = await refusal(world.desired.assignSecret(admin, secret.id, [gamma.id, beta.id]));
    expect(answer).toMatchObject({ code: "CONFLICT", message: textWith(`${own.name} in gamma`) });
  });

  it("refuses to turn round what would now write another's native Secret", async () => {
    const secret = await secretIn(alpha);
    await world.observed(secret.id, "SYNCED");
    await world.desired.unassignSecret(admin, secret.id, [alpha.id], plain);
    const other = await secretIn(alpha);
    await world.desired.updateSecret(admin, { id: secret.id, target: { name: other.name } });
    expect(await refusal(world.desired.assignSecret(admin, secret.id, [alpha.id]))).toMatchObject({
      code: "CONFLICT",
      paths: ["target.name"],
    });
  });

  it("is refused by rights, and while the secret is being deleted", async () => {
    const secret = await secretIn(alpha);
    const member = memberOf("alpha", "beta");
    expect((await refusal(world.desired.assignSecret(member, secret.id, [beta.id]))).code).toBe("FORBIDDEN");
    expect((await refusal(world.desired.assignSecret(member, secret.id, [gamma.id]))).code).toBe("NOT_FOUND");
    expect((await refusal(world.desired.assignSecret(memberOf("beta"), secret.id, [beta.id]))).code).toBe("NOT_FOUND");
    expect((await refusal(world.desired.unassignSecret(member, secret.id, [alpha.id], plain))).code).toBe("FORBIDDEN");
    expect((await refusal(world.desired.setSecretAssignments(member, secret.id, []))).code).toBe("FORBIDDEN");
    await world.observed(secret.id, "SYNCED");
    await world.desired.deleteSecret(admin, secret.id, plain);
    const being = { code: "PRECONDITION_FAILED", reason: "BeingDeleted" };
    expect(await refusal(world.desired.assignSecret(admin, secret.id, [beta.id]))).toMatchObject(being);
    expect(await refusal(world.desired.unassignSecret(admin, secret.id, [alpha.id], plain))).toMatchObject(being);
    expect(await refusal(world.desired.setSecretAssignments(admin, secret.id, []))).toMatchObject(being);
  });

  it("leaves a project's own secret in its project", async () => {
    const own = await world.secret({ providerId: vault.id, scope: "PROJECT", projectId: alpha.id });
    const bad = { code: "BAD_USER_INPUT", paths: ["projectIds"] };
    expect(await refusal(world.desired.assignSecret(admin, own.id, [beta.id]))).toMatchObject(bad);
    expect(await refusal(world.desired.unassignSecret(admin, own.id, [alpha.id], plain))).toMatchObject(bad);
    expect(await refusal(world.desired.setSecretAssignments(admin, own.id, []))).toMatchObject(bad);
    const mark = await world.mark();
    await world.desired.setSecretAssignments(memberOf("alpha"), own.id, [alpha.id]);
    expect(await world.log(mark)).toEqual([]);
  });
});

describe("unassignSecret", () => {
  it("takes what was never sent away at once; the rest is DELETING", async () => {
    const secret = await secretIn(alpha, beta);
    await world.observed(secret.id, "SYNCED", alpha.id);
    const mark = await world.mark();
    const answer = await world.desired.unassignSecret(admin, secret.id, [alpha.id, beta.id, gamma.id], plain);
    expect(answer).toMatchObject({ status: "PENDING", statusReason: "being removed from 1 project: alpha" });
    expect(await statuses(secret.id)).toEqual(["alpha DELETING"]);
    expect(await world.log(mark)).toEqual([
      "ASSIGNMENT PENDING > null Unassigned by ada",
      "ASSIGNMENT SYNCED > DELETING Unassigned by ada",
      "SECRET PARTIALLY_SYNCED > PENDING Unassigned by ada",
    ]);
    const again = await world.mark();
    await world.desired.unassignSecret(admin, secret.id, [alpha.id, beta.id], plain);
    expect(await world.log(again)).toEqual([]);
  });

  it("abandoned forgets what is going away, and only that", async () => {
    const secret = await secretIn(alpha, beta);
    await world.observed(secret.id, "SYNCED");
    await world.desired.unassignSecret(admin, secret.id, [alpha.id], plain);
    expect(await refusal(world.desired.unassignSecret(admin, secret.id, [alpha.id, beta.id], abandon))).toMatchObject({
      reason: "NotBeingDeleted",
      message: textWith("beta"),
    });
    const mark = await world.mark();
    await world.desired.unassignSecret(admin, secret.id, [alpha.id], abandon);
    expect(await world.log(mark)).toEqual(["ASSIGNMENT DELETING > null Abandoned by ada"]);
    expect((await refusal(world.desired.unassignSecret(memberOf("beta"), secret.id, [beta.id], abandon))).code).toBe(
      "FORBIDDEN",
    );
    const own = await world.secret({ providerId: vault.id, scope: "PROJECT", projectId: alpha.id });
    await world.observed(own.id, "SYNCED");
    await world.desired.deleteSecret(admin, own.id, plain);
    expect((await refusal(world.desired.unassignSecret(admin, own.id, [alpha.id], abandon))).code).toBe(
      "BAD_USER_INPUT",
    );
  });

  it("abandoned takes a secret that is being deleted along with its last assignment", async () => {
    const secret = await secretIn(alpha);
    await world.observed(secret.id, "SYNCED");
    await world.desired.deleteSecret(admin, secret.id, plain);
    const mark = await world.mark();
    expect(await world.desired.unassignSecret(admin, secret.id, [alpha.id], abandon)).toMatchObject({
      status: "DELETING",
    });
    expect(await world.log(mark)).toEqual([
      "ASSIGNMENT DELETING > null Abandoned by ada",
      "SECRET DELETING > null Abandoned by ada",
    ]);
  });
});

describe("setSecretAssignments", () => {
  it("makes the projects exactly these, with transitions of the difference alone", async () => {
    const secret = await secretIn(alpha, beta);
    await world.observed(secret.id, "SYNCED");
    const mark = await world.mark();
    await world.desired.setSecretAssignments(admin, secret.id, [beta.id, gamma.id]);
    expect(await statuses(secret.id)).toEqual(["alpha DELETING", "beta SYNCED", "gamma PENDING"]);
    expect(await world.log(mark)).toEqual([
      "ASSIGNMENT null > PENDING Assigned by ada",
      "ASSIGNMENT SYNCED > DELETING Unassigned by ada",
      "SECRET SYNCED > PARTIALLY_SYNCED Assigned by ada",
    ]);
    const again = await world.mark();
    await world.desired.setSecretAssignments(admin, secret.id, [gamma.id, beta.id, beta.id]);
    expect(await world.log(again)).toEqual([]);
    await world.desired.setSecretAssignments(admin, secret.id, [alpha.id]);
    expect(await statuses(secret.id)).toEqual(["alpha PENDING", "beta DELETING"]);
    expect(await world.desired.setSecretAssignments(admin, secret.id, [])).toMatchObject({ status: "PENDING" });
  });

  it("refuses more ids than an argument may hold", async () => {
    const ids = Array.from({ length: 5001 }, () => alpha.id);
    const secret = await world.secret({ providerId: vault.id });
    expect(await refusal(world.desired.setSecretAssignments(admin, secret.id, ids))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["projectIds"],
    });
  });
});

describe("syncSecret and syncAssignment", () => {
  const age = (secretId: string) =>
    world.sql("UPDATE assignment SET force_sync_requested_at = now() - interval '10 seconds' WHERE secret_id = $1", [
      secretId,
    ]);

  it("ask for a fetch in every project, and are refused within ten seconds of the last", async () => {
    const secret = await secretIn(alpha, beta);
    await world.observed(secret.id, "SYNCED");
    const mark = await world.mark();
    expect(await world.desired.syncSecret(admin, secret.id)).toMatchObject({ status: "PENDING", generation: 1 });
    expect(await world.assignments(secret.id)).toMatchObject([
      { force_sync_requested: 1, force_sync_requested_at: aDate, revision: "2", reason: "SyncRequested" },
      { force_sync_requested: 1, force_sync_requested_at: aDate, revision: "2", reason: "SyncRequested" },
    ]);
    expect(await world.log(mark)).toEqual([
      "ASSIGNMENT SYNCED > PENDING SyncRequested by ada",
      "ASSIGNMENT SYNCED > PENDING SyncRequested by ada",
      "SECRET SYNCED > PENDING SyncRequested by ada",
    ]);
    const soon = { code: "PRECONDITION_FAILED", reason: "SyncTooSoon" };
    const [one] = await world.assignments(secret.id);
    expect(await refusal(world.desired.syncSecret(admin, secret.id))).toMatchObject(soon);
    expect(await refusal(world.desired.syncAssignment(admin, one?.id ?? ""))).toMatchObject(soon);
    await age(secret.id);
    const later = await world.mark();
    expect(await world.desired.syncAssignment(memberOf("alpha"), one?.id ?? "")).toMatchObject({ status: "PENDING" });
    expect(await world.log(later)).toEqual(["ASSIGNMENT PENDING > PENDING SyncRequested by tim"]);
    // One of the two was asked for just now: the other is done.
    await world.desired.syncSecret(admin, secret.id);
    expect((await world.assignments(secret.id)).map((a) => a.force_sync_requested)).toEqual([2, 2]);
  });

  it("leave what is going away alone, and accept a secret that is nowhere", async () => {
    const secret = await secretIn(alpha, beta);
    await world.observed(secret.id, "SYNCED");
    await world.desired.unassignSecret(admin, secret.id, [beta.id], plain);
    await world.desired.syncSecret(admin, secret.id);
    const [a, b] = await world.assignments(secret.id);
    expect([a?.force_sync_requested, b?.force_sync_requested]).toEqual([1, 0]);
    expect(await refusal(world.desired.syncAssignment(admin, b?.id ?? ""))).toMatchObject({ reason: "BeingDeleted" });
    const mark = await world.mark();
    await world.desired.syncSecret(admin, (await world.secret({ providerId: vault.id })).id);
    expect(await world.log(mark)).toEqual(["SECRET null > UNASSIGNED Created by ada"]);
  });

  it("are refused by rights, and while the secret is being deleted", async () => {
    const secret = await secretIn(alpha);
    const [one] = await world.assignments(secret.id);
    expect((await refusal(world.desired.syncSecret(memberOf("alpha"), secret.id))).code).toBe("FORBIDDEN");
    expect((await refusal(world.desired.syncSecret(memberOf("beta"), secret.id))).code).toBe("NOT_FOUND");
    expect((await refusal(world.desired.syncAssignment(memberOf("beta"), one?.id ?? ""))).code).toBe("NOT_FOUND");
    await world.observed(secret.id, "SYNCED");
    await world.desired.deleteSecret(admin, secret.id, plain);
    expect(await refusal(world.desired.syncSecret(admin, secret.id))).toMatchObject({ reason: "BeingDeleted" });
    expect(await refusal(world.desired.syncAssignment(memberOf("alpha"), one?.id ?? ""))).toMatchObject({
      reason: "BeingDeleted",
    });
  });
});
