import { describe, expect, it } from "vitest";
import fc from "fast-check";
import type { Observed } from "../projection/observed.js";
import { ObservedCache, type ObservedChange } from "./observed-cache.js";
import type { WatchEventType } from "./reflector-types.js";

interface Thing extends Observed {
  value?: string;
}

const thing = (name: string, version: number, more: Partial<Thing> = {}): Thing => ({
  namespace: "team-a",
  name,
  uid: `uid-${name}`,
  resourceVersion: String(version),
  ...more,
});
const event = (type: WatchEventType, object: Thing, version = object.resourceVersion) => ({
  type,
  object,
  resourceVersion: version,
});
const replace = (version: number, rewound = false) => ({ resourceVersion: String(version), rewound });

function cacheWithLog(): { cache: ObservedCache<Thing>; log: string[] } {
  const log: string[] = [];
  const text = (object: Thing | null): string => (object === null ? "-" : `${object.name}@${object.resourceVersion}`);
  const cache = new ObservedCache<Thing>({
    onChanges: (changes: readonly ObservedChange<Thing>[]) => {
      log.push(...changes.map(({ before, after }) => `${text(before)}>${text(after)}`));
    },
    onSynced: () => log.push("synced"),
    onState: (state) => log.push(state.state),
  });
  return { cache, log };
}

