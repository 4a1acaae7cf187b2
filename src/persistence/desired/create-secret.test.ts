import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CreateSecretInput } from "../../domain/ports/desired-state.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import { admin, everything, expectWholeLog, memberOf, refusal, VAULT, World, listWith } from "./testing/index.js";

let world: World;
let cluster: string;
let alpha: ProjectRecord;
let beta: ProjectRecord;
let vault: ProviderRecord;
beforeAll(async () => {
  world = await World.create({ maxSecretsPerProject: 40 });
  cluster = await world.cluster();
  alpha = await world.project(cluster, "alpha");
  beta = await world.project(cluster, "beta");
  vault = await world.provider({ projectKeyPrefix: "projects/{project}/" });
});
afterEach(() => expectWholeLog(world));
afterAll(() => world.close());

const plain = { abandon: false };
const project = () => world.project(cluster);

describe("createSecret", () => {
  it("without projects is UNASSIGNED", async () => {
    const mark = await world.mark();
    const secret = await world.secret({ providerId: vault.id });
    expect(secret).toMatchObject({
      status: "UNASSIGNED",
      generation: 1,
      createdBy: "ada",
      scope: "ORGANIZATION",
      projectId: null,
    });
    expect(secret.spec.spec).toMatchObject({ refreshInterval: "1h0m0s", target: { name: secret.name } });
    expect(await world.log(mark)).toEqual(["SECRET null > UNASSIGNED Created by ada"]);
  });

  it("with projects is PENDING, with an assignment in each, once", async () => {
    const mark = await world.mark();
    const secret = await world.secret({ providerId: vault.id, projectIds: [beta.id, alpha.id, beta.id] });
    expect(secret).toMatchObject({
      status: "PENDING",
      statusReason: "2 of 2 projects are not synced yet: alpha, beta",
    });
    expect(await world.log(mark)).toEqual([
      "SECRET null > PENDING Created by ada",
      "ASSIGNMENT null > PENDING Assigned by ada",
      "ASSIGNMENT null > PENDING Assigned by ada",
    ]);
    expect(await world.assignments(secret.id)).toMatchObject([
      {
        project: "alpha",
        object_name: secret.name,
        target_name: secret.name,
        desired_generation: 1,
        sent: false,
        revision: "1",
      },
      {
        project: "beta",
        object_name: secret.name,
        target_name: secret.name,
        desired_generation: 1,
        sent: false,
        revision: "1",
      },
    ]);
    const [row] = await world.sql<object>(
      "SELECT project_id, cluster_id, secret_id FROM transition WHERE subject = 'ASSIGNMENT' AND position > $1 ORDER BY position",
      [mark],
    );
    expect(row).toEqual({ project_id: alpha.id, cluster_id: cluster, secret_id: secret.id });
  });

  it("of a project has its one assignment; a member may make it", async () => {
    const mark = await world.mark();
    const input = { providerId: vault.id, scope: "PROJECT" as const, projectId: alpha.id };
    const data = [{ secretKey: "k", remoteKey: "projects/alpha/db", decodingStrategy: "NONE" as const }];
    const secret = await world.secret({ ...input, data, useCase: "DATABASE" }, memberOf("alpha"));
    expect(secret).toMatchObject({ status: "PENDING", projectId: alpha.id, useCase: "DATABASE", createdBy: "tim" });
    expect(await world.log(mark)).toEqual([
      "SECRET null > PENDING Created by tim",
      "ASSIGNMENT null > PENDING Assigned by tim",
    ]);
  });

  it("says every bad field at once, and writes nothing", async () => {
    const before = await everything(world);
    const input: CreateSecretInput = {
      name: "Bad_Name",
      scope: "ORGANIZATION",
      projectId: alpha.id,
      useCase: "GENERIC",
      providerId: vault.id,
      data: [{ secretKey: "in valid", remoteKey: "k", decodingStrategy: "NONE" }],
      refreshInterval: "soon",
      target: { type: "kubernetes.io/service-account-token" },
    };
    const { code, paths } = await refusal(world.desired.createSecret(admin, input));
    expect(code).toBe("BAD_USER_INPUT");
    expect(paths).toEqual(listWith("name", "projectId", "data.0.secretKey", "refreshInterval", "target.type"));
    expect(await everything(world)).toBe(before);
  });

  it.each([
    ["a project secret without a project", { scope: "PROJECT" as const }, ["projectId"]],
    [
      "a project secret for several projects",
      { scope: "PROJECT" as const, projectId: "alpha", projectIds: ["beta"] },
      ["projectIds"],
    ],
    ["nothing to fetch", { data: [] }, ["data"]],
  ])("refuses %s", async (_, input, paths) => {
    const projectId = "projectId" in input ? alpha.id : undefined;
    const projectIds = "projectIds" in input ? [beta.id] : undefined;
    expect(await refusal(world.secret({ ...input, projectId, projectIds, providerId: vault.id }))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths,
    });
  });

  it("refuses a provider of the wrong place", async () => {
    const own = await world.provider({ scope: "PROJECT", projectId: alpha.id });
    expect((await refusal(world.secret({ providerId: own.id }))).paths).toEqual(["providerId"]);
    expect((await refusal(world.secret({ providerId: own.id, scope: "PROJECT", projectId: beta.id }))).paths).toEqual([
      "providerId",
    ]);
  });

  it("answers NOT_FOUND for what cannot be seen, before all else", async () => {
    const member = memberOf("alpha");
    const hidden = await world.provider();
    const input = { scope: "PROJECT" as const, name: "Bad Name" };
    expect((await refusal(world.secret({ ...input, projectId: beta.id, providerId: vault.id }, member))).code).toBe(
      "NOT_FOUND",
    );
    expect((await refusal(world.secret({ ...input, projectId: alpha.id, providerId: hidden.id }, member))).code).toBe(
      "NOT_FOUND",
    );
    expect((await refusal(world.secret({ projectIds: [beta.id], providerId: vault.id }, member))).code).toBe(
      "NOT_FOUND",
    );
    expect((await refusal(world.secret({ providerId: "x" }))).code).toBe("NOT_FOUND");
    expect((await refusal(world.secret({ providerId: vault.id, projectIds: ["0"] }))).code).toBe("NOT_FOUND");
  });

  it("of the organization is for admins", async () => {
    expect((await refusal(world.secret({ name: "Bad Name", providerId: vault.id }, memberOf("alpha")))).code).toBe(
      "FORBIDDEN",
    );
  });

  it("refuses more ids than an argument may hold, unseen", async () => {
    const projectIds = Array.from({ length: 5001 }, () => alpha.id);
    expect(await refusal(world.secret({ providerId: vault.id, projectIds }))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["projectIds"],
    });
  });

  it("refuses names that are taken: the secret's in its scope, the object's and the native Secret's in a namespace", async () => {
    const one = await project();
    const two = await project();
    const org = await world.secret({ providerId: vault.id, projectIds: [one.id, two.id], target: { name: "native" } });
    expect(await refusal(world.secret({ providerId: vault.id, name: org.name }))).toMatchObject({
      code: "CONFLICT",
      paths: ["name"],
    });
    const inProject = { scope: "PROJECT" as const, projectId: one.id, providerId: vault.id };
    expect(await refusal(world.secret({ ...inProject, name: org.name }))).toMatchObject({
      code: "CONFLICT",
      paths: ["name"],
    });
    expect(await refusal(world.secret({ ...inProject, target: { name: "native" } }))).toMatchObject({
      code: "CONFLICT",
      paths: ["target.name"],
    });
    const both = await refusal(world.secret({ providerId: vault.id, projectIds: [one.id, two.id], name: "native" }));
    expect(both).toMatchObject({ code: "CONFLICT", paths: ["target.name"] });
    expect(both.message).toContain(`${org.name} in ${one.name}, ${org.name} in ${two.name}`);
    await world.secret({ ...inProject, name: "native-none", target: { creationPolicy: "NONE", name: "native" } });
  });

  it("names every project that is not READY", async () => {
    const pending = await world.desired.createProject(admin, {
      name: "still-pending",
      description: "",
      clusterId: cluster,
    });
    const leaving = await project();
    await world.desired.deleteProject(admin, leaving.id, { deleteNamespace: false, abandon: false });
    const answer = await refusal(
      world.secret({ providerId: vault.id, projectIds: [alpha.id, pending.id, leaving.id] }),
    );
    expect(answer).toMatchObject({ code: "PRECONDITION_FAILED", reason: "ProjectNotReady" });
    expect(answer.message).toContain("still-pending (PENDING)");
    expect(answer.message).toContain(`${leaving.name} (DELETING)`);
    expect(answer.message).not.toContain("alpha");
    const own = { scope: "PROJECT" as const, providerId: vault.id };
    expect(await refusal(world.secret({ ...own, projectId: pending.id }))).toMatchObject({ reason: "ProjectNotReady" });
    expect(await refusal(world.secret({ ...own, projectId: leaving.id }))).toMatchObject({ reason: "BeingDeleted" });
  });

  it("refuses a provider that is being deleted, or does not reach a project", async () => {
    const leaving = await world.provider();
    await world.sql("UPDATE provider_target SET sent = true WHERE provider_id = $1", [leaving.id]);
    await world.desired.deleteProvider(admin, leaving.id, plain);
    expect(await refusal(world.secret({ providerId: leaving.id }))).toMatchObject({ reason: "BeingDeleted" });
    const elsewhere = await world.project(await world.cluster(), "far");
    const answer = await refusal(world.secret({ providerId: vault.id, projectIds: [alpha.id, elsewhere.id] }));
    expect(answer).toMatchObject({ code: "PRECONDITION_FAILED", reason: "ProviderNotReachable" });
    expect(answer.message).toContain("far");
    expect(answer.message).not.toContain("alpha");
  });

  it("refuses more secrets than a project may have, naming the full ones", async () => {
    const full = await project();
    await world.sql(
      `WITH s AS (INSERT INTO secret (id, name, scope, use_case, provider_id, spec, created_by)
         SELECT gen_random_uuid(), 'filler-' || n, 'ORGANIZATION', 'GENERIC', $1, '{}', 'x' FROM generate_series(1, 40) n RETURNING id, name),
       t AS (INSERT INTO transition (position, id, subject, subject_id, to_status, actor, at) SELECT nextval('transition_position_seq'), gen_random_uuid(), 'SECRET', id, 'UNASSIGNED', 'x', now() FROM s),
       a AS (INSERT INTO assignment (id, secret_id, project_id, object_name, desired_generation) SELECT gen_random_uuid(), id, $2, name, 1 FROM s RETURNING id)
       INSERT INTO transition (position, id, subject, subject_id, to_status, actor, at) SELECT nextval('transition_position_seq'), gen_random_uuid(), 'ASSIGNMENT', id, 'PENDING', 'x', now() FROM a`,
      [vault.id, full.id],
    );
    const answer = await refusal(world.secret({ providerId: vault.id, projectIds: [alpha.id, full.id] }));
    expect(answer).toMatchObject({ code: "PRECONDITION_FAILED", reason: "QuotaExceeded" });
    expect(answer.message).toContain(full.name);
  });

  it("says all conflicts before any precondition, and all bad fields before any conflict", async () => {
    const taken = await world.secret({ providerId: vault.id });
    const elsewhere = await world.project(await world.cluster());
    const input = { providerId: vault.id, name: taken.name, projectIds: [elsewhere.id] };
    expect((await refusal(world.secret({ ...input, refreshInterval: "1s" }))).code).toBe("BAD_USER_INPUT");
    expect((await refusal(world.secret(input))).code).toBe("CONFLICT");
  });
});

