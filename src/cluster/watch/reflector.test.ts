import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createClusterClient } from "../cluster-client.js";
import { operatorResources } from "../resources.js";
import { bookmark, externalSecret, line, listOf, statusObject, TestLogger } from "../testing/objects.js";
import {
  eventually,
  kubeConfigFor,
  refuse,
  reply,
  startRawServer,
  type RawServer,
  type SeenRequest,
} from "../testing/raw-server.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import type { ReflectorHandler, ReflectorSettings, ReflectorState, ReplaceInfo } from "./reflector-types.js";
import { Reflector } from "./reflector.js";

const { externalSecrets } = operatorResources("v1");
const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closing.splice(0).reverse()) await close();
});

interface Seen {
  /** Everything in order: `list:a,b@7`, `ADDED:a@8`, `progress:9`. */
  log: string[];
  states: ReflectorState[];
  replaced: ReplaceInfo[];
}

interface Rig extends Seen {
  server: RawServer;
  reflector: Reflector<KubernetesObject>;
  logger: TestLogger;
  lists(): SeenRequest[];
  watches(): SeenRequest[];
  /** Watches that are open now. */
  open: ServerResponse[];
}

const FAST = { minBackoff: 4, maxBackoff: 8, stallTimeout: 5_000 };

async function rig(options: {
  list?: (request: SeenRequest, response: ServerResponse, nth: number) => void;
  watch?: (request: SeenRequest, response: ServerResponse, nth: number) => void;
  settings?: Partial<ReflectorSettings>;
  handler?: Partial<ReflectorHandler<KubernetesObject>>;
  project?: (object: KubernetesObject) => KubernetesObject;
  startAt?: "now" | "later";
}): Promise<Rig> {
  let [lists, watches] = [0, 0];
  const open: ServerResponse[] = [];
  const server = await startRawServer((request, response) => {
    if (request.query.has("watch")) {
      watches += 1;
      open.push(response);
      response.on("close", () => open.splice(open.indexOf(response), 1));
      if (options.watch === undefined) response.writeHead(200).flushHeaders();
      else options.watch(request, response, watches);
    } else {
      lists += 1;
      if (options.list === undefined) reply(response, listOf([externalSecret("a", 5)], 7));
      else options.list(request, response, lists);
    }
  });
  const client = createClusterClient(kubeConfigFor(server.url));
  const seen: Seen = { log: [], states: [], replaced: [] };
  const logger = new TestLogger();
  const of = ({ metadata }: KubernetesObject): string => `${metadata.name}@${metadata.resourceVersion}`;
  const reflector = new Reflector<KubernetesObject>({
    api: client.api("watch"),
    resource: externalSecrets,
    project: options.project ?? ((object) => object),
    logger,
    settings: { ...FAST, ...options.settings },
    handler: {
      onEvents: (events) => seen.log.push(...events.map(({ type, object }) => `${type}:${of(object)}`)),
      onReplace: (objects, info) => {
        seen.replaced.push(info);
        seen.log.push(`list:${[...objects].map(of).join(",")}`);
      },
      onProgress: (version) => seen.log.push(`progress:${version}`),
      onState: (state) => seen.states.push(state),
      ...options.handler,
    },
  });
  closing.push(
    () => server.close(),
    () => client.close(),
    () => reflector.stop(),
  );
  if (options.startAt !== "later") reflector.start();
  return {
    ...seen,
    server,
    reflector,
    logger,
    open,
    lists: () => server.requests.filter(({ query }) => !query.has("watch")),
    watches: () => server.requests.filter(({ query }) => query.has("watch")),
  };
}

const versionsOf = (requests: SeenRequest[]): (string | null)[] =>
  requests.map(({ query }) => query.get("resourceVersion"));

