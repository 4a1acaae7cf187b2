import "reflect-metadata";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startApp, type App } from "../../../src/app.js";
import { readConfig } from "../../../src/config.js";
import { onCommit } from "../../../src/persistence/transaction.js";
import { startApiServer, type ApiServer } from "./api-server.js";
import { startPostgres } from "./postgres.js";
import { logger, openPersistence, seed } from "./store.js";
import type { WorldSize } from "./world.js";

/** A whole Secretariat in this process, on a database of its own, in front of an API server in another. */
export interface BenchProduct {
  app: App;
  url: string;
  databaseUrl: string;
  clusterId: string;
  api: ApiServer;
  world: WorldSize;
  /** A token of the development identity. */
  token(person: { subject: string; role?: string; groups?: readonly string[] }): Promise<string>;
  /** Sends an operation that must succeed, as `developer`, a platform admin. */
  ask(query: string, variables?: Record<string, unknown>): Promise<unknown>;
  /** When the next commit of this process that writes transitions is acknowledged, in nanoseconds of process.hrtime. */
  nextCommit(): Promise<bigint>;
  stop(): Promise<void>;
}

/** @param size what is in the database and in the cluster when the product starts */
export async function startProduct(size: { secrets: number; projects: number }): Promise<BenchProduct> {
  const [database, api] = await Promise.all([startPostgres(), startApiServer()]);
  // Before anything leads.
  const persistence = await openPersistence(database.url);
  const { world, clusterId } = await seed(persistence, size);
  await persistence.stop();
  await api.ask({ do: "world", world });
  const app = await startAppOn(database.url, api.url);
  return {
    app,
    url: `${app.url}/graphql`,
    databaseUrl: database.url,
    clusterId,
    api,
    world,
    token: async ({ subject, role = "TEAM_MEMBER", groups = [] }) => {
      const response = await fetch(`${app.url}/dev/token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ subject, role, groups }),
      });
      const answer: unknown = await response.json();
      if (typeof answer !== "object" || answer === null || !("access_token" in answer)) throw new Error("no token");
      return String(answer.access_token);
    },
    ask: async (query, variables = {}) => {
      const response = await fetch(`${app.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query, variables }),
      });
      const answer: unknown = await response.json();
      if (typeof answer !== "object" || answer === null || "errors" in answer || !("data" in answer))
        throw new Error(`the operation failed: ${JSON.stringify(answer)}`);
      return answer.data;
    },
    nextCommit: () =>
      new Promise((resolve) => {
        const forget = onCommit(app.persistence.dataSource, () => {
          resolve(process.hrtime.bigint());
          forget();
        });
      }),
    async stop() {
      await app.stop();
      api.stop();
      await database.stop();
    },
  };
}

/** Starts a Secretariat on what is there. @param server the API server of its one cluster, `bench` */
export async function startAppOn(databaseUrl: string, server: string): Promise<App> {
  const directory = await mkdtemp(join(tmpdir(), "secretariat-bench-"));
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(server));
  const app = await startApp({
    config: readConfig(
      {
        PORT: "0",
        DATABASE_URL: databaseUrl,
        CLUSTER_CONTEXTS: "bench",
        KUBECONFIG: kubeconfig,
        DATA_DIRECTORY: directory,
        GRAPHIQL: "off",
        MAX_CONNECTIONS: "20000",
      },
      [],
    ),
    logger,
    consoleDirectory: null,
  });
  const stop = async (): Promise<void> => {
    await app.stop();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...app, stop };
}

/** A figure of /metrics, summed over all lines whose name and labels begin so. */
export async function metric({ url }: { url: string }, begin: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split("\n")
    .filter((line) => line.startsWith(begin))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** Waits for a condition. @throws Error where it does not come true within so many milliseconds */
export async function until(condition: () => boolean | Promise<boolean>, limit = 120_000): Promise<void> {
  const deadline = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`the condition did not come true within ${limit} ms`);
    await delay(5);
  }
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bench",
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    clusters: [{ name: "bench", cluster: { server } }],
    users: [{ name: "bench", user: { token: "bench" } }],
  });
}
