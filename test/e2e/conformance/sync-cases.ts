import type { Json, JsonObject } from "../../../src/domain/json.js";
import { isObject, textOf } from "../support/raw-cluster.js";
import { REFRESH_POLICY, when, type Case } from "./case.js";
import { answer, item, STORE, type Ground } from "./ground.js";
import { readyOf } from "./ready.js";

const GOOD = { password: "first", user: "app" };
const force = (token: string): JsonObject => ({ metadata: { annotations: { "force-sync": token } } });
const spec = (object: JsonObject, change: JsonObject): JsonObject => ({
  ...object,
  spec: { ...(isObject(object["spec"]) ? object["spec"] : {}), ...change },
});
const syncedVersion = (object: JsonObject): string =>
  isObject(object["status"]) ? textOf(object["status"]["syncedResourceVersion"]) : "";

/** A synced object, with a watch that began before it. */
async function synced(ground: Ground, change: JsonObject = {}, metadata: JsonObject = {}) {
  await ground.put("app", GOOD);
  const watch = await ground.watch();
  const object = ground.object("one", change, metadata);
  await ground.apply(object);
  await ground.untilReason("one", "SecretSynced");
  return { watch, object };
}

/** A failing one: its key is not there. */
async function failing(ground: Ground, change: JsonObject = {}) {
  const watch = await ground.watch();
  const object = ground.object("one", change);
  await ground.apply(object);
  await ground.untilReason("one", "SecretSyncedError");
  await ground.untilEvent("one", /UpdateFailed/u);
  return { watch, object };
}

const failure = async (ground: Ground, name = "one"): Promise<Json> => ({
  object: await ground.settled(ground.path(name)),
  events: await ground.events(name),
});