describe("listing and watching", () => {
  it("lists in pages of one version, without collecting objects, and watches from there", async () => {
    const kept: string[] = [];
    const { log, lists, watches, states, reflector } = await rig({
      settings: { pageSize: 2 },
      project: (object) => {
        kept.push(object.metadata.name);
        return object;
      },
      list: (request, response) => {
        const page = Number(request.query.get("continue") ?? "0");
        const items = [externalSecret(`p${page}-1`, 5), externalSecret(`p${page}-2`, 6)];
        reply(response, listOf(items, 7, page < 2 ? String(page + 1) : ""));
      },
      watch: (_request, response) => response.write(line("MODIFIED", externalSecret("p1-1", 8))),
    });
    await eventually(() => log.includes("progress:8"));
    expect(log).toEqual(["list:p0-1@5,p0-2@6,p1-1@5,p1-2@6,p2-1@5,p2-2@6", "MODIFIED:p1-1@8", "progress:8"]);
    expect(kept).toHaveLength(7);
    expect(lists().map(({ query }) => [query.get("limit"), query.get("continue")])).toEqual([
      ["2", null],
      ["2", "1"],
      ["2", "2"],
    ]);
    // No version asked for: the most recent state, read consistently.
    expect(versionsOf(lists())).toEqual([null, null, null]);
    expect(versionsOf(watches())).toEqual(["7"]);
    const seconds = Number(watches()[0]?.query.get("timeoutSeconds"));
    expect(seconds).toBeGreaterThanOrEqual(270);
    expect(seconds).toBeLessThanOrEqual(540);
    expect(watches()[0]?.query.get("allowWatchBookmarks")).toBe("true");
    expect(states.map(({ state }) => state)).toEqual(["live"]);
    expect(reflector.state.state).toBe("live");
  });

  it("hands over the events of a chunk together, whatever the chunks cut apart", async () => {
    const batches: string[][] = [];
    const text = Buffer.from(
      line("ADDED", externalSecret("ü€😀", 8)) + line("ADDED", externalSecret("b", 9)) + bookmark(10),
    );
    const { log } = await rig({
      handler: { onEvents: (events) => batches.push(events.map(({ object }) => object.metadata.name)) },
      watch: (_request, response) => {
        response.write(text.subarray(0, 30));
        const cut = text.indexOf(Buffer.from("€")) + 1;
        setTimeout(() => response.write(text.subarray(30, cut)), 5);
        setTimeout(() => response.write(text.subarray(cut)), 10);
      },
    });
    await eventually(() => log.includes("progress:10"));
    expect(batches).toEqual([["ü€😀", "b"]]);
  });

  it("goes on from the last event or bookmark when the server ends the watch", async () => {
    const { watches, lists, log } = await rig({
      watch: (_request, response, nth) => {
        if (nth === 1) response.end(line("MODIFIED", externalSecret("a", 8)) + bookmark(12));
        else if (nth === 2) response.end(line("DELETED", externalSecret("a", 13)));
        else response.write(bookmark(20));
      },
    });
    await eventually(() => watches().length === 3 && log.includes("progress:20"));
    expect(versionsOf(watches())).toEqual(["7", "12", "13"]);
    expect(lists()).toHaveLength(1);
    expect(log).toContain("DELETED:a@13");
  });

  it("drops half a line at the end: it comes again", async () => {
    const { watches, log } = await rig({
      watch: (_request, response, nth) => {
        const event = line("MODIFIED", externalSecret("a", 8));
        if (nth === 1) response.end(bookmark(9) + event.slice(0, 40));
        else response.write(line("MODIFIED", externalSecret("a", 10)));
      },
    });
    await eventually(() => log.includes("MODIFIED:a@10"));
    expect(versionsOf(watches())).toEqual(["7", "9"]);
    expect(log).not.toContain("MODIFIED:a@8");
  });

  it("opens a cut connection again, without listing", async () => {
    const { server, watches, lists, log, states } = await rig({
      watch: (_request, response, nth) => response.write(bookmark(10 + nth)),
    });
    await eventually(() => log.includes("progress:11"));
    server.cut();
    await eventually(() => log.includes("progress:12"));
    expect(versionsOf(watches())).toEqual(["7", "11"]);
    expect(lists()).toHaveLength(1);
    expect(states.at(-1)?.state).toBe("live");
  });

  it("opens a connection that was fine for a while again at once, which is no failure", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { server, log, states, watches } = await rig({
      settings: { minBackoff: 60_000, maxBackoff: 60_000 },
      watch: (_request, response, nth) => response.write(bookmark(10 + nth)),
    });
    await vi.waitUntil(() => log.includes("progress:11"));
    vi.advanceTimersByTime(1_500);
    server.cut();
    await vi.waitUntil(() => log.includes("progress:12"));
    expect(versionsOf(watches())).toEqual(["7", "11"]);
    expect(states.map(({ state }) => state)).toEqual(["live"]);
  });

  it("never asks for less than it has, though an event be older", async () => {
    const { watches, log } = await rig({
      watch: (_request, response, nth) => {
        if (nth === 1) response.end(line("ADDED", externalSecret("b", 30)) + line("MODIFIED", externalSecret("a", 9)));
        else response.write(bookmark(31));
      },
    });
    await eventually(() => log.includes("progress:31"));
    expect(versionsOf(watches())).toEqual(["7", "30"]);
  });
});

