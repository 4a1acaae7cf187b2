import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/domain/json.js";
import { eventually } from "../support/eventually.js";
import { at, labelsOf, managersOf } from "../support/kubernetes.js";
import { unique, type NamedId } from "../support/scene.js";
import { Platform } from "./support/platform.js";
import { isObject } from "./support/raw-cluster.js";

const scene = new Platform();
beforeAll(() => scene.start());
afterAll(() => scene.stop());

describe("adoption", () => {
  /** As people and tools write it: not canonical, without a template. */
  const byHand = (name: string, metadata: JsonObject = {}): JsonObject => ({
    apiVersion: scene.apiVersion,
    kind: "ExternalSecret",
    metadata: { name, namespace: scene.project.name, ...metadata },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { name: scene.storeName, kind: "ClusterSecretStore" },
      target: { name },
      data: [{ secretKey: "password", remoteRef: { key: scene.key, property: "password" } }],
    },
  });
  const makers: [string, string, (name: string) => Promise<unknown>][] = [
    [
      "kubectl apply",
      "kubectl-client-side-apply",
      async (name) => {
        const object = byHand(name);
        const annotations = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(object) };
        return scene.cluster.must("POST", scene.place(""), {
          query: { fieldManager: "kubectl-client-side-apply" },
          body: byHand(name, { annotations }),
        });
      },
    ],
    [
      "kubectl create",
      "kubectl-create",
      (name) =>
        scene.cluster.must("POST", scene.place(""), { query: { fieldManager: "kubectl-create" }, body: byHand(name) }),
    ],
    [
      "Argo CD",
      "argocd-controller",
      (name) =>
        scene.cluster.apply(
          byHand(name, {
            labels: { "app.kubernetes.io/instance": "shop" },
            annotations: { "argocd.argoproj.io/tracking-id": `shop:external-secrets.io/ExternalSecret:${name}` },
          }),
          "argocd-controller",
        ),
    ],
  ];

  it.each(makers)("what %s made becomes ours without one rewrite of the native Secret", async (_, manager, make) => {
    const name = unique("adopted");
    await make(name);
    const before = await scene.untilSynced(name);
    const nativeBefore = await scene.native(name);
    const [secret] = await scene.desk.mutate<NamedId[]>(
      "adoptExternalSecrets(projectId: $id, names: $names) { id name }",
      "$id: ID!, $names: [String!]",
      {
        id: scene.project.id,
        names: [name],
      },
    );
    if (secret === undefined) throw new Error("nothing was adopted");
    await scene.desk.untilStatus(secret.id, "SYNCED");
    await eventually(async () => !managersOf(await scene.cluster.find(scene.place(name))).includes(manager), 30_000);
    const after = await scene.cluster.find(scene.place(name));
    expect(at(after, "metadata", "uid")).toBe(at(before, "metadata", "uid"));
    expect(at(after, "spec")).toEqual(at(before, "spec"));
    expect(at(after, "status", "syncedResourceVersion")).toBe(at(before, "status", "syncedResourceVersion"));
    expect(managersOf(after)).toContain("secretariat");
    const same = (object: unknown) => [at(object, "metadata", "uid"), at(object, "metadata", "resourceVersion")];
    expect(same(await scene.native(name))).toEqual(same(nativeBefore));
    // From here on it is like any other: a change through the API arrives.
    await scene.desk.mutate("updateSecret(input: $input) { id }", "$input: UpdateSecretInput!", {
      input: { id: secret.id, data: [{ ...scene.item, secretKey: "renamed" }] },
    });
    await scene.desk.untilAssignment(
      secret.id,
      ({ status, syncedGeneration }) => status === "SYNCED" && syncedGeneration === 2,
    );
    await eventually(async () => JSON.stringify(await scene.native(name)).includes('"renamed"'), 30_000);
  });

  it("a forced sync is the first change of one without a template: the native Secret keeps its author's labels, and gets none of ours", async () => {
    const name = unique("adopted");
    await scene.cluster.apply(byHand(name, { labels: { team: "red" } }), "argocd-controller");
    await scene.untilSynced(name);
    const [secret] = await scene.desk.mutate<NamedId[]>(
      "adoptExternalSecrets(projectId: $id, names: $names) { id name }",
      "$id: ID!, $names: [String!]",
      { id: scene.project.id, names: [name] },
    );
    if (secret === undefined) throw new Error("nothing was adopted");
    await scene.desk.untilStatus(secret.id, "SYNCED");
    await scene.desk.mutate("syncSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
    await eventually(
      async () => labelsOf(await scene.cluster.find(scene.place(name)))["secretariat.io/assignment"],
      30_000,
    );
    await scene.desk.untilStatus(secret.id, "SYNCED");
    const labels = labelsOf(await scene.native(name));
    expect(labels["team"]).toBe("red");
    expect(Object.keys(labels).filter((key) => key.startsWith("secretariat.io/"))).toEqual([]);
    expect(at(await scene.native(name), "metadata", "annotations")).not.toHaveProperty(["secretariat.io/force-sync"]);
  });

  it("what is listed as unmanaged names its managers, and what cannot be adopted says why", async () => {
    const [good, bad] = [unique("unmanaged"), unique("unmanaged")];
    await scene.cluster.must("POST", scene.place(""), { query: { fieldManager: "helm" }, body: byHand(good) });
    const foreign = byHand(bad);
    await scene.cluster.must("POST", scene.place(""), {
      query: { fieldManager: "helm" },
      body: {
        ...foreign,
        spec: {
          ...(isObject(foreign["spec"]) ? foreign["spec"] : {}),
          secretStoreRef: { name: "nobodys", kind: "SecretStore" },
        },
      },
    });
    const { found } = await scene.desk.admin.ask<{
      found: { unmanagedExternalSecrets: { name: string; managers: string[]; problems: string[] }[] };
    }>("query ($id: ID!) { found: project(id: $id) { unmanagedExternalSecrets { name managers problems } } }", {
      id: scene.project.id,
    });
    const named = (name: string) => found.unmanagedExternalSecrets.find((each) => each.name === name);
    expect(named(good)).toMatchObject({ managers: expect.arrayContaining(["helm"]) as unknown, problems: [] });
    expect(named(bad)?.problems.join()).toMatch(/store|provider/iu);
    for (const name of [good, bad]) await scene.cluster.remove(scene.place(name));
  });

  it("a foreign object under the name of a new secret is reported with its manager, never forced over", async () => {
    const name = unique("taken");
    await scene.cluster.apply(byHand(name), "argocd-controller");
    const before = await scene.untilSynced(name);
    const secret = await scene.desk.secret(scene.provider, [scene.project], { name, data: [scene.item] });
    const failed = await scene.desk.untilStatus(secret.id, "FAILED");
    expect([failed.reason, failed.message]).toEqual(["NotOurs", expect.stringContaining("argocd-controller")]);
    const after = await scene.cluster.find(scene.place(name));
    expect(at(after, "metadata", "resourceVersion")).toBe(at(before, "metadata", "resourceVersion"));
    // Gone with its owner's consent, it is ours.
    await scene.cluster.remove(scene.place(name));
    await scene.desk.untilStatus(secret.id, "SYNCED", 120_000);
  });
});

