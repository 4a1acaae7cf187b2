import { once } from "node:events";
import { WebSocket } from "ws";

/** Raw answers over HTTP and WebSocket, to be compared byte for byte. */
export interface Wire {
  /** The body of an answer over HTTP. */
  post(query: string, variables?: Record<string, unknown>): Promise<string>;
  /** The payload of the first message about an operation over WebSocket, with the type of the message before it. */
  over(query: string, variables?: Record<string, unknown>): Promise<string>;
  close(): void;
}

/** A person's connections. The socket is opened when it is first needed, and kept. */
export function wireOf(url: string, token: string | null): Wire {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  let socket: Promise<WebSocket> | null = null;
  let operations = 0;
  const open = async (): Promise<WebSocket> => {
    const opened = new WebSocket(`${url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    opened.setMaxListeners(100);
    await once(opened, "open");
    opened.send(JSON.stringify({ type: "connection_init", payload: authorization }));
    await once(opened, "message");
    return opened;
  };
  return {
    async post(query, variables = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...authorization },
        body: JSON.stringify({ query, variables }),
      });
      return response.text();
    },
    async over(query, variables = {}) {
      socket ??= open();
      const opened = await socket;
      operations += 1;
      const id = String(operations);
      return new Promise((resolve, reject) => {
        const done = (finish: () => void): void => {
          opened.off("message", take);
          opened.off("close", lost);
          finish();
        };
        const lost = (code: number): void => done(() => reject(new Error(`the socket was closed with ${code}`)));
        const take = (data: Buffer): void => {
          const message: unknown = JSON.parse(data.toString("utf8"));
          if (typeof message !== "object" || message === null || !("id" in message) || message.id !== id) return;
          const { id: _id, ...rest } = message;
          done(() => resolve(JSON.stringify(rest)));
        };
        opened.on("message", take);
        opened.on("close", lost);
        opened.send(JSON.stringify({ id, type: "subscribe", payload: { query, variables } }));
      });
    },
    close() {
      void socket?.then((opened) => opened.close(1000));
    },
  };
}

/** Runs work on items, a few at a time: tests that send thousands of requests. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>, atOnce = 8): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}
