import type { Json, JsonObject } from "../../../src/domain/json.js";
import { APPLY, isObject, JSON_PATCH, RawCluster, type RawAnswer, textOf } from "../support/raw-cluster.js";
import { REFRESH_POLICY, when, type Case } from "./case.js";
import { answer, item, type Ground } from "./ground.js";
import { normal } from "./normal.js";

const changed = (ground: Ground, change: JsonObject, metadata: JsonObject = {}) =>
  ground.object("one", change, metadata);
const meta = (object: JsonObject | undefined): JsonObject => (isObject(object?.["metadata"]) ? object["metadata"] : {});
const uidOf = ({ body }: RawAnswer): string => textOf(meta(body)["uid"]);
/** A store of nobody: the operator has no part in what happens to its objects but its finalizer. */
const lonely = { secretStoreRef: { name: "nowhere", kind: "SecretStore" } };
/** Answers of writes, whose objects the operator may change meanwhile: what they say, not what stands beside it. */
const verdict = ({ status, body }: RawAnswer): Json =>
  body["kind"] === "Status" ? { code: status, body: normal(body) } : { code: status, spec: normal(body["spec"]) };
const refused = async (ground: Ground, change: JsonObject, metadata: JsonObject = {}): Promise<Json> =>
  answer(await ground.apply(changed(ground, change, metadata)));

/** A refusal of several mistakes, whose order is another each time: a server walks a map of properties. */
function severalCauses({ status, body }: RawAnswer): Json {
  const details = isObject(body["details"]) ? body["details"] : {};
  const causes = Array.isArray(details["causes"]) ? details["causes"].map((each) => JSON.stringify(each)) : [];
  return { status, causes: causes.toSorted(), reason: body["reason"] ?? null };
}

