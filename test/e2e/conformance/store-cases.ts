import { isObject, textOf } from "../support/raw-cluster.js";
import { when, type Case } from "./case.js";
import { answer, type Ground } from "./ground.js";
import { readyOf } from "./ready.js";

const credential = (ground: Ground) =>
  ground.admin.must("GET", "/api/v1/namespaces/secretariat-e2e-credentials/secrets/vault").then((found) =>
    ground.admin.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "vault", namespace: ground.namespace },
      data: found["data"] ?? {},
    }),
  );
const state = async (ground: Ground, name = "local") => ({
  object: await ground.settled(ground.path(name, "secretstores")),
  events: await ground.events(name),
});
const ready = (ground: Ground, status: string, name = "local") =>
  ground.until(ground.path(name, "secretstores"), (object) => readyOf(object)?.["status"] === status);

/** Stores: what the operator says of them, and of what uses them. */
export const STORE_CASES: Case[] = [
  when("a good store: every event of the watch, whole", async (ground) => {
    await credential(ground);
    const watch = await ground.watch("secretstores");
    await ground.apply(ground.store("SecretStore", "local"));
    await ready(ground, "True");
    return ground.seen(watch);
  }),
  when("a good store: conditions and events", async (ground) => {
    await credential(ground);
    await ground.apply(ground.store("SecretStore", "local"));
    await ready(ground, "True");
    await ground.untilEvent("local", /Valid/u);
    return state(ground);
  }),
  when("a store whose credential isn't there", async (ground) => {
    ground.withoutCredential("vault");
    await ground.apply(ground.store("SecretStore", "local"));
    await ready(ground, "False");
    await ground.untilEvent("local", /InvalidProviderConfig|ValidationFailed/u);
    return state(ground);
  }),
  when("a bad store mended, its conditions nulled after the write", async (ground) => {
    ground.withoutCredential("absent");
    await credential(ground);
    await ground.apply(ground.store("SecretStore", "local", {}, { name: "absent" }));
    await ready(ground, "False");
    const written = await ground.apply(ground.store("SecretStore", "local"));
    const version = isObject(written.body["metadata"]) ? textOf(written.body["metadata"]["resourceVersion"]) : "";
    const body = { metadata: { resourceVersion: version }, status: { conditions: null } };
    const cleared = await ground.merge(`${ground.path("local", "secretstores")}/status`, body);
    await ready(ground, "True");
    return {
      code: cleared.status < 300 || cleared.status === 409,
      object: await ground.settled(ground.path("local", "secretstores")),
    };
  }),
  when("an object on a store that is not ready", async (ground) => {
    ground.withoutCredential("vault");
    await ground.apply(ground.store("SecretStore", "local"));
    await ready(ground, "False");
    await ground.apply(ground.object("one", { secretStoreRef: { name: "local", kind: "SecretStore" } }));
    await ground.untilReason("one", "SecretSyncedError");
    await ground.untilEvent("one", /UpdateFailed/u);
    return { object: await ground.settled(ground.path("one")), events: await ground.events("one") };
  }),
  when("a store of a foreign controller: no status, and none of what uses it", async (ground) => {
    await credential(ground);
    await ground.put("app", { password: "x" });
    await ground.apply(ground.store("SecretStore", "local", { controller: "other" }));
    await ground.apply(ground.object("one", { secretStoreRef: { name: "local", kind: "SecretStore" } }));
    return [await ground.settled(ground.path("local", "secretstores")), await ground.settled(ground.path("one"))];
  }),
  when("a cluster store that is not for this namespace", async (ground) => {
    const name = `${ground.namespace}-elsewhere`;
    const conditions = [{ namespaces: ["somewhere-else"] }];
    await ground.apply(ground.store("ClusterSecretStore", name, { conditions }));
    const path = ground.clusterStorePath(name);
    await ground.until(path, (object) => readyOf(object)?.["status"] === "True");
    await ground.put("app", { password: "x" });
    await ground.apply(ground.object("one", { secretStoreRef: { name, kind: "ClusterSecretStore" } }));
    await ground.untilReason("one", "SecretSyncedError");
    await ground.untilEvent("one", /UpdateFailed/u);
    const events = await ground.events("one");
    const object = await ground.settled(ground.path("one"));
    await ground.admin.remove(path);
    return { object, events };
  }),
  when("a cluster store for namespaces by pattern and by label", async (ground) => {
    const name = `${ground.namespace}-matching`;
    const conditions = [
      { namespaceRegexes: ["nothing-like-it"] },
      { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": ground.namespace } } },
    ];
    await ground.apply(ground.store("ClusterSecretStore", name, { conditions }));
    const path = ground.clusterStorePath(name);
    await ground.until(path, (object) => readyOf(object)?.["status"] === "True");
    await ground.put("app", { password: "x" });
    await ground.apply(ground.object("one", { secretStoreRef: { name, kind: "ClusterSecretStore" } }));
    await ground.untilReason("one", "SecretSynced");
    const store = await ground.settled(path);
    await ground.admin.remove(path);
    return { store, object: await ground.settled(ground.path("one")) };
  }),
  when("a synced object does not notice that its store goes", async (ground) => {
    await credential(ground);
    await ground.put("app", { password: "x" });
    await ground.apply(ground.store("SecretStore", "local"));
    await ready(ground, "True");
    await ground.apply(ground.object("one", { secretStoreRef: { name: "local", kind: "SecretStore" } }));
    await ground.untilReason("one", "SecretSynced");
    const deleted = await ground.account.send("DELETE", ground.path("local", "secretstores"));
    await ground.untilGone(ground.path("local", "secretstores"));
    return { answer: answer(deleted), object: await ground.settled(ground.path("one")) };
  }),
  when("a store with two providers is refused", async (ground) => {
    const store = ground.store("SecretStore", "local");
    const spec = isObject(store["spec"]) ? store["spec"] : {};
    const provider = {
      ...(isObject(spec["provider"]) ? spec["provider"] : {}),
      aws: { service: "SecretsManager", region: "eu-west-1" },
    };
    return answer(await ground.apply({ ...store, spec: { ...spec, provider } }));
  }),
];
