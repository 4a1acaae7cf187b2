// An API server with one world in it, in a process of its own: lists, watches, and nothing else. It changes objects when it is told to, and says when it did.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ApiServerAnswer, ApiServerCommand } from "./api-server.js";
import { assignmentCount, KUBE_SYSTEM, liveNamespace, liveObject, liveStore, type WorldSize } from "./world.js";

let world: WorldSize = { installation: "", secrets: 0, projects: 0 };
let version = 1_000_000;
/** Of the objects that have changed. */
const states = new Map<number, { version: number; synced: boolean }>();
const watchers = { product: new Set<ServerResponse>(), raw: new Set<ServerResponse>() };
let requests = 0;
let storm: Buffer | null = null;

const objectJson = (index: number): string => {
  const state = states.get(index);
  return JSON.stringify(liveObject(world, index, state?.version ?? index + 1, state?.synced ?? true));
};

function change(index: number, synced: boolean): string {
  version += 1;
  states.set(index, { version, synced });
  return `{"type":"MODIFIED","object":${objectJson(index)}}\n`;
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  requests += 1;
  const url = new URL(request.url ?? "/", "http://bench");
  response.setHeader("content-type", "application/json");
  const parts = url.pathname.split("/");
  const plural = parts.at(-1) ?? "";
  if (url.searchParams.get("watch") !== null || url.pathname === "/raw") {
    response.writeHead(200).flushHeaders();
    const of = url.pathname === "/raw" ? watchers.raw : plural === "externalsecrets" ? watchers.product : null;
    of?.add(response);
    const bookmarks = setInterval(() => {
      const object = { kind: "Bookmark", apiVersion: "v1", metadata: { resourceVersion: String(version) } };
      response.write(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
    }, 30_000);
    response.once("close", () => {
      clearInterval(bookmarks);
      of?.delete(response);
    });
    return;
  }
  const list = (kind: string, items: readonly string[], next = ""): void => {
    const metadata = JSON.stringify({ resourceVersion: String(version), continue: next });
    response.end(`{"apiVersion":"v1","kind":"${kind}List","metadata":${metadata},"items":[${items.join(",")}]}`);
  };
  if (plural === "v1" && parts[1] === "apis")
    response.end(JSON.stringify({ resources: [{ name: "externalsecrets" }] }));
  else if (plural === "namespaces") {
    const one = url.searchParams.get("fieldSelector") !== null;
    const all = one ? [] : Array.from({ length: world.projects }, (_, i) => JSON.stringify(liveNamespace(i, i + 2)));
    list("Namespace", [JSON.stringify(KUBE_SYSTEM), ...all]);
  } else if (plural === "externalsecrets") {
    const count = assignmentCount(world);
    const from = Number(url.searchParams.get("continue") ?? "0");
    const until = Math.min(count, from + Number(url.searchParams.get("limit") ?? String(count)));
    const items = Array.from({ length: until - from }, (_, i) => objectJson(from + i));
    list("ExternalSecret", items, until < count ? String(until) : "");
  } else if (plural === "clustersecretstores") list("ClusterSecretStore", [JSON.stringify(liveStore(1))]);
  else if (plural === "secretstores") list("SecretStore", []);
  else if (plural === "events") list("Event", []);
  else
    response.writeHead(404).end(JSON.stringify({ kind: "Status", status: "Failure", code: 404, reason: "NotFound" }));
}

function obey(command: ApiServerCommand): Omit<ApiServerAnswer, "id"> {
  if (command.do === "world") {
    world = command.world;
    return {};
  }
  if (command.do === "change") {
    const line = change(command.index, command.synced);
    const at = process.hrtime.bigint();
    for (const watcher of watchers[command.to]) watcher.write(line);
    return { at: String(at) };
  }
  if (command.do === "prepare") {
    storm = Buffer.from(Array.from({ length: command.count }, (_, i) => change(i, command.synced)).join(""));
    return {};
  }
  if (command.do === "storm") {
    const at = process.hrtime.bigint();
    if (storm !== null) for (const watcher of watchers.product) watcher.write(storm);
    storm = null;
    return { at: String(at) };
  }
  const seen = requests;
  requests = 0;
  return { requests: seen, watchers: watchers[command.of].size };
}

const server = createServer(serve);
server.keepAliveTimeout = 600_000;
process.on("message", (command: ApiServerCommand & { id: number }) => {
  process.send?.({ ...obey(command), id: command.id });
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ id: 0, port: typeof address === "object" && address !== null ? address.port : 0 });
});
