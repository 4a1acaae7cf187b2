import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { CreateSecretInput } from "../../domain/ports/desired-state.js";
import type { ProjectRecord } from "../../domain/project.js";
import type { ProviderRecord } from "../../domain/provider.js";
import type { SecretPreview } from "../../domain/ports/desired-state.js";
import type { Viewer } from "../../domain/viewer.js";
import { admin, everything, expectWholeLog, memberOf, refusal, VAULT, World, listWith } from "./testing/index.js";

let world: World;
let alpha: ProjectRecord;
let beta: ProjectRecord;
let vault: ProviderRecord;
beforeAll(async () => {
  world = await World.create();
  const cluster = await world.cluster();
  alpha = await world.project(cluster, "alpha");
  beta = await world.project(cluster, "beta");
  vault = await world.provider({ projectKeyPrefix: "projects/{project}/" });
});
beforeEach(() => {
  Object.assign(world.gateway, { refusals: [], unknown: [], away: false });
  world.gateway.dryRuns.length = 0;
});
afterEach(() => expectWholeLog(world));
afterAll(() => world.close());

const pathsOf = (preview: SecretPreview) => preview.problems.map(({ path }) => path.join("."));
const unchanged = async (work: () => Promise<void>) => {
  const before = await everything(world);
  await work();
  expect(await everything(world)).toBe(before);
};

/** An ExternalSecret that refers to the organization's provider. */
const manifest = (name: string, more = "") => `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
  labels: { team: a }
${more}
spec:
  refreshInterval: 30m
  secretStoreRef: { name: ${vault.storeName}, kind: ClusterSecretStore }
  data:
    - secretKey: password
      remoteRef: { key: projects/alpha/db }
`;

