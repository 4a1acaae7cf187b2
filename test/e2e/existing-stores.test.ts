import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/domain/json.js";
import { eventually } from "../support/eventually.js";
import { at, managersOf } from "../support/kubernetes.js";
import { unique } from "../support/scene.js";
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

  it("one with conditions on namespaces serves those alone, and is never written", async () => {
    const name = unique("platform");
    cleanup.push(name);
    await scene.cluster.apply(store(name, { conditions: [{ namespaces: [scene.project.name] }] }), "platform-team");
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
