import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/domain/json.js";
import { eventually } from "../support/eventually.js";
import { at, managersOf } from "../support/kubernetes.js";
import { unique, type NamedId } from "../support/scene.js";
import { CREDENTIALS } from "./support/backends.js";
import { Platform } from "./support/platform.js";
import { operatorPath } from "./support/raw-cluster.js";

const scene = new Platform();
beforeAll(() => scene.start());
afterAll(() => scene.stop());

describe("existing stores", () => {
  const cleanup: string[] = [];
  afterAll(async () => {
    for (const name of cleanup)
      await scene.cluster.remove(operatorPath("clustersecretstores", null, name, scene.environment.operatorVersion));
  });
  const store = (name: string, more: JsonObject): JsonObject => ({
    apiVersion: scene.apiVersion,
    kind: "ClusterSecretStore",
    metadata: { name },
    spec: {
      provider: {
        vault: {
          server: scene.environment.vault.address,
          path: "secret",
          version: "v2",
          auth: { tokenSecretRef: { name: "vault", namespace: CREDENTIALS, key: "token" } },
        },
      },
      ...more,
    },
  });

  it.each<[string, () => JsonObject]>([
    ["names of namespaces", () => ({ namespaces: [scene.project.name] })],
    [
      "labels of namespaces",
      () => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": scene.project.name } } }),
    ],
    ["patterns of namespaces", () => ({ namespaceRegexes: [`^${scene.project.name}$`] })],
  ])("one with conditions by %s serves those alone, and is never written", async (_, condition) => {
    const name = unique("platform");
    cleanup.push(name);
    await scene.cluster.apply(store(name, { conditions: [condition()] }), "platform-team");
    const existing = await scene.desk.provider({ existingStore: { kind: "VAULT", storeName: name } });
    const path = operatorPath("clustersecretstores", null, name, scene.environment.operatorVersion);
    const before = await scene.cluster.find(path);
    const inside = await scene.desk.secret(existing, [scene.project], { data: [scene.item] });
    const outside = await scene.desk.secret(existing, [scene.other], { data: [scene.item] });
    await scene.desk.untilStatus(inside.id, "SYNCED");
    await scene.desk.untilAssignment(
      outside.id,
      ({ status, message }) =>
        status === "SYNCED_ERROR" && message?.includes(`is not allowed from namespace "${scene.other.name}"`) === true,
    );
    const after = await scene.cluster.find(path);
    expect(at(after, "metadata", "generation")).toBe(at(before, "metadata", "generation"));
    expect(managersOf(after)).not.toContain("secretariat");
  });

  it("one of their own namespace serves members as it is, and is never written", async () => {
    const name = unique("team");
    const reference = { name: "vault", key: "token" };
    const own = await scene.cluster.must("GET", `/api/v1/namespaces/${CREDENTIALS}/secrets/vault`);
    const metadata = { name: "vault", namespace: scene.project.name };
    await scene.cluster.apply({ apiVersion: "v1", kind: "Secret", metadata, data: own["data"] ?? {} });
    const { address } = scene.environment.vault;
    const vault = { server: address, path: "secret", version: "v2", auth: { tokenSecretRef: reference } };
    const object = {
      apiVersion: scene.apiVersion,
      kind: "SecretStore",
      metadata: { name, namespace: scene.project.name },
      spec: { provider: { vault } },
    };
    await scene.cluster.apply(object, "team");
    const member = await scene.desk.person("mia", [scene.project.name]);
    const { provider } = await member.ask<{ provider: NamedId }>(
      "mutation ($input: CreateProviderInput!) { provider: createProvider(input: $input) { id name } }",
      {
        input: {
          name: unique("team"),
          scope: "PROJECT",
          projectId: scene.project.id,
          existingStore: { kind: "VAULT", storeName: name },
        },
      },
    );
    await scene.desk.untilThing("provider", provider.id, "READY");
    const path = operatorPath("secretstores", scene.project.name, name, scene.environment.operatorVersion);
    const before = await scene.cluster.find(path);
    const { secret } = await member.ask<{ secret: NamedId }>(
      "mutation ($input: CreateSecretInput!) { secret: createSecret(input: $input) { id name } }",
      {
        input: {
          name: unique("team"),
          scope: "PROJECT",
          projectId: scene.project.id,
          providerId: provider.id,
          data: [scene.item],
        },
      },
    );
    await scene.desk.untilStatus(secret.id, "SYNCED");
    const after = await scene.cluster.find(path);
    expect(at(after, "metadata", "generation")).toBe(at(before, "metadata", "generation"));
    expect(managersOf(after)).not.toContain("secretariat");
  });

  it("one that is absent is told so, and is found when it comes", async () => {
    const name = unique("platform");
    cleanup.push(name);
    const existing = await scene.desk.createProvider({ existingStore: { kind: "VAULT", storeName: name } });
    await eventually(async () => {
      const now = await scene.desk.providerNow(existing.id);
      return now?.status === "ERROR" && now.targets[0]?.reason === "StoreNotFound";
    }, 30_000);
    await scene.cluster.apply(store(name, {}), "platform-team");
    await scene.desk.untilThing("provider", existing.id, "READY");
  });
});
