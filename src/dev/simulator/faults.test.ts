import { describe, expect, it } from "vitest";
import type { FaultEffect } from "./index.js";
import {
  dataItem,
  ESO,
  eventsOf,
  externalSecret,
  externalSecretThat,
  prepared,
  readyOf,
  until,
  watch,
  withReason,
} from "./test-support.js";
import { text } from "./json.js";

const STATIC = { operator: false } as const;
const path = `${ESO}/namespaces/team/externalsecrets`;

describe("faults", () => {
  it("refuse connections and drop those that are open, until they are removed", async () => {
    const made = await prepared(STATIC);
    const watching = await watch(made, `${path}?resourceVersion=0`);
    const fault = made.cluster.faults.add({ effect: { kind: "refuse" } });
    expect(await watching.ended).toBe(false);
    await expect(made.call("GET", path)).rejects.toThrow("fetch failed");
    fault.remove();
    expect((await made.call("GET", path)).code).toBe(200);
  });

  it.each<[string, FaultEffect, number, string]>([
    ["401", { kind: "unauthorized" }, 401, "Unauthorized"],
    ["410", { kind: "gone" }, 410, "Expired"],
    ["429", { kind: "status", code: 429 }, 429, "TooManyRequests"],
    ["500", { kind: "status", code: 500 }, 500, "InternalError"],
    ["503", { kind: "status", code: 503, message: "etcdserver: leader changed" }, 503, "ServiceUnavailable"],
  ])("answer %s, as often as they were told", async (_what, effect, code, reason) => {
    const { cluster, call } = await prepared(STATIC);
    const fault = cluster.faults.add({ match: { verb: "list", resource: "externalsecrets" }, effect, times: 2 });
    const answers = [];
    for (let index = 0; index < 3; index += 1) answers.push(await call("GET", path));
    expect(answers.map((answer) => answer.code)).toEqual([code, code, 200]);
    expect(answers[0]?.body).toMatchObject({ kind: "Status", reason });
    expect(fault.hits).toBe(2);
    if (code === 429) expect(answers[0]?.headers.get("retry-after")).toBe("1");
  });

  it("strike only what they are meant for", async () => {
    const { cluster, call, apply } = await prepared(STATIC);
    cluster.faults.add({
      match: { verb: "apply", name: "refused" },
      effect: { kind: "status", code: 403, reason: "Forbidden", message: "exceeded quota" },
    });
    expect((await apply(externalSecret("fine"))).code).toBe(201);
    const refused = await apply(externalSecret("refused"));
    expect([refused.code, refused.body["message"]]).toEqual([403, "exceeded quota"]);
    expect((await call("PATCH", `${path}/refused`, {}, { type: "application/merge-patch+json" })).code).toBe(404);
    cluster.faults.add({ match: { path: "/version" }, effect: { kind: "status", code: 503 } });
    expect([(await call("GET", "/version")).code, (await call("GET", "/apis")).code]).toEqual([503, 200]);
    cluster.faults.clear();
    expect((await apply(externalSecret("refused"))).code).toBe(201);
  });

  it("strike with a probability", async () => {
    const { cluster, call } = await prepared(STATIC);
    cluster.faults.add({ effect: { kind: "status", code: 500 }, probability: 0 });
    const sure = cluster.faults.add({
      match: { path: "/version" },
      effect: { kind: "status", code: 503 },
      probability: 1,
    });
    expect([(await call("GET", path)).code, (await call("GET", "/version")).code, sure.hits]).toEqual([200, 503, 1]);
  });

  it("delay", async () => {
    const { cluster, call } = await prepared(STATIC);
    cluster.faults.add({ match: { verb: "list" }, effect: { kind: "delay", ms: 60 } });
    const start = performance.now();
    await call("GET", path);
    expect(performance.now() - start).toBeGreaterThan(55);
  });

  it("carry a request out and lose the answer", async () => {
    const { cluster, apply } = await prepared(STATIC);
    cluster.faults.add({ match: { verb: "apply" }, effect: { kind: "lostAnswer" }, times: 1 });
    await expect(apply(externalSecret("one"))).rejects.toThrow("fetch failed");
    expect(cluster.store.get("externalsecrets", "team", "one")).toBeDefined();
  });

  it("never answer", async () => {
    const { cluster } = await prepared(STATIC);
    cluster.faults.add({ match: { verb: "list" }, effect: { kind: "hang" } });
    const signal = AbortSignal.timeout(50);
    await expect(
      fetch(cluster.url + path, { headers: { authorization: `Bearer ${cluster.token}` }, signal }),
    ).rejects.toThrow("timeout");
  });

  it("tell a watch 410 in its stream, or as the answer", async () => {
    const made = await prepared(STATIC);
    made.cluster.faults.add({ match: { verb: "watch" }, effect: { kind: "gone" }, times: 1 });
    const watching = await watch(made, `${path}?resourceVersion=0`);
    expect(await watching.ended).toBe(true);
    expect(watching.events.at(-1)).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } });
    made.cluster.faults.add({ match: { verb: "watch" }, effect: { kind: "gone", http: true } });
    expect((await made.call("GET", `${path}?watch=true`)).code).toBe(410);
  });

  it("cut watches, new and open ones", async () => {
    const made = await prepared(STATIC);
    const open = await watch(made, `${path}?resourceVersion=0`);
    await until(() => made.cluster.open.watches === 1);
    expect(made.cluster.dropWatches({ resource: "secretstores" })).toBe(0);
    expect(made.cluster.dropWatches({ resource: "externalsecrets" })).toBe(1);
    expect(await open.ended).toBe(false);
    made.cluster.faults.add({ match: { verb: "watch" }, effect: { kind: "dropWatch", afterMs: 10 } });
    expect(await (await watch(made, `${path}?resourceVersion=0`)).ended).toBe(false);
  });

  it("end open watches with an error", async () => {
    const made = await prepared(STATIC);
    const open = await watch(made, `${path}?resourceVersion=0`);
    await until(() => made.cluster.open.watches === 1);
    made.cluster.failWatches({ resource: "externalsecrets" });
    expect([await open.ended, open.events.at(-1)?.type]).toEqual([true, "ERROR"]);
  });

  it("keep a watch silent until they are removed", async () => {
    const made = await prepared({ ...STATIC, bookmarkInterval: 5 });
    const watching = await watch(
      made,
      `${path}?resourceVersion=${made.cluster.resourceVersion}&allowWatchBookmarks=true`,
    );
    await until(() => watching.events.length > 0);
    const fault = made.cluster.faults.add({ match: { verb: "watch" }, effect: { kind: "stallWatch" } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const before = watching.events.length;
    made.cluster.store.create(externalSecret("one"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(watching.events.length).toBe(before);
    fault.remove();
    await until(() => watching.events.some((event) => event.type === "ADDED"));
  });

  it("put another cluster behind the address", async () => {
    const { cluster, call } = await prepared(STATIC);
    const before = cluster.kubeSystemUid;
    const uid = cluster.replaceKubeSystem();
    expect(uid).not.toBe(before);
    expect((await call("GET", "/api/v1/namespaces/kube-system")).body).toMatchObject({ metadata: { uid } });
  });
});

describe("backends", () => {
  it("that are away fail what is fetched after a while, and recover", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.backends.vault.away(true);
    cluster.store.patch("externalsecrets", "team", "one", { metadata: { annotations: { "force-sync": "1" } } });
    await withReason(cluster, "one", "SecretSyncedError");
    expect(eventsOf(cluster, "one").at(-1)).toContain("connection refused");
    cluster.backends.vault.away(false);
    await withReason(cluster, "one", "SecretSynced");
  });

  it("can be heard themselves about a missing key", async () => {
    const { cluster } = await prepared({ missingKeyText: "backend" });
    cluster.store.create({
      apiVersion: "external-secrets.io/v1",
      kind: "ClusterSecretStore",
      metadata: { name: "aws" },
      spec: { provider: { aws: { service: "SecretsManager", region: "eu-west-1" } } },
    });
    await until(() => readyOf(cluster.store.get("clustersecretstores", "", "aws")) !== undefined);
    cluster.store.create(
      externalSecret("one", {
        secretStoreRef: { name: "aws", kind: "ClusterSecretStore" },
        data: [dataItem("password", "none")],
      }),
    );
    await withReason(cluster, "one", "SecretSyncedError");
    expect(eventsOf(cluster, "one")).toEqual([
      "UpdateFailed: error processing spec.data[0] (key: none), err: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    ]);
  });
});

describe("a slow operator", () => {
  it("takes its time", async () => {
    const { cluster } = await prepared();
    cluster.operator.slow(150);
    const start = performance.now();
    cluster.store.create(externalSecret("one"));
    await externalSecretThat(cluster, "one", (object) => text(readyOf(object), "status") === "True");
    expect(performance.now() - start).toBeGreaterThan(145);
  });
});
