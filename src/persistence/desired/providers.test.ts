import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { CreateProviderInput } from "../../domain/ports/desired-state.js";
import type { ProjectRecord } from "../../domain/project.js";
import { admin, everything, expectWholeLog, memberOf, refusal, VAULT, World, listWith } from "./testing/index.js";

let world: World;
let first: string;
let second: string;
let project: ProjectRecord;
beforeAll(async () => {
  world = await World.create({ maxProvidersPerProject: 2 });
  first = await world.cluster();
  second = await world.cluster();
  await world.cluster(false);
  project = await world.project(first);
});
afterEach(() => expectWholeLog(world));
afterAll(() => world.close());

const plain = { abandon: false };
const targets = (id: string) =>
  world.sql<{ cluster_id: string; namespace: string | null; status: string; revision: string }>(
    "SELECT cluster_id, namespace, status, revision FROM provider_target WHERE provider_id = $1 ORDER BY cluster_id",
    [id],
  );

describe("createProvider", () => {
  it("of the organization has a target in every configured cluster", async () => {
    const mark = await world.mark();
    const provider = await world.provider({ projectKeyPrefix: "projects/{project}/" });
    expect(provider).toMatchObject({
      scope: "ORGANIZATION",
      kind: "VAULT",
      managed: true,
      storeName: provider.name,
      config: { version: "v2", ...VAULT },
      projectKeyPrefix: "projects/{project}/",
      status: "PENDING",
      generation: 1,
    });
    const rest = { namespace: null, status: "PENDING", revision: "1" };
    expect(await targets(provider.id)).toEqual([first, second].sort().map((id) => ({ cluster_id: id, ...rest })));
    expect(await world.log(mark)).toEqual(["PROVIDER null > PENDING Created by ada"]);
  });

  it("of a project has one target, in its namespace; a member may make it", async () => {
    const own = await world.project(second);
    const provider = await world.provider({ scope: "PROJECT", projectId: own.id }, memberOf(own.name));
    expect(await targets(provider.id)).toEqual([
      { cluster_id: second, namespace: own.name, status: "PENDING", revision: "1" },
    ]);
    const [row] = await world.sql<object>("SELECT actor, project_id FROM transition WHERE provider_id = $1", [
      provider.id,
    ]);
    expect(row).toEqual({ actor: "tim", project_id: own.id });
  });

  it("stands for an existing store", async () => {
    const existingStore = { kind: "AWS_SECRETS_MANAGER" as const, storeName: "aws.main" };
    const provider = await world.desired.createProvider(admin, { name: "aws", scope: "ORGANIZATION", existingStore });
    expect(provider).toMatchObject({
      managed: false,
      storeName: "aws.main",
      config: null,
      kind: "AWS_SECRETS_MANAGER",
    });
    const again = { name: world.name(), scope: "ORGANIZATION" as const, existingStore };
    expect(await refusal(world.desired.createProvider(admin, again))).toMatchObject({
      code: "CONFLICT",
      paths: ["existingStore.storeName"],
    });
  });

  const bad: [string, CreateProviderInput, string[]][] = [
    ["none of the five", { name: "x", scope: "ORGANIZATION" }, [""]],
    [
      "two of the five",
      { name: "x", scope: "ORGANIZATION", vault: VAULT, existingStore: { kind: "VAULT", storeName: "x" } },
      [""],
    ],
    ["two kinds", { name: "x", scope: "ORGANIZATION", vault: VAULT, aws: VAULT }, [""]],
    [
      "every field at once",
      { name: "X_", scope: "ORGANIZATION", vault: { server: "a" }, projectKeyPrefix: "no" },
      ["name", "projectKeyPrefix", "vault.auth"],
    ],
    ["a project provider without a project", { name: "x", scope: "PROJECT", vault: VAULT }, ["projectId"]],
    [
      "a bad existing store",
      { name: "x", scope: "ORGANIZATION", existingStore: { kind: "VAULT", storeName: "A b" } },
      ["existingStore.storeName"],
    ],
    [
      "what cannot be stored",
      { name: "x", scope: "ORGANIZATION", vault: { ...VAULT, path: "a\u0000" } },
      ["vault.path"],
    ],
  ];
  it.each(bad)("refuses %s, and writes nothing", async (_, input, paths) => {
    const before = await everything(world);
    const { code, paths: found } = await refusal(world.desired.createProvider(admin, input));
    expect(code).toBe("BAD_USER_INPUT");
    expect([...new Set(found)].sort()).toEqual(paths);
    expect(await everything(world)).toBe(before);
  });

  it("refuses a project for an organization's, and a key prefix for a project's", async () => {
    const input = { name: "x", vault: VAULT, projectId: project.id };
    expect((await refusal(world.desired.createProvider(admin, { ...input, scope: "ORGANIZATION" }))).paths).toEqual([
      "projectId",
    ]);
    expect(
      (
        await refusal(
          world.desired.createProvider(admin, { ...input, scope: "PROJECT", projectKeyPrefix: "p/{project}/" }),
        )
      ).paths,
    ).toEqual(["projectKeyPrefix"]);
  });

  it("refuses a name that is taken in its scope only", async () => {
    const own = await world.project(first);
    const { name } = await world.provider();
    const input = { name, vault: VAULT };
    expect(await refusal(world.desired.createProvider(admin, { ...input, scope: "ORGANIZATION" }))).toMatchObject({
      code: "CONFLICT",
      paths: ["name"],
    });
    await world.desired.createProvider(admin, { ...input, scope: "PROJECT", projectId: own.id });
    expect(
      (await refusal(world.desired.createProvider(admin, { ...input, scope: "PROJECT", projectId: own.id }))).code,
    ).toBe("CONFLICT");
  });

  it("refuses more than a project may have, and a project that is not READY", async () => {
    const own = await world.project(first);
    const input = { scope: "PROJECT" as const, projectId: own.id };
    await world.provider(input);
    await world.provider(input);
    expect(await refusal(world.provider(input))).toMatchObject({
      code: "PRECONDITION_FAILED",
      reason: "QuotaExceeded",
    });
    const pending = await world.desired.createProject(admin, {
      name: world.name("p"),
      description: "",
      clusterId: first,
    });
    expect(await refusal(world.provider({ ...input, projectId: pending.id }))).toMatchObject({
      reason: "ProjectNotReady",
    });
  });

  it("applies the members' allowlist to members alone", async () => {
    const own = await world.project(first);
    const input = { scope: "PROJECT" as const, projectId: own.id, vault: { ...VAULT, managedIdentity: true } };
    expect(await refusal(world.provider(input, memberOf(own.name)))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["vault.managedIdentity"],
    });
    await world.provider(input);
  });

  it("of the organization is for admins; another project's place does not exist", async () => {
    expect((await refusal(world.provider({ name: "Bad Name" }, memberOf(project.name)))).code).toBe("FORBIDDEN");
    expect((await refusal(world.provider({ scope: "PROJECT", projectId: project.id }, memberOf("x")))).code).toBe(
      "NOT_FOUND",
    );
  });
});

