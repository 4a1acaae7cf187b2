import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { at, type JsonObject, list, text } from "../json.js";
import type { KubeObject } from "../kube-object.js";
import {
  bench,
  dataItem,
  ESO,
  eventsOf,
  externalSecret,
  externalSecretThat,
  namespace,
  prepared,
  readyOf,
  secretData,
  settled,
  until,
  vaultStore,
  withReason,
} from "../test-support.js";

const condition = (object: KubeObject): [string, string, string] => [
  text(readyOf(object), "status"),
  text(readyOf(object), "reason"),
  text(readyOf(object), "message"),
];
const target = (more: JsonObject): JsonObject => ({ target: { template: { metadata: {} }, ...more } });
const synced = (object: KubeObject): string => text(object, "status", "syncedResourceVersion");
const force = (value: string): JsonObject => ({ metadata: { annotations: { "force-sync": value } } });
const FAILED: [string, string, string] = ["False", "SecretSyncedError", "could not get secret data from provider"];

describe("a first sync", () => {
  it("is three events: made, finalizer, status", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    await settled(cluster);
    const seen = cluster.history.of("externalsecrets", "team", "one");
    expect(
      seen.map((entry) => [
        entry.type,
        list(entry.object.metadata, "finalizers").length,
        entry.object["status"] !== undefined,
      ]),
    ).toEqual([
      ["ADDED", 0, false],
      ["MODIFIED", 1, false],
      ["MODIFIED", 1, true],
    ]);
  });

  it("writes the native Secret, the status and an event", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", {}, { labels: { b: "2", a: "1" } }));
    const object = await withReason(cluster, "one", "SecretSynced");
    expect(condition(object)).toEqual(["True", "SecretSynced", "secret synced"]);
    expect(at(object, "status", "binding")).toEqual({ name: "one" });
    const hash = createHash("sha3-224").update("{annotations:map[] labels:map[a:1 b:2]}").digest("hex");
    expect(synced(object)).toBe(`1-${hash}`);
    expect(secretData(cluster, "one")).toEqual({ password: "first" });
    const secret = cluster.store.get("secrets", "team", "one");
    expect(list(secret?.metadata, "ownerReferences")).toEqual([
      expect.objectContaining({
        kind: "ExternalSecret",
        name: "one",
        uid: text(object.metadata, "uid"),
        controller: true,
      }),
    ]);
    expect(at(secret?.metadata, "labels", "a")).toBeUndefined();
    expect(eventsOf(cluster, "one")).toEqual(["Created: secret created"]);
  });

  it("copies labels and annotations where there is no template", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", { target: {} }, { labels: { a: "1" } }));
    await withReason(cluster, "one", "SecretSynced");
    expect(at(cluster.store.get("secrets", "team", "one")?.metadata, "labels", "a")).toBe("1");
  });

  it("on an old operator hashes with md5, adds no finalizer and rewrites nothing", async () => {
    const { cluster, call } = await bench({ apiVersion: "v1beta1" });
    cluster.backends.vault.set("db", { password: "first" });
    cluster.store.create(namespace("team"));
    const old = { apiVersion: "external-secrets.io/v1beta1" };
    cluster.store.create({ ...vaultStore(), ...old });
    await until(() => readyOf(cluster.store.get("clustersecretstores", "", "vault")) !== undefined);
    await call("POST", ESO.replace("v1", "v1beta1").concat("/namespaces/team/externalsecrets"), {
      ...externalSecret("one", { refreshInterval: "1h" }),
      ...old,
    });
    const object = await withReason(cluster, "one", "SecretSynced");
    expect([list(object.metadata, "finalizers"), at(object, "spec", "refreshInterval")]).toEqual([[], "1h"]);
    expect(synced(object)).toBe(`1-${createHash("md5").update("{annotations:map[] labels:map[]}").digest("hex")}`);
  });
});

