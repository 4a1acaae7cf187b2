import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ForeignExternalSecret } from "../../domain/ports/cluster-gateway.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import { admin, everything, expectWholeLog, liveObject, memberOf, refusal, World, listWith } from "./testing/index.js";

let world: World;
let cluster: string;
let project: ProjectRecord;
let own: ProviderRecord;
let shared: ProviderRecord;
beforeAll(async () => {
  world = await World.create({ maxSecretsPerProject: 4 });
  cluster = await world.cluster();
  shared = await world.provider();
});
beforeEach(async () => {
  project = await world.project(cluster);
  own = await world.provider({ scope: "PROJECT", projectId: project.id });
  world.gateway.objects = [];
  world.gateway.away = false;
});
afterEach(() => expectWholeLog(world));
afterAll(() => world.close());

const live = (name: string, more: Partial<ForeignExternalSecret> = {}) =>
  liveObject(name, { name: own.storeName, kind: "SecretStore" }, more);
const withTarget = (name: string, target: string) => {
  const object = live(name);
  return { ...object, spec: { ...object.spec, target: { name: target, creationPolicy: "Owner" } } };
};
const adopt = (names: string[] | null, viewer = admin) => world.desired.adoptExternalSecrets(viewer, project.id, names);
const unmanaged = () => world.desired.unmanagedExternalSecrets(admin, project.id);

describe("adoptExternalSecrets", () => {
  it("takes an object over as it is", async () => {
    const object = live("by-hand", { labels: { team: "a", "secretariat.io/assignment": "x" } });
    world.gateway.objects = [object];
    const mark = await world.mark();
    const [secret] = await adopt(["by-hand", "by-hand"], memberOf(project.name));
    const { secretStoreRef: _, ...spec } = object.spec;
    expect(secret).toMatchObject({
      name: "by-hand",
      scope: "PROJECT",
      projectId: project.id,
      providerId: own.id,
      status: "PENDING",
      generation: 1,
      createdBy: "tim",
      spec: { spec, labels: { team: "a" }, annotations: {} },
    });
    expect(secret?.spec.spec).toEqual(spec);
    expect(await world.assignments(secret?.id ?? "")).toMatchObject([
      {
        object_name: "by-hand",
        target_name: "by-hand",
        uid: object.uid,
        adopted: true,
        sent: true,
        applied_generation: null,
        status: "PENDING",
        desired_generation: 1,
        reason: "Adopted",
      },
    ]);
    expect(await world.log(mark)).toEqual([
      "SECRET null > PENDING Adopted by tim",
      "ASSIGNMENT null > PENDING Adopted by tim",
    ]);
  });

  it("finds the organization's provider by its ClusterSecretStore", async () => {
    world.gateway.objects = [liveObject("shared", { name: shared.storeName, kind: "ClusterSecretStore" })];
    expect(await adopt(null)).toMatchObject([{ providerId: shared.id }]);
  });

  it("without names takes whatever it can, and of two writers of one native Secret the first", async () => {
    world.gateway.objects = [
      withTarget("zeta", "same"),
      withTarget("alpha", "same"),
      live("broken", { spec: { ...live("x").spec, refreshInterval: "soon" } }),
      liveObject("strange", { name: "unknown", kind: "SecretStore" }),
    ];
    expect((await adopt(null)).map(({ name }) => name)).toEqual(["alpha"]);
    expect(await adopt(null)).toEqual([]);
    expect(await adopt([])).toEqual([]);
  });

  it("says everything that is wrong with the names at once, and writes nothing", async () => {
    world.gateway.objects = [
      live("good"),
      live("broken", { spec: { ...live("x").spec, refreshInterval: "soon" } }),
      liveObject("strange", { name: "unknown", kind: "SecretStore" }),
      live("ours"),
    ];
    await adopt(["ours"]);
    const before = await everything(world);
    expect(await refusal(adopt(["good", "missing", "ours", "broken", "strange"]))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["names.1", "names.2", "names.3", "names.4"],
    });
    expect(await everything(world)).toBe(before);
  });

  it("refuses names and native Secrets that others of the project have", async () => {
    await world.secret({
      providerId: own.id,
      scope: "PROJECT",
      projectId: project.id,
      name: "taken",
      target: { name: "native" },
    });
    world.gateway.objects = [
      live("taken"),
      withTarget("other", "native"),
      withTarget("one", "t"),
      withTarget("two", "t"),
    ];
    expect(await refusal(adopt(["taken", "other"]))).toMatchObject({ code: "CONFLICT", paths: ["names.0", "names.1"] });
    expect(await refusal(adopt(["one", "two"]))).toMatchObject({ code: "CONFLICT", paths: ["names.1"] });
    expect((await unmanaged()).map(({ name, problems }) => `${name} ${problems.length}`)).toEqual([
      "one 0",
      "other 1",
      "taken 1",
      "two 0",
    ]);
  });

  it("refuses more than the project may have, counted together", async () => {
    world.gateway.objects = ["a1", "a2", "a3", "a4", "a5"].map((name) => live(name));
    expect(await refusal(adopt(null))).toMatchObject({ code: "PRECONDITION_FAILED", reason: "QuotaExceeded" });
    expect(await adopt(["a1", "a2", "a3", "a4"])).toHaveLength(4);
  });

  it("binds members to what they could create", async () => {
    const object = live("orphan");
    world.gateway.objects = [
      { ...object, spec: { ...object.spec, target: { name: "orphan", creationPolicy: "Orphan" } } },
    ];
    expect(await refusal(adopt(["orphan"], memberOf(project.name)))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["names.0"],
    });
    expect(await adopt(null, memberOf(project.name))).toEqual([]);
    expect(await adopt(["orphan"])).toHaveLength(1);
  });

  it("looks at rights and the project before it asks the cluster", async () => {
    world.gateway.away = true;
    expect((await refusal(adopt(null, memberOf("other")))).code).toBe("NOT_FOUND");
    const pending = await world.desired.createProject(admin, {
      name: world.name("p"),
      description: "",
      clusterId: cluster,
    });
    expect(await refusal(world.desired.adoptExternalSecrets(admin, pending.id, null))).toMatchObject({
      reason: "ProjectNotReady",
    });
    expect((await refusal(adopt(null))).code).toBe("CLUSTER_UNREACHABLE");
  });
});

