import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient, gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { recordLog } from "../support/recording-log.js";
import { RawWebSocket } from "../support/raw-websocket.js";
import { refusedUpgrade } from "../support/refused-upgrade.js";

const PROTOCOL = "graphql-transport-ws";
const log = recordLog();

let app: TestApp;
let admin: ApiClient;

beforeAll(async () => {
  app = await startTestApp({
    logger: log.logger,
    env: { MAX_FRAME_BYTES: "5000", MAX_SUBSCRIPTIONS_PER_CONNECTION: "3", MAX_CONNECTIONS: "20" },
    socketTimings: { initTimeout: 300 },
  });
  admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
});
afterAll(() => app.stop());

interface Closed {
  code: number;
  reason: string;
}

function open(protocols: string | string[] = PROTOCOL): { socket: WebSocket; closed: Promise<Closed> } {
  const socket = new WebSocket(`${app.url.replace("http", "ws")}/graphql`, protocols);
  onTestFinished(() => socket.terminate());
  const closed = new Promise<Closed>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString("utf8") }));
  });
  // Told by `close` as well.
  socket.on("error", () => {});
  return { socket, closed };
}

/** Opens, sends these, and waits for the server to close. */
async function closeAfter(...messages: (object | string | Buffer)[]): Promise<Closed> {
  const { socket, closed } = open();
  await once(socket, "open");
  for (const message of messages)
    socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  return await closed;
}

