import { once } from "node:events";
import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { RawConnection, rawRequest } from "../support/raw-http.js";
import { RawWebSocket } from "../support/raw-websocket.js";
import { recordLog } from "../support/recording-log.js";

const SLOW = "{ projects { totalCount } }";

/** Keeps every query of projects waiting until it is let go. */
async function holdProjects(app: TestApp): Promise<{ waiting(): Promise<number>; letGo(): Promise<void> }> {
  const client = new Client(app.databaseUrl);
  client.on("error", () => {});
  await client.connect();
  await client.query("BEGIN");
  await client.query("LOCK TABLE project IN ACCESS EXCLUSIVE MODE");
  return {
    waiting: async () => {
      const { rows } = await client.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM pg_locks WHERE NOT granted AND relation = 'project'::regclass",
      );
      return rows[0]?.count ?? 0;
    },
    letGo: () => client.end(),
  };
}

async function startWatched(): Promise<{
  app: TestApp;
  token: string;
  socket: WebSocket;
  messages: string[];
  closed: Promise<unknown[]>;
}> {
  // Nothing in the clusters, so that nobody but the requests waits for the lock.
  const app = await startTestApp({ clusters: ["berlin"] });
  onTestFinished(() => app.stop());
  const { token } = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  const socket = new WebSocket(`${app.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  const messages: string[] = [];
  socket.on("message", (data: Buffer) => messages.push(data.toString("utf8")));
  const closed = once(socket, "close");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${token}` } }));
  await eventually(() => messages.length === 1);
  socket.send(
    JSON.stringify({ type: "subscribe", id: "watch", payload: { query: "subscription { transitions { id } }" } }),
  );
  return { app, token: token ?? "", socket, messages, closed };
}

describe("a stop", () => {
  it("lets requests and operations that are under way be answered, closes WebSockets with 1001, and takes nothing new", async () => {
    const { app, token, socket, messages, closed } = await startWatched();
    const lock = await holdProjects(app);
    socket.send(JSON.stringify({ type: "subscribe", id: "slow", payload: { query: SLOW } }));
    const slow = ApiClient.withToken(app.url, token).send(SLOW);
    const keptAlive = await RawConnection.to(app.url);
    const head = [`host: ${new URL(app.url).host}`, "content-type: application/json"];
    keptAlive.write(rawRequest(head, JSON.stringify({ query: SLOW })));
    const idle = await RawConnection.to(app.url);
    idle.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    await eventually(async () => idle.statuses.length === 1 && (await lock.waiting()) >= 3);

    const began = performance.now();
    const stopped = app.app.stop();
    await idle.closed(1_000);
    await expect(fetch(`${app.url}/healthz`)).rejects.toThrow("fetch failed");
    // What comes now is not looked at any more.
    socket.send(JSON.stringify({ type: "subscribe", id: "late", payload: { query: "{ me { subject } }" } }));
    expect(socket.readyState).toBe(WebSocket.OPEN);
    await lock.letGo();
    expect(await slow).toMatchObject({ status: 200, data: { projects: { totalCount: 0 } } });
    await keptAlive.closed(1_000);
    expect(keptAlive.received).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*connection: close\r\n/i);
    expect(await closed).toEqual([1001, Buffer.from("The server is stopping; connect again.")]);
    // The subscription may have told of the cluster meanwhile.
    const others = messages.filter((text) => !text.includes('"watch"') || !text.includes('"next"'));
    expect(others.map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: "connection_ack" },
      { type: "next", id: "slow", payload: { data: { projects: { totalCount: 0 } } } },
      { type: "complete", id: "slow" },
    ]);
    await stopped;
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it("ends within 10 s although a request never ends, and a client never lets go", async () => {
    const { app, token, closed } = await startWatched();
    const stubborn = await RawWebSocket.signedIn(app.url, token);
    stubborn.send({ type: "subscribe", id: "watch", payload: { query: "subscription { transitions { id } }" } });
    const dripping = await RawConnection.to(app.url);
    dripping.write(
      rawRequest([`host: ${new URL(app.url).host}`, "content-type: application/json", "content-length: 9"], "{"),
    );
    const lock = await holdProjects(app);
    const slow = ApiClient.withToken(app.url, token)
      .send(SLOW)
      .catch((error: unknown) => error);
    await eventually(async () => (await lock.waiting()) >= 1);
    const began = performance.now();
    await app.app.stop();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect((await closed)[0]).toBe(1001);
    await stubborn.connection.closed(100);
    expect(stubborn.closed()?.code).toBe(1001);
    await dripping.closed(100);
    await slow;
    await lock.letGo();
  });

  it("gives the leadership back, so that the next process need not wait for it to run out", async () => {
    const log = recordLog();
    const app = await startTestApp({ clusters: ["berlin"], logger: log.logger });
    onTestFinished(() => app.stop());
    await eventually(() => app.app.clusters.leading().includes("berlin"));
    await app.app.stop();
    const client = new Client(app.databaseUrl);
    await client.connect();
    const { rows } = await client.query("SELECT 1 FROM leadership WHERE expires_at > now()");
    await client.end();
    expect(rows).toEqual([]);
    expect(log.entries().filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  });

  it("once is enough, and twice does no harm", async () => {
    const app = await startTestApp({ clusters: ["berlin"] });
    onTestFinished(() => app.stop());
    const [first, second] = [app.app.stop(), app.app.stop()];
    await Promise.all([first, second]);
    await app.app.stop();
  });
});
