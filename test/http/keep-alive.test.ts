import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { RawWebSocket } from "../support/raw-websocket.js";

const INTERVAL = 150;
const PONG = 0xa;

let app: TestApp;
let token = "";

beforeAll(async () => {
  app = await startTestApp({ socketTimings: { keepAlive: INTERVAL } });
  token = (await ApiClient.of(app.url, { subject: "ada" })).token ?? "";
});
afterAll(() => app.stop());

describe("pings", () => {
  it("end the connection of a peer that answers none, whatever else it sends", async () => {
    const dead = await RawWebSocket.signedIn(app.url, token);
    const sending = setInterval(() => dead.send({ type: "ping" }), 20);
    await dead.connection.closed(5_000).finally(() => clearInterval(sending));
    expect(dead.pings()).toBe(2);
    expect(dead.closed()).toBeNull();
    expect(dead.connection.lasted).toBeGreaterThan(2 * INTERVAL);
  });

  it("keep the connection of a peer that answers", async () => {
    const socket = new WebSocket(`${app.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    onTestFinished(() => socket.terminate());
    let pings = 0;
    socket.on("ping", () => (pings += 1));
    await once(socket, "open");
    await eventually(() => pings >= 6);
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it("bear with a peer that has much to read yet, but not without end", async () => {
    const slow = await RawWebSocket.signedIn(app.url, token);
    onTestFinished(() => slow.connection.destroy());
    slow.connection.socket.pause();
    // Answers that the peer does not read, until the server has more for it than it keeps. Till then the peer answers pings.
    const ping = { type: "ping", payload: { text: "x".repeat(50_000) } };
    const writing = setInterval(() => {
      for (let n = 0; n < 10 && !slow.connection.socket.writableNeedDrain; n += 1) {
        slow.send(ping);
        slow.sendFrame(PONG, Buffer.alloc(0));
      }
    }, 1);
    const open = async (): Promise<number> =>
      Number(/^secretariat_websocket_connections (\d+)$/m.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1]);
    const began = performance.now();
    await eventually(async () => (await open()) === 0, 20_000).finally(() => clearInterval(writing));
    expect(performance.now() - began).toBeGreaterThan(8 * INTERVAL);
  });
});