describe("a failure", () => {
  it("leaves a generic condition, the cause only in the event, an empty binding", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "none")] }));
    const object = await withReason(cluster, "one", "SecretSyncedError");
    expect(object["status"]).toEqual({
      binding: { name: "" },
      refreshTime: null,
      conditions: [expect.objectContaining({ status: "False", message: FAILED[2] })],
    });
    expect(eventsOf(cluster, "one")).toEqual([
      "UpdateFailed: error processing spec.data[0] (key: none), err: Secret does not exist",
    ]);
    const [event] = cluster.store.list("events", { namespace: "team" });
    expect(event).toMatchObject({
      type: "Warning",
      source: { component: "external-secrets" },
      eventTime: null,
      involvedObject: { uid: text(object.metadata, "uid") },
    });
    expect(event?.["series"]).toBeUndefined();
  });

  it("that repeats writes nothing, and counts its event up under the first version", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "none")] }));
    const first = await withReason(cluster, "one", "SecretSyncedError");
    const event = (): KubeObject | undefined => cluster.store.list("events", { namespace: "team" })[0];
    const about = text(event(), "involvedObject", "resourceVersion");
    await until(() => Number(at(event(), "count")) >= 4, "retries");
    expect(cluster.store.get("externalsecrets", "team", "one")?.metadata["resourceVersion"]).toBe(
      first.metadata["resourceVersion"],
    );
    expect(cluster.store.list("events", { namespace: "team" })).toHaveLength(1);
    expect(text(event(), "involvedObject", "resourceVersion")).toBe(about);
  });

  it("is retried with backoff that an edit does not reset and a change overtakes", async () => {
    const { cluster } = await prepared({ timeScale: 1 });
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "later")] }));
    await withReason(cluster, "one", "SecretSyncedError");
    cluster.backends.vault.set("later", { value: "x" });
    const start = Date.now();
    cluster.store.patch("externalsecrets", "team", "one", force("1"));
    await withReason(cluster, "one", "SecretSynced");
    expect(Date.now() - start).toBeLessThan(900);
  });

  it("keeps lastTransitionTime until True and False change places", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "none")] }));
    const since = text(readyOf(await withReason(cluster, "one", "SecretSyncedError")), "lastTransitionTime");
    cluster.store.patch("externalsecrets", "team", "one", { spec: { data: [dataItem("password", "neither")] } });
    await until(() => eventsOf(cluster, "one").length === 2);
    expect(text(readyOf(cluster.store.get("externalsecrets", "team", "one")), "lastTransitionTime")).toBe(since);
  });

  it("is answered anew where its conditions were nulled after a write", async () => {
    const { cluster, call } = await prepared();
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "none")] }));
    await withReason(cluster, "one", "SecretSyncedError");
    await settled(cluster);
    const written = cluster.store.patch("externalsecrets", "team", "one", {
      spec: { data: [dataItem("password", "neither")] },
    });
    const body = {
      metadata: { resourceVersion: text(written.metadata, "resourceVersion") },
      status: { conditions: null },
    };
    const merge = { type: "application/merge-patch+json", token: cluster.token };
    const { code } = await call("PATCH", `${ESO}/namespaces/team/externalsecrets/one/status`, body, merge);
    expect(code).toBe(200);
    expect(condition(await withReason(cluster, "one", "SecretSyncedError"))).toEqual(FAILED);
    // The same patch under an old version meets 409.
    expect((await call("PATCH", `${ESO}/namespaces/team/externalsecrets/one/status`, body, merge)).code).toBe(409);
  });

  it.each([
    [
      "no store",
      { secretStoreRef: { name: "none", kind: "SecretStore" } },
      'could not get SecretStore "none", SecretStore.external-secrets.io "none" not found',
    ],
    [
      "no cluster store",
      { secretStoreRef: { name: "none", kind: "ClusterSecretStore" } },
      'could not get ClusterSecretStore "none", ClusterSecretStore.external-secrets.io "none" not found',
    ],
    [
      "a store of others",
      { secretStoreRef: { name: "picky", kind: "ClusterSecretStore" } },
      'using cluster store "picky" is not allowed from namespace "team": denied by spec.condition',
    ],
    ["a missing property", { data: [dataItem("password", "db", "none")] }, 'cannot find secret data for key: "none"'],
  ])("says what is wrong: %s", async (_what, spec, cause) => {
    const { cluster } = await prepared();
    cluster.store.create(
      vaultStore("picky", {
        conditions: [
          { namespaces: ["other"] },
          { namespaceRegexes: ["^prod"] },
          { namespaceSelector: { matchLabels: { tier: "gold" } } },
        ],
      }),
    );
    await settled(cluster);
    cluster.store.create(externalSecret("one", spec));
    expect(condition(await withReason(cluster, "one", "SecretSyncedError"))).toEqual(FAILED);
    expect(eventsOf(cluster, "one")[0]).toContain(cause);
  });

  it.each([
    [{ namespaces: ["other", "team"] }],
    [{ namespaceRegexes: ["ea"] }],
    [{ namespaceSelector: { matchExpressions: [{ key: "tier", operator: "In", values: ["gold"] }] } }],
  ])("is none where a condition of the store fits: %j", async (fitting) => {
    const { cluster } = await prepared();
    cluster.store.patch("namespaces", "", "team", { metadata: { labels: { tier: "gold" } } });
    cluster.store.create(vaultStore("picky", { conditions: [{ namespaces: ["none"] }, fitting] }));
    await settled(cluster);
    cluster.store.create(externalSecret("one", { secretStoreRef: { name: "picky", kind: "ClusterSecretStore" } }));
    await withReason(cluster, "one", "SecretSynced");
  });
});