describe("updateProvider", () => {
  it("replaces the config: the stores are PENDING for a new generation", async () => {
    const provider = await world.provider();
    await world.sql("UPDATE provider_target SET status = 'READY' WHERE provider_id = $1", [provider.id]);
    const mark = await world.mark();
    const vault = { ...VAULT, server: "https://other.example.org" };
    expect(await world.desired.updateProvider(admin, { id: provider.id, vault })).toMatchObject({
      config: { version: "v2", ...vault },
      generation: 2,
      status: "PENDING",
    });
    expect((await targets(provider.id)).map(({ status, revision }) => `${status} ${revision}`)).toEqual([
      "PENDING 2",
      "PENDING 2",
    ]);
    expect(await world.log(mark)).toEqual(["PROVIDER PENDING > PENDING Updated by ada"]);
  });

  it("changes the key prefix alone without touching a store; null takes it away; what changes nothing leaves no transition", async () => {
    const { id } = await world.provider();
    const mark = await world.mark();
    expect(await world.desired.updateProvider(admin, { id, projectKeyPrefix: "p/{project}/" })).toMatchObject({
      projectKeyPrefix: "p/{project}/",
      generation: 1,
    });
    await world.desired.updateProvider(admin, { id, vault: VAULT });
    await world.desired.updateProvider(admin, { id });
    expect(await world.desired.updateProvider(admin, { id, projectKeyPrefix: null })).toMatchObject({
      projectKeyPrefix: null,
    });
    expect((await targets(id)).map(({ revision }) => revision)).toEqual(["1", "1"]);
    expect(await world.log(mark)).toEqual([
      "PROVIDER PENDING > PENDING Updated by ada",
      "PROVIDER PENDING > PENDING Updated by ada",
    ]);
  });

  it("refuses another kind, bad fields, and any config for an existing store", async () => {
    const { id } = await world.provider();
    expect(
      await refusal(world.desired.updateProvider(admin, { id, aws: {}, vault: {}, projectKeyPrefix: "no" })),
    ).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: listWith("aws", "vault.server", "vault.auth", "projectKeyPrefix"),
    });
    const existing = await world.desired.createProvider(admin, {
      name: world.name(),
      scope: "ORGANIZATION",
      existingStore: { kind: "VAULT", storeName: world.name() },
    });
    expect((await refusal(world.desired.updateProvider(admin, { id: existing.id, vault: VAULT }))).paths).toEqual([
      "vault",
    ]);
    const changed = await world.desired.updateProvider(admin, { id: existing.id, projectKeyPrefix: "p/{project}/" });
    expect(changed.projectKeyPrefix).toBe("p/{project}/");
  });

  it("is refused by rights, and while it is being deleted", async () => {
    const provider = await world.provider({ projectKeyPrefix: "p/{project}/" });
    const hidden = await world.provider();
    await world.sql("UPDATE provider_target SET sent = true WHERE provider_id = $1", [provider.id]);
    const member = memberOf(project.name);
    expect((await refusal(world.desired.updateProvider(member, { id: provider.id }))).code).toBe("FORBIDDEN");
    expect((await refusal(world.desired.updateProvider(member, { id: hidden.id }))).code).toBe("NOT_FOUND");
    await world.desired.deleteProvider(admin, provider.id, plain);
    expect(await refusal(world.desired.updateProvider(admin, { id: provider.id, vault: VAULT }))).toMatchObject({
      reason: "BeingDeleted",
    });
  });
});