describe("the members' allowlist", () => {
  const own = (more: Partial<CreateSecretInput> = {}) => ({
    scope: "PROJECT" as const,
    projectId: alpha.id,
    providerId: vault.id,
    ...more,
  });

  it.each([
    [
      "keys outside of the provider's prefix",
      { data: [{ secretKey: "a", remoteKey: "projects/beta/x", decodingStrategy: "NONE" as const }] },
      ["data.0.remoteKey"],
    ],
    [
      "a creation policy other than OWNER",
      { target: { creationPolicy: "ORPHAN" as const } },
      ["target.creationPolicy", "data.0.remoteKey"],
    ],
    ["a protected native Secret", { target: { name: "sh.helm.release.x" } }, ["target.name", "data.0.remoteKey"]],
  ])("refuses %s", async (_, input, paths) => {
    const answer = await refusal(world.secret(own(input), memberOf("alpha")));
    expect(answer.code).toBe("BAD_USER_INPUT");
    expect([...answer.paths].sort()).toEqual([...paths].sort());
  });

  it("refuses to write the Secret that a store of the project reads its credential from", async () => {
    const provider = await world.provider({
      scope: "PROJECT",
      projectId: alpha.id,
      vault: { ...VAULT, auth: "alpha-token" },
    });
    const input = own({ providerId: provider.id, target: { name: "alpha-token" } });
    expect((await refusal(world.secret(input, memberOf("alpha")))).paths).toEqual(["target.name"]);
    await world.secret(own({ providerId: provider.id }), memberOf("alpha"));
  });

  it("does not bind admins, and binds a member's change of what an admin made, on the whole result", async () => {
    const secret = await world.secret(own({ target: { creationPolicy: "ORPHAN" } }));
    expect(
      await refusal(world.desired.updateSecret(memberOf("alpha"), { id: secret.id, useCase: "S3" })),
    ).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: listWith("target.creationPolicy", "data.0.remoteKey"),
    });
    await world.desired.deleteSecret(memberOf("alpha"), secret.id, plain);
  });
});