describe("ObservedCache", () => {
  it("keeps what lists and events show, and tells the differences", () => {
    const { cache, log } = cacheWithLog();
    expect(cache.synced).toBe(false);
    cache.onReplace([thing("a", 5), thing("b", 6)], replace(7));
    expect(cache.synced).toBe(true);
    cache.onEvents([
      event("MODIFIED", thing("a", 8)),
      event("ADDED", thing("c", 9)),
      event("DELETED", thing("b", 6), "10"),
    ]);
    expect(log.splice(0)).toEqual(["->a@5", "->b@6", "synced", "a@5>a@8", "->c@9", "b@6>-"]);
    expect(cache.size).toBe(2);
    expect(cache.get("team-a", "a")?.resourceVersion).toBe("8");
    expect(cache.get("team-a", "b")).toBeNull();
    expect(cache.get("elsewhere", "a")).toBeNull();
    cache.onState({ state: "live", since: 0, error: null });
    expect(log).toEqual(["live"]);
  });

  it("a later list tells what came, changed and vanished meanwhile, and nothing of the rest", () => {
    const { cache, log } = cacheWithLog();
    cache.onReplace([thing("same", 5), thing("changed", 6), thing("vanished", 7)], replace(7));
    log.length = 0;
    cache.onReplace([thing("same", 5), thing("changed", 9), thing("new", 10)], replace(11));
    expect(log).toEqual(["changed@6>changed@9", "->new@10", "vanished@7>-"]);
    expect([...cache.values()].map(({ name }) => name).sort()).toEqual(["changed", "new", "same"]);
  });

  it("an object made again under its name is another one", () => {
    const { cache, log } = cacheWithLog();
    cache.onReplace([thing("a", 5)], replace(7));
    cache.onReplace([thing("a", 9, { uid: "other" })], replace(11));
    expect(log).toContain("a@5>a@9");
    expect(cache.get("team-a", "a")?.uid).toBe("other");
  });

  it("older events never overwrite newer objects, whoever showed those", () => {
    const { cache, log } = cacheWithLog();
    cache.onReplace([thing("a", 5)], replace(7));
    log.length = 0;
    expect(cache.observe(thing("a", 20))).toBe(true);
    cache.onEvents([
      event("MODIFIED", thing("a", 9)),
      event("MODIFIED", thing("a", 20)),
      event("DELETED", thing("a", 5), "19"),
    ]);
    expect(log).toEqual([]);
    expect(cache.get("team-a", "a")?.resourceVersion).toBe("20");
    expect(cache.observe(thing("a", 20))).toBe(false);
    expect(cache.observe(thing("a", 9))).toBe(false);
    cache.onEvents([event("MODIFIED", thing("a", 100))]);
    expect(log).toEqual(["a@20>a@100"]);
  });

  it("versions are numbers: 9 is before 10", () => {
    const { cache } = cacheWithLog();
    cache.onReplace([thing("a", 9)], replace(9));
    cache.onEvents([event("MODIFIED", thing("a", 10))]);
    expect(cache.get("team-a", "a")?.resourceVersion).toBe("10");
    cache.onEvents([event("MODIFIED", thing("a", 9))]);
    expect(cache.get("team-a", "a")?.resourceVersion).toBe("10");
  });

  it("a deletion without a version of its own is one", () => {
    const { cache, log } = cacheWithLog();
    cache.onReplace([thing("a", 9)], replace(9));
    log.length = 0;
    cache.onEvents([event("DELETED", thing("a", 9)), event("DELETED", thing("unknown", 11))]);
    expect(log).toEqual(["a@9>-"]);
  });

  it("a late answer to our write does not bring back what is gone", () => {
    const { cache } = cacheWithLog();
    cache.onReplace([], replace(7));
    cache.onEvents([event("ADDED", thing("a", 8)), event("DELETED", thing("a", 8), "12")]);
    expect(cache.observe(thing("a", 10))).toBe(false);
    expect(cache.get("team-a", "a")).toBeNull();
    cache.onProgress("30");
    expect(cache.observe(thing("b", 25))).toBe(false);
    expect(cache.observe(thing("b", 31))).toBe(true);
  });

  it("what was written while a list was made stays, for the watch to tell", () => {
    const { cache, log } = cacheWithLog();
    cache.observe(thing("early", 3));
    expect(cache.synced).toBe(false);
    cache.observe(thing("written", 12));
    cache.observe(thing("changed", 13));
    cache.onReplace([thing("changed", 8)], replace(10));
    expect(log).toEqual(["early@3>-", "synced"]);
    expect(cache.get("team-a", "written")?.resourceVersion).toBe("12");
    expect(cache.get("team-a", "changed")?.resourceVersion).toBe("13");
    expect(cache.size).toBe(2);
  });

  it("a history that went back replaces everything", () => {
    const { cache, log } = cacheWithLog();
    cache.onReplace([thing("a", 50), thing("b", 60)], replace(70));
    log.length = 0;
    cache.onReplace([thing("a", 5)], replace(10, true));
    expect(log).toEqual(["a@50>a@5", "b@60>-"]);
    cache.onEvents([event("MODIFIED", thing("a", 11))]);
    expect(cache.get("team-a", "a")?.resourceVersion).toBe("11");
  });

  it("keeps namespaces and cluster-scoped objects apart", () => {
    const { cache } = cacheWithLog();
    cache.onReplace(
      [thing("x", 1), thing("x", 2, { namespace: "team-b" }), thing("x", 3, { namespace: null })],
      replace(4),
    );
    expect([null, "team-a", "team-b"].map((namespace) => cache.get(namespace, "x")?.resourceVersion)).toEqual([
      "3",
      "1",
      "2",
    ]);
    expect([...cache.values("team-b")]).toHaveLength(1);
    expect([...cache.values("nowhere")]).toEqual([]);
  });

  it("holds in the end what the API server holds, however answers and events are mixed, lists repeated and answers late", () => {
    const operations = fc.array(
      fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record({ kind: fc.constant("write" as const), name: fc.constantFrom("a", "b", "c") }),
        },
        {
          weight: 2,
          arbitrary: fc.record({ kind: fc.constant("delete" as const), name: fc.constantFrom("a", "b", "c") }),
        },
        { weight: 3, arbitrary: fc.record({ kind: fc.constant("deliver" as const), name: fc.constant("") }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("relist" as const), name: fc.constant("") }) },
        { weight: 3, arbitrary: fc.record({ kind: fc.constant("answer" as const), name: fc.constant("") }) },
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(operations, (steps) => {
        const { cache } = cacheWithLog();
        const server = new Map<string, Thing>();
        const pendingEvents: ReturnType<typeof event>[] = [];
        const pendingAnswers: Thing[] = [];
        let version = 10;
        cache.onReplace([], replace(version));
        for (const { kind, name } of steps) {
          if (kind === "write") {
            version += 1;
            const before = server.get(name);
            const object = thing(name, version, { uid: before?.uid ?? `uid-${version}` });
            server.set(name, object);
            pendingEvents.push(event(before === undefined ? "ADDED" : "MODIFIED", object));
            pendingAnswers.push(object);
          } else if (kind === "delete" && server.has(name)) {
            version += 1;
            const gone = server.get(name);
            server.delete(name);
            if (gone !== undefined) pendingEvents.push(event("DELETED", gone, String(version)));
          } else if (kind === "deliver") {
            const next = pendingEvents.shift();
            if (next !== undefined) cache.onEvents([next]);
          } else if (kind === "relist") {
            pendingEvents.length = 0;
            cache.onReplace([...server.values()], replace(version));
          } else if (kind === "answer") {
            const answer = pendingAnswers.pop();
            if (answer !== undefined) cache.observe(answer);
          }
        }
        cache.onEvents(pendingEvents);
        for (const answer of pendingAnswers) cache.observe(answer);
        const held = [...cache.values()].map(({ name, resourceVersion }) => `${name}@${resourceVersion}`).sort();
        expect(held).toEqual(
          [...server.values()].map(({ name, resourceVersion }) => `${name}@${resourceVersion}`).sort(),
        );
        expect(cache.size).toBe(server.size);
      }),
    );
  });
});