describe("previews by the API server's dry run", () => {
  const preview = (input: Record<string, unknown>) =>
    scene.desk.admin.ask<{
      previewSecret: { manifest: string | null; problems: { path: string[]; message: string }[] };
    }>(
      "query ($input: CreateSecretInput!, $projectId: ID) { previewSecret(input: $input, projectId: $projectId) { manifest problems { path message } } }",
      {
        input: { name: unique("preview"), scope: "ORGANIZATION", providerId: scene.provider.id, ...input },
        projectId: scene.project.id,
      },
    );

  it("a good one has a manifest and no problem, and writes nothing", async () => {
    const before = await scene.written();
    const { previewSecret } = await preview({ data: [scene.item] });
    expect(previewSecret.problems).toEqual([]);
    expect(previewSecret.manifest).toContain("kind: ExternalSecret");
    expect(await scene.written()).toEqual(before);
  });

  it("one over a foreign object tells whose it is", async () => {
    const name = unique("preview");
    await scene.cluster.apply(
      {
        apiVersion: scene.apiVersion,
        kind: "ExternalSecret",
        metadata: { name, namespace: scene.project.name },
        spec: {
          refreshInterval: "2h0m0s",
          secretStoreRef: { name: scene.storeName, kind: "ClusterSecretStore" },
          data: [{ secretKey: "a", remoteRef: { key: scene.key } }],
        },
      },
      "argocd-controller",
    );
    const { previewSecret } = await preview({ name, data: [scene.item] });
    expect(JSON.stringify(previewSecret.problems)).toContain("argocd-controller");
    await scene.cluster.remove(scene.place(name));
  });
});
