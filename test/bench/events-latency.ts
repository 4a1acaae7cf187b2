import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import type { Benchmark } from "./frame/benchmark.js";
import { isRecord } from "../../src/cluster/object-guards.js";
import { LineSplitter } from "../../src/cluster/watch/line-splitter.js";
import { startBroadcast } from "./stage/broadcast.js";
import { msBetween } from "./stage/child.js";
import { percentile } from "./stage/percentile.js";
import { startProduct, until } from "./stage/product.js";
import { Subscribers } from "./stage/subscribers.js";
import { idOf } from "./stage/world.js";

const QUERY =
  "subscription { assignmentStatusChanged { id cursor subject subjectId from to reason message actor at } }";
/** Changes of one run, one after the other, with a pause between. */
const CHANGES = 300;
const PAUSE_MS = 3;

const benchmark: Benchmark = {
  name: "events-latency",
  what: "idle, from an object's change at the API server to the subscriber, against a raw watch, a one-row commit and a raw ws.send",
  goals: [
    { figure: "p50", unit: "ms", better: "lower", ratio: 2 },
    { figure: "p99", unit: "ms", better: "lower", ratio: 4 },
  ],
  async prepare() {
    const size = { secrets: 10, projects: 100 };
    const product = await startProduct(size);
    const [own, bare] = await Promise.all([Subscribers.start(), Subscribers.start()]);
    await own.open({ url: product.url, count: 1, query: QUERY });
    const broadcast = await startBroadcast();
    await bare.open({ url: broadcast.url, count: 1, query: null });
    await until(async () => ((await product.api.ask({ do: "count", of: "product" })).watchers ?? 0) > 0);
    const raw = await rawPath(product.api.url, product.databaseUrl, (message) => broadcast.send(message));
    await until(async () => ((await product.api.ask({ do: "count", of: "raw" })).watchers ?? 0) > 0);
    await delay(1_000);
    const run = async (subscribers: Subscribers, to: "product" | "raw", turn: number): Promise<readonly number[]> => {
      const latencies: number[] = [];
      for (let i = 0; i < CHANGES; i += 1) {
        await subscribers.expect(1);
        // Each object alternates, so that each change is one.
        const at = await product.api.at({ do: "change", index: i, synced: turn % 2 === 0, to });
        latencies.push(msBetween(at, await subscribers.last()));
        await delay(PAUSE_MS);
      }
      return [percentile(latencies, 0.5), percentile(latencies, 0.99)];
    };
    let [ours, raws] = [0, 0];
    return {
      ours: async () => {
        ours += 1;
        return await run(own, "product", ours);
      },
      yardstick: async () => {
        raws += 1;
        return await run(bare, "raw", raws);
      },
      async close() {
        own.stop();
        bare.stop();
        await raw.close();
        await broadcast.close();
        await product.stop();
      },
    };
  },
};
export default benchmark;

/** The least: parse the event, write the row, send the message. */
async function rawPath(
  server: string,
  databaseUrl: string,
  send: (message: Buffer) => void,
): Promise<{ close(): Promise<void> }> {
  const client = new Client(databaseUrl);
  await client.connect();
  await client.query("CREATE TABLE raw_status AS SELECT id, status, reason, message FROM assignment");
  await client.query("ALTER TABLE raw_status ADD PRIMARY KEY (id)");
  const take = async (line: string): Promise<void> => {
    const event: unknown = JSON.parse(line);
    if (!isRecord(event) || event["type"] !== "MODIFIED" || !isRecord(event["object"])) return;
    const { metadata, status } = event["object"];
    const labels = isRecord(metadata) && isRecord(metadata["labels"]) ? metadata["labels"] : {};
    const conditions = isRecord(status) ? status["conditions"] : [];
    const ready: unknown = Array.isArray(conditions) ? conditions[0] : null;
    if (!isRecord(ready)) return;
    const id = labels["secretariat.io/assignment"];
    await client.query({
      name: "raw",
      text: "UPDATE raw_status SET status = $2, reason = $3, message = $4 WHERE id = $1",
      values: [id, ready["status"], ready["reason"], ready["message"]],
    });
    const payload = { data: { assignmentStatusChanged: { id, subjectId: id, ...ready } } };
    send(Buffer.from(JSON.stringify({ id: idOf("object", 0), type: "next", payload })));
  };
  const request = get(`${server}/raw`, (response) => {
    const splitter = new LineSplitter(1e9);
    response.on("data", (chunk: Buffer) => {
      for (const line of splitter.push(chunk)) void take(line);
    });
    response.on("error", () => {});
  });
  request.on("error", () => {});
  return {
    async close() {
      request.destroy();
      await client.end();
    },
  };
}
