import { createClusterClient } from "../../src/cluster/cluster-client.js";
import { operatorResources } from "../../src/cluster/resources.js";
import { kubeConfigFor } from "../../src/cluster/testing/raw-server.js";
import type { Benchmark } from "./frame/benchmark.js";
import { Child } from "./stage/child.js";
import { liveObject } from "./stage/world.js";

interface Answer {
  id: number;
  port?: number;
  cert?: string;
  connections?: number;
}
const isAnswer = (message: unknown): message is Answer =>
  typeof message === "object" && message !== null && "id" in message;

const LATENCY_MS = 10;
/** As many requests as a cluster's client has under way (cluster-client.ts). */
const CONCURRENCY = 64;
const WORLD = { installation: "0f8fad5b-d9cb-469f-a165-70867728950e", secrets: 10_000, projects: 1 };

const applies = (count: number, ratio: number): Benchmark => ({
  name: `cluster-applies-${count}`,
  what: `${count} applies over TLS to a server that takes ${LATENCY_MS} ms, against ${count} / ${CONCURRENCY} × ${LATENCY_MS} ms`,
  goals: [
    { figure: "", unit: "ms", better: "lower", ratio },
    { figure: "new connections once warm", unit: "", better: "lower", ratio: 0 },
  ],
  warmUps: 2,
  async prepare() {
    const server = new Child<object, Answer>("apply-server-process.js", isAnswer);
    const { port = 0, cert = "" } = await server.started;
    const client = createClusterClient(
      kubeConfigFor(`https://127.0.0.1:${port}`, { token: "t" }, { caData: Buffer.from(cert).toString("base64") }),
    );
    const api = client.api("bench");
    const { externalSecrets } = operatorResources("v1");
    const objects = Array.from({ length: count }, (_, i) => liveObject(WORLD, i, i + 1));
    return {
      ours: async () => {
        const { connections = 0 } = await server.ask({});
        const began = performance.now();
        await Promise.all(
          objects.map((object) => api.apply(externalSecrets, "team-0", object, { fieldManager: "x", force: true })),
        );
        const took = performance.now() - began;
        return [took, ((await server.ask({})).connections ?? 0) - connections];
      },
      yardstick: () => Promise.resolve([Math.ceil(count / CONCURRENCY) * LATENCY_MS, 1]),
      close: () => {
        client.close();
        server.stop();
        return Promise.resolve();
      },
    };
  },
});

const benchmarks: Benchmark[] = [applies(100, 4), applies(1_000, 2), applies(10_000, 2)];
export default benchmarks;