describe("a version that has expired", () => {
  it.each([
    ["in the answer", (response: ServerResponse) => refuse(response, 410, "Expired", "too old resource version")],
    ["inside the watch", (response: ServerResponse) => response.end(line("ERROR", statusObject(410, "Expired")))],
    [
      "inside the watch, after events",
      (response: ServerResponse) =>
        response.end(line("ADDED", externalSecret("b", 8)) + line("ERROR", statusObject(410, "Gone"))),
    ],
  ])("%s: lists anew, and this is no failure", async (_where, answer) => {
    const { watches, lists, log, states } = await rig({
      list: (_request, response, nth) => reply(response, listOf([externalSecret("a", 5)], nth === 1 ? 7 : 40)),
      watch: (_request, response, nth) => {
        if (nth === 1) answer(response);
        else response.write(bookmark(41));
      },
    });
    await eventually(() => log.includes("progress:41"));
    expect(versionsOf(watches())).toEqual(["7", "40"]);
    expect(lists()).toHaveLength(2);
    expect(states.every(({ state }) => state === "live")).toBe(true);
  });

  it("between the pages of a list: begins again, with larger pages", async () => {
    const { lists, log } = await rig({
      settings: { pageSize: 2 },
      list: (request, response) => {
        if (request.query.has("continue"))
          refuse(response, 410, "Expired", "The provided continue parameter is too old");
        else reply(response, listOf([externalSecret("a", 5)], 7, request.query.get("limit") === "8" ? "" : "next"));
      },
    });
    await eventually(() => log.includes("list:a@5"));
    expect(lists().map(({ query }) => query.get("limit"))).toEqual(["2", "2", "4", "4", "8"]);
    expect(log).toEqual(["list:a@5"]);
  });
});

describe("failures", () => {
  it.each([
    ["401", (response: ServerResponse) => refuse(response, 401, "Unauthorized", "no")],
    ["403", (response: ServerResponse) => refuse(response, 403, "Forbidden", "no")],
    ["404, the CRD being away", (response: ServerResponse) => refuse(response, 404, "NotFound", "no")],
    ["500", (response: ServerResponse) => refuse(response, 500, "InternalError", "no")],
    ["garbage", (response: ServerResponse) => response.end("<html>")],
    ["a cut", (response: ServerResponse) => response.socket?.resetAndDestroy()],
  ])("of a list with %s are told, and it goes on trying", async (_what, answer) => {
    const { log, states, reflector } = await rig({
      list: (_request, response, nth) => {
        if (nth <= 4) answer(response);
        else reply(response, listOf([externalSecret("a", 5)], 7));
      },
    });
    await eventually(() => reflector.state.state === "live");
    expect(log).toEqual(["list:a@5"]);
    const failing = states.filter(({ state }) => state === "failing");
    expect(failing.length).toBeGreaterThanOrEqual(4);
    expect(new Set(failing.map(({ since }) => since)).size).toBe(1);
    expect(failing[0]?.error).toBeInstanceOf(Error);
    expect(states.at(-1)?.state).toBe("live");
  });

  it("of a watch with 403 are told; after some the list is made anew, and live it is only when watching works", async () => {
    const { lists, states, reflector } = await rig({
      watch: (_request, response, nth) => {
        if (nth <= 5) refuse(response, 403, "Forbidden", "no");
        else response.write(bookmark(9));
      },
    });
    await eventually(() => reflector.state.state === "live");
    expect(states.map(({ state }) => state)).toEqual([...Array.from({ length: 5 }, () => "failing"), "live"]);
    expect(lists().length).toBeGreaterThan(1);
  });

  it("a server that is busy is left alone for as long as it says", async () => {
    const at: number[] = [];
    const { reflector } = await rig({
      list: (_request, response, nth) => {
        at.push(performance.now());
        if (nth > 1) return reply(response, listOf([], 7));
        response.setHeader("retry-after", "1");
        return refuse(response, 429, "TooManyRequests", "later");
      },
    });
    await eventually(() => reflector.state.state === "live");
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(950);
  });

  it.each([
    ["an ERROR event of another kind", line("ERROR", statusObject(500, "InternalError", "etcd is away"))],
    ["no JSON", "HTTP/1.1 502\n"],
    ["an unknown type", line("SURPRISE", externalSecret("a", 9))],
    ["an event without an object", '{"type":"ADDED"}\n'],
    ["an object without metadata", line("ADDED", { spec: {} })],
    ["a list instead of an event", "[1]\n"],
    ["a line without end", "x".repeat(3_000)],
    ["a line that is too long", `${"x".repeat(3_000)}\n`],
  ])("inside a watch: %s is told, and after some the list is made anew", async (_what, text) => {
    const { log, states, lists, reflector, watches } = await rig({
      settings: { maxLineBytes: 2_000 },
      watch: (_request, response, nth) => response.write(nth <= 4 ? text : bookmark(9)),
    });
    await eventually(() => log.includes("progress:9"));
    expect(lists().length).toBeGreaterThan(1);
    expect(states.filter(({ state }) => state === "failing").length).toBeGreaterThanOrEqual(4);
    // Being accepted alone does not make it live again.
    expect(states.map(({ state }) => state).filter((state) => state === "live")).toHaveLength(2);
    expect(reflector.state.state).toBe("live");
    expect(versionsOf(watches())[1]).toBe("7");
  });

  it("events before an error of the same chunk count", async () => {
    const { log, watches } = await rig({
      watch: (_request, response, nth) => {
        if (nth === 1)
          response.end(line("ADDED", externalSecret("b", 8)) + line("ERROR", statusObject(500, "InternalError")));
        else response.write(bookmark(9));
      },
    });
    await eventually(() => log.includes("progress:9"));
    expect(log).toContain("ADDED:b@8");
    expect(versionsOf(watches())).toEqual(["7", "8"]);
  });

  it("a version that the server takes for none leads to a list at once", async () => {
    const { lists, log } = await rig({
      watch: (_request, response, nth) => {
        if (nth === 1) refuse(response, 400, "BadRequest", "invalid resource version");
        else response.write(bookmark(9));
      },
    });
    await eventually(() => log.includes("progress:9"));
    expect(lists()).toHaveLength(2);
  });

  it("watches that end as soon as they begin don't make it spin", async () => {
    const { states, watches } = await rig({
      settings: { minBackoff: 40, maxBackoff: 40 },
      watch: (_request, response) => response.end(),
    });
    await eventually(() => states.some(({ state }) => state === "failing"));
    const started = performance.now();
    await eventually(() => watches().length >= 8);
    expect(performance.now() - started).toBeGreaterThan(20);
  });

  it("watches that bring one bookmark and end don't make it spin", async () => {
    let version = 10;
    const { watches, states } = await rig({
      settings: { minBackoff: 40, maxBackoff: 40 },
      watch: (_request, response) => response.end(bookmark((version += 1))),
    });
    const started = performance.now();
    await eventually(() => watches().length >= 8);
    expect(performance.now() - started).toBeGreaterThan(20);
    expect(states.map(({ state }) => state)).toEqual(["live"]);
  });
});

