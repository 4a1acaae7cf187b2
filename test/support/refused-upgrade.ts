import { WebSocket } from "ws";

/** The HTTP status that a WebSocket is refused with. @throws Error where it is opened */
export async function refusedUpgrade(httpUrl: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const socket = new WebSocket(httpUrl.replace("http", "ws"), "graphql-transport-ws", { headers: { ...headers } });
  // Told by the response as well.
  socket.on("error", () => {});
  try {
    return await new Promise((resolve, reject) => {
      socket.on("open", () => reject(new Error("the WebSocket was opened")));
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    });
  } finally {
    socket.terminate();
  }
}