describe("previewSecret", () => {
  it("shows what would be applied, after the cluster's own dry run", () =>
    unchanged(async () => {
      const input = world.secretInput({ providerId: vault.id });
      const { manifest: text, problems } = await world.desired.previewSecret(admin, input, alpha.id);
      expect(problems).toEqual([]);
      const shown: unknown = parse(text ?? "");
      expect(shown).toMatchObject({
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name: input.name, namespace: "alpha" },
        spec: { secretStoreRef: { name: vault.storeName, kind: "ClusterSecretStore" }, target: { name: input.name } },
      });
      expect(world.gateway.dryRuns).toEqual([shown]);
    }));

  it("shows no namespace where no project is known, and asks no cluster", async () => {
    world.gateway.away = true;
    const { manifest: text } = await world.desired.previewSecret(
      admin,
      world.secretInput({ providerId: vault.id }),
      null,
    );
    expect(text).not.toContain("namespace");
    const own = world.secretInput({ providerId: vault.id, scope: "PROJECT", projectId: beta.id });
    expect((await world.desired.previewSecret(admin, own, null)).manifest).toContain("namespace: beta");
  });

  it("does not ask a cluster about a namespace that is not there", async () => {
    const [far] = await world.sql<{ id: string }>("SELECT id FROM project WHERE name = 'far'");
    const reaching = await world.provider();
    const preview = await world.desired.previewSecret(
      admin,
      world.secretInput({ providerId: reaching.id }),
      far?.id ?? "",
    );
    expect(pathsOf(preview)).toEqual(["projectIds"]);
    expect(preview.manifest).toContain("namespace: far");
    expect(world.gateway.dryRuns).toEqual([]);
  });

  it("adds what the cluster refuses, where the input has it", async () => {
    world.gateway.refusals = [{ path: ["spec", "data", "0", "remoteRef", "key"], message: "The webhook says no." }];
    const input = world.secretInput({ providerId: vault.id });
    expect((await world.desired.previewSecret(admin, input, alpha.id)).problems).toEqual([
      { path: ["data", "0", "remoteKey"], message: "The webhook says no." },
    ]);
  });

  it("says in problems whatever createSecret would refuse, of every kind at once", () =>
    unchanged(async () => {
      const name = (await world.sql<{ name: string }>("SELECT name FROM secret"))[0]?.name ?? "";
      const far = await world.sql<{ id: string }>("SELECT id FROM project WHERE name = 'far'");
      const input = world.secretInput({
        providerId: vault.id,
        name,
        refreshInterval: "soon",
        projectIds: far.map(({ id }) => id),
      });
      const preview = await world.desired.previewSecret(admin, input, alpha.id);
      expect(pathsOf(preview).sort()).toEqual(["name", "projectIds", "providerId", "refreshInterval"]);
      expect(preview.manifest).not.toBeNull();
      expect(world.gateway.dryRuns).toEqual([]);
    }));
  beforeAll(async () => {
    await world.secret({ providerId: vault.id });
    await world.desired.createProject(admin, { name: "far", description: "", clusterId: await world.cluster() });
  });

  it("tells a member that this is for admins, and nothing of what is there", async () => {
    const taken = (await world.sql<{ name: string }>("SELECT name FROM secret"))[0]?.name ?? "";
    const input = world.secretInput({ providerId: vault.id, name: taken });
    const preview = await world.desired.previewSecret(memberOf("alpha"), input, null);
    expect(preview).toEqual({
      manifest: null,
      problems: [{ path: [], message: "Only platform admins may create organization secrets." }],
      secret: null,
    });
  });

  it("applies the members' allowlist", async () => {
    const input = world.secretInput({ providerId: vault.id, scope: "PROJECT", projectId: alpha.id });
    expect(pathsOf(await world.desired.previewSecret(memberOf("alpha"), input, alpha.id))).toEqual([
      "data.0.remoteKey",
    ]);
    expect(pathsOf(await world.desired.previewSecret(admin, input, beta.id))).toEqual(["projectId"]);
  });

  it("tells an admin that a store's credential would be taken, which createSecret does not refuse them", async () => {
    await world.provider({ scope: "PROJECT", projectId: beta.id, vault: { ...VAULT, auth: "beta-token" } });
    const own = { providerId: vault.id, scope: "PROJECT" as const, projectId: beta.id, target: { name: "beta-token" } };
    const input = world.secretInput(own);
    expect(pathsOf(await world.desired.previewSecret(admin, input, beta.id))).toEqual(["target.name"]);
    const { id } = await world.desired.createSecret(admin, input);
    expect(pathsOf(await world.desired.previewSecretUpdate(admin, { id }, null))).toEqual(["target.name"]);
    await world.desired.deleteSecret(admin, id, { abandon: false });
  });

  it("answers NOT_FOUND for what cannot be seen, and CLUSTER_UNREACHABLE", async () => {
    const input = world.secretInput({ providerId: vault.id });
    const member = memberOf("alpha");
    expect((await refusal(world.desired.previewSecret(member, input, beta.id))).code).toBe("NOT_FOUND");
    expect((await refusal(world.desired.previewSecret(admin, { ...input, providerId: "x" }, null))).code).toBe(
      "NOT_FOUND",
    );
    world.gateway.away = true;
    expect((await refusal(world.desired.previewSecret(admin, input, alpha.id))).code).toBe("CLUSTER_UNREACHABLE");
  });

  it("has the same problems as the refusal of createSecret", async () => {
    const inputs: Partial<CreateSecretInput>[] = [
      { name: "Bad_Name", data: [], refreshInterval: "x" },
      { target: { creationPolicy: "NONE", deletionPolicy: "MERGE", type: "kubernetes.io/service-account-token" } },
      { scope: "PROJECT" },
      { projectId: alpha.id },
    ];
    for (const more of inputs) {
      const input = world.secretInput({ providerId: vault.id, ...more });
      const preview = await world.desired.previewSecret(admin, input, null);
      expect(pathsOf(preview)).toEqual((await refusal(world.desired.createSecret(admin, input))).paths);
    }
  });
});

describe("previewSecretUpdate", () => {
  it("shows the changed object, with its uid where there is one", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id, beta.id] });
    await world.observed(secret.id, "SYNCED", alpha.id);
    const [there] = await world.assignments(secret.id);
    await unchanged(async () => {
      const input = { id: secret.id, refreshInterval: "2h" };
      const inAlpha = await world.desired.previewSecretUpdate(admin, input, alpha.id);
      expect(parse(inAlpha.manifest ?? "")).toMatchObject({
        metadata: { namespace: "alpha", uid: there?.uid },
        spec: { refreshInterval: "2h0m0s" },
      });
      const inBeta: unknown = parse((await world.desired.previewSecretUpdate(admin, input, beta.id)).manifest ?? "");
      expect(inBeta).not.toHaveProperty("metadata.uid");
    });
  });

  it("says in problems whatever updateSecret would refuse", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const wrong = { id: secret.id, refreshInterval: "soon", expectedGeneration: 7 };
    expect(pathsOf(await world.desired.previewSecretUpdate(admin, wrong, null)).sort()).toEqual([
      "expectedGeneration",
      "refreshInterval",
    ]);
    expect(pathsOf(await world.desired.previewSecretUpdate(memberOf("alpha"), { id: secret.id }, null))).toEqual([""]);
    expect((await refusal(world.desired.previewSecretUpdate(memberOf("beta"), { id: secret.id }, null))).code).toBe(
      "NOT_FOUND",
    );
  });
});