describe("being current", () => {
  it("follows the spec: the number before the dash is the generation", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.patch("externalsecrets", "team", "one", { spec: { data: [dataItem("user", "db", "user")] } });
    await externalSecretThat(cluster, "one", (object) => synced(object).startsWith("2-"));
    expect(secretData(cluster, "one")).toEqual({ user: "app" });
    expect(eventsOf(cluster, "one")).toEqual(["Created: secret created", "Updated: secret updated"]);
  });

  it("follows a forced sync", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    const before = synced(await withReason(cluster, "one", "SecretSynced"));
    cluster.backends.vault.set("db", { password: "second" });
    cluster.store.patch("externalsecrets", "team", "one", force("1"));
    await externalSecretThat(cluster, "one", (object) => synced(object) !== before);
    expect(secretData(cluster, "one")).toEqual({ password: "second" });
  });

  it("is not touched by failures", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    const before = await withReason(cluster, "one", "SecretSynced");
    cluster.store.patch("externalsecrets", "team", "one", { spec: { data: [dataItem("password", "none")] } });
    const after = await withReason(cluster, "one", "SecretSyncedError");
    expect([synced(after), at(after, "status", "refreshTime")]).toEqual([
      synced(before),
      at(before, "status", "refreshTime"),
    ]);
  });

  it("comes again by the interval", async () => {
    const { cluster } = await prepared({ timeScale: 0.001 });
    cluster.store.create(externalSecret("one", { refreshInterval: "1m0s" }));
    await withReason(cluster, "one", "SecretSynced");
    cluster.backends.vault.set("db", { password: "second" });
    await until(() => secretData(cluster, "one")?.["password"] === "second");
  });

  it.each([
    ["CreatedOnce", { refreshPolicy: "CreatedOnce" }],
    ["interval 0", { refreshInterval: "0s" }],
  ])("under %s stays as it was first, until syncedResourceVersion is nulled", async (_what, spec) => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", spec));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.patch("externalsecrets", "team", "one", {
      spec: { data: [dataItem("user", "db", "user")] },
      ...force("1"),
    });
    await settled(cluster);
    expect(secretData(cluster, "one")).toEqual({ password: "first" });
    cluster.store.patch(
      "externalsecrets",
      "team",
      "one",
      { status: { syncedResourceVersion: null } },
      { subresource: "status" },
    );
    await until(() => secretData(cluster, "one")?.["user"] === "app");
  });

  it("under OnChange obeys changes and no interval", async () => {
    const { cluster } = await prepared({ timeScale: 0.001 });
    cluster.store.create(externalSecret("one", { refreshPolicy: "OnChange", refreshInterval: "1s" }));
    await withReason(cluster, "one", "SecretSynced");
    cluster.backends.vault.set("db", { password: "second" });
    await settled(cluster);
    expect(secretData(cluster, "one")).toEqual({ password: "first" });
    cluster.store.patch("externalsecrets", "team", "one", force("1"));
    await until(() => secretData(cluster, "one")?.["password"] === "second");
  });

  it("nulled conditions without a change stay away on a synced object", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.patch("externalsecrets", "team", "one", { status: { conditions: null } }, { subresource: "status" });
    await settled(cluster);
    expect(readyOf(cluster.store.get("externalsecrets", "team", "one"))).toBeUndefined();
  });

  it("does not notice a store that broke or went", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    const before = await withReason(cluster, "one", "SecretSynced");
    cluster.store.delete("clustersecretstores", "", "vault");
    await settled(cluster);
    expect(cluster.store.get("externalsecrets", "team", "one")).toEqual(before);
  });
});