describe("a connection that is dead", () => {
  it("is noticed, and opened again from where it was", async () => {
    const { watches, lists, states, log } = await rig({
      settings: { stallTimeout: 60 },
      watch: (_request, response, nth) => {
        if (nth === 1) response.write(bookmark(9));
        else if (nth > 2) response.write(bookmark(10));
        else response.flushHeaders();
      },
    });
    await eventually(() => log.includes("progress:10"));
    expect(versionsOf(watches()).slice(0, 3)).toEqual(["7", "9", "9"]);
    expect(lists()).toHaveLength(1);
    expect(states.filter(({ state }) => state === "failing").length).toBeLessThanOrEqual(1);
  });

  it("that brings bookmarks is not", async () => {
    let version = 10;
    const { log, watches } = await rig({
      settings: { stallTimeout: 100 },
      watch: (_request, response) => {
        const timer = setInterval(() => response.write(bookmark((version += 1))), 25);
        response.on("close", () => clearInterval(timer));
      },
    });
    await eventually(() => log.length > 12);
    expect(watches()).toHaveLength(1);
  });
});

describe("a handler or a projection that throws", () => {
  it("makes everything be listed anew: nothing that it missed stays missed", async () => {
    let thrown = 0;
    const { lists, states, log } = await rig({
      handler: {
        onEvents: () => {
          thrown += 1;
          if (thrown === 1) throw new Error("defect");
        },
      },
      watch: (_request, response, nth) =>
        response.write(nth === 1 ? line("ADDED", externalSecret("b", 8)) : bookmark(9)),
    });
    await eventually(() => log.includes("progress:9"));
    expect(lists()).toHaveLength(2);
    expect(states.find(({ state }) => state === "failing")?.error?.message).toBe("defect");
  });

  it("in a list too", async () => {
    let thrown = 0;
    const { lists, reflector } = await rig({
      handler: {
        onReplace: () => {
          thrown += 1;
          // oxlint-disable-next-line typescript/only-throw-error -- what others throw need not be an Error
          if (thrown === 1) throw "defect";
        },
      },
    });
    await eventually(() => reflector.state.state === "live");
    expect(lists()).toHaveLength(2);
  });

  it("an object that cannot be read is left out and told; the others come", async () => {
    const { log, logger } = await rig({
      project: (object) => {
        if (object.metadata.name === "poison") throw new Error("defect");
        return object;
      },
      list: (_request, response) => reply(response, listOf([externalSecret("poison", 5), externalSecret("a", 6)], 7)),
      watch: (_request, response) =>
        response.write(line("MODIFIED", externalSecret("poison", 8)) + line("MODIFIED", externalSecret("a", 9))),
    });
    await eventually(() => log.includes("progress:9"));
    expect(log).toEqual(["list:a@6", "MODIFIED:a@9", "progress:9"]);
    expect(logger.lines.filter(({ level }) => level === "warn")).toHaveLength(2);
  });
});