/** The API server itself: conflicts, preconditions, dry runs, lists, watches, refusals. */
export const API_CASES: Case[] = [
  when("a field of another manager: the conflict, whole", async (ground) => {
    await ground.create(changed(ground, { ...lonely, refreshInterval: "2h0m0s" }));
    return answer(await ground.apply(changed(ground, lonely)));
  }),
  when("the same by force takes the field over", async (ground) => {
    await ground.create(changed(ground, { ...lonely, refreshInterval: "2h0m0s" }));
    await ground.apply(changed(ground, lonely), { force: "true" });
    return ground.settled(ground.path("one"));
  }),
  when("a list of another manager is one field", async (ground) => {
    await ground.create(ground.object("one", lonely));
    return answer(await ground.apply(changed(ground, { ...lonely, data: [item(ground.key("other"))] })));
  }),
  when("what an apply leaves out goes; what others added stays", async (ground) => {
    await ground.apply(changed(ground, lonely, { labels: { a: "1", b: "2" } }));
    await ground.merge(ground.path("one"), { metadata: { labels: { theirs: "3" } } }, ground.admin);
    await ground.apply(changed(ground, lonely, { labels: { a: "1" } }));
    return ground.settled(ground.path("one"));
  }),
  when("an apply with the right uid", async (ground) => {
    const uid = uidOf(await ground.apply(changed(ground, lonely)));
    return verdict(await ground.apply(changed(ground, { ...lonely, refreshInterval: "3h0m0s" }, { uid })));
  }),
  when("an apply with the uid of another", async (ground) => {
    await ground.apply(changed(ground, lonely));
    return refused(ground, lonely, { uid: "11111111-1111-1111-1111-111111111111" });
  }),
  when("an apply with a uid where nothing is", (ground) =>
    refused(ground, lonely, { uid: "11111111-1111-1111-1111-111111111111" }),
  ),
  when("an apply with an old resourceVersion", async (ground) => {
    const first = await ground.apply(changed(ground, lonely));
    await ground.settled(ground.path("one"));
    await ground.merge(ground.path("one"), { metadata: { labels: { x: "1" } } }, ground.admin);
    const resourceVersion = textOf(meta(first.body)["resourceVersion"]);
    return verdict(await ground.apply(changed(ground, { ...lonely, refreshInterval: "3h0m0s" }, { resourceVersion })));
  }),
  when("an apply into a namespace that isn't there", async (ground) => {
    const object = ground.object("one", {}, { namespace: "not-there-at-all" });
    return answer(await ground.apply(object));
  }),
  when("an apply whose namespace is another than the path's", async (ground) => {
    const object = ground.object("one", {}, { namespace: "default" });
    const request = { query: { fieldManager: "secretariat" }, body: object, contentType: APPLY };
    return answer(await ground.account.send("PATCH", ground.path("one"), request));
  }),
  when("an apply whose name is another than the path's", async (ground) => {
    const request = { query: { fieldManager: "secretariat" }, body: ground.object("two"), contentType: APPLY };
    return answer(await ground.account.send("PATCH", ground.path("one"), request));
  }),
  when("an apply without a field manager", async (ground) => {
    const request = { body: ground.object("one"), contentType: APPLY };
    return answer(await ground.account.send("PATCH", ground.path("one"), request));
  }),
  when("an apply of an unknown field of spec", (ground) => refused(ground, { surprise: 1 })),
  when("an apply of an unknown field in an entry of data", (ground) =>
    refused(ground, { data: [{ ...item(ground.key("app")), surprise: true }] }),
  ),
  when("an apply of a number where text is wanted", (ground) => refused(ground, { refreshInterval: 5 })),
  when("a key of a Secret with a character that it cannot have", (ground) =>
    refused(ground, { data: [item(ground.key("app"), "a b")] }),
  ),
  when("an unknown refresh policy", (ground) => refused(ground, { refreshPolicy: "Sometimes" }), REFRESH_POLICY),
  when("an unknown kind of store", (ground) => refused(ground, { secretStoreRef: { name: "x", kind: "Store" } })),
  when("a store's name that is none", (ground) =>
    refused(ground, { secretStoreRef: { name: "A_B", kind: "SecretStore" } }),
  ),
  when("an unknown creation policy and deletion policy", async (ground) => {
    const target = { name: "one", creationPolicy: "Mine", deletionPolicy: "Yours" };
    return severalCauses(await ground.apply(changed(ground, { target })));
  }),
  when("an unknown decoding strategy", (ground) =>
    refused(ground, { data: [{ secretKey: "a", remoteRef: { key: "k", decodingStrategy: "Rot13" } }] }),
  ),
  when("an entry without a key", (ground) =>
    refused(ground, { data: [{ secretKey: "a", remoteRef: { property: "x" } }] }),
  ),
  when("a name that is none", async (ground) => answer(await ground.apply(ground.object("Not_A_Name")))),
  when("a label that is none", (ground) => refused(ground, lonely, { labels: { team: "not a label!" } })),
  when("an annotation key that is none", (ground) => refused(ground, lonely, { annotations: { "a b": "x" } })),
  when("several mistakes are told at once", async (ground) => {
    const change = {
      target: { name: "one", creationPolicy: "Mine" },
      data: [item(ground.key("app"), "a b")],
      secretStoreRef: { name: "A_B", kind: "Store" },
    };
    return severalCauses(await ground.apply(changed(ground, change)));
  }),
  when("a dry run of an apply answers as the real one, and leaves nothing", async (ground) => {
    const dry = await ground.apply(changed(ground, lonely), { dryRun: "All" });
    return { answer: answer(dry), left: (await ground.find(ground.path("one"))) ?? null };
  }),
  when("a dry run of a change, of a conflict and of a mistake", async (ground) => {
    await ground.create(changed(ground, { ...lonely, refreshInterval: "2h0m0s" }));
    await ground.settled(ground.path("one"));
    return [
      verdict(await ground.apply(changed(ground, lonely), { dryRun: "All", force: "true" })),
      verdict(await ground.apply(changed(ground, lonely), { dryRun: "All" })),
      verdict(await ground.apply(changed(ground, { ...lonely, surprise: 1 }), { dryRun: "All" })),
      await ground.settled(ground.path("one")),
    ];
  }),
  when("a delete with the uid of another, with an old version, of nothing", async (ground) => {
    const first = await ground.apply(changed(ground, lonely));
    await ground.settled(ground.path("one"));
    const remove = (preconditions: JsonObject, name = "one") =>
      ground.account.send("DELETE", ground.path(name), {
        body: { apiVersion: "v1", kind: "DeleteOptions", preconditions },
      });
    await ground.merge(ground.path("one"), { metadata: { labels: { x: "1" } } }, ground.admin);
    const version = textOf(meta(first.body)["resourceVersion"]);
    const answers = [
      await remove({ uid: "11111111-1111-1111-1111-111111111111" }),
      await remove({ uid: uidOf(first), resourceVersion: version }),
      await remove({ uid: uidOf(first) }, "two"),
    ];
    // The versions that a message names are of this run.
    const versionless = (text: string) =>
      text.replaceAll(/(?<=ResourceVersion in (?:the precondition|record):? \(?)\d+/gu, "N");
    return answers.map((each) => versionless(JSON.stringify(answer(each))));
  }),
  when("an apply to an object that is going away", async (ground) => {
    await ground.create(ground.object("one", lonely, { finalizers: ["example.com/hold"] }));
    await ground.admin.send("DELETE", ground.path("one"));
    const applied = await ground.apply(changed(ground, { ...lonely, refreshInterval: "5h0m0s" }), { force: "true" });
    await ground.merge(ground.path("one"), { metadata: { finalizers: null } }, ground.admin);
    return { code: applied.status, going: meta(applied.body)["deletionTimestamp"] !== undefined };
  }),
  when("a JSON patch whose test fails", async (ground) => {
    await ground.apply(changed(ground, lonely));
    const body = [{ op: "test", path: "/metadata/resourceVersion", value: "1" }];
    return answer(await ground.account.send("PATCH", ground.path("one"), { body, contentType: JSON_PATCH }));
  }),
  when("a status patch with an old version, and of nothing", async (ground) => {
    await ground.apply(changed(ground, lonely));
    await ground.settled(ground.path("one"));
    const body = { metadata: { resourceVersion: "1" }, status: { conditions: null } };
    return [
      answer(await ground.merge(`${ground.path("one")}/status`, body)),
      answer(await ground.merge(`${ground.path("two")}/status`, body)),
    ];
  }),
  when("what the role forbids: native Secrets, reading by name, foreign kinds", async (ground) => [
    answer(await ground.account.get(ground.secretPath("one"))),
    answer(await ground.account.get(`/api/v1/namespaces/${ground.namespace}/secrets`)),
    answer(await ground.account.get(ground.path("one"))),
    answer(await ground.account.send("POST", `/api/v1/namespaces/${ground.namespace}/events`, { body: {} })),
  ]),
  when("a token that is none", async (ground) => {
    const stranger = new RawCluster(
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "x", cluster: { server: ground.admin.server, "insecure-skip-tls-verify": true } }],
        users: [{ name: "x", user: { token: "nonsense" } }],
        contexts: [{ name: "x", context: { cluster: "x", user: "x" } }],
        "current-context": "x",
      }),
    );
    return answer(await stranger.get("/api/v1/namespaces"));
  }),
  when("a path that leads nowhere", async (ground) => [
    answer(await ground.admin.get(ground.path("one"))),
    (await ground.admin.get(`/apis/${ground.apiVersion}/nothings`)).status,
    (await ground.admin.get("/apis/example.com/v1")).status,
  ]),
  when("a body of an unknown type, and one that is no JSON", async (ground) => {
    const path = ground.path("one");
    return [
      (await ground.admin.send("PATCH", path, { body: {}, contentType: "text/plain" })).status,
      (await ground.admin.send("POST", ground.path(""), { body: "nonsense" })).status,
    ];
  }),
];