describe("keys that are gone", () => {
  const gone = externalSecret("one", { data: [dataItem("password", "db", "password"), dataItem("other", "none")] });
  it.each([
    ["Retain: an error", "Owner", "Retain", [dataItem("password", "none")], "SecretSyncedError", FAILED[2]],
    [
      "Delete: the Secret goes",
      "Owner",
      "Delete",
      [dataItem("password", "none")],
      "SecretDeleted",
      "secret deleted due to DeletionPolicy=Delete",
    ],
    [
      "Delete with Orphan: an error",
      "Orphan",
      "Delete",
      [dataItem("password", "none")],
      "SecretSyncedError",
      "could not delete secret",
    ],
    [
      "Delete while others exist: synced without it",
      "Owner",
      "Delete",
      list(gone, "spec", "data"),
      "SecretSynced",
      "secret synced",
    ],
    ["Merge: synced without it", "Owner", "Merge", [dataItem("password", "none")], "SecretSynced", "secret synced"],
  ])("%s", async (_what, creationPolicy, deletionPolicy, data, reason, message) => {
    const { cluster } = await prepared({ webhook: false });
    cluster.store.create(externalSecret("one", { data, ...target({ creationPolicy, deletionPolicy }) }));
    expect(condition(await withReason(cluster, "one", reason))[2]).toBe(message);
    const missing = eventsOf(cluster, "one").filter((event) => event.startsWith("MissingProviderSecret: "));
    expect(missing.length).toBe(deletionPolicy === "Retain" ? 0 : 1);
  });

  it("Delete takes a Secret away that was there", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", target({ deletionPolicy: "Delete" })));
    await withReason(cluster, "one", "SecretSynced");
    cluster.backends.vault.delete("db");
    cluster.store.patch("externalsecrets", "team", "one", force("1"));
    await withReason(cluster, "one", "SecretDeleted");
    expect(secretData(cluster, "one")).toBeUndefined();
  });

  it("an empty find under Retain is retained", async () => {
    const { cluster } = await prepared();
    cluster.store.create(
      externalSecret("one", { data: null, dataFrom: [{ find: { name: { regexp: "^nothing$" } } }] }),
    );
    expect(condition(await withReason(cluster, "one", "SecretSynced"))[2]).toBe(
      "secret retained due to DeletionPolicy=Retain",
    );
    expect(secretData(cluster, "one")).toBeUndefined();
  });
});

