import type { KubernetesObject } from "../../src/cluster/kubernetes-object.js";
import { isKubernetesObject } from "../../src/cluster/object-guards.js";
import { Projector, type ObservedExternalSecret } from "../../src/cluster/projection.js";
import { LineSplitter } from "../../src/cluster/watch/line-splitter.js";
import { ObservedCache } from "../../src/cluster/watch/observed-cache.js";
import { readWatch } from "../../src/cluster/watch/watch-reader.js";
import type { Benchmark } from "./frame/benchmark.js";
import { startApiServer } from "./stage/api-server.js";
import { Child } from "./stage/child.js";
import { isHeapAnswer, type HeapAnswer, type HeapCommand } from "./stage/heap.js";
import { assignmentCount, liveObject, type WorldSize } from "./stage/world.js";

const worldOf = (count: number): WorldSize => ({
  installation: "0f8fad5b-d9cb-469f-a165-70867728950e",
  secrets: count / 10,
  projects: 10,
});

/** CPU time, not the clock's: the machine may have other work too. */
const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

/** Chunks of 64 KB, as a socket gives them. */
function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) chunks.push(bytes.subarray(at, at + 65_536));
  return chunks;
}

function liveOf(world: WorldSize, index: number, version: number): KubernetesObject {
  const object: unknown = liveObject(world, index, version);
  if (!isKubernetesObject(object)) throw new TypeError("no object");
  return object;
}

const ingest = (count: number): Benchmark => ({
  name: `cluster-ingest-${count}`,
  what: `events a second of CPU: a watch's ${count} changes read, projected and kept, against splitting and parsing the same bytes`,
  goals: [{ figure: "", unit: "/s", better: "higher", ratio: 0.6 }],
  prepare: () => {
    const world = worldOf(count);
    const lines = Array.from({ length: count }, (_, i) =>
      JSON.stringify({ type: "MODIFIED", object: liveObject(world, i, 100_000 + i) }),
    );
    const chunks = chunksOf(Buffer.from(`${lines.join("\n")}\n`));
    lines.length = 0;
    return Promise.resolve({
      ours: async () => {
        const projector = new Projector();
        const cache = new ObservedCache<ObservedExternalSecret>({ onChanges: () => {} });
        const known = Array.from({ length: count }, (_, i) => projector.externalSecret(liveOf(world, i, i + 1)));
        cache.onReplace(known, { resourceVersion: "99999", rewound: false });
        known.length = 0;
        globalThis.gc?.();
        const started = process.cpuUsage();
        const stream = {
          chunks: (async function* () {
            for (const chunk of chunks) yield chunk;
          })(),
          destroy: () => {},
        };
        for await (const batch of readWatch(stream, { stallTimeout: 60_000, maxLineBytes: 8e6 })) {
          cache.onEvents(
            batch.events.map(({ type, object, resourceVersion }) => ({
              type,
              resourceVersion,
              object: projector.externalSecret(
                object,
                cache.get(object.metadata.namespace ?? null, object.metadata.name),
              ),
            })),
          );
        }
        return [(count * 1000) / cpuMs(started)];
      },
      yardstick: () => {
        const started = process.cpuUsage();
        const splitter = new LineSplitter(1e9);
        for (const chunk of chunks) for (const line of splitter.push(chunk)) JSON.parse(line);
        return Promise.resolve([(count * 1000) / cpuMs(started)]);
      },
      close: () => Promise.resolve(),
    });
  },
});

const heap = (count: number): Benchmark => ({
  name: `cluster-heap-${count}`,
  what: `heap of what is kept of ${count} objects once they are listed and watched, against the Kubernetes client's informer, each in a process of its own`,
  goals: [{ figure: "", unit: "MB", better: "lower", ratio: 0.15 }],
  warmUps: 0,
  async prepare() {
    const world = worldOf(count);
    const server = await startApiServer();
    await server.ask({ do: "world", world });
    const keptBy = async (who: HeapCommand["who"]): Promise<readonly number[]> => {
      const child = new Child<HeapCommand, HeapAnswer>("heap-process.js", isHeapAnswer, ["--expose-gc"]);
      await child.started;
      const { mb = Number.NaN, size } = await child.ask({ who, url: server.url });
      child.stop();
      if (size !== assignmentCount(world)) throw new Error(`${who} kept ${size ?? 0} objects`);
      return [mb];
    };
    return {
      ours: () => keptBy("ours"),
      yardstick: () => keptBy("informer"),
      close: () => {
        server.stop();
        return Promise.resolve();
      },
    };
  },
});

const benchmarks: Benchmark[] = [ingest(500), ingest(5_000), ingest(50_000), heap(500), heap(5_000), heap(50_000)];
export default benchmarks;
