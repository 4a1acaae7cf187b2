import type { JsonObject } from "../../../src/domain/json.js";
import { eventually } from "../../support/eventually.js";
import { isObject, pathOf, textOf, type RawAnswer } from "../support/raw-cluster.js";
import { when, type Case } from "./case.js";
import { answer, type Ground } from "./ground.js";

const meta = (object: JsonObject | undefined): JsonObject => (isObject(object?.["metadata"]) ? object["metadata"] : {});
/** A store of nobody: the operator has no part in what happens to its objects but its finalizer. */
const lonely = { secretStoreRef: { name: "nowhere", kind: "SecretStore" } };

const namespaceOf = (ground: Ground, name: string): JsonObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: `${ground.namespace}-${name}` },
});

/** The product creates namespaces, and never changes one. */
const made = (ground: Ground, object: JsonObject): Promise<RawAnswer> =>
  ground.account.send("POST", "/api/v1/namespaces", { query: { fieldManager: "secretariat" }, body: object });

/** Namespaces: what comes and goes with them. */
export const NAMESPACE_CASES: Case[] = [
  when("a namespace is created", async (ground) => {
    const object = namespaceOf(ground, "new");
    const created = await made(ground, { ...object, metadata: { ...meta(object), labels: { team: "a" } } });
    const settled = await ground.settled(pathOf(object));
    await ground.admin.remove(pathOf(object));
    return { answer: answer(created), settled };
  }),
  when("a namespace is deleted: answer and what a watch sees", async (ground) => {
    const object = namespaceOf(ground, "going");
    await made(ground, object);
    await ground.settled(pathOf(object));
    const { metadata } = await ground.admin.must("GET", "/api/v1/namespaces");
    const watch = await ground.account.watch("/api/v1/namespaces", {
      resourceVersion: textOf(isObject(metadata) ? metadata["resourceVersion"] : ""),
      fieldSelector: `metadata.name=${textOf(meta(object)["name"])}`,
    });
    const deleted = await ground.account.send("DELETE", pathOf(object));
    await ground.untilGone(pathOf(object));
    await eventually(() => watch.events.some(({ type }) => type === "DELETED"));
    watch.stop();
    const going = watch.events.map(({ type, object: seen }) => ({
      type,
      going: meta(seen)["deletionTimestamp"] !== undefined,
      phase: isObject(seen["status"]) ? (seen["status"]["phase"] ?? null) : null,
    }));
    return { answer: answer(deleted), first: going[0] ?? null, last: going.at(-1) ?? null };
  }),
  when("what is applied into a namespace that is going away is refused", async (ground) => {
    const object = namespaceOf(ground, "held");
    await made(ground, object);
    const namespace = textOf(meta(object)["name"]);
    const held = ground.object("held", lonely, { namespace, finalizers: ["example.com/hold"] });
    await ground.create(held);
    await ground.admin.send("DELETE", pathOf(object));
    await ground.until(pathOf(object), (found) => meta(found)["deletionTimestamp"] !== undefined);
    const applied = await ground.apply(ground.object("one", lonely, { namespace }));
    await ground.merge(pathOf(held), { metadata: { finalizers: null } }, ground.admin);
    await ground.untilGone(pathOf(object));
    return answer(applied);
  }),
  when("a namespace takes its ExternalSecrets along", async (ground) => {
    await ground.put("app", { password: "x" });
    const object = namespaceOf(ground, "whole");
    await made(ground, object);
    const namespace = textOf(meta(object)["name"]);
    const own = ground.object("one", {}, { namespace });
    await ground.apply(own);
    await ground.until(pathOf(own), (found) => JSON.stringify(found).includes("SecretSynced"));
    await ground.account.send("DELETE", pathOf(object));
    await ground.untilGone(pathOf(object));
    return [
      (await ground.find(pathOf(own))) ?? null,
      (await ground.find(`/api/v1/namespaces/${namespace}/secrets/one`)) ?? null,
    ];
  }),
  when("a namespace of a name that is none", async (ground) =>
    answer(await made(ground, { apiVersion: "v1", kind: "Namespace", metadata: { name: "Not_One" } })),
  ),
];