describe("the native Secret", () => {
  const plain = (name: string, data: JsonObject = { other: Buffer.from("kept").toString("base64") }): JsonObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "team" },
    data,
  });

  it("comes back when it is deleted or edited by hand", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.delete("secrets", "team", "one");
    await until(() => secretData(cluster, "one")?.["password"] === "first");
    cluster.store.patch("secrets", "team", "one", { data: { password: Buffer.from("edited").toString("base64") } });
    await until(() => secretData(cluster, "one")?.["password"] === "first");
  });

  it("under Orphan stays gone, and the object synced", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", target({ creationPolicy: "Orphan" })));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.delete("secrets", "team", "one");
    await settled(cluster);
    expect([
      secretData(cluster, "one"),
      text(readyOf(cluster.store.get("externalsecrets", "team", "one")), "status"),
    ]).toEqual([undefined, "True"]);
  });

  it("under None is not made, the binding stays empty", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", target({ creationPolicy: "None" })));
    const object = await withReason(cluster, "one", "SecretSynced");
    expect([at(object, "status", "binding"), secretData(cluster, "one")]).toEqual([{ name: "" }, undefined]);
  });

  it("under Merge is waited for until a refresh or a force, and keeps its own keys", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", target({ creationPolicy: "Merge" })));
    expect(condition(await withReason(cluster, "one", "SecretMissing"))).toEqual([
      "True",
      "SecretMissing",
      "secret will not be created due to CreationPolicy=Merge",
    ]);
    await settled(cluster);
    cluster.store.create(plain("one"));
    await settled(cluster);
    expect(secretData(cluster, "one")).toEqual({ other: "kept" });
    cluster.store.patch("externalsecrets", "team", "one", force("1"));
    await withReason(cluster, "one", "SecretSynced");
    expect(secretData(cluster, "one")).toEqual({ other: "kept", password: "first" });
    cluster.store.delete("externalsecrets", "team", "one");
    await until(() => cluster.store.get("externalsecrets", "team", "one") === undefined);
    await settled(cluster);
    expect(secretData(cluster, "one")).toEqual({ other: "kept", password: "first" });
  });

  it("that nobody owns is taken over, its other keys deleted", async () => {
    const { cluster } = await prepared();
    cluster.store.create(plain("one"));
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    expect(secretData(cluster, "one")).toEqual({ password: "first" });
  });

  it("has one owner: the second fails without retry, and recovers when the first goes", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", target({ name: "shared" })));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.create(externalSecret("two", target({ name: "shared" })));
    expect(condition(await withReason(cluster, "two", "SecretSyncedError"))[2]).toBe(
      "target is owned by another ExternalSecret",
    );
    expect(eventsOf(cluster, "two")[0]).toBe(
      "UpdateFailed: unable to mutate secret shared: secret is owned by another ExternalSecret: one",
    );
    cluster.store.delete("externalsecrets", "team", "one");
    await withReason(cluster, "two", "SecretSynced");
  });

  it("of two Orphans is the last one's", async () => {
    const { cluster } = await prepared();
    for (const name of ["one", "two"]) {
      cluster.store.create(
        externalSecret(name, {
          data: [dataItem(name, "db", "user")],
          ...target({ name: "shared", creationPolicy: "Orphan" }),
        }),
      );
      await withReason(cluster, name, "SecretSynced");
    }
    await settled(cluster);
    expect(secretData(cluster, "shared")).toEqual({ two: "app" });
  });

  it("that is immutable stays, and the object is current", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", target({ immutable: true })));
    await withReason(cluster, "one", "SecretSynced");
    expect(cluster.store.get("secrets", "team", "one")?.["immutable"]).toBe(true);
    cluster.store.patch("externalsecrets", "team", "one", { spec: { data: [dataItem("user", "db", "user")] } });
    await externalSecretThat(
      cluster,
      "one",
      (object) => synced(object).startsWith("2-") && text(readyOf(object), "status") === "True",
    );
    expect(secretData(cluster, "one")).toEqual({ password: "first" });
  });

  it("goes with its owner, even under Retain, and not with an Orphan", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("owner"));
    cluster.store.create(externalSecret("orphan", target({ creationPolicy: "Orphan" })));
    for (const name of ["owner", "orphan"]) {
      await withReason(cluster, name, "SecretSynced");
      cluster.store.delete("externalsecrets", "team", name);
    }
    await until(
      () =>
        cluster.store.get("secrets", "team", "owner") === undefined &&
        cluster.store.get("externalsecrets", "team", "orphan") === undefined,
    );
    expect(secretData(cluster, "orphan")).toEqual({ password: "first" });
  });

  it("of an old target name is deleted", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.patch("externalsecrets", "team", "one", { spec: { target: { name: "renamed" } } });
    await until(() => secretData(cluster, "renamed") !== undefined && secretData(cluster, "one") === undefined);
  });

  it.each([
    ["kubernetes.io/basic-auth", "[data[username]: Required value, data[password]: Required value]"],
    ["kubernetes.io/dockerconfigjson", "data[.dockerconfigjson]: Required value"],
    ["kubernetes.io/tls", "[data[tls.crt]: Required value, data[tls.key]: Required value]"],
  ])("of type %s needs its keys", async (type, problems) => {
    const { cluster } = await prepared();
    const data = [dataItem("other", "db", "user")];
    cluster.store.create(externalSecret("one", { data, target: { template: { type } } }));
    expect(condition(await withReason(cluster, "one", "SecretSyncedError"))[2]).toBe("could not update secret");
    expect(eventsOf(cluster, "one")[0]).toBe(`UpdateFailed: Secret "one" is invalid: ${problems}`);
  });

  it("is rendered by the template, whose mistakes are events", async () => {
    const { cluster } = await prepared();
    const template = {
      type: "kubernetes.io/basic-auth",
      metadata: { labels: { made: "yes" } },
      data: { password: "{{ .password }}", url: "https://{{ .password | upper }}@host" },
    };
    cluster.store.create(externalSecret("one", { target: { template } }));
    await withReason(cluster, "one", "SecretSynced");
    expect(secretData(cluster, "one")).toEqual({ password: "first", url: "https://FIRST@host" });
    expect(cluster.store.get("secrets", "team", "one")).toMatchObject({
      type: "kubernetes.io/basic-auth",
      metadata: { labels: { made: "yes" } },
    });
    cluster.store.create(externalSecret("two", { target: { template: { data: { url: "{{ .none }}" } } } }));
    expect(condition(await withReason(cluster, "two", "SecretSyncedError"))[2]).toBe("could not update secret");
    expect(eventsOf(cluster, "two")[0]).toContain('map has no entry for key "none"');
  });
});