describe("lists that are older than what was seen", () => {
  it("are asked for again: an API server that lags behind is not believed", async () => {
    const { log, replaced } = await rig({
      list: (_request, response, nth) =>
        reply(response, listOf([externalSecret("a", 5)], [100, 90, 120][nth - 1] ?? 130)),
      watch: (_request, response, nth) => {
        if (nth === 1) response.end(line("ERROR", statusObject(410, "Expired")));
        else response.write(bookmark(121));
      },
    });
    await eventually(() => log.includes("progress:121"));
    expect(replaced).toEqual([
      { resourceVersion: "100", rewound: false },
      { resourceVersion: "120", rewound: false },
    ]);
  });

  it("again and again are the truth: etcd was restored", async () => {
    const { log, replaced, watches } = await rig({
      list: (_request, response, nth) => reply(response, listOf([externalSecret("a", 5)], nth === 1 ? 100 : 20)),
      watch: (_request, response, nth) => {
        if (nth === 1) response.end(line("ERROR", statusObject(410, "Expired")));
        else response.write(bookmark(21));
      },
    });
    await eventually(() => log.includes("progress:21"));
    expect(replaced).toEqual([
      { resourceVersion: "100", rewound: false },
      { resourceVersion: "20", rewound: true },
    ]);
    expect(versionsOf(watches())).toEqual(["100", "20"]);
  });
});

describe("stopping", () => {
  it.each([
    "before it starts",
    "during the list",
    "between pages",
    "while it waits after a failure",
    "during the watch",
    "while the watch is being opened",
  ])("%s leaves nothing behind", async (when) => {
    let hold = true;
    const { reflector, server, log, open } = await rig({
      startAt: "later",
      settings: when === "while it waits after a failure" ? { minBackoff: 60_000, maxBackoff: 60_000 } : {},
      list: (request, response) => {
        if (when === "during the list" && hold) return;
        if (when === "while it waits after a failure") refuse(response, 500, "InternalError", "no");
        else if (when === "between pages" && request.query.has("continue")) return;
        else reply(response, listOf([], 7, when === "between pages" ? "next" : ""));
      },
      watch: (_request, response) => {
        if (when !== "while the watch is being opened") response.write(bookmark(8));
      },
    });
    if (when !== "before it starts") {
      reflector.start();
      const requests = { "during the watch": 2, "while the watch is being opened": 2, "between pages": 2 }[when] ?? 1;
      await eventually(() => server.requests.length === requests);
      if (when === "during the watch") await eventually(() => log.includes("progress:8"));
      if (when === "while it waits after a failure") await eventually(() => reflector.state.state === "failing");
    }
    const before = log.length;
    await reflector.stop();
    hold = false;
    await eventually(() => open.length === 0 && server.requests.length <= 2);
    await expect.poll(server.open).toBeLessThanOrEqual(1);
    expect(log).toHaveLength(before);
    await reflector.stop();
  });

  it("from inside the handler ends the chunk's calls", async () => {
    const stopped: Promise<void>[] = [];
    const { reflector, log, open } = await rig({
      handler: {
        onEvents: () => {
          stopped.push(reflector.stop());
        },
      },
      watch: (_request, response) => {
        response.write(line("ADDED", externalSecret("b", 8)));
        setTimeout(() => response.write(bookmark(9)), 5);
      },
    });
    await eventually(() => stopped.length > 0);
    await Promise.all(stopped);
    await eventually(() => open.length === 0);
    expect(log).not.toContain("progress:9");
  });

  it("and starting again goes on; starting twice is starting once", async () => {
    const { reflector, log, watches, lists } = await rig({
      watch: (_request, response, nth) => response.write(bookmark(10 + nth)),
    });
    reflector.start();
    await eventually(() => log.includes("progress:11"));
    await reflector.stop();
    reflector.start();
    await eventually(() => log.includes("progress:12"));
    expect(lists()).toHaveLength(1);
    expect(versionsOf(watches())).toEqual(["7", "11"]);
  });
});
