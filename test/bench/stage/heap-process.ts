// Lists and watches a world once, and tells what of it stays on the heap, in a process of its own: nothing of another measurement is in the way.
import { setTimeout as delay } from "node:timers/promises";
import { makeInformer, type KubernetesListObject, type KubernetesObject } from "@kubernetes/client-node";
import { createClusterClient } from "../../../src/cluster/cluster-client.js";
import { Projector, type ObservedExternalSecret } from "../../../src/cluster/projection.js";
import { operatorResources } from "../../../src/cluster/resources.js";
import { kubeConfigFor } from "../../../src/cluster/testing/raw-server.js";
import { ObservedCache } from "../../../src/cluster/watch/observed-cache.js";
import { Reflector } from "../../../src/cluster/watch/reflector.js";
import type { HeapAnswer, HeapCommand } from "./heap.js";
import { logger } from "./store.js";

const PATH = "/apis/external-secrets.io/v1/externalsecrets";

async function heapMb(): Promise<number> {
  // What is let go in a later turn goes as well.
  for (let i = 0; i < 5; i += 1) {
    await delay(20);
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed / 1e6;
}

const isList = (value: unknown): value is KubernetesListObject<KubernetesObject> =>
  typeof value === "object" && value !== null && "items" in value;

async function ours(url: string): Promise<Omit<HeapAnswer, "id">> {
  const client = createClusterClient(kubeConfigFor(url));
  const projector = new Projector();
  const cache = new ObservedCache<ObservedExternalSecret>({ onChanges: () => {} });
  const before = await heapMb();
  const reflector = new Reflector<ObservedExternalSecret>({
    api: client.api("bench"),
    resource: operatorResources("v1").externalSecrets,
    handler: cache,
    project: (object) => projector.externalSecret(object),
    logger,
  });
  reflector.start();
  while (!cache.synced) await delay(5);
  return { mb: (await heapMb()) - before, size: cache.size };
}

async function informer(url: string): Promise<Omit<HeapAnswer, "id">> {
  const config = kubeConfigFor(url, { token: "t" }, { skipTLSVerify: true });
  const before = await heapMb();
  const informing = makeInformer(config, PATH, async () => {
    const list: unknown = await (await fetch(`${url}${PATH}`)).json();
    if (!isList(list)) throw new TypeError("no list");
    return list;
  });
  await informing.start();
  return { mb: (await heapMb()) - before, size: informing.list().length };
}

process.on("message", ({ id, who, url }: HeapCommand & { id: number }) => {
  void (who === "ours" ? ours(url) : informer(url)).then((answer) => process.send?.({ ...answer, id }));
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0 });
