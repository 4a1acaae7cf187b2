import { createServer } from "node:http";
import { WebSocketServer, type WebSocket } from "ws";

/** The least that could bring something to all: a bare `ws` server, and one buffer. */
export interface Broadcast {
  url: string;
  /** Sends the buffer to everybody who is connected, once. */
  send(message: Buffer): void;
  readonly size: number;
  close(): Promise<void>;
}

export async function startBroadcast(): Promise<Broadcast> {
  const server = createServer();
  const sockets = new Set<WebSocket>();
  const upgrader = new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false });
  upgrader.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.terminate());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`,
    send: (message) => {
      for (const socket of sockets) socket.send(message, { binary: false });
    },
    get size() {
      return sockets.size;
    },
    async close() {
      for (const socket of sockets) socket.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