describe("manifests", () => {
  const org = { scope: "ORGANIZATION" as const, useCase: "GENERIC" as const };

  it("make a secret, with its provider, labels and whole spec", async () => {
    const name = world.name("from-manifest");
    const mark = await world.mark();
    const secret = await world.desired.createSecretFromManifest(admin, {
      ...org,
      manifest: manifest(name),
      projectIds: [alpha.id],
    });
    expect(secret).toMatchObject({
      name,
      providerId: vault.id,
      status: "PENDING",
      spec: { labels: { team: "a" }, spec: { refreshInterval: "30m0s", target: { name } } },
    });
    expect(secret.spec.spec).not.toHaveProperty("secretStoreRef");
    expect(await world.log(mark)).toEqual([
      "SECRET null > PENDING Created by ada",
      "ASSIGNMENT null > PENDING Assigned by ada",
    ]);
  });

  it("of a member make a project secret under the allowlist; the namespace must be the project's", async () => {
    const own = { scope: "PROJECT" as const, projectId: alpha.id, useCase: "GENERIC" as const };
    const member = memberOf("alpha");
    await world.desired.createSecretFromManifest(member, {
      ...own,
      manifest: manifest(world.name("m"), "  namespace: alpha"),
    });
    const bad = manifest(world.name("m"), "  namespace: beta").replace("projects/alpha/db", "other/db");
    expect(await refusal(world.desired.createSecretFromManifest(member, { ...own, manifest: bad }))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["manifest.metadata.namespace", "manifest.spec.data.0.remoteRef.key"],
    });
    await world.desired.createSecretFromManifest(admin, {
      ...org,
      manifest: manifest(world.name("m"), "  namespace: nowhere"),
    });
  });

  it("are refused with what is wrong in them: durations, stores, fields that no CRD knows", async () => {
    const name = world.name("m");
    const create = (text: string) => refusal(world.desired.createSecretFromManifest(admin, { ...org, manifest: text }));
    expect((await create(manifest(name).replace("30m", "soon"))).paths).toEqual(["manifest.spec.refreshInterval"]);
    expect((await create(manifest(name).replace(vault.storeName, "unknown"))).paths).toEqual([
      "manifest.spec.secretStoreRef",
    ]);
    expect((await create(manifest(name).replace("ClusterSecretStore", "SecretStore"))).paths).toEqual([
      "manifest.spec.secretStoreRef",
    ]);
    expect((await create("- not: an object")).code).toBe("BAD_USER_INPUT");
    world.gateway.unknown = [["target", "wings"]];
    expect((await create(manifest(name))).paths).toEqual(["manifest.spec.target.wings"]);
    const all = manifest(name).replace("30m", "soon").replace(vault.storeName, "unknown");
    expect((await create(all)).paths).toEqual([
      "manifest.spec.refreshInterval",
      "manifest.spec.target.wings",
      "manifest.spec.secretStoreRef",
    ]);
  });

  it("are refused for names and native Secrets that are taken", async () => {
    const taken = await world.secret({
      providerId: vault.id,
      projectIds: [beta.id],
      target: { name: world.name("native") },
    });
    const [assignment] = await world.assignments(taken.id);
    const create = (name: string) =>
      refusal(
        world.desired.createSecretFromManifest(admin, { ...org, manifest: manifest(name), projectIds: [beta.id] }),
      );
    expect(await create(taken.name)).toMatchObject({
      code: "CONFLICT",
      paths: ["manifest.metadata.name", "manifest.metadata.name"],
    });
    expect(await create(assignment?.target_name ?? "")).toMatchObject({
      code: "CONFLICT",
      paths: ["manifest.spec.target.name"],
    });
  });

  it("cannot use a provider that the member cannot see: it is not there", async () => {
    const hidden = await world.provider();
    const text = manifest(world.name("m")).replace(vault.storeName, hidden.storeName);
    const input = { manifest: text, scope: "PROJECT" as const, projectId: alpha.id, useCase: "GENERIC" as const };
    expect(await refusal(world.desired.createSecretFromManifest(memberOf("alpha"), input))).toMatchObject({
      code: "BAD_USER_INPUT",
      paths: ["manifest.spec.secretStoreRef"],
    });
  });

  it("replace the whole spec of a secret, but not its name", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    const mark = await world.mark();
    const update = (text: string, expectedGeneration?: number) =>
      world.desired.updateSecretFromManifest(admin, { id: secret.id, manifest: text, expectedGeneration });
    const changed = await update(manifest(secret.name), 1);
    expect(changed).toMatchObject({
      generation: 2,
      spec: { labels: { team: "a" }, spec: { refreshInterval: "30m0s" } },
    });
    expect(await update(manifest(secret.name))).toEqual(changed);
    expect(await world.log(mark)).toEqual([
      "ASSIGNMENT PENDING > PENDING Updated by ada",
      "SECRET PENDING > PENDING Updated by ada",
    ]);
    expect((await refusal(update(manifest("other-name")))).paths).toEqual(["manifest.metadata.name"]);
    expect(await refusal(update(manifest(secret.name), 1))).toMatchObject({
      code: "CONFLICT",
      paths: ["expectedGeneration"],
    });
    expect((await refusal(update("not: [a manifest"))).code).toBe("BAD_USER_INPUT");
  });

  it("are previewed with the same problems", async () => {
    const name = world.name("m");
    const shown = await world.desired.previewSecretManifest(admin, manifest(name), "ORGANIZATION", alpha.id);
    expect(shown.problems).toEqual([]);
    expect(parse(shown.manifest ?? "")).toMatchObject({
      metadata: { name, namespace: "alpha", labels: { team: "a" } },
    });
    const broken = await world.desired.previewSecretManifest(admin, "kind: Secret", "PROJECT", alpha.id);
    expect(broken.manifest).toBeNull();
    expect(pathsOf(broken)).toEqual(listWith("manifest.apiVersion", "manifest.kind", "manifest.spec"));
    const member = await world.desired.previewSecretManifest(memberOf("alpha"), manifest(name), "PROJECT", alpha.id);
    expect(member.problems).toEqual([]);
    expect(
      (await refusal(world.desired.previewSecretManifest(memberOf("alpha"), manifest(name), "PROJECT", beta.id))).code,
    ).toBe("NOT_FOUND");
  });

  it("are previewed as the change that they would be, with the lines of what is wrong, and can be taken as they are shown", async () => {
    const secret = await world.secret({ providerId: vault.id, projectIds: [alpha.id] });
    await unchanged(async () => {
      const preview = (text: string, expectedGeneration?: number) =>
        world.desired.previewSecretManifestUpdate(admin, { id: secret.id, manifest: text, expectedGeneration }, null);
      const good = await preview(manifest(secret.name));
      expect(good.problems).toEqual([]);
      expect(parse(good.manifest ?? "")).toMatchObject({ metadata: { namespace: "alpha", labels: { team: "a" } } });
      expect(good.secret).toMatchObject({ name: secret.name, provider: vault, stored: { labels: { team: "a" } } });
      const bare = good.secret?.manifest ?? "";
      expect(parse(bare)).toMatchObject({ metadata: { name: secret.name }, spec: { refreshInterval: "30m0s" } });
      expect(parse(bare)).not.toHaveProperty("metadata.namespace");
      expect((await preview(bare)).secret).toEqual(good.secret);

      const text = manifest("other").replace("30m", "soon");
      expect((await preview(text, 7)).problems.map((problem) => [problem.path.join("."), problem])).toEqual([
        ["manifest.metadata.name", containing({ line: 5 })],
        ["manifest.spec.refreshInterval", containing({ line: 9 })],
        ["expectedGeneration", containing({ line: null })],
      ]);
      const of = (viewer: Viewer) =>
        world.desired.previewSecretManifestUpdate(viewer, { id: secret.id, manifest: bare }, null);
      expect(await of(memberOf("alpha"))).toMatchObject({ manifest: null, secret: null });
      expect((await refusal(of(memberOf("beta")))).code).toBe("NOT_FOUND");
    });
  });
});

const containing = (part: object): unknown => expect.objectContaining(part);
