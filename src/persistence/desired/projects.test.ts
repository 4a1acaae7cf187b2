import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  admin,
  everything,
  expectWholeLog,
  memberOf,
  refusal,
  VAULT,
  World,
  aDate,
  textWith,
} from "./testing/index.js";

let world: World;
let clusterId: string;
beforeAll(async () => {
  world = await World.create({ reservedNamespaces: ["secretariat-system"] });
  clusterId = await world.cluster();
});
afterEach(() => expectWholeLog(world));
afterAll(() => world.close());

describe("createProject", () => {
  it("takes the only cluster where none is named, and is PENDING", async () => {
    const mark = await world.mark();
    const project = await world.desired.createProject(admin, { name: "alone", description: "First" });
    expect(project).toMatchObject({ name: "alone", description: "First", clusterId, status: "PENDING" });
    expect(await world.log(mark)).toEqual(["PROJECT null > PENDING Created by ada"]);
  });

  it("asks which of several clusters, and says so where there is none", async () => {
    const more = await World.create();
    const create = () => more.desired.createProject(admin, { name: "lost", description: "" });
    expect(await refusal(create())).toMatchObject({ code: "BAD_USER_INPUT", paths: ["clusterId"] });
    await more.cluster();
    await more.cluster();
    expect(await refusal(create())).toMatchObject({
      paths: ["clusterId"],
      message: textWith("cluster-1, cluster-2"),
    });
    await more.close();
  });

  it("says every bad field at once, and writes nothing", async () => {
    const before = await everything(world);
    const { code, paths } = await refusal(
      world.desired.createProject(admin, { name: "Kube--", description: "x".repeat(5000) }),
    );
    expect(code).toBe("BAD_USER_INPUT");
    expect(new Set(paths)).toEqual(new Set(["name", "description"]));
    expect(await everything(world)).toBe(before);
  });

  it.each(["default", "kube-public", "secretariat-system"])("refuses the reserved name %s", async (name) => {
    expect(await refusal(world.desired.createProject(admin, { name, description: "", clusterId }))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["name"],
    });
  });

  it("refuses a name that is taken", async () => {
    const { name } = await world.project(clusterId);
    expect(await refusal(world.desired.createProject(admin, { name, description: "", clusterId }))).toMatchObject({
      code: "CONFLICT",
      paths: ["name"],
    });
  });

  it("is for admins: a member is forbidden, and cannot see a cluster without projects of theirs", async () => {
    const { name } = await world.project(clusterId);
    const input = { name: "Bad Name", description: "" };
    expect((await refusal(world.desired.createProject(memberOf(name), { ...input, clusterId }))).code).toBe(
      "FORBIDDEN",
    );
    expect((await refusal(world.desired.createProject(memberOf(), { ...input, clusterId }))).code).toBe("NOT_FOUND");
    expect((await refusal(world.desired.createProject(admin, { ...input, clusterId: "1" }))).code).toBe("NOT_FOUND");
  });

  it("refuses a cluster that is no longer configured", async () => {
    const gone = await world.cluster(false);
    const input = { name: world.name(), description: "", clusterId: gone };
    expect(await refusal(world.desired.createProject(admin, input))).toMatchObject({
      code: "PRECONDITION_FAILED",
      reason: "ClusterNotReady",
    });
  });
});

describe("updateProject", () => {
  it("changes the description with a transition, and accepts what changes nothing without one", async () => {
    const { id } = await world.project(clusterId);
    const mark = await world.mark();
    expect(await world.desired.updateProject(admin, id, "New")).toMatchObject({ description: "New", status: "READY" });
    await world.desired.updateProject(admin, id, "New");
    expect(await world.log(mark)).toEqual(["PROJECT READY > READY Updated by ada"]);
  });

  it("refuses control characters, members, and what is being deleted", async () => {
    const project = await world.project(clusterId);
    expect((await refusal(world.desired.updateProject(admin, project.id, "a\u0000b"))).code).toBe("BAD_USER_INPUT");
    expect((await refusal(world.desired.updateProject(memberOf(project.name), project.id, ""))).code).toBe("FORBIDDEN");
    expect((await refusal(world.desired.updateProject(memberOf("other"), project.id, ""))).code).toBe("NOT_FOUND");
    await world.desired.deleteProject(admin, project.id, { deleteNamespace: false, abandon: false });
    expect(await refusal(world.desired.updateProject(admin, project.id, "x"))).toMatchObject({
      code: "PRECONDITION_FAILED",
      reason: "BeingDeleted",
    });
  });
});

