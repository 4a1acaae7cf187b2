import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { unique, type NamedId } from "../support/scene.js";
import { CREDENTIALS } from "./support/backends.js";
import type { ProviderNow } from "./support/desk.js";
import { Platform, refusal } from "./support/platform.js";
import { operatorPath } from "./support/raw-cluster.js";

const scene = new Platform();
beforeAll(() => scene.start());
afterAll(() => scene.stop());

describe("what the members' allowlist closes", () => {
  let member: ApiClient;
  let own: NamedId;
  beforeAll(async () => {
    member = await scene.desk.person("mia", [scene.project.name]);
    await scene.cluster.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "own-credential", namespace: scene.project.name },
      data: { token: Buffer.from("x").toString("base64") },
    });
    own = await scene.desk.createProvider({
      scope: "PROJECT",
      projectId: scene.project.id,
      vault: {
        server: scene.environment.vault.address,
        path: "secret",
        auth: { tokenSecretRef: { name: "own-credential", key: "token" } },
      },
    });
  });
  const allowed = () => ({ ...scene.item, remoteKey: `projects/${scene.project.name}/app` });

  it("what is inside it works on the real operator", async () => {
    await scene.backend.put(`projects/${scene.project.name}/app`, { password: "theirs" });
    const { result } = await member.ask<{ result: NamedId }>(
      "mutation ($input: CreateSecretInput!) { result: createSecret(input: $input) { id name } }",
      {
        input: {
          name: unique("member"),
          scope: "PROJECT",
          projectId: scene.project.id,
          providerId: scene.provider.id,
          data: [allowed()],
        },
      },
    );
    await scene.desk.untilStatus(result.id, "SYNCED");
  });

  const escapes: [string, () => Record<string, unknown>, string][] = [
    ["a key of the organization outside the prefix", () => ({ data: [scene.item] }), "data.0.remoteKey"],
    [
      "a neighbour's key",
      () => ({ data: [{ ...scene.item, remoteKey: `projects/${scene.other.name}/app` }] }),
      "data.0.remoteKey",
    ],
    [
      "the prefix itself",
      () => ({ data: [{ ...scene.item, remoteKey: `projects/${scene.project.name}/` }] }),
      "data.0.remoteKey",
    ],
    [
      "a way up",
      () => ({ data: [{ ...scene.item, remoteKey: `projects/${scene.project.name}/../${scene.other.name}/app` }] }),
      "data.0.remoteKey",
    ],
    [
      "what the operator strips before",
      () => ({ data: [{ ...scene.item, remoteKey: `secret/data/projects/${scene.other.name}/app` }] }),
      "data.0.remoteKey",
    ],
    [
      "an empty segment",
      () => ({ data: [{ ...scene.item, remoteKey: `projects/${scene.project.name}//app` }] }),
      "data.0.remoteKey",
    ],
    [
      "an escaped way up",
      () => ({ data: [{ ...scene.item, remoteKey: `projects/${scene.project.name}/%2e%2e/app` }] }),
      "data.0.remoteKey",
    ],
    ["extract outside", () => ({ dataFrom: [{ extract: { key: scene.key } }] }), "dataFrom.0.extract.key"],
    ["find", () => ({ dataFrom: [{ find: { nameRegExp: ".*" } }] }), "dataFrom.0.find"],
    ["an Orphan", () => ({ data: [allowed()], target: { creationPolicy: "ORPHAN" } }), "target.creationPolicy"],
    [
      "a Merge into somebody's Secret",
      () => ({ data: [allowed()], target: { name: "theirs", creationPolicy: "MERGE" } }),
      "target.creationPolicy",
    ],
    [
      "the Secret of a store's credential",
      () => ({ data: [allowed()], target: { name: "own-credential" } }),
      "target.name",
    ],
    [
      "a protected Secret",
      () => ({ data: [allowed()], target: { name: "sh.helm.release.v1.shop.v1" } }),
      "target.name",
    ],
    [
      "a template from a ConfigMap",
      () => ({ data: [allowed()], target: { template: { templateFrom: [{ configMap: { name: "x", items: [] } }] } } }),
      "target.template",
    ],
    [
      "a label that triggers others",
      () => ({ data: [allowed()], target: { labels: { "argocd.argoproj.io/secret-type": "cluster" } } }),
      "target.labels",
    ],
    [
      "an annotation that triggers others",
      () => ({
        data: [allowed()],
        target: { annotations: { "reflector.v1.k8s.emberstack.com/reflection-allowed": "true" } },
      }),
      "target.annotations",
    ],
    [
      "a token of a service account",
      () => ({
        data: [allowed()],
        target: {
          type: "kubernetes.io/service-account-token",
          annotations: { "kubernetes.io/service-account.name": "default" },
        },
      }),
      "target.type",
    ],
  ];

  it.each(escapes)("%s is refused, and nothing is written", async (_, make, path) => {
    const before = await scene.written();
    const { code, paths } = await refusal(member, "createSecret(input: $input) { id }", "$input: CreateSecretInput!", {
      input: {
        name: unique("escape"),
        scope: "PROJECT",
        projectId: scene.project.id,
        providerId: scene.provider.id,
        ...make(),
      },
    });
    expect(code).toBe("BAD_USER_INPUT");
    expect(
      paths.some((each) => each.includes(path)),
      `${paths.join(", ")} names ${path}`,
    ).toBe(true);
    expect(await scene.written()).toEqual(before);
  });

  describe("and nothing good can be changed into it", () => {
    let good: NamedId;
    beforeAll(async () => {
      await scene.backend.put(`projects/${scene.project.name}/app`, { password: "theirs" });
      good = await scene.desk.secret(scene.provider, [], {
        scope: "PROJECT",
        projectId: scene.project.id,
        projectIds: undefined,
        data: [allowed()],
      });
      await scene.desk.untilStatus(good.id, "SYNCED");
    });

    it.each(escapes)("%s", async (_, make, path) => {
      const before = await scene.written();
      const call = ["updateSecret(input: $input) { id }", "$input: UpdateSecretInput!"] as const;
      const { code, paths } = await refusal(member, ...call, { input: { id: good.id, ...make() } });
      expect(code).toBe("BAD_USER_INPUT");
      expect(
        paths.some((each) => each.includes(path)),
        `${paths.join(", ")} names ${path}`,
      ).toBe(true);
      expect(await scene.written()).toEqual(before);
    });
  });

  const good = () => `data: [{ secretKey: a, remoteRef: { key: ${allowed().remoteKey} } }]`;
  it.each<[string, () => string, RegExp, string?]>([
    [
      "a part that the API has no field for",
      () => `dataFrom: [{ extract: { key: ${allowed().remoteKey} }, rewrite: [{ regexp: { source: a, target: b } }] }]`,
      /rewrite/u,
    ],
    [
      "a generator",
      () =>
        "dataFrom: [{ sourceRef: { generatorRef: { apiVersion: generators.external-secrets.io/v1alpha1, kind: Password, name: any } } }]",
      /sourceRef/u,
    ],
    [
      "another store for one entry",
      () => "data: [{ secretKey: a, remoteRef: { key: a }, sourceRef: { storeRef: { name: nobodys } } }]",
      /sourceRef/u,
    ],
    ["a key of the organization", () => `data: [{ secretKey: a, remoteRef: { key: ${scene.key} } }]`, /key/u],
    ["a label that triggers others", good, /label/u, "labels: { argocd.argoproj.io/secret-type: cluster }"],
    [
      "an annotation that triggers others",
      good,
      /annotation/u,
      "annotations: { reflector.v1.k8s.emberstack.com/reflection-allowed: 'true' }",
    ],
  ])("a manifest with %s is refused, and nothing is written", async (_, spec, told, metadata = "") => {
    const before = await scene.written();
    const answer = await refusal(
      member,
      "createSecretFromManifest(manifest: $manifest, scope: PROJECT, projectId: $projectId) { id }",
      "$manifest: String!, $projectId: ID",
      {
        manifest: `apiVersion: ${scene.apiVersion}
kind: ExternalSecret
metadata: { name: ${unique("escape")}${metadata === "" ? "" : `, ${metadata}`} }
spec:
  refreshInterval: 1h
  secretStoreRef: { name: ${scene.storeName}, kind: ClusterSecretStore }
  ${spec()}
`,
        projectId: scene.project.id,
      },
    );
    expect(answer.code).toBe("BAD_USER_INPUT");
    expect(answer.paths.join()).toMatch(told);
    expect(await scene.written()).toEqual(before);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ["the operator's own identity", () => ({ aws: { region: "eu-west-1" } })],
    [
      "a service account",
      () => ({ aws: { region: "eu-west-1", auth: { jwt: { serviceAccountRef: { name: "default" } } } } }),
    ],
    [
      "a credential of another namespace",
      () => ({
        vault: {
          server: "https://vault.example.com",
          auth: { tokenSecretRef: { name: "vault", namespace: CREDENTIALS, key: "token" } },
        },
      }),
    ],
    [
      "a host that is not allowed",
      () => ({
        vault: {
          server: "https://evil.example.org",
          auth: { tokenSecretRef: { name: "own-credential", key: "token" } },
        },
      }),
    ],
    [
      "a host in the clear",
      () => ({
        vault: {
          server: "http://vault.example.com",
          auth: { tokenSecretRef: { name: "own-credential", key: "token" } },
        },
      }),
    ],
    [
      "a managed identity",
      () => ({ azure: { vaultUrl: "https://team-a.vault.azure.net", authType: "ManagedIdentity" } }),
    ],
  ])("a provider with %s is refused, and nothing is written", async (_, make) => {
    const stores = () =>
      scene.cluster.list(operatorPath("secretstores", scene.project.name, "", scene.environment.operatorVersion));
    const before = (await stores()).length;
    const answer = await refusal(member, "createProvider(input: $input) { id }", "$input: CreateProviderInput!", {
      input: { name: unique("escape"), scope: "PROJECT", projectId: scene.project.id, ...make() },
    });
    expect(answer.code).toBe("BAD_USER_INPUT");
    expect((await stores()).length).toBe(before);
  });

  it("the name of a store of the whole cluster leads a project's provider nowhere", async () => {
    const { provider } = await member.ask<{ provider: NamedId }>(
      "mutation ($input: CreateProviderInput!) { provider: createProvider(input: $input) { id name } }",
      {
        input: {
          name: unique("escape"),
          scope: "PROJECT",
          projectId: scene.project.id,
          existingStore: { kind: "VAULT", storeName: scene.storeName },
        },
      },
    );
    await eventually(async () => {
      const now = await scene.desk.providerNow(provider.id);
      return now?.status === "ERROR" && now.targets[0]?.reason === "StoreNotFound";
    }, 30_000);
  });

  it("two secrets for one native Secret are refused", async () => {
    const create = (name: string) => ({
      input: {
        name,
        scope: "PROJECT",
        projectId: scene.project.id,
        providerId: scene.provider.id,
        data: [allowed()],
        target: { name: "shared-target" },
      },
    });
    const call = ["createSecret(input: $input) { id }", "$input: CreateSecretInput!"] as const;
    expect((await refusal(member, ...call, create(unique("first")))).code).toBe("accepted");
    expect((await refusal(member, ...call, create(unique("second")))).code).toBe("CONFLICT");
  });

  it("an escape that was written by hand cannot be adopted by a member either", async () => {
    const name = unique("escape");
    await scene.cluster.apply(
      {
        apiVersion: scene.apiVersion,
        kind: "ExternalSecret",
        metadata: { name, namespace: scene.project.name },
        spec: {
          refreshInterval: "1h0m0s",
          secretStoreRef: { name: scene.storeName, kind: "ClusterSecretStore" },
          data: [{ secretKey: "a", remoteRef: { key: scene.key } }],
        },
      },
      "kubectl",
    );
    const answer = await refusal(
      member,
      "adoptExternalSecrets(projectId: $id, names: $names) { id }",
      "$id: ID!, $names: [String!]",
      {
        id: scene.project.id,
        names: [name],
      },
    );
    expect(answer.code).toBe("BAD_USER_INPUT");
    await scene.cluster.remove(scene.place(name));
  });

  it("the member sees their own provider", async () => {
    const { provider: seen } = await member.ask<{ provider: Pick<ProviderNow, "name"> | null }>(
      "query ($id: ID!) { provider(id: $id) { name } }",
      { id: own.id },
    );
    expect(seen?.name).toBe(own.name);
  });
});
