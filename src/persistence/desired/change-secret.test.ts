import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import {
  admin,
  everything,
  expectWholeLog,
  memberOf,
  ONE_KEY,
  refusal,
  World,
  aDate,
  textWith,
} from "./testing/index.js";

let world: World;
let cluster: string;
let alpha: ProjectRecord;
let beta: ProjectRecord;
let vault: ProviderRecord;
beforeAll(async () => {
  world = await World.create();
  cluster = await world.cluster();
  alpha = await world.project(cluster, "alpha");
  beta = await world.project(cluster, "beta");
  vault = await world.provider({ projectKeyPrefix: "projects/{project}/" });
});
afterEach(() => expectWholeLog(world));
afterAll(() => world.close());

const plain = { abandon: false };

describe("updateSecret", () => {
  it("makes what is wanted PENDING for the new generation, and leaves a transition of each", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id, beta.id] });
    await world.observed(secret.id, "SYNCED");
    const mark = await world.mark();
    const changed = await world.desired.updateSecret(admin, {
      id: secret.id,
      refreshInterval: "2h",
      target: { name: "renamed" },
    });
    expect(changed).toMatchObject({ generation: 2, status: "PENDING" });
    expect(changed.spec.spec).toMatchObject({ refreshInterval: "2h0m0s", target: { name: "renamed" } });
    expect(await world.log(mark)).toEqual([
      "ASSIGNMENT SYNCED > PENDING Updated by ada",
      "ASSIGNMENT SYNCED > PENDING Updated by ada",
      "SECRET SYNCED > PENDING Updated by ada",
    ]);
    expect(await world.assignments(secret.id)).toMatchObject([
      { desired_generation: 2, revision: "2", status: "PENDING", reason: "Updated", target_name: "renamed" },
      { desired_generation: 2, revision: "2", status: "PENDING", reason: "Updated", target_name: "renamed" },
    ]);
  });

  it("with a new use case alone keeps the generation, and leaves one transition", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const mark = await world.mark();
    expect(await world.desired.updateSecret(admin, { id: secret.id, useCase: "S3" })).toMatchObject({
      useCase: "S3",
      generation: 1,
    });
    expect(await world.desired.updateSecret(admin, { id: secret.id, useCase: null })).toMatchObject({
      useCase: "GENERIC",
      generation: 1,
    });
    expect(await world.log(mark)).toEqual([
      "SECRET PENDING > PENDING Updated by ada",
      "SECRET PENDING > PENDING Updated by ada",
    ]);
  });

  it("that changes nothing is accepted, without a transition", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const mark = await world.mark();
    const same = {
      id: secret.id,
      data: ONE_KEY,
      refreshInterval: "60m",
      providerId: vault.id,
      target: { name: secret.name },
      expectedGeneration: 1,
    };
    expect(await world.desired.updateSecret(admin, same)).toEqual(secret);
    expect(await world.log(mark)).toEqual([]);
  });

  it("to another provider is a change of what is rendered; it must reach every project", async () => {
    const other = await world.provider();
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    expect(await world.desired.updateSecret(admin, { id: secret.id, providerId: other.id })).toMatchObject({
      providerId: other.id,
      generation: 2,
    });
    await world.sql("DELETE FROM provider_target WHERE provider_id = $1", [vault.id]);
    const back = await refusal(world.desired.updateSecret(admin, { id: secret.id, providerId: vault.id }));
    await world.sql(
      "INSERT INTO provider_target (id, provider_id, cluster_id) SELECT gen_random_uuid(), $1, id FROM cluster WHERE id = $2",
      [vault.id, cluster],
    );
    expect(back).toMatchObject({
      code: "PRECONDITION_FAILED",
      reason: "ProviderNotReachable",
      message: textWith("alpha"),
    });
    expect((await refusal(world.desired.updateSecret(admin, { id: secret.id, providerId: null }))).paths).toEqual([
      "providerId",
    ]);
  });

  it("refuses a stale generation, and native Secrets that are taken", async () => {
    const one = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const two = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const before = await everything(world);
    expect(
      await refusal(world.desired.updateSecret(admin, { id: two.id, useCase: "S3", expectedGeneration: 2 })),
    ).toMatchObject({
      code: "CONFLICT",
      paths: ["expectedGeneration"],
    });
    expect(await refusal(world.desired.updateSecret(admin, { id: two.id, target: { name: one.name } }))).toMatchObject({
      code: "CONFLICT",
      paths: ["target.name"],
    });
    expect(await everything(world)).toBe(before);
  });

  it("is refused by rights, and while it is being deleted", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    expect(
      (await refusal(world.desired.updateSecret(memberOf("alpha"), { id: secret.id, refreshInterval: "x" }))).code,
    ).toBe("FORBIDDEN");
    expect((await refusal(world.desired.updateSecret(memberOf("beta"), { id: secret.id }))).code).toBe("NOT_FOUND");
    await world.observed(secret.id, "SYNCED");
    await world.desired.deleteSecret(admin, secret.id, plain);
    expect(await refusal(world.desired.updateSecret(admin, { id: secret.id, useCase: "S3" }))).toMatchObject({
      reason: "BeingDeleted",
    });
  });
});

