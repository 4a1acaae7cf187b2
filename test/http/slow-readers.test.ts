import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient, gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import { scrape } from "../support/metrics.js";
import { RawWebSocket } from "../support/raw-websocket.js";

const SUBSCRIPTIONS = 10;
/** Changes after everybody who does not read was ended. */
const MORE = 60;
const QUEUE = 10;

let app: TestApp;
let admin: ApiClient;
let projectId = "";

beforeAll(async () => {
  app = await startTestApp({ env: { MAX_QUEUED_EVENTS: String(QUEUE) } });
  admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  const { clusters } = await admin.ask<{ clusters: { id: string }[] }>("{ clusters { id } }");
  const { createProject } = await admin.ask<{ createProject: { id: string } }>(
    'mutation ($clusterId: ID) { createProject(input: { name: "wordy", description: "", clusterId: $clusterId }) { id } }',
    { clusterId: clusters[0]?.id },
  );
  projectId = createProject.id;
  await eventually(async () => {
    const { project } = await admin.ask<{ project: { status: string } }>(
      "query ($id: ID) { project(id: $id) { status } }",
      {
        id: projectId,
      },
    );
    return project.status === "READY";
  });
});
afterAll(() => app.stop());

setFlagsFromString("--expose-gc");

/** Bytes that are in use. */
function memory(): number {
  runInNewContext("gc()");
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** About 50 KB for each transition. */
const WORDY = `subscription ($id: ID, $since: String) { transitions(projectId: $id, since: $since) { cursor project { ${Array.from(
  { length: 50 },
  (_, index) => `d${index}: description`,
).join(" ")} } } }`;

async function change(text: number): Promise<void> {
  await admin.ask("mutation ($id: ID!, $text: String!) { updateProject(id: $id, description: $text) { id } }", {
    id: projectId,
    text: `${text} ${"x".repeat(990)}`,
  });
}

const subscribers = async (): Promise<number> =>
  Number(/^secretariat_subscriptions (\d+)$/m.exec(await (await fetch(`${app.url}/metrics`)).text())?.[1]);

const EVENT = z.object({ cursor: z.string() });
type Event = z.infer<typeof EVENT>;
const RESULT = z.object({ data: z.object({ transitions: EVENT }) });
const ERRORS = z.array(z.object({ extensions: z.object({ code: z.string(), since: z.string() }) }));

describe("a subscriber who stops reading", () => {
  it("is ended with an error once its queue is full, misses nothing when it resumes, and holds nobody up", async () => {
    const fast = admin.socket();
    onTestFinished(() => void fast.dispose());
    const watching = gather<Event>(fast, WORDY, "transitions", { id: projectId });
    const stalled = await RawWebSocket.signedIn(app.url, admin.token ?? "");
    onTestFinished(() => stalled.connection.destroy());
    for (let id = 0; id < SUBSCRIPTIONS; id += 1)
      stalled.send({ type: "subscribe", id: String(id), payload: { query: WORDY, variables: { id: projectId } } });
    await eventually(async () => (await subscribers()) === SUBSCRIPTIONS + 1);
    stalled.connection.socket.pause();

    // What the operating system itself keeps for the connection comes first: some megabytes.
    let changes = 0;
    while ((await subscribers()) > 1) {
      changes += 1;
      expect(changes).toBeLessThan(200);
      await change(changes);
      await eventually(() => watching.events.length === changes);
    }
    const kept = memory();
    for (let more = 0; more < MORE; more += 1) {
      await change((changes += 1));
      // Never more under way than the queue holds, or the one who reads would be ended as well.
      if (more % (QUEUE / 2) === 0) await eventually(() => watching.events.length === changes);
    }
    await eventually(() => watching.events.length === changes);
    // For ten subscriptions they are 30 MB; the one that reads keeps 3 MB of them here.
    expect(memory() - kept).toBeLessThan(15_000_000);
    const cursors = watching.events.map(({ cursor }) => cursor);
    expect(new Set(cursors).size).toBe(changes);

    stalled.connection.socket.resume();
    const ended = await eventually(() => {
      const errors = stalled.messages().filter(({ type }) => type === "error");
      return errors.length === SUBSCRIPTIONS ? errors : null;
    }, 20_000);
    expect(stalled.connection.lasted).toBeNull();
    expect((await scrape(app.url)).of("secretariat_slow_subscribers_ended_total")).toBeGreaterThanOrEqual(ended.length);
    for (const { id, payload } of ended) {
      const [error] = ERRORS.parse(payload);
      expect(error?.extensions.code).toBe("SUBSCRIBER_TOO_SLOW");
      const delivered = stalled
        .messages()
        .filter((message) => message.type === "next" && message.id === id)
        .map(({ payload: result }) => RESULT.parse(result).data.transitions.cursor);
      expect(delivered).toEqual(cursors.slice(0, delivered.length));
      if (id !== "0") continue;
      const resumed = gather<Event>(fast, WORDY, "transitions", { id: projectId, since: error?.extensions.since });
      await eventually(() => resumed.events.length === changes - delivered.length);
      expect(resumed.events.map(({ cursor }) => cursor)).toEqual(cursors.slice(delivered.length));
      resumed.stop();
    }
  });

  it("is not read from either: it cannot make the server answer without end", async () => {
    const greedy = await RawWebSocket.signedIn(app.url, admin.token ?? "");
    onTestFinished(() => greedy.connection.destroy());
    greedy.connection.socket.pause();
    const sent = await writeUntilRefused(greedy, { type: "ping", payload: { text: "x".repeat(10_000) } });
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    greedy.connection.socket.resume();
    // Whoever reads again is read from again.
    await eventually(() => greedy.messages().filter(({ type }) => type === "pong").length === sent);
  });
});

/**
 * Writes until nothing was taken for a second.
 * @returns how many messages were written
 * @throws Error where the server takes 100 MB, which is far more than the operating system keeps on the way
 */
async function writeUntilRefused(socket: RawWebSocket, message: object): Promise<number> {
  const tcp = socket.connection.socket;
  for (let sent = 1; sent <= 10_000; sent += 1) {
    if (socket.send(message)) continue;
    const isTaken = await Promise.race([once(tcp, "drain").then(() => true), delay(1_000, false)]);
    if (!isTaken) return sent;
  }
  throw new Error("the server took everything");
}
