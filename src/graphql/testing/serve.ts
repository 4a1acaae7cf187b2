import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, createClient } from "graphql-ws";
import { makeServer } from "graphql-ws";
import { WebSocket, WebSocketServer } from "ws";
import type { Viewer } from "../../domain/viewer.js";
import type { GraphQLLayer } from "../create-graphql.js";
import type { Sink } from "../subscriptions/sink.js";
import type { ConnectionIdentity } from "../websocket.js";

/** The layer on a real port, without anything that the http part adds. */
export interface Served {
  url: string;
  client: Client;
  stop(): Promise<void>;
}

async function read(request: AsyncIterable<Buffer>): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

/** Takes whatever comes. */
const sinkOf = (socket: WebSocket, id: string): Sink => ({
  take: (deliveries) => {
    for (const { payload } of deliveries) {
      const result: unknown = JSON.parse(payload.toString("utf8"));
      socket.send(JSON.stringify({ id, type: "next", payload: result }));
    }
    return deliveries.length;
  },
});

export async function serve(layer: GraphQLLayer, viewer: Viewer): Promise<Served> {
  const identity = { viewer, requestId: "test" };
  const server = createServer((request, response) => {
    void (async () => {
      const headers = new Map<string, string>();
      for (const [name, value] of Object.entries(request.headers)) {
        if (typeof value === "string") headers.set(name, value);
      }
      const json = headers.get("content-type")?.startsWith("application/json") === true;
      const body = await read(request);
      const search = new URL(request.url ?? "/", "http://localhost").search;
      const answer = await layer.execute(
        { method: request.method ?? "GET", search, headers, body: json ? body : undefined },
        identity,
      );
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(answer.body);
    })();
  });
  const sockets = new WebSocketServer({ server, path: "/", handleProtocols: () => "graphql-transport-ws" });
  const operations = makeServer<Record<string, unknown> | undefined, ConnectionIdentity>(layer.operations);
  sockets.on("connection", (socket) => {
    const closed = operations.opened(
      {
        protocol: socket.protocol,
        send: (text) => {
          socket.send(text);
        },
        close: (code, reason) => {
          socket.close(code, reason);
        },
        onMessage: (handle) => {
          socket.on("message", (data) => void handle(Buffer.isBuffer(data) ? data.toString("utf8") : ""));
        },
      },
      { ...identity, sink: (id) => sinkOf(socket, id) },
    );
    socket.on("close", (code, reason) => void closed(code, String(reason)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `127.0.0.1:${address.port}`;
  const client = createClient({ url: `ws://${url}`, webSocketImpl: WebSocket, lazy: true, retryAttempts: 0 });
  return {
    url: `http://${url}/`,
    client,
    async stop() {
      await client.dispose();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      await layer.stop();
    },
  };
}