describe("deleteProvider", () => {
  it("goes at once where no store was ever written, and where the store is not ours", async () => {
    const provider = await world.provider();
    const existing = await world.desired.createProvider(admin, {
      name: world.name(),
      scope: "ORGANIZATION",
      existingStore: { kind: "VAULT", storeName: world.name() },
    });
    await world.sql("UPDATE provider_target SET sent = true WHERE provider_id = $1", [existing.id]);
    const mark = await world.mark();
    expect(await world.desired.deleteProvider(admin, provider.id, plain)).toMatchObject({ status: "DELETING" });
    await world.desired.deleteProvider(admin, existing.id, plain);
    expect(await world.log(mark)).toEqual([
      "PROVIDER PENDING > null Deleted by ada",
      "PROVIDER PENDING > null Deleted by ada",
    ]);
    expect(await targets(provider.id)).toEqual([]);
  });

  it("is DELETING while stores are there; asked again it answers the same; abandoned it is forgotten", async () => {
    const { id } = await world.provider();
    await world.sql("UPDATE provider_target SET sent = true WHERE provider_id = $1 AND cluster_id = $2", [id, first]);
    expect(await refusal(world.desired.deleteProvider(admin, id, { abandon: true }))).toMatchObject({
      reason: "NotBeingDeleted",
    });
    const mark = await world.mark();
    const deleting = await world.desired.deleteProvider(admin, id, plain);
    expect(deleting).toMatchObject({ status: "DELETING", reason: "DeletionRequested" });
    expect(await targets(id)).toEqual([{ cluster_id: first, namespace: null, status: "DELETING", revision: "2" }]);
    expect(await world.desired.deleteProvider(admin, id, plain)).toEqual(deleting);
    await world.desired.deleteProvider(admin, id, { abandon: true });
    expect(await world.log(mark)).toEqual([
      "PROVIDER PENDING > DELETING DeletionRequested by ada",
      "PROVIDER DELETING > null Abandoned by ada",
    ]);
  });

  it("is refused while secrets use it, which it names", async () => {
    const { id } = await world.provider();
    const one = await world.secret({ providerId: id });
    const two = await world.secret({ providerId: id });
    const answer = await refusal(world.desired.deleteProvider(admin, id, plain));
    expect(answer).toMatchObject({ code: "PRECONDITION_FAILED", reason: "ProviderInUse" });
    expect(answer.message).toContain(`2 secrets use`);
    expect(answer.message).toContain(`${one.name}, ${two.name}`);
  });

  it("of a project is the members', but for abandoning", async () => {
    const own = await world.project(first);
    const provider = await world.provider({ scope: "PROJECT", projectId: own.id });
    await world.sql("UPDATE provider_target SET sent = true WHERE provider_id = $1", [provider.id]);
    await world.desired.deleteProvider(memberOf(own.name), provider.id, plain);
    expect((await refusal(world.desired.deleteProvider(memberOf(own.name), provider.id, { abandon: true }))).code).toBe(
      "FORBIDDEN",
    );
  });
});