const init = (token: string): object => ({ type: "connection_init", payload: { authorization: `Bearer ${token}` } });
const tokenFor = async (expiresIn: number): Promise<string> => {
  const response = await fetch(`${app.url}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject: "ada", role: "PLATFORM_ADMIN", expiresIn }),
  });
  return z.object({ access_token: z.string() }).parse(await response.json()).access_token;
};
const subscribers = async (): Promise<number> =>
  Number(/^secretariat_subscriptions (\d+)$/m.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1]);

describe("connecting", () => {
  it.each([[[]], [["sec-websocket-protocol: graphql-ws"]], [["sec-websocket-protocol: graphql-ws, mqtt"]]])(
    "is ended with 4406 without the subprotocol: %j",
    async (headers) => {
      const raw = await RawWebSocket.to(app.url, headers);
      expect(await eventually(() => raw.closed())).toEqual({ code: 4406, reason: "Subprotocol not acceptable" });
      await raw.connection.closed();
    },
  );

  it.each(["/", "/graphql/", "/metrics", "/graphiql/page.js"])("is refused at %s", async (path) => {
    expect(await refusedUpgrade(app.url + path)).toBe(404);
  });

  it("is refused to pages of other origins and names", async () => {
    expect(await refusedUpgrade(`${app.url}/graphql`, { origin: "https://evil.example" })).toBe(403);
    expect(await refusedUpgrade(`${app.url}/graphql`, { host: "evil.example" })).toBe(403);
  });

  it("leaves no connection behind where it is refused", async () => {
    const raw = await RawWebSocket.to(`${app.url}/nothing`);
    await raw.connection.closed(2_000);
    expect(raw.connection.statuses).toEqual([404]);
  });

  it("is ended with 4408 where nobody says who it is", async () => {
    expect(await closeAfter()).toEqual({ code: 4408, reason: "Connection initialisation timeout" });
  });

  it("is developer without a token, here in development", async () => {
    const developer = await ApiClient.of(app.url, null);
    const client = developer.socket();
    const answer = gather(client, "{ me { subject } }", "me");
    await eventually(() => answer.ended);
    expect(answer.events).toEqual([{ subject: "developer" }]);
    await client.dispose();
  });

  it("is known by the token in either spelling of its name", async () => {
    for (const name of ["authorization", "Authorization"]) {
      const { socket } = open();
      await once(socket, "open");
      socket.send(JSON.stringify({ type: "connection_init", payload: { [name]: `Bearer ${admin.token}` } }));
      const messages: unknown[] = await once(socket, "message");
      expect(JSON.parse(String(messages[0]))).toEqual({ type: "connection_ack" });
    }
  });

  it.each([
    ["a token of nobody", "Bearer x.y.z", "The token is not a signed JSON Web Token."],
    ["no bearer token", "Basic abc", "The Authorization header must be: Bearer, a space, the token."],
    ["no text", 42, "The Authorization header must be: Bearer, a space, the token."],
  ])("is ended with 4403 for %s, and says why", async (_title, authorization, reason) => {
    expect(await closeAfter({ type: "connection_init", payload: { authorization } })).toEqual({ code: 4403, reason });
  });

  it.each([
    ["what is no JSON", ["{"], 4400],
    ["what is no message", [{ type: "nothing" }], 4400],
    ["a binary frame", [Buffer.from([1, 2, 3])], 4400],
    ["a frame over the limit", ["x".repeat(5_001)], 1009],
    [
      "an operation before it is known",
      [{ type: "subscribe", id: "1", payload: { query: "{ me { subject } }" } }],
      4401,
    ],
    ["a second init", [{ type: "connection_init" }, { type: "connection_init" }], 4429],
  ])("is ended for %s", async (_title, messages, code) => {
    expect((await closeAfter(...messages)).code).toBe(code);
  });

  it("is not ended by a frame of just the limit", async () => {
    const { socket } = open();
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "connection_init", payload: { x: "" } }).padEnd(5_000, " "));
    await once(socket, "message");
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it("is refused with 503 where there are too many, and HTTP goes on; the next is taken once one has gone", async () => {
    const sockets = Array.from({ length: 20 }, () => open());
    await Promise.all(sockets.map(({ socket }) => once(socket, "open")));
    expect(await refusedUpgrade(`${app.url}/graphql`)).toBe(503);
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    const answer = await admin.send("{ me { subject } }");
    expect(answer.status).toBe(200);
    sockets[0]?.socket.close();
    await eventually(async () => {
      const { socket } = open();
      await once(socket, "open");
      return true;
    });
  });
});

describe("operations", () => {
  it("beyond those that are allowed at once are refused, each by itself", async () => {
    const client = admin.socket();
    const running = [1, 2, 3].map(() => gather(client, "subscription { transitions { id } }", "transitions"));
    await eventually(async () => (await subscribers()) === 3);
    const refused = gather(client, "subscription { transitions { id } }", "transitions");
    await eventually(() => refused.ended);
    expect(refused.errors).toMatchObject([{ extensions: { code: "PRECONDITION_FAILED", reason: "QuotaExceeded" } }]);
    const query = gather(client, "{ me { subject } }", "me");
    await eventually(() => query.ended);
    expect(query.errors).toMatchObject([{ extensions: { code: "PRECONDITION_FAILED" } }]);
    running[0]?.stop();
    await eventually(async () => (await subscribers()) === 2);
    const next = gather(client, "{ me { subject } }", "me");
    await eventually(() => next.ended);
    expect(next.events).toEqual([{ subject: "ada" }]);
    expect(running.slice(1).map(({ ended }) => ended)).toEqual([false, false]);
    await client.dispose();
    await eventually(async () => (await subscribers()) === 0);
  });

  it("end with their connection, however it ends", async () => {
    const client = admin.socket();
    gather(client, "subscription { transitions { id } }", "transitions");
    await eventually(async () => (await subscribers()) === 1);
    client.terminate();
    await eventually(async () => (await subscribers()) === 0);
  });
});

describe("a token that expires", () => {
  it("ends the connection with 4403, and what runs on it", async () => {
    const { socket, closed } = open();
    await once(socket, "open");
    const began = performance.now();
    socket.send(JSON.stringify(init(await tokenFor(2))));
    await once(socket, "message");
    socket.send(
      JSON.stringify({ type: "subscribe", id: "1", payload: { query: "subscription { transitions { id } }" } }),
    );
    await eventually(async () => (await subscribers()) === 1);
    expect(await closed).toEqual({ code: 4403, reason: "The token has expired; connect again with a fresh one." });
    expect(performance.now() - began).toBeGreaterThan(900);
    await eventually(async () => (await subscribers()) === 0, 500);
  });

  it("is listened to no more, even where the client does not let go", async () => {
    const raw = await RawWebSocket.signedIn(app.url, await tokenFor(1));
    raw.send({ type: "subscribe", id: "1", payload: { query: "subscription { transitions { id } }" } });
    await eventually(async () => (await subscribers()) === 1);
    await eventually(() => raw.closed());
    expect(raw.closed()?.code).toBe(4403);
    await eventually(async () => (await subscribers()) === 0, 500);
    const name = "too-late";
    const { clusters } = await admin.ask<{ clusters: { id: string }[] }>("{ clusters { id } }");
    raw.send({
      type: "subscribe",
      id: "2",
      payload: {
        query:
          'mutation ($id: ID) { createProject(input: { name: "too-late", description: "", clusterId: $id }) { id } }',
        variables: { id: clusters[0]?.id },
      },
    });
    await raw.connection.closed(6_000);
    const { project } = await admin.ask<{ project: object | null }>(
      "query ($name: String) { project(name: $name) { id } }",
      { name },
    );
    expect(project).toBeNull();
    expect(raw.messages().map(({ type }) => type)).toEqual(["connection_ack"]);
  });
});

describe("the log", () => {
  it("takes none of this for a failure of ours", () => {
    expect(log.entries().filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  });
});
