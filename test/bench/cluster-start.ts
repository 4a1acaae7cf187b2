import { setTimeout as delay } from "node:timers/promises";
import type { App } from "../../src/app.js";
import { query } from "../../src/persistence/transaction.js";
import type { Benchmark } from "./frame/benchmark.js";
import { startApiServer, type ApiServer } from "./stage/api-server.js";
import { metric, startAppOn, until } from "./stage/product.js";
import { startStore, type BenchStore } from "./stage/store.js";
import { assignmentCount, idOf } from "./stage/world.js";

async function world(secrets: number): Promise<{ store: BenchStore; api: ApiServer; close(): Promise<void> }> {
  const [store, api] = await Promise.all([startStore({ secrets, projects: 10 }), startApiServer()]);
  await api.ask({ do: "world", world: store.world });
  await store.persistence.clusterState.releaseLease(store.clusterId, store.term);
  return {
    store,
    api,
    async close() {
      api.stop();
      await store.stop();
    },
  };
}

/** Until every assignment was looked at once. */
async function looked(app: App, count: number): Promise<void> {
  await until(
    async () => (await metric(app, 'secretariat_reconciles_total{cluster="bench",kind="assignment"')) >= count,
  );
}

/** The whole list, page after page, parsed; and every row that a pass reads. */
async function readAll(store: BenchStore, api: ApiServer, count: number): Promise<void> {
  for (let next = "0"; next !== "";) {
    const url = `${api.url}/apis/external-secrets.io/v1/externalsecrets?limit=500&continue=${next}`;
    const page: unknown = JSON.parse(await (await fetch(url)).text());
    const metadata: unknown = typeof page === "object" && page !== null ? Reflect.get(page, "metadata") : null;
    next = String(typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "continue") : "");
  }
  for (let from = 0; from < count; from += 500) {
    const ids = Array.from({ length: Math.min(500, count - from) }, (_, i) => idOf("assignment", from + i));
    await store.persistence.clusterState.assignmentWork(store.clusterId, ids);
  }
}

const start = (secrets: number, ratio: number): Benchmark => ({
  name: `cluster-start-${secrets * 10}`,
  what: `a leader's start until it has looked at ${secrets * 10} assignments with nothing to do, against listing and parsing all objects and reading all rows`,
  goals: [{ figure: "", unit: "ms", better: "lower", ratio }],
  async prepare() {
    const { store, api, close } = await world(secrets);
    const count = assignmentCount(store.world);
    return {
      ours: async () => {
        const began = performance.now();
        const app = await startAppOn(store.url, api.url);
        await looked(app, count);
        const took = performance.now() - began;
        await app.stop();
        return [took];
      },
      yardstick: async () => {
        const began = performance.now();
        await readAll(store, api, count);
        return [performance.now() - began];
      },
      close,
    };
  },
});

/** What is looked at while nothing happens. */
const WINDOW_MS = 30_000;

const idle: Benchmark = {
  name: "cluster-idle",
  what: `a leader with 50000 assignments and nothing to do, over ${WINDOW_MS / 1000} s; the yardstick is the bound itself`,
  goals: [
    { figure: "CPU of one core", unit: "%", better: "lower", ratio: 1 },
    { figure: "rows written beside the lease", unit: "/h", better: "lower", ratio: 1 },
    { figure: "requests", unit: "/h", better: "lower", ratio: 1 },
    { figure: "WAL", unit: "MB/h", better: "lower", ratio: 1 },
  ],
  warmUps: 0,
  async prepare() {
    const { store, api, close } = await world(5_000);
    const app = await startAppOn(store.url, api.url);
    await looked(app, assignmentCount(store.world));
    // The other replica: this process's own pool tails the log as well, and what it takes counts against us.
    await delay(5_000);
    const state = async (): Promise<{ wal: number; written: number }> => {
      const [row] = await query<{ wal: string; written: string }>(
        store.persistence.dataSource,
        `SELECT pg_current_wal_lsn() - '0/0' AS wal, (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE relname <> 'leadership') AS written`,
      );
      return { wal: Number(row?.wal), written: Number(row?.written) };
    };
    return {
      ours: async () => {
        const before = await state();
        await api.ask({ do: "count", of: "product" });
        const cpu = process.cpuUsage();
        const began = performance.now();
        await delay(WINDOW_MS);
        const { user, system } = process.cpuUsage(cpu);
        const took = performance.now() - began;
        const perHour = 3_600_000 / took;
        const after = await state();
        const { requests = 0 } = await api.ask({ do: "count", of: "product" });
        return [
          ((user + system) / 1000 / took) * 100,
          (after.written - before.written) * perHour,
          requests * perHour,
          ((after.wal - before.wal) * perHour) / 1e6,
        ];
      },
      // One write a minute says when the cluster was last seen; a look at the cluster takes two requests.
      yardstick: () => Promise.resolve([1, 60, 1_000, 10]),
      async close() {
        await app.stop();
        await close();
      },
    };
  },
};

const benchmarks: Benchmark[] = [start(50, 20), start(500, 8), start(5_000, 4), idle];
export default benchmarks;