describe("deleteSecret", () => {
  it("unassigned, or never sent, goes at once", async () => {
    const unassigned = await world.secret({ providerId: vault.id });
    const unsent = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const mark = await world.mark();
    expect(await world.desired.deleteSecret(admin, unassigned.id, plain)).toMatchObject({
      status: "DELETING",
      deletionRequestedAt: aDate,
    });
    await world.desired.deleteSecret(admin, unsent.id, plain);
    expect(await world.log(mark)).toEqual([
      "SECRET UNASSIGNED > null Deleted by ada",
      "ASSIGNMENT PENDING > null DeletionRequested by ada",
      "SECRET PENDING > null Deleted by ada",
    ]);
  });

  it("is DELETING where something was sent; asked again it answers the same; abandoned it is forgotten", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id, beta.id] });
    await world.observed(secret.id, "SYNCED", alpha.id);
    expect(await refusal(world.desired.deleteSecret(admin, secret.id, { abandon: true }))).toMatchObject({
      reason: "NotBeingDeleted",
    });
    const mark = await world.mark();
    const deleting = await world.desired.deleteSecret(admin, secret.id, plain);
    expect(deleting).toMatchObject({ status: "DELETING", statusReason: "being removed from 1 project: alpha" });
    expect(await world.assignments(secret.id)).toMatchObject([
      { project: "alpha", status: "DELETING", revision: "2", deletion_requested_at: aDate },
    ]);
    expect(await world.desired.deleteSecret(admin, secret.id, plain)).toEqual(deleting);
    await world.desired.deleteSecret(admin, secret.id, { abandon: true });
    const log = await world.log(mark);
    expect(log.slice(0, 2).sort()).toEqual([
      "ASSIGNMENT PENDING > null DeletionRequested by ada",
      "ASSIGNMENT SYNCED > DELETING DeletionRequested by ada",
    ]);
    expect(log.slice(2)).toEqual([
      "SECRET PARTIALLY_SYNCED > DELETING DeletionRequested by ada",
      "ASSIGNMENT DELETING > null Abandoned by ada",
      "SECRET DELETING > null Abandoned by ada",
    ]);
  });

  it("leaves alone what is going away already", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id, beta.id] });
    await world.observed(secret.id, "SYNCED");
    await world.desired.unassignSecret(admin, secret.id, [alpha.id], plain);
    const mark = await world.mark();
    await world.desired.deleteSecret(admin, secret.id, plain);
    expect(await world.log(mark)).toEqual([
      "ASSIGNMENT SYNCED > DELETING DeletionRequested by ada",
      "SECRET SYNCED > DELETING DeletionRequested by ada",
    ]);
    expect((await world.assignments(secret.id)).map(({ reason }) => reason)).toEqual([
      "Unassigned",
      "DeletionRequested",
    ]);
  });

  it("is refused by rights; abandoning is for admins", async () => {
    const org = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    expect((await refusal(world.desired.deleteSecret(memberOf("alpha"), org.id, plain))).code).toBe("FORBIDDEN");
    expect((await refusal(world.desired.deleteSecret(memberOf("beta"), org.id, plain))).code).toBe("NOT_FOUND");
    const own = await world.secret({ providerId: vault.id, scope: "PROJECT", projectId: alpha.id });
    await world.observed(own.id, "SYNCED");
    await world.desired.deleteSecret(memberOf("alpha"), own.id, plain);
    expect((await refusal(world.desired.deleteSecret(memberOf("alpha"), own.id, { abandon: true }))).code).toBe(
      "FORBIDDEN",
    );
  });
});
