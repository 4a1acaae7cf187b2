import { describe, expect, it } from "vitest";
import { at, text } from "../json.js";
import { bench, ESO, externalSecret, prepared, until, watch, like, partly } from "../test-support.js";

const STATIC = { operator: false } as const;
const path = `${ESO}/namespaces/team/externalsecrets`;

describe("watch", () => {
  it("goes on from a resourceVersion without a gap or a double", async () => {
    const made = await prepared(STATIC);
    const { cluster } = made;
    cluster.store.create(externalSecret("one"));
    const from = cluster.resourceVersion;
    cluster.store.create(externalSecret("two"));
    const watching = await watch(made, `${path}?resourceVersion=${from}`);
    cluster.store.patch("externalsecrets", "team", "two", { metadata: { labels: { a: "b" } } });
    cluster.store.delete("externalsecrets", "team", "one");
    await until(() => watching.events.length >= 3);
    expect(watching.events.map(({ type, object }) => [type, text(object, "metadata", "name")])).toEqual([
      ["ADDED", "two"],
      ["MODIFIED", "two"],
      ["DELETED", "one"],
    ]);
    expect(text(watching.events[2]?.object, "metadata", "resourceVersion")).toBe(cluster.resourceVersion);
  });

  it.each(["", "0"])("from resourceVersion %j shows first what there is", async (version) => {
    const made = await prepared(STATIC);
    made.cluster.store.create(externalSecret("one"));
    const watching = await watch(made, `${path}?resourceVersion=${version}`);
    await until(() => watching.events.length === 1);
    expect(watching.events[0]?.type).toBe("ADDED");
  });

  it("shows an object that comes to meet a selector as added, and one that leaves it as deleted", async () => {
    const made = await prepared(STATIC);
    const { store } = made.cluster;
    store.create(externalSecret("one"));
    const watching = await watch(
      made,
      `${path}?labelSelector=mine%3Dyes&resourceVersion=${made.cluster.resourceVersion}`,
    );
    store.patch("externalsecrets", "team", "one", { metadata: { labels: { mine: "yes" } } });
    store.patch("externalsecrets", "team", "one", { metadata: { labels: { more: "1" } } });
    store.patch("externalsecrets", "team", "one", { metadata: { labels: { mine: "no" } } });
    await until(() => watching.events.length >= 3);
    expect(watching.events.map(({ type, object }) => [type, text(object, "metadata", "labels", "mine")])).toEqual([
      ["ADDED", "yes"],
      ["MODIFIED", "yes"],
      ["DELETED", "yes"],
    ]);
  });

  it("selects events by the object that they are about", async () => {
    const made = await prepared();
    const watching = await watch(
      made,
      "/api/v1/events?resourceVersion=0&fieldSelector=involvedObject.kind%3DExternalSecret%2Ctype%3DWarning",
      made.cluster.token,
    );
    made.cluster.store.create(externalSecret("good"));
    made.cluster.store.create(externalSecret("bad", { data: [{ secretKey: "a", remoteRef: { key: "none" } }] }));
    await until(() => watching.events.length >= 1);
    expect(watching.events[0]?.object).toMatchObject({
      reason: "UpdateFailed",
      involvedObject: { name: "bad" },
      source: { component: "external-secrets" },
    });
  });

  it("sends bookmarks to whoever asked, with the version that they have", async () => {
    const made = await prepared({ ...STATIC, bookmarkInterval: 20 });
    const asked = await watch(made, `${path}?resourceVersion=${made.cluster.resourceVersion}&allowWatchBookmarks=true`);
    const silent = await watch(made, `${path}?resourceVersion=${made.cluster.resourceVersion}`);
    made.cluster.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "elsewhere" } });
    await until(() => asked.events.length >= 2);
    expect(asked.events.at(-1)).toEqual({
      type: "BOOKMARK",
      object: {
        kind: "ExternalSecret",
        apiVersion: "external-secrets.io/v1",
        metadata: { resourceVersion: made.cluster.resourceVersion },
      },
    });
    expect(silent.events).toEqual([]);
  });

  it("marks the end of what there was when initial events are asked for", async () => {
    const made = await prepared(STATIC);
    made.cluster.store.create(externalSecret("one"));
    const watching = await watch(
      made,
      `${path}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    await until(() => watching.events.length >= 2);
    expect(watching.events.map((event) => event.type)).toEqual(["ADDED", "BOOKMARK"]);
    expect(at(watching.events[1]?.object, "metadata", "annotations")).toEqual({ "k8s.io/initial-events-end": "true" });
  });

  it("ends in time", async () => {
    const made = await prepared(STATIC);
    const watching = await watch(made, `${path}?resourceVersion=${made.cluster.resourceVersion}&timeoutSeconds=1`);
    expect(await watching.ended).toBe(true);
    expect(made.cluster.open.watches).toBe(0);
  });

  it("tells in its stream when the version is too old", async () => {
    const made = await prepared({ ...STATIC, watchWindow: 5 });
    const from = made.cluster.resourceVersion;
    for (let index = 0; index < 20; index += 1) made.cluster.store.create(externalSecret(`es-${index}`));
    const watching = await watch(made, `${path}?resourceVersion=${from}`);
    expect(await watching.ended).toBe(true);
    expect(watching.events).toEqual([
      {
        type: "ERROR",
        object: partly({
          kind: "Status",
          code: 410,
          reason: "Expired",
          message: like(/^too old resource version: \d+ \(\d+\)$/u),
        }),
      },
    ]);
    // What is still in the window can be resumed.
    const recent = await watch(made, `${path}?resourceVersion=${Number(made.cluster.resourceVersion) - 3}`);
    await until(() => recent.events.length === 3);
  });

  it("forgets everything on a compaction", async () => {
    const made = await prepared(STATIC);
    const from = made.cluster.resourceVersion;
    made.cluster.store.create(externalSecret("one"));
    made.cluster.compact();
    expect(await (await watch(made, `${path}?resourceVersion=${from}`)).ended).toBe(true);
    const now = await watch(made, `${path}?resourceVersion=${made.cluster.resourceVersion}`);
    made.cluster.store.create(externalSecret("two"));
    await until(() => now.events.length === 1);
  });

  it("closes when the client goes", async () => {
    const made = await bench(STATIC);
    const watching = await watch(made, "/api/v1/namespaces?resourceVersion=0");
    await until(() => made.cluster.open.watches === 1);
    watching.close();
    await until(() => made.cluster.open.watches === 0);
  });
});
