import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { afterEach, describe, expect, it } from "vitest";
import { ApiError, startSimulator } from "./index.js";
import { at, parseJson, text } from "./json.js";
import {
  bench,
  externalSecret,
  externalSecretThat,
  namespace,
  prepared,
  readyOf,
  secretData,
  until,
  vaultStore,
  withReason,
} from "./test-support.js";

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});
async function newFolder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "simulator-"));
  folders.push(made);
  return made;
}

describe("startSimulator", () => {
  it("serves each cluster apart, with a context each", async () => {
    const { simulator } = await bench({ clusters: ["berlin", "oslo"] });
    const config = new KubeConfig();
    config.loadFromString(simulator.kubeconfig());
    expect(config.getContexts().map((context) => context.name)).toEqual(["berlin", "oslo"]);
    expect(config.getCurrentContext()).toBe("berlin");
    const uids = [...simulator.clusters.values()].map((cluster) => cluster.kubeSystemUid);
    expect(new Set(uids).size).toBe(2);
  });

  it("is used through @kubernetes/client-node as any cluster is", async () => {
    const { simulator, cluster } = await prepared();
    const config = new KubeConfig();
    config.loadFromString(simulator.kubeconfig());
    const core = config.makeApiClient(CoreV1Api);
    expect((await core.listNamespace({ fieldSelector: "metadata.name=kube-system" })).items[0]?.metadata?.uid).toBe(
      cluster.kubeSystemUid,
    );
    await expect(core.listSecretForAllNamespaces()).rejects.toMatchObject({ code: 403 });
    const custom = config.makeApiClient(CustomObjectsApi);
    const where = { group: "external-secrets.io", version: "v1", namespace: "team", plural: "externalsecrets" };
    await custom.createNamespacedCustomObject({ ...where, body: externalSecret("one") });
    await withReason(cluster, "one", "SecretSynced");
    await custom.deleteNamespacedCustomObject({ ...where, name: "one" });
    await until(() => cluster.store.get("externalsecrets", "team", "one") === undefined);
  });

  it.each([
    ["no cluster", [], "at least one cluster"],
    ["one name twice", ["a", "a"], "names of clusters must differ"],
  ])("refuses %s", async (_what, clusters, message) => {
    await expect(startSimulator({ clusters })).rejects.toThrow(message);
  });

  it("takes ports that it is given, and says so where they are taken", async () => {
    const { cluster } = await bench();
    const port = Number(new URL(cluster.url).port);
    await expect(startSimulator({ clusters: ["oslo"], port })).rejects.toThrow("EADDRINUSE");
  });
});

describe("the state file", () => {
  it("brings everything back: uids, versions, kube-system, values", async () => {
    const stateFile = join(await newFolder(), "state.json");
    const first = await startSimulator({ clusters: ["berlin"], stateFile });
    const berlin = first.clusters.get("berlin");
    if (berlin === undefined) throw new Error("no cluster");
    berlin.backends.vault.set("db", { password: "first" });
    berlin.store.create(namespace("team"));
    berlin.store.create(vaultStore());
    berlin.store.create(externalSecret("one"));
    const before = await withReason(berlin, "one", "SecretSynced").catch(() =>
      withReason(berlin, "one", "SecretSynced"),
    );
    const version = berlin.resourceVersion;
    await first.stop();
    expect((await stat(stateFile)).mode & 0o777).toBe(0o600);

    const { cluster, call } = await bench({ stateFile });
    expect(cluster.kubeSystemUid).toBe(berlin.kubeSystemUid);
    expect(cluster.store.get("externalsecrets", "team", "one")).toMatchObject({
      metadata: { uid: text(before.metadata, "uid") },
    });
    expect(Number(cluster.resourceVersion)).toBeGreaterThanOrEqual(Number(version));
    expect(secretData(cluster, "one")).toEqual({ password: "first" });
    // Who resumes a watch from before is told to list anew.
    const old = await call(
      "GET",
      `/apis/external-secrets.io/v1/externalsecrets?watch=true&resourceVersion=${Number(version) - 1}`,
    );
    expect([text(old.body, "type"), at(old.body, "object", "code")]).toEqual(["ERROR", 410]);
    // And the operator goes on where it was.
    cluster.backends.vault.set("db", { password: "second" });
    cluster.store.patch("externalsecrets", "team", "one", { metadata: { annotations: { "force-sync": "1" } } });
    await until(() => secretData(cluster, "one")?.["password"] === "second");
  });

  it("is written while it runs, without a temporary file left", async () => {
    const where = await newFolder();
    const stateFile = join(where, "deep", "state.json");
    const { cluster } = await bench({ stateFile, operator: false });
    cluster.store.create(namespace("team"));
    await until(async () => (await readFile(stateFile, "utf8")).includes('"team"'));
    const kept = parseJson(await readFile(stateFile, "utf8"));
    expect(at(kept, "format")).toBe(1);
    await until(() =>
      stat(`${stateFile}.tmp`).then(
        () => false,
        () => true,
      ),
    );
  });

  it("is refused where it is something else", async () => {
    const stateFile = join(await newFolder(), "state.json");
    await writeFile(stateFile, '{"hello":1}');
    await expect(startSimulator({ clusters: ["berlin"], stateFile })).rejects.toThrow(
      "is not a state file of the simulator",
    );
  });
});

describe("direct access", () => {
  it("obeys the rules of the API as another manager, and hands out copies", async () => {
    const { cluster } = await prepared({ operator: false });
    const made = cluster.store.create(externalSecret("one"));
    expect(at(made.metadata, "managedFields", 0)).toMatchObject({ manager: "kubectl", operation: "Update" });
    expect(() => cluster.store.create(externalSecret("one"))).toThrow(ApiError);
    expect(() => cluster.store.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "x" } })).toThrow(
      "no matches for kind",
    );
    made.metadata["name"] = "changed";
    expect(
      cluster.store.list("externalsecrets", { namespace: "team" }).map((each) => text(each.metadata, "name")),
    ).toEqual(["one"]);
    cluster.store.apply(externalSecret("two"), { manager: "argocd" });
    expect(() =>
      cluster.store.apply(externalSecret("two", { refreshInterval: "2h0m0s" }), { manager: "flux" }),
    ).toThrow("Apply failed with 1 conflict");
  });
});

describe("clusters of many objects", () => {
  it("list in pages and watch them all", async () => {
    const { cluster, call } = await prepared({ operator: false });
    for (let index = 0; index < 2000; index += 1) cluster.store.create(externalSecret(`es-${index}`));
    let seen = 0;
    let token = "";
    do {
      const { body } = await call("GET", `/apis/external-secrets.io/v1/externalsecrets?limit=500&continue=${token}`);
      const items = at(body, "items");
      seen += Array.isArray(items) ? items.length : 0;
      token = text(body, "metadata", "continue");
    } while (token !== "");
    expect(seen).toBe(2000);
    await externalSecretThat(cluster, "es-1999", (object) => readyOf(object) === undefined);
  });
});