describe("members", () => {
  it("are added and removed each once, with one transition that names them", async () => {
    const { id } = await world.project(clusterId);
    const mark = await world.mark();
    await world.desired.addProjectMembers(admin, id, ["ann", "bob", "ann"]);
    await world.desired.addProjectMembers(admin, id, ["bob"]);
    await world.desired.removeProjectMembers(admin, id, ["ann", "zoe"]);
    await world.desired.removeProjectMembers(admin, id, ["zoe"]);
    expect(await world.log(mark)).toEqual([
      "PROJECT READY > READY MembersAdded by ada",
      "PROJECT READY > READY MembersRemoved by ada",
    ]);
    const [added] = await world.sql<{ message: string }>(
      "SELECT message FROM transition WHERE position > $1 ORDER BY position",
      [mark],
    );
    expect(added?.message).toBe("ann, bob");
    expect(await world.sql("SELECT subject, added_by FROM project_member WHERE project_id = $1", [id])).toEqual([
      { subject: "bob", added_by: "ada" },
    ]);
  });

  it("say every bad subject at once", async () => {
    const { id, name } = await world.project(clusterId);
    const bad = ["", "ok", "x".repeat(256), "a\nb"];
    expect(await refusal(world.desired.addProjectMembers(admin, id, bad))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["subjects.0", "subjects.2", "subjects.3"],
    });
    expect((await refusal(world.desired.addProjectMembers(memberOf(name), id, bad))).code).toBe("FORBIDDEN");
    const many = Array.from({ length: 5001 }, String);
    expect((await refusal(world.desired.addProjectMembers(admin, id, many))).code).toBe("BAD_USER_INPUT");
  });

  it("make the project theirs", async () => {
    const { id } = await world.project(clusterId);
    await world.desired.addProjectMembers(admin, id, ["tim"]);
    expect((await refusal(world.desired.updateProject(memberOf(), id, "x"))).code).toBe("FORBIDDEN");
  });
});

