import type { JsonObject } from "../../../src/domain/json.js";
import { isObject } from "../support/raw-cluster.js";
import { when, type Case } from "./case.js";
import { answer, item, type Ground } from "./ground.js";
import { readyOf } from "./ready.js";

const target = (creationPolicy: string, deletionPolicy = "Retain", more: JsonObject = {}): JsonObject => ({
  target: { name: "one", creationPolicy, deletionPolicy, template: { metadata: {} }, ...more },
});
const hold = (ground: Ground, name: string, data: Record<string, string>): Promise<JsonObject> =>
  ground.admin.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: ground.namespace },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")])),
  });
async function start(ground: Ground, spec: JsonObject, reason = "SecretSynced"): Promise<void> {
  await ground.put("app", { password: "first", user: "app" });
  await ground.apply(ground.object("one", spec));
  await ground.untilReason("one", reason);
}
const sync = (ground: Ground, token = "1") =>
  ground.merge(ground.path("one"), { metadata: { annotations: { "force-sync": token } } });
/** A forced sync that is answered otherwise than what stands there. */
async function syncAnswered(ground: Ground): Promise<void> {
  const said = (object: JsonObject | undefined): string =>
    JSON.stringify([
      readyOf(object ?? {})?.["status"],
      isObject(object?.["status"]) && object["status"]["syncedResourceVersion"],
    ]);
  const before = said(await ground.find(ground.path("one")));
  await sync(ground);
  await ground.until(ground.path("one"), (object) => said(object) !== before);
}
const both = async (ground: Ground, name = "one") => ({
  object: await ground.settled(ground.path(name)),
  native: await ground.native(name),
  events: await ground.events(name),
});