describe("who is left alone", () => {
  it("an object on a store of another class gets a finalizer and no status", async () => {
    const { cluster } = await prepared();
    cluster.store.create(vaultStore("foreign", { controller: "other" }));
    cluster.store.create(externalSecret("one", { secretStoreRef: { name: "foreign", kind: "ClusterSecretStore" } }));
    const object = await externalSecretThat(cluster, "one", (each) => list(each.metadata, "finalizers").length === 1);
    await settled(cluster);
    expect(cluster.store.get("externalsecrets", "team", "one")).toEqual(object);
    expect(object["status"]).toBeUndefined();
  });

  it("everything, while one object has an interval that is none, restarted or not", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("bad", { refreshInterval: "soon" }));
    cluster.store.create(externalSecret("good"));
    await settled(cluster);
    cluster.operator.stop();
    cluster.operator.start();
    await settled(cluster);
    expect(readyOf(cluster.store.get("externalsecrets", "team", "good"))).toBeUndefined();
    cluster.store.delete("externalsecrets", "team", "bad");
    await withReason(cluster, "good", "SecretSynced");
  });

  it("everything, while the operator is away: deletion hangs and Ready stays", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.operator.stop();
    cluster.store.delete("externalsecrets", "team", "one");
    await settled(cluster);
    const hanging = cluster.store.get("externalsecrets", "team", "one");
    expect([text(readyOf(hanging), "status"), at(hanging?.metadata, "deletionTimestamp")]).toEqual([
      "True",
      expect.any(String),
    ]);
    cluster.operator.start();
    await until(() => cluster.store.get("externalsecrets", "team", "one") === undefined);
  });

  it("a status of an attempt that somebody overtook is not written", async () => {
    const { cluster } = await prepared();
    cluster.backends.vault.latency(3000);
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "none")] }));
    await externalSecretThat(cluster, "one", (object) => list(object.metadata, "finalizers").length === 1);
    cluster.store.patch("externalsecrets", "team", "one", { spec: { data: [dataItem("password", "db", "password")] } });
    await withReason(cluster, "one", "SecretSynced");
    const reasons = cluster.history
      .of("externalsecrets", "team", "one")
      .map((entry) => text(readyOf(entry.object), "reason"));
    expect(reasons).not.toContain("SecretSyncedError");
    // The event of the overtaken attempt is there all the same.
    expect(eventsOf(cluster, "one").some((event) => event.startsWith("UpdateFailed"))).toBe(true);
  });
});

describe("namespaces", () => {
  it("go with all that is in them", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.delete("namespaces", "", "team");
    await until(() => cluster.store.get("namespaces", "", "team") === undefined);
    expect([cluster.store.count("externalsecrets"), cluster.store.count("secrets")]).toEqual([0, 0]);
  });

  it("flash Ready=False on their way, because credentials go first", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.store.delete("namespaces", "", "team");
    await until(() => cluster.store.get("namespaces", "", "team") === undefined);
    const statuses = cluster.history
      .of("externalsecrets", "team", "one")
      .map((entry) => text(readyOf(entry.object), "status"));
    expect(statuses.slice(statuses.indexOf("True"))).toContain("False");
  });

  it("hang while the operator is away, and say why", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSynced");
    cluster.operator.stop();
    cluster.store.delete("namespaces", "", "team");
    const reason = await until(() =>
      list(cluster.store.get("namespaces", "", "team"), "status", "conditions").find(
        (each) => text(each, "type") === "NamespaceFinalizersRemaining",
      ),
    );
    expect(text(reason, "message")).toContain(
      "externalsecrets.external-secrets.io/externalsecret-cleanup in 1 resource instances",
    );
    cluster.operator.start();
    await until(() => cluster.store.get("namespaces", "", "team") === undefined);
  });
});