/** First syncs, changes and failures of one object. */
export const SYNC_CASES: Case[] = [
  when("a first sync: every event of the watch, whole", async (ground) => {
    const { watch } = await synced(ground);
    return ground.seen(watch);
  }),
  when("a first sync: the answer of the apply", async (ground) => {
    await ground.put("app", GOOD);
    return answer(await ground.apply(ground.object("one")));
  }),
  when("a first sync: core events", async (ground) => {
    await synced(ground);
    await ground.untilEvent("one", /Created/u);
    return ground.events("one");
  }),
  when("a first sync: the native Secret", async (ground) => {
    await synced(ground);
    return ground.native("one");
  }),
  when("labels and annotations go into the hash of syncedResourceVersion", async (ground) => {
    await synced(ground, {}, { labels: { team: "a", zone: "b" }, annotations: { note: "x y" } });
    return ground.settled(ground.path("one"));
  }),
  when("without a template they are copied onto the native Secret", async (ground) => {
    const target = { name: "one", creationPolicy: "Owner", deletionPolicy: "Retain" };
    await synced(ground, { target }, { labels: { team: "a" }, annotations: { note: "x" } });
    return ground.native("one");
  }),
  when("an interval that is not canonical, and an empty template, are rewritten by the operator", async (ground) => {
    const target = { name: "one", creationPolicy: "Owner", deletionPolicy: "Retain", template: {} };
    const { watch } = await synced(ground, { refreshInterval: "1h", target });
    return {
      seen: await ground.seen(watch),
      again: answer(await ground.apply(ground.object("one", { refreshInterval: "1h", target }))),
    };
  }),
  when("what is left out gets its defaults", async (ground) => {
    const minimal = {
      refreshInterval: null,
      refreshPolicy: null,
      target: null,
      data: [{ secretKey: "password", remoteRef: { key: ground.key("app"), property: "password" } }],
    };
    await synced(ground, minimal);
    return { object: await ground.settled(ground.path("one")), native: await ground.native("one") };
  }),
  when("a changed spec: what the watch sees", async (ground) => {
    const { watch, object } = await synced(ground);
    await ground.apply(
      spec(object, { data: [item(ground.key("app"), "password"), item(ground.key("app"), "user", "user")] }),
    );
    await ground.until(ground.path("one"), (found) => syncedVersion(found).startsWith("2-"));
    return { seen: await ground.seenInShort(watch), native: await ground.native("one") };
  }),
  when("a forced sync by an annotation", async (ground) => {
    const { watch } = await synced(ground);
    const before = syncedVersion(await ground.untilReason("one", "SecretSynced"));
    await ground.merge(ground.path("one"), force("1"));
    await ground.until(ground.path("one"), (found) => syncedVersion(found) !== before);
    return ground.seenInShort(watch);
  }),
  when("an apply that changes nothing writes nothing", async (ground) => {
    const { watch, object } = await synced(ground);
    await ground.apply(object);
    return ground.seenInShort(watch);
  }),
  when("a missing key", async (ground) => {
    await failing(ground);
    return failure(ground);
  }),
  when("a missing key: what the watch sees", async (ground) => {
    const { watch } = await failing(ground);
    return ground.seen(watch);
  }),
  when("a missing property", async (ground) => {
    await ground.put("app", GOOD);
    await failing(ground, { data: [item(ground.key("app"), "password", "nothing")] });
    return failure(ground);
  }),
  when("a missing version", async (ground) => {
    await ground.put("app", GOOD);
    const remoteRef = {
      key: ground.key("app"),
      property: "password",
      version: "7",
      conversionStrategy: "Default",
      decodingStrategy: "None",
      metadataPolicy: "None",
    };
    await failing(ground, { data: [{ secretKey: "password", remoteRef }] });
    return failure(ground);
  }),
  when("a value that is not what the decoding wants", async (ground) => {
    await ground.put("app", { password: "%%%" });
    const remoteRef = {
      key: ground.key("app"),
      property: "password",
      conversionStrategy: "Default",
      decodingStrategy: "Base64",
      metadataPolicy: "None",
    };
    await failing(ground, { data: [{ secretKey: "password", remoteRef }] });
    return failure(ground);
  }),
  when("a store that isn't there", async (ground) => {
    await failing(ground, { secretStoreRef: { name: "nowhere", kind: "SecretStore" } });
    return failure(ground);
  }),
  when("a cluster store that isn't there", async (ground) => {
    await failing(ground, { secretStoreRef: { name: "nowhere", kind: "ClusterSecretStore" } });
    return failure(ground);
  }),
  when("good to failing: refreshTime and syncedResourceVersion stay", async (ground) => {
    const { watch, object } = await synced(ground);
    const before = await ground.untilReason("one", "SecretSynced");
    await ground.apply(spec(object, { data: [item(ground.key("none"))] }));
    const after = await ground.untilReason("one", "SecretSyncedError");
    const fixed = ["refreshTime", "syncedResourceVersion"].map(
      (name) =>
        isObject(before["status"]) && isObject(after["status"]) && before["status"][name] === after["status"][name],
    );
    return { fixed, seen: await ground.seenInShort(watch), native: await ground.native("one") };
  }),
  when("failing to failing otherwise: only the event tells", async (ground) => {
    const { watch, object } = await failing(ground);
    await ground.apply(spec(object, { data: [item(ground.key("other"))] }));
    await ground.untilEvent("one", /conform-[^"]*other/u);
    return { seen: await ground.seenInShort(watch), events: await ground.events("one") };
  }),
  when("failing to good", async (ground) => {
    const { watch, object } = await failing(ground);
    await ground.put("good", GOOD);
    await ground.apply(spec(object, { data: [item(ground.key("good"))] }));
    await ground.untilReason("one", "SecretSynced");
    return { seen: await ground.seenInShort(watch), ...isObjectOf(await failure(ground)) };
  }),
  when("conditions nulled after a write are answered", async (ground) => {
    const { object } = await failing(ground);
    const watch = await ground.watch();
    const written = await ground.apply(spec(object, { data: [item(ground.key("other"))] }));
    const version = isObject(written.body["metadata"]) ? textOf(written.body["metadata"]["resourceVersion"]) : "";
    const cleared = await ground.merge(`${ground.path("one")}/status`, {
      metadata: { resourceVersion: version },
      status: { conditions: null },
    });
    await ground.untilReason("one", "SecretSyncedError");
    return {
      code: cleared.status,
      ready: (await ground.untilReason("one", "SecretSyncedError"))["status"] === undefined,
      seen: uniq(await ground.seenInShort(watch)),
    };
  }),
  when("conditions nulled without a change on a synced object: Ready stays away", async (ground) => {
    const { watch } = await synced(ground);
    await ground.merge(`${ground.path("one")}/status`, { status: { conditions: null } });
    return ground.seenInShort(watch);
  }),
  when("syncedResourceVersion nulled: synced again", async (ground) => {
    const { watch } = await synced(ground);
    await ground.merge(`${ground.path("one")}/status`, { status: { conditions: null, syncedResourceVersion: null } });
    await ground.untilReason("one", "SecretSynced");
    return ground.seenInShort(watch);
  }),
  when(
    "CreatedOnce: an edit and an annotation are ignored after the first sync",
    async (ground) => {
      const { watch, object } = await synced(ground, { refreshPolicy: "CreatedOnce" });
      await ground.apply(spec(object, { refreshPolicy: "CreatedOnce", data: [item(ground.key("none"))] }));
      await ground.merge(ground.path("one"), force("1"));
      return ground.seenInShort(watch);
    },
    REFRESH_POLICY,
  ),
  when("an interval of 0 ignores them too", async (ground) => {
    const { watch, object } = await synced(ground, { refreshInterval: "0s" });
    await ground.apply(spec(object, { refreshInterval: "0s", data: [item(ground.key("none"))] }));
    await ground.merge(ground.path("one"), force("1"));
    return ground.seenInShort(watch);
  }),
  when(
    "OnChange obeys both",
    async (ground) => {
      const { watch, object } = await synced(ground, { refreshPolicy: "OnChange" });
      await ground.put("other", GOOD);
      await ground.apply(spec(object, { refreshPolicy: "OnChange", data: [item(ground.key("other"))] }));
      await ground.until(ground.path("one"), (found) => syncedVersion(found).startsWith("2-"));
      return ground.seenInShort(watch);
    },
    REFRESH_POLICY,
  ),
  when("extract", async (ground) => {
    const extract = {
      key: ground.key("app"),
      conversionStrategy: "Default",
      decodingStrategy: "None",
      metadataPolicy: "None",
    };
    await synced(ground, { data: null, dataFrom: [{ extract }] });
    return ground.native("one");
  }),
  when("find that finds", async (ground) => {
    await ground.put("found-a", { a: "1" });
    await ground.put("found-b", { b: "2" });
    const find = {
      path: ground.namespace,
      name: { regexp: "found-" },
      conversionStrategy: "Default",
      decodingStrategy: "None",
    };
    await synced(ground, { data: null, dataFrom: [{ find }] });
    return ground.native("one");
  }),
  when("find that finds nothing", async (ground) => {
    const find = {
      path: ground.namespace,
      name: { regexp: "nothing-" },
      conversionStrategy: "Default",
      decodingStrategy: "None",
    };
    await ground.apply(ground.object("one", { data: null, dataFrom: [{ find }] }));
    await ground.until(ground.path("one"), (object) => readyOf(object) !== undefined);
    return failure(ground);
  }),
  when("find that looks into a folder whose names are other ones", async (ground) => {
    await ground.put("app", GOOD);
    const find = {
      path: ground.namespace,
      name: { regexp: "nothing-" },
      conversionStrategy: "Default",
      decodingStrategy: "None",
    };
    await ground.apply(ground.object("one", { data: null, dataFrom: [{ find }] }));
    await ground.until(ground.path("one"), (object) => readyOf(object) !== undefined);
    return { object: await ground.settled(ground.path("one")), native: await ground.native("one") };
  }),
  when("a template with data", async (ground) => {
    const template = {
      engineVersion: "v2",
      mergePolicy: "Replace",
      metadata: {},
      type: "Opaque",
      data: { url: "db://{{ .password }}" },
    };
    await synced(ground, { target: { name: "one", creationPolicy: "Owner", deletionPolicy: "Retain", template } });
    return ground.native("one");
  }),
  when("a template that does not parse", async (ground) => {
    await ground.put("app", GOOD);
    const template = { engineVersion: "v2", mergePolicy: "Replace", metadata: {}, data: { url: "{{ .password" } };
    await failing(ground, { target: { name: "one", creationPolicy: "Owner", deletionPolicy: "Retain", template } });
    return failure(ground);
  }),
  when("two of one store, one good and one failing, do not disturb each other", async (ground) => {
    await synced(ground);
    await ground.apply(ground.object("two", { data: [item(ground.key("none"))] }));
    await ground.untilReason("two", "SecretSyncedError");
    return [await ground.settled(ground.path("one")), await ground.settled(ground.path("two"))];
  }),
  when("the store's reference to a SecretStore of the same name elsewhere is none", async (ground) => {
    await failing(ground, { secretStoreRef: { name: STORE, kind: "SecretStore" } });
    return failure(ground);
  }),
];

const isObjectOf = (value: Json): JsonObject => (isObject(value) ? value : { value });
/** Without repetitions: the operator may answer before conditions are nulled, and again after. */
const uniq = (value: Json): Json =>
  Array.isArray(value) ? [...new Set(value.map((each) => JSON.stringify(each)))].slice(-1) : value;