/** Native Secrets: who makes them, who keeps them, what becomes of them. */
export const TARGET_CASES: Case[] = [
  when("creation policy Orphan", async (ground) => {
    await start(ground, target("Orphan"));
    return both(ground);
  }),
  when("creation policy None", async (ground) => {
    await start(ground, target("None"));
    return both(ground);
  }),
  when("creation policy Merge with a Secret that is there", async (ground) => {
    await hold(ground, "one", { mine: "x" });
    await start(ground, target("Merge"));
    return both(ground);
  }),
  when("creation policy Merge without one", async (ground) => {
    await start(ground, target("Merge"), "SecretMissing");
    return both(ground);
  }),
  when("creation policy CreateOrMerge", async (ground) =>
    answer(await ground.apply(ground.object("one", target("CreateOrMerge")))),
  ),
  when("an unowned Secret is taken over, its other keys go", async (ground) => {
    await hold(ground, "one", { mine: "x" });
    await start(ground, target("Owner"));
    return both(ground);
  }),
  when("two Owners of one Secret: the second fails", async (ground) => {
    await start(ground, target("Owner"));
    await ground.apply(ground.object("two", target("Owner")));
    await ground.untilReason("two", "SecretSyncedError");
    await ground.untilEvent("two", /UpdateFailed/u);
    return { object: await ground.settled(ground.path("two")), events: await ground.events("two") };
  }),
  when("two Orphans of one Secret: both are synced", async (ground) => {
    await start(ground, target("Orphan"));
    await ground.apply(ground.object("two", target("Orphan")));
    await ground.untilReason("two", "SecretSynced");
    return ground.settled(ground.path("two"));
  }),
  when("the key goes: Retain", async (ground) => {
    await start(ground, target("Owner", "Retain"));
    await ground.forget("app");
    await sync(ground);
    await ground.untilReason("one", "SecretSyncedError");
    return both(ground);
  }),
  when("the key goes: Delete", async (ground) => {
    await start(ground, target("Owner", "Delete"));
    await ground.forget("app");
    await sync(ground);
    await ground.untilReason("one", "SecretDeleted");
    return { object: await ground.settled(ground.path("one")), native: await ground.native("one") };
  }),
  when("the key goes: deletion policy Merge", async (ground) => {
    await start(ground, target("Owner", "Merge"));
    await ground.forget("app");
    await syncAnswered(ground);
    await ground.untilEvent("one", /MissingProviderSecret/u);
    return both(ground);
  }),
  when("one of two keys goes: Delete keeps the rest and says so by an event", async (ground) => {
    await ground.put("extra", { password: "extra" });
    const data = [item(ground.key("app")), item(ground.key("extra"), "extra")];
    await start(ground, { ...target("Owner", "Delete"), data });
    await ground.forget("extra");
    await syncAnswered(ground);
    await ground.untilEvent("one", /MissingProviderSecret/u);
    return both(ground);
  }),
  when("a Secret that is deleted by hand comes back", async (ground) => {
    await start(ground, target("Owner"));
    const before = await ground.find(ground.secretPath("one"));
    await ground.admin.remove(ground.secretPath("one"));
    await ground.until(ground.secretPath("one"), (found) => uidOf(found) !== uidOf(before));
    return both(ground);
  }),
  when("an Orphan that is deleted by hand stays gone", async (ground) => {
    await start(ground, target("Orphan"));
    await ground.admin.remove(ground.secretPath("one"));
    return both(ground);
  }),
  when("a Secret that is edited by hand is put right", async (ground) => {
    await start(ground, target("Owner"));
    const path = ground.secretPath("one");
    await ground.merge(path, { data: { password: Buffer.from("other").toString("base64") } }, ground.admin);
    await ground.until(path, (found) =>
      JSON.stringify(found["data"]).includes(Buffer.from("first").toString("base64")),
    );
    return both(ground);
  }),
  when("an immutable target with a changed value: True, and the Secret unchanged", async (ground) => {
    await start(ground, target("Owner", "Retain", { immutable: true }));
    await ground.put("app", { password: "second" });
    await syncAnswered(ground);
    return both(ground);
  }),
  when("deleting: what the watch sees, and the native Secret goes", async (ground) => {
    await start(ground, target("Owner"));
    const watch = await ground.watch();
    const deleted = await ground.account.send("DELETE", ground.path("one"));
    await ground.untilGone(ground.path("one"));
    await ground.untilGone(ground.secretPath("one"));
    return { answer: answer(deleted), seen: await ground.seen(watch) };
  }),
  when("deleting with a finalizer of somebody else: it stays, and Ready stays True", async (ground) => {
    await start(ground, target("Owner"));
    const watch = await ground.watch();
    const finalizers = ["example.com/hold"];
    const found = await ground.find(ground.path("one"));
    const own = isObject(found?.["metadata"]) ? found["metadata"]["finalizers"] : [];
    await ground.merge(
      ground.path("one"),
      { metadata: { finalizers: [...(Array.isArray(own) ? own : []), ...finalizers] } },
      ground.admin,
    );
    await ground.account.send("DELETE", ground.path("one"));
    await ground.until(ground.path("one"), (object) =>
      JSON.stringify(object["metadata"]).includes('"finalizers":["example.com/hold"]'),
    );
    const seen = await ground.seenInShort(watch);
    await ground.merge(ground.path("one"), { metadata: { finalizers: null } }, ground.admin);
    await ground.untilGone(ground.path("one"));
    return { seen, end: await ground.seenInShort(watch) };
  }),
  when("deleting an Orphan leaves the Secret", async (ground) => {
    await start(ground, target("Orphan"));
    await ground.account.send("DELETE", ground.path("one"));
    await ground.untilGone(ground.path("one"));
    return ground.native("one");
  }),
  when("deleting a failing one", async (ground) => {
    const watch = await ground.watch();
    await ground.apply(ground.object("one"));
    await ground.untilReason("one", "SecretSyncedError");
    await ground.account.send("DELETE", ground.path("one"));
    await ground.untilGone(ground.path("one"));
    return ground.seenInShort(watch);
  }),
];

const uidOf = (object: JsonObject | undefined): unknown =>
  isObject(object?.["metadata"]) ? object["metadata"]["uid"] : undefined;
