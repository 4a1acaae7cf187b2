import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { KubeConfig, type Cluster, type User } from "@kubernetes/client-node";

/** A request as a test's server saw it. */
export interface SeenRequest {
  method: string;
  /** Without its query. */
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A server that answers whatever a test wants, on a port of its own. */
export interface RawServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Connections that were ever made. */
  readonly connections: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  /** Cuts all of them. */
  cut(): void;
  close(): Promise<void>;
}

export type RawHandler = (request: SeenRequest, response: http.ServerResponse) => void;

/** @param tls key and certificate (PEM): https; left out: http */
export async function startRawServer(handler: RawHandler, tls?: https.ServerOptions): Promise<RawServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener = (incoming: http.IncomingMessage, response: http.ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", "http://test");
      const request: SeenRequest = {
        method: incoming.method ?? "",
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      requests.push(request);
      handler(request, response);
    });
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.keepAliveTimeout = 60_000;
  server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${portOf(server.address())}`,
    requests,
    connections: () => connections,
    open: () => sockets.size,
    cut: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === "object" && address !== null ? address.port : 0;

/** A KubeConfig whose current context is this server. */
export function kubeConfigFor(
  server: string,
  user: Partial<User> = { token: "test" },
  cluster: Partial<Cluster> = {},
): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "test", server, skipTLSVerify: false, ...cluster }, { name: "test", ...user });
  return config;
}

/** Answers JSON. */
export function reply(response: http.ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Answers a Kubernetes Status of failure. */
export function refuse(
  response: http.ServerResponse,
  code: number,
  reason: string,
  message: string,
  details: object = {},
): void {
  reply(
    response,
    { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, details, code },
    code,
  );
}

/** Resolves once `condition` holds. @throws where it doesn't within so many milliseconds */
export async function eventually(condition: () => boolean, what = "the condition", limit = 5_000): Promise<void> {
  const until = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > until) throw new Error(`${what} did not come true within ${limit} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
