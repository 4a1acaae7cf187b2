import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark } from "./frame/benchmark.js";
import type { NewTransition } from "../../src/domain/transition.js";
import { inTransaction } from "../../src/persistence/transaction.js";
import { BareBatch } from "./stage/bare-batch.js";
import { msBetween } from "./stage/child.js";
import { percentile } from "./stage/percentile.js";
import { startProduct, until, type BenchProduct } from "./stage/product.js";
import { Subscribers } from "./stage/subscribers.js";
import { idOf } from "./stage/world.js";

const QUERY = "subscription { assignmentStatusChanged { id cursor subjectId from to reason message at } }";
const UNRELATED = "subscription { providerStatusChanged { id cursor subjectId from to reason message at } }";

async function started(storm: number): Promise<{ product: BenchProduct; all: Subscribers }> {
  const product = await startProduct({ secrets: Math.max(1, storm / 10), projects: 10 });
  const all = await Subscribers.start();
  await all.open({ url: product.url, count: 1, query: QUERY });
  await until(async () => ((await product.api.ask({ do: "count", of: "product" })).watchers ?? 0) > 0);
  // What is done when a term begins is over.
  await delay(1_000 + storm / 5);
  return { product, all };
}

const storm = (count: number, ratio: number): Benchmark => ({
  name: `events-storm-${count}`,
  what: `from ${count} statuses that change at the API server at once to the subscriber's last transition, against the bare database batch of as many`,
  goals: [{ figure: "", unit: "ms", better: "lower", ratio }],
  warmUps: 2,
  async prepare() {
    const { product, all } = await started(count);
    const bare = await BareBatch.connect(product.databaseUrl);
    let [turn, bareTurn] = [0, 0];
    return {
      ours: async () => {
        turn += 1;
        await product.api.ask({ do: "prepare", count, synced: turn % 2 === 0 });
        await all.expect(count);
        const began = await product.api.at({ do: "storm" });
        return [msBetween(began, await all.last())];
      },
      yardstick: async () => {
        bareTurn += 1;
        const began = process.hrtime.bigint();
        await bare.write(
          Array.from({ length: count }, (_, i) => idOf("assignment", i)),
          bareTurn % 2 === 0 ? "SYNCED" : "SYNCED_ERROR",
        );
        return [msBetween(began, process.hrtime.bigint())];
      },
      async close() {
        all.stop();
        await bare.close();
        await product.stop();
      },
    };
  },
});

/** Storms of statuses one after the other, while it goes on. */
const STORM = 5_000;
const EVENTS = 200;

const providerTransition: NewTransition = {
  subject: "PROVIDER",
  subjectId: idOf("provider", 0),
  from: "READY",
  to: "READY",
  reason: "Updated",
  message: null,
  actor: "system",
  secretId: null,
  assignmentId: null,
  projectId: null,
  providerId: idOf("provider", 0),
  clusterId: null,
};

const unrelated: Benchmark = {
  name: "events-unrelated",
  what: `p99 from a transaction's begin to an unrelated subscriber during storms of ${STORM} statuses, against the same while nothing else happens`,
  goals: [{ figure: "p99", unit: "ms", better: "lower", ratio: 10 }],
  async prepare() {
    const { product, all } = await started(STORM);
    const one = await Subscribers.start();
    await one.open({ url: product.url, count: 1, query: UNRELATED });
    await delay(500);
    let turn = 0;
    const run = async (): Promise<readonly number[]> => {
      const latencies: number[] = [];
      for (let i = 0; i < EVENTS; i += 1) {
        await one.expect(1);
        const began = process.hrtime.bigint();
        await inTransaction(product.app.persistence.dataSource, (tx) => Promise.resolve(tx.note(providerTransition)));
        latencies.push(msBetween(began, await one.last()));
        await delay(5);
      }
      return [percentile(latencies, 0.99)];
    };
    return {
      ours: async () => {
        const measured = new AbortController();
        const storms = (async () => {
          while (!measured.signal.aborted) {
            turn += 1;
            await product.api.ask({ do: "prepare", count: STORM, synced: turn % 2 === 0 });
            await all.expect(STORM);
            await product.api.at({ do: "storm" });
            await all.last();
          }
        })();
        const figures = await run();
        measured.abort();
        await storms;
        return figures;
      },
      yardstick: run,
      async close() {
        all.stop();
        one.stop();
        await product.stop();
      },
    };
  },
};

const benchmarks: Benchmark[] = [storm(50, 10), storm(500, 6), storm(5_000, 4), unrelated];
export default benchmarks;
