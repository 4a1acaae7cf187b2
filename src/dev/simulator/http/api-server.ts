import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { randomUUID } from "node:crypto";
import { ApiError, badRequest, expired, methodNotAllowed } from "../api-error.js";
import type { ApiService } from "../api/api-service.js";
import type { Clock } from "../clock.js";
import type { FaultEffect, FaultMatch, FaultTarget, Faults } from "../faults.js";
import { matchesFault } from "../faults.js";
import type { JsonObject } from "../json.js";
import { type ResourceName, type ResourceType } from "../resources.js";
import { authenticate, authorize, type Role } from "./authorization.js";
import { discovery } from "./discovery.js";
import { Lister } from "./list.js";
import { strike } from "./strike.js";
import { readBody, resourcePath, type ResourcePath, verbOf } from "./request.js";
import { answerObject, type Answer } from "./verbs.js";
import { WatchStream } from "./watch.js";
import { selection } from "../selectors.js";

/** Settings of one cluster's server. */
export interface ServerSettings {
  tokens: ReadonlyMap<string, Role>;
  bookmarkInterval: number;
  continueTtl: number;
}

/** The HTTP server of one simulated cluster. */
export class ApiServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly streams = new Set<WatchStream>();
  private readonly lister: Lister;
  private stopListening: () => void = () => {};

  constructor(
    private readonly api: ApiService,
    private readonly types: () => ReadonlyMap<ResourceName, ResourceType>,
    private readonly faults: Faults,
    private readonly clock: Clock,
    private readonly settings: ServerSettings,
  ) {
    this.lister = new Lister(
      api.store,
      () => this.settings.continueTtl,
      () => clock.now(),
    );
    this.server = createServer(
      { keepAlive: true, keepAliveTimeout: 90_000, requestTimeout: 0 },
      (request, response) => void this.serve(request, response),
    );
    this.server.on("connection", (socket) => this.connected(socket));
  }

  /** Listens on loopback. @returns the port */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, "127.0.0.1", () => {
        this.server.off("error", reject);
        resolve();
      });
    });
    this.stopListening = this.faults.onChange(() => {
      if (this.faults.refusing) this.dropConnections();
    });
    const address = this.server.address();
    return isAddress(address) ? address.port : port;
  }

  private connected(socket: Socket): void {
    if (this.faults.refusing) {
      socket.resetAndDestroy();
      return;
    }
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  }

  /** Resets every open connection. */
  dropConnections(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** How many connections are open. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Cuts the watches that match; returns how many. */
  dropWatches(match?: FaultMatch): number {
    const matching = [...this.streams].filter((stream) => matchesFault(match, stream.target));
    for (const stream of matching) stream.drop();
    return matching.length;
  }

  /** Ends the watches that match with an ERROR event; returns how many. */
  failWatches(status: JsonObject, match?: FaultMatch): number {
    const matching = [...this.streams].filter((stream) => matchesFault(match, stream.target));
    for (const stream of matching) stream.fail(status);
    return matching.length;
  }

  /** How many watches are open. */
  get watches(): number {
    return this.streams.size;
  }

  /** Makes all continue tokens too old. */
  expireContinueTokens(): void {
    this.lister.expire();
  }

  async close(): Promise<void> {
    this.stopListening();
    for (const stream of this.streams) stream.end();
    const closed = new Promise<void>((resolve) => void this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => response.destroy());
    response.setHeader("audit-id", randomUUID());
    try {
      await this.answer(request, response);
    } catch (error) {
      const refusal =
        error instanceof ApiError
          ? error
          : new ApiError(
              500,
              "InternalError",
              `Internal error occurred: ${error instanceof Error ? error.message : "unknown"}`,
            );
      this.respond(response, { code: refusal.code, body: refusal.status, headers: refusal.headers });
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname.length > 1 && url.pathname.endsWith("/") ? url.pathname.slice(0, -1) : url.pathname;
    const target = resourcePath(path);
    const verb = verbOf(request.method ?? "GET", target, url.searchParams);
    const faultTarget: FaultTarget = {
      verb,
      isApply: verb === "patch" && (request.headers["content-type"] ?? "").startsWith("application/apply-patch"),
      resource: target?.resource ?? "",
      subresource: target?.subresource ?? "",
      namespace: target?.namespace ?? "",
      name:
        target === undefined || target.name !== ""
          ? (target?.name ?? "")
          : (/metadata\.name=+([^,]+)/u.exec(url.searchParams.get("fieldSelector") ?? "")?.[1] ?? ""),
      path,
    };
    const effects = this.faults.strike(faultTarget);
    if (await strike(effects, this.clock, target !== undefined && verb === "watch")) return;
    const role = authenticate(this.settings.tokens, request.headers.authorization);
    if (target === undefined || !this.isServed(target)) {
      this.other(request, path, response);
      return;
    }
    const type = this.api.type(target.resource);
    authorize(role, `simulated:${role}`, { ...target, verb }, type);
    if (verb === "watch") {
      this.watch(type, target, url.searchParams, faultTarget, effects, response);
      return;
    }
    if (verb === "list") {
      this.sendList(type, target, url.searchParams, effects, response);
      return;
    }
    const body = ["POST", "PUT", "PATCH", "DELETE"].includes(request.method ?? "") ? await readBody(request) : "";
    let answer: Answer;
    try {
      answer = answerObject(this.api, type, {
        ...target,
        verb,
        query: url.searchParams,
        body,
        contentType: request.headers["content-type"] ?? "",
        userAgent: request.headers["user-agent"] ?? "",
      });
    } finally {
      if (effects.some((effect) => effect.kind === "lostAnswer")) response.socket?.destroy();
    }
    this.respond(response, answer);
  }

  private isServed(target: ResourcePath): boolean {
    const type = this.types().get(target.resource);
    return (
      type !== undefined &&
      type.group === target.group &&
      type.version === target.version &&
      (target.namespace === "" || type.namespaced)
    );
  }

  private other(request: IncomingMessage, path: string, response: ServerResponse): void {
    if (["/healthz", "/readyz", "/livez"].includes(path)) {
      response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("ok");
      return;
    }
    const found = discovery(path, [...this.types().values()]);
    if (found === undefined) {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n");
      return;
    }
    if (request.method !== "GET") throw methodNotAllowed();
    this.respond(response, { code: 200, body: found });
  }

  private sendList(
    type: ResourceType,
    target: ResourcePath,
    query: URLSearchParams,
    effects: FaultEffect[],
    response: ServerResponse,
  ): void {
    const labels = query.get("labelSelector") ?? "";
    const fields = query.get("fieldSelector") ?? "";
    const selected = selection(type, target.namespace, labels, fields);
    const body = this.lister.list(
      type,
      selected,
      {
        limit: limitOf(query),
        continue: query.get("continue") ?? "",
        resourceVersion: query.get("resourceVersion") ?? "",
        resourceVersionMatch: query.get("resourceVersionMatch") ?? "",
      },
      JSON.stringify([type.plural, target.namespace, labels, fields]),
    );
    if (effects.some((effect) => effect.kind === "lostAnswer")) response.socket?.destroy();
    else
      response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" }).end(body);
  }

  private watch(
    type: ResourceType,
    target: ResourcePath,
    query: URLSearchParams,
    faultTarget: FaultTarget,
    effects: FaultEffect[],
    response: ServerResponse,
  ): void {
    const timeout = query.get("timeoutSeconds");
    const fields = [query.get("fieldSelector") ?? "", ...(target.name === "" ? [] : [`metadata.name=${target.name}`])]
      .filter((part) => part !== "")
      .join(",");
    const stream = WatchStream.open(
      type,
      selection(type, target.namespace, query.get("labelSelector") ?? "", fields),
      {
        resourceVersion: query.get("resourceVersion") ?? "",
        allowBookmarks: query.get("allowWatchBookmarks") === "true",
        sendInitialEvents: query.get("sendInitialEvents") === "true",
        timeoutSeconds: timeout === null || !(Number(timeout) > 0) ? undefined : Number(timeout),
      },
      faultTarget,
      response,
      {
        store: this.api.store,
        faults: this.faults,
        clock: this.clock,
        bookmarkInterval: this.settings.bookmarkInterval,
        closed: (closed) => this.streams.delete(closed),
      },
    );
    if (!response.writableEnded) this.streams.add(stream);
    for (const effect of effects) {
      if (effect.kind === "gone") stream.fail(expired("too old resource version: 1 (2)").status);
      if (effect.kind === "dropWatch") this.clock.after(effect.afterMs ?? 0, () => stream.drop());
    }
  }

  private respond(response: ServerResponse, answer: Answer): void {
    if (response.destroyed || response.headersSent) return;
    const body = typeof answer.body === "string" ? answer.body : `${JSON.stringify(answer.body)}\n`;
    response
      .writeHead(answer.code, {
        "content-type": "application/json",
        "cache-control": "no-cache, private",
        ...answer.headers,
      })
      .end(body);
  }
}

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === "object" && address !== null;

/** @throws ApiError 400, worded as Go's strconv does */
function limitOf(query: URLSearchParams): number {
  const given = query.get("limit") || "0";
  if (!/^[-+]?\d+$/u.test(given))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(given)}: invalid syntax`);
  return Number(given);
}