describe("deleteProject", () => {
  const plain = { deleteNamespace: false, abandon: false };

  it("takes along what was never sent, and goes at once where nothing was", async () => {
    const project = await world.desired.createProject(admin, { name: world.name("p"), description: "", clusterId });
    await world.desired.addProjectMembers(admin, project.id, ["ann"]);
    const mark = await world.mark();
    const answer = await world.desired.deleteProject(admin, project.id, plain);
    expect(answer).toMatchObject({ status: "DELETING", deletionRequestedAt: aDate });
    expect(await world.log(mark)).toEqual(["PROJECT PENDING > null Deleted by ada"]);
    expect(await world.sql("SELECT FROM project_member WHERE project_id = $1", [project.id])).toEqual([]);
  });

  it("deletes its own secrets, unassigns the organization's, and its stores wait for them", async () => {
    const project = await world.project(clusterId);
    const other = await world.project(clusterId);
    const shared = await world.provider();
    const own = await world.provider({ scope: "PROJECT", projectId: project.id });
    await world.sql("UPDATE provider_target SET sent = true WHERE provider_id = $1", [own.id]);
    const org = await world.secret({ providerId: shared.id, projectIds: [project.id, other.id] });
    const mine = await world.secret({ providerId: own.id, scope: "PROJECT", projectId: project.id });
    const unsent = await world.secret({ providerId: own.id, scope: "PROJECT", projectId: project.id });
    await world.observed(org.id, "SYNCED");
    await world.observed(mine.id, "SYNCED");

    const mark = await world.mark();
    const answer = await world.desired.deleteProject(admin, project.id, { deleteNamespace: true, abandon: false });
    expect(answer).toMatchObject({ status: "DELETING", reason: "DeletionRequested" });
    const log = await world.log(mark);
    expect([...log].sort()).toEqual(
      [
        "ASSIGNMENT PENDING > null ProjectDeleted by ada",
        "ASSIGNMENT SYNCED > DELETING ProjectDeleted by ada",
        "ASSIGNMENT SYNCED > DELETING ProjectDeleted by ada",
        "SECRET PENDING > null ProjectDeleted by ada",
        "SECRET SYNCED > DELETING ProjectDeleted by ada",
        "PROVIDER PENDING > DELETING ProjectDeleted by ada",
        "PROJECT READY > DELETING DeletionRequested by ada",
      ].sort(),
    );
    expect(await world.sql("SELECT status FROM secret WHERE id = $1", [org.id])).toEqual([{ status: "SYNCED" }]);
    expect(await world.sql("SELECT FROM secret WHERE id = $1", [unsent.id])).toEqual([]);
    expect(await world.sql("SELECT status, revision FROM provider_target WHERE provider_id = $1", [own.id])).toEqual([
      { status: "DELETING", revision: "2" },
    ]);
    expect(await world.sql("SELECT delete_namespace, revision FROM project WHERE id = $1", [project.id])).toEqual([
      { delete_namespace: true, revision: "2" },
    ]);

    const again = await world.mark();
    expect(await world.desired.deleteProject(admin, project.id, plain)).toMatchObject({ status: "DELETING" });
    expect(await world.log(again)).toEqual([]);
  });

  it("keeps a store that was not written, or is not ours, for as long as a secret of it is going away", async () => {
    const project = await world.project(clusterId);
    const existingStore = { kind: "VAULT" as const, storeName: "by-admins" };
    const input = { name: "existing", scope: "PROJECT" as const, projectId: project.id, existingStore };
    const provider = await world.desired.createProvider(admin, input);
    const unused = await world.provider({ scope: "PROJECT", projectId: project.id });
    const secret = await world.secret({ providerId: provider.id, scope: "PROJECT", projectId: project.id });
    await world.observed(secret.id, "SYNCED");
    await world.desired.deleteProject(admin, project.id, plain);
    expect(await world.sql("SELECT status FROM provider_target WHERE provider_id = $1", [provider.id])).toEqual([
      { status: "DELETING" },
    ]);
    expect(await world.sql("SELECT FROM provider WHERE id = $1", [unused.id])).toEqual([]);
  });

  it("forgets all of it when abandoned", async () => {
    const project = await world.project(clusterId);
    const shared = await world.provider();
    const own = await world.provider({ scope: "PROJECT", projectId: project.id });
    const org = await world.secret({ providerId: shared.id, projectIds: [project.id] });
    const mine = await world.secret({ providerId: own.id, scope: "PROJECT", projectId: project.id });
    await world.observed(org.id, "SYNCED");
    await world.observed(mine.id, "FAILED");
    const abandon = { deleteNamespace: false, abandon: true };
    expect(await refusal(world.desired.deleteProject(admin, project.id, abandon))).toMatchObject({
      code: "PRECONDITION_FAILED",
      reason: "NotBeingDeleted",
    });
    await world.desired.deleteProject(admin, project.id, plain);
    expect((await refusal(world.desired.deleteProject(memberOf(project.name), project.id, abandon))).code).toBe(
      "FORBIDDEN",
    );
    const mark = await world.mark();
    await world.desired.deleteProject(admin, project.id, abandon);
    expect([...(await world.log(mark))].sort()).toEqual(
      [
        "ASSIGNMENT DELETING > null Abandoned by ada",
        "ASSIGNMENT DELETING > null Abandoned by ada",
        "SECRET DELETING > null Abandoned by ada",
        "SECRET PENDING > UNASSIGNED Abandoned by ada",
        "PROVIDER DELETING > null Abandoned by ada",
        "PROJECT DELETING > null Abandoned by ada",
      ].sort(),
    );
  });

  it("leaves a namespace that was there before alone", async () => {
    const project = await world.ready(
      await world.desired.createProject(admin, { name: world.name("p"), description: "", clusterId }),
      false,
    );
    expect(
      await refusal(world.desired.deleteProject(admin, project.id, { deleteNamespace: true, abandon: false })),
    ).toMatchObject({
      code: "PRECONDITION_FAILED",
      reason: "NamespaceNotOurs",
    });
    await world.desired.deleteProject(admin, project.id, plain);
  });

  it("takes no other change once under way: the namespace cannot be added", async () => {
    const project = await world.project(clusterId);
    await world.desired.deleteProject(admin, project.id, plain);
    expect(
      await refusal(world.desired.deleteProject(admin, project.id, { deleteNamespace: true, abandon: false })),
    ).toMatchObject({
      reason: "BeingDeleted",
    });
    expect(await refusal(world.desired.addProjectMembers(admin, project.id, ["ann"]))).toMatchObject({
      reason: "BeingDeleted",
    });
    expect(
      await refusal(
        world.desired.createProvider(admin, { name: "x", scope: "PROJECT", projectId: project.id, vault: VAULT }),
      ),
    ).toMatchObject({ reason: "BeingDeleted" });
  });

  it("is for admins", async () => {
    const project = await world.project(clusterId);
    expect((await refusal(world.desired.deleteProject(memberOf(project.name), project.id, plain))).code).toBe(
      "FORBIDDEN",
    );
    expect((await refusal(world.desired.deleteProject(memberOf("x"), project.id, plain))).code).toBe("NOT_FOUND");
    expect((await refusal(world.desired.deleteProject(admin, "nonsense", plain))).code).toBe("NOT_FOUND");
  });
});