describe("unmanagedExternalSecrets", () => {
  it("tells why each cannot be adopted, and leaves out what is ours by uid or by label", async () => {
    const known = live("known");
    const labelled = live("labelled");
    world.gateway.objects = [known];
    await adopt(["known"]);
    const made = await world.secret({ providerId: own.id, scope: "PROJECT", projectId: project.id, name: "labelled" });
    const [assignment] = await world.assignments(made.id);
    world.gateway.objects = [
      known,
      { ...labelled, ownLabels: { assignmentId: assignment?.id ?? null } },
      live("leftover", { ownLabels: { assignmentId: "00000000-0000-4000-8000-000000000000" } }),
      live("broken", {
        spec: { ...live("x").spec, refreshInterval: "soon" },
        ready: false,
        reason: "SecretSyncedError",
        message: "no such key",
      }),
      liveObject("strange", { name: shared.name, kind: "SecretStore" }),
    ];
    const found = await unmanaged();
    expect(found.map(({ name }) => name)).toEqual(["broken", "leftover", "strange"]);
    expect(found[0]).toMatchObject({
      storeName: own.storeName,
      ready: false,
      reason: "SecretSyncedError",
      // As it came: the cluster's side has cleaned it (gateway.test.ts).
      message: "no such key",
      managers: ["kubectl"],
    });
    expect(found[0]?.problems.join(" ")).toContain("spec.refreshInterval");
    expect(found[1]?.problems).toEqual([]);
    expect(found[2]?.problems.join(" ")).toContain(`SecretStore ${shared.name}`);
  });

  it("tells of a provider that is being deleted, and of an object that names no store", async () => {
    await world.sql("UPDATE provider_target SET sent = true WHERE provider_id = $1", [own.id]);
    await world.desired.deleteProvider(admin, own.id, { abandon: false });
    world.gateway.objects = [live("late"), live("storeless", { spec: { data: [] } })];
    const [late, storeless] = await unmanaged();
    expect(late?.problems).toEqual([`The provider ${own.name} is being deleted.`]);
    expect(storeless?.problems).toEqual(listWith("spec.secretStoreRef: It names no store."));
    expect(await adopt(null)).toEqual([]);
  });

  it("answers NOT_FOUND and CLUSTER_UNREACHABLE", async () => {
    world.gateway.away = true;
    expect((await refusal(unmanaged())).code).toBe("CLUSTER_UNREACHABLE");
    expect((await refusal(world.desired.unmanagedExternalSecrets(memberOf("x"), project.id))).code).toBe("NOT_FOUND");
  });
});
