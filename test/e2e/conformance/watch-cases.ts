import type { JsonObject } from "../../../src/domain/json.js";
import { eventually } from "../../support/eventually.js";
import { isObject, textOf } from "../support/raw-cluster.js";
import { when, type Case } from "./case.js";
import { answer } from "./ground.js";
import { normal } from "./normal.js";

const meta = (object: JsonObject | undefined): JsonObject => (isObject(object?.["metadata"]) ? object["metadata"] : {});
/** A store of nobody: the operator has no part in what happens to its objects but its finalizer. */
const lonely = { secretStoreRef: { name: "nowhere", kind: "SecretStore" } };

/** Lists and watches. */
export const WATCH_CASES: Case[] = [
  when("a list in pages, by name and by label", async (ground) => {
    for (const name of ["a", "b", "c"])
      await ground.apply(ground.object(name, lonely, { labels: { odd: textOf(name !== "b") } }));
    for (const name of ["a", "b", "c"]) await ground.settled(ground.path(name));
    const page = async (query: Record<string, string>) => {
      const { status, body } = await ground.account.send("GET", ground.path(""), { query });
      const items = Array.isArray(body["items"]) ? body["items"].filter(isObject) : [];
      return {
        status,
        names: items.map((each) => textOf(meta(each)["name"])),
        more: typeof meta(body)["continue"],
        left: meta(body)["remainingItemCount"] ?? null,
        body,
      };
    };
    const first = await page({ limit: "2" });
    const rest = await page({ limit: "2", continue: textOf(meta(first.body)["continue"]) });
    const named = await page({ fieldSelector: "metadata.name=b" });
    const labelled = await page({ labelSelector: "odd=true" });
    const bad = await ground.account.send("GET", ground.path(""), {
      query: { fieldSelector: "spec.refreshInterval=1h" },
    });
    return [
      ...[first, rest, named, labelled].map(({ status, names, more, left }) => ({ status, names, more, left })),
      answer(bad),
    ];
  }),
  when("a continue token that is none, and a limit that is none", async (ground) => [
    answer(await ground.account.send("GET", ground.path(""), { query: { limit: "2", continue: "nonsense" } })),
    answer(await ground.account.send("GET", ground.path(""), { query: { limit: "many" } })),
  ]),
  when("a watch that begins without a version tells what is there", async (ground) => {
    await ground.apply(ground.object("one", lonely));
    await ground.settled(ground.path("one"));
    const watch = await ground.account.watch(ground.path(""), { timeoutSeconds: "1" });
    await eventually(() => watch.ended, 10_000);
    return watch.events.map(({ type, object }) => ({ type, object: normal(object) }));
  }),
  when("a watch that goes on from a version tells what came after it, and ends in time", async (ground) => {
    const version = textOf(meta(await ground.admin.must("GET", ground.path("")))["resourceVersion"]);
    await ground.apply(ground.object("one", lonely));
    await ground.settled(ground.path("one"));
    const watch = await ground.account.watch(ground.path(""), { resourceVersion: version, timeoutSeconds: "1" });
    await eventually(() => watch.ended, 10_000);
    return watch.events.map(({ type, object }) => `${type} ${textOf(meta(object)["name"])}`);
  }),
  when("a watch of one name hears of no other", async (ground) => {
    const version = textOf(meta(await ground.admin.must("GET", ground.path("")))["resourceVersion"]);
    const watch = await ground.account.watch(ground.path(""), {
      resourceVersion: version,
      fieldSelector: "metadata.name=one",
    });
    await ground.apply(ground.object("two", lonely));
    await ground.apply(ground.object("one", lonely));
    await eventually(() => watch.events.length > 0);
    watch.stop();
    return [...new Set(watch.events.map(({ object }) => textOf(meta(object)["name"])))];
  }),
  when("a watch by label sees an object that no longer has it as deleted", async (ground) => {
    await ground.apply(ground.object("one", lonely, { labels: { team: "a" } }));
    await ground.settled(ground.path("one"));
    const version = textOf(meta(await ground.admin.must("GET", ground.path("")))["resourceVersion"]);
    const watch = await ground.account.watch(ground.path(""), { resourceVersion: version, labelSelector: "team=a" });
    await ground.merge(ground.path("one"), { metadata: { labels: { team: "b" } } });
    await eventually(() => watch.events.length > 0);
    watch.stop();
    return watch.events.map(({ type, object }) => `${type} ${JSON.stringify(meta(object)["labels"])}`);
  }),
  when("a version of the future", async (ground) => {
    const listing = await ground.account.send("GET", ground.path(""), { query: { resourceVersion: "nonsense" } });
    return answer(listing);
  }),
  when("a bookmark before the end of a watch that asked for them", async (ground) => {
    const version = textOf(meta(await ground.admin.must("GET", ground.path("")))["resourceVersion"]);
    const query = { resourceVersion: version, allowWatchBookmarks: "true", timeoutSeconds: "4" };
    const watch = await ground.account.watch(ground.path(""), query);
    await ground.apply(ground.object("one", lonely));
    await eventually(() => watch.ended, 15_000);
    return watch.events
      .filter(({ type }) => type === "BOOKMARK")
      .slice(-1)
      .map(({ type, object }) => ({ type, object: normal(object) }));
  }),
  when("a streaming list ends with its bookmark", async (ground) => {
    await ground.apply(ground.object("one", lonely));
    await ground.settled(ground.path("one"));
    const query = {
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan",
      allowWatchBookmarks: "true",
      timeoutSeconds: "2",
    };
    const watch = await ground.account.watch(ground.path(""), query);
    await eventually(() => watch.events.some(({ type }) => type === "BOOKMARK"), 15_000);
    watch.stop();
    return watch.events.slice(0, 2).map(({ type, object }) => ({ type, object: normal(object) }));
  }),
];
