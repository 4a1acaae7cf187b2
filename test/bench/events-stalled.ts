import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark } from "./frame/benchmark.js";
import type { NewTransition } from "../../src/domain/transition.js";
import { inTransaction } from "../../src/persistence/transaction.js";
import { msBetween } from "./stage/child.js";
import { percentile } from "./stage/percentile.js";
import { startProduct } from "./stage/product.js";
import { Subscribers } from "./stage/subscribers.js";
import { idOf } from "./stage/world.js";

const QUERY = "subscription { transitions { id cursor subject subjectId from to reason message actor at } }";
const SUBSCRIBERS = 200;
const EVENTS = 300;

const transition: NewTransition = {
  subject: "ASSIGNMENT",
  subjectId: idOf("assignment", 0),
  from: "PENDING",
  to: "SYNCED",
  reason: "SecretSynced",
  message: null,
  actor: "system",
  secretId: idOf("secret", 0),
  assignmentId: idOf("assignment", 0),
  projectId: idOf("project", 0),
  providerId: null,
  clusterId: null,
};

const benchmark: Benchmark = {
  name: "events-stalled",
  what: `p99 of deliveries to ${SUBSCRIBERS} subscribers while another with the same question has stopped reading, against the same without it`,
  goals: [{ figure: "p99", unit: "ms", better: "lower", ratio: 1.1 }],
  async prepare() {
    const product = await startProduct({ secrets: 1, projects: 1 });
    const subscribers = await Subscribers.start();
    await subscribers.open({ url: product.url, count: SUBSCRIBERS, query: QUERY });
    await delay(500);
    const run = async (): Promise<readonly number[]> => {
      const latencies: number[] = [];
      for (let i = 0; i < EVENTS; i += 1) {
        await subscribers.expect(SUBSCRIBERS);
        const committed = product.nextCommit();
        await inTransaction(product.app.persistence.dataSource, (tx) => Promise.resolve(tx.note(transition)));
        const began = await committed;
        for (const at of await subscribers.times()) latencies.push(msBetween(began, at));
        await delay(2);
      }
      return [percentile(latencies, 0.99)];
    };
    return {
      ours: async () => {
        const stalled = await Subscribers.start();
        await stalled.open({ url: product.url, count: 1, query: QUERY });
        await stalled.stall(0);
        const figures = await run();
        stalled.stop();
        return figures;
      },
      yardstick: run,
      async close() {
        subscribers.stop();
        await product.stop();
      },
    };
  },
};
export default benchmark;
