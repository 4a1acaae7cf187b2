/**
 * How fast watch events are taken in, against splitting and parsing the same bytes and nothing else; what 50,000 objects take on the heap, against the package's informer; and 1,000
 * applies over TLS against a server that takes 10 ms. Goals: PERFORMANCE, (e) and (f). Run with --expose-gc; prints one JSON line.
 */
import * as https from "node:https";
import {
  makeInformer,
  type KubernetesListObject,
  type KubernetesObject as PackageObject,
} from "@kubernetes/client-node";
import { createClusterClient } from "../../src/cluster/cluster-client.js";
import { Projector, type ObservedExternalSecret } from "../../src/cluster/projection.js";
import type { JsonObject } from "../../src/domain/json.js";
import type { KubernetesObject } from "../../src/cluster/kubernetes-object.js";
import { TestLogger } from "../../src/cluster/testing/objects.js";
import { operatorResources } from "../../src/cluster/resources.js";
import { ObservedCache } from "../../src/cluster/watch/observed-cache.js";
import { Reflector } from "../../src/cluster/watch/reflector.js";
import { LineSplitter } from "../../src/cluster/watch/line-splitter.js";
import { readWatch } from "../../src/cluster/watch/watch-reader.js";
import { makeCertificate } from "../../src/cluster/testing/certificate.js";
import { kubeConfigFor, reply, startRawServer } from "../../src/cluster/testing/raw-server.js";

const COUNT = 50_000;
const NAMESPACES = 500;
const { externalSecrets } = operatorResources("v1");

/** An ExternalSecret as ESO 0.20 leaves it, about 2.4 KB. */
function objectOf(i: number, version: number): KubernetesObject & JsonObject {
  const time = new Date(Date.UTC(2026, 10, 24) + i * 1000).toISOString().replace(".000", "");
  const uid = `${i.toString(16).padStart(8, "0")}-1111-4222-8333-0123abcdef01`;
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: {
      annotations: { "secretariat.io/force-sync": "1" },
      creationTimestamp: time,
      finalizers: ["externalsecrets.external-secrets.io/externalsecret-cleanup"],
      generation: 2,
      labels: {
        "app.kubernetes.io/managed-by": "secretariat",
        "secretariat.io/installation": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "secretariat.io/assignment": `7c9e6679-7425-40de-944b-${i.toString(16).padStart(12, "0")}`,
      },
      managedFields: [
        {
          apiVersion: "external-secrets.io/v1",
          fieldsType: "FieldsV1",
          fieldsV1: {
            "f:metadata": {
              "f:annotations": { "f:secretariat.io/force-sync": {} },
              "f:labels": {
                "f:app.kubernetes.io/managed-by": {},
                "f:secretariat.io/assignment": {},
                "f:secretariat.io/installation": {},
              },
            },
            "f:spec": {
              "f:data": {},
              "f:refreshInterval": {},
              "f:refreshPolicy": {},
              "f:secretStoreRef": { "f:kind": {}, "f:name": {} },
              "f:target": {
                "f:creationPolicy": {},
                "f:deletionPolicy": {},
                "f:name": {},
                "f:template": { "f:metadata": {} },
              },
            },
          },
          manager: "secretariat",
          operation: "Apply",
          time,
        },
        {
          apiVersion: "external-secrets.io/v1",
          fieldsType: "FieldsV1",
          fieldsV1: {
            "f:metadata": {
              "f:finalizers": { ".": {}, 'v:"externalsecrets.external-secrets.io/externalsecret-cleanup"': {} },
            },
          },
          manager: "external-secrets",
          operation: "Update",
          time,
        },
        {
          apiVersion: "external-secrets.io/v1",
          fieldsType: "FieldsV1",
          fieldsV1: {
            "f:status": {
              ".": {},
              "f:binding": { ".": {}, "f:name": {} },
              "f:conditions": {},
              "f:refreshTime": {},
              "f:syncedResourceVersion": {},
            },
          },
          manager: "external-secrets",
          operation: "Update",
          subresource: "status",
          time,
        },
      ],
      name: `secret-${i}`,
      namespace: `team-${i % NAMESPACES}`,
      resourceVersion: String(version),
      uid,
    },
    spec: {
      data: [
        {
          remoteRef: {
            conversionStrategy: "Default",
            decodingStrategy: "None",
            key: `app/${i}`,
            metadataPolicy: "None",
            property: "password",
          },
          secretKey: "password",
        },
      ],
      refreshInterval: "1h0m0s",
      refreshPolicy: "Periodic",
      secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
      target: {
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        name: `secret-${i}`,
        template: { engineVersion: "v2", mergePolicy: "Replace", metadata: {} },
      },
    },
    status: {
      binding: { name: `secret-${i}` },
      conditions: [
        { lastTransitionTime: time, message: "secret synced", reason: "SecretSynced", status: "True", type: "Ready" },
      ],
      refreshTime: time,
      syncedResourceVersion: `2-${(i * 7919).toString(16).padStart(56, "a")}`,
    },
  };
}

const isList = (value: unknown): value is KubernetesListObject<PackageObject> =>
  typeof value === "object" && value !== null && "items" in value;

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
/** CPU time, not the clock's: the machine has other work too. */
const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};
const heap = (): number => {
  for (let i = 0; i < 3; i += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Chunks of 64 KB, as a socket gives them. */
function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) chunks.push(bytes.subarray(at, at + 65_536));
  return chunks;
}

async function ingest(): Promise<object> {
  const lines = Array.from({ length: COUNT }, (_, i) =>
    JSON.stringify({ type: "MODIFIED", object: objectOf(i, 100_000 + i) }),
  );
  const chunks = chunksOf(Buffer.from(`${lines.join("\n")}\n`));
  const bytesPerEvent = Math.round(chunks.reduce((sum, { length }) => sum + length, 0) / COUNT);
  lines.length = 0;
  const bare = (): number => {
    const started = process.cpuUsage();
    const splitter = new LineSplitter(1e9);
    for (const chunk of chunks) for (const line of splitter.push(chunk)) JSON.parse(line);
    return cpuMs(started);
  };
  const ours = async (): Promise<number> => {
    const projector = new Projector();
    const cache = new ObservedCache<ObservedExternalSecret>({ onChanges: () => {} });
    const known = Array.from({ length: COUNT }, (_, i) => projector.externalSecret(objectOf(i, 50_000 + i)));
    cache.onReplace(known, { resourceVersion: "99999", rewound: false });
    known.length = 0;
    heap();
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
          object: projector.externalSecret(object, cache.get(object.metadata.namespace ?? null, object.metadata.name)),
        })),
      );
    }
    return cpuMs(started);
  };
  const [bares, owns]: [number[], number[]] = [[], []];
  for (let i = 0; i < 5; i += 1) {
    heap();
    bares.push(bare());
    owns.push(await ours());
  }
  const [bareMs, ownMs] = [median(bares), median(owns)];
  return {
    bytesPerEvent,
    barePerSecond: Math.round((COUNT / bareMs) * 1000),
    oursPerSecond: Math.round((COUNT / ownMs) * 1000),
    ratio: +(bareMs / ownMs).toFixed(3),
  };
}

async function memory(): Promise<object> {
  const server = await startRawServer((request, response) => {
    if (request.query.has("watch")) {
      response.writeHead(200).flushHeaders();
      return;
    }
    const limit = Number(request.query.get("limit") ?? String(COUNT));
    const from = Number(request.query.get("continue") ?? "0");
    const items = Array.from({ length: Math.min(limit, COUNT - from) }, (_, i) => objectOf(from + i, from + i + 1));
    const next = from + limit < COUNT ? String(from + limit) : "";
    reply(response, {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecretList",
      metadata: { resourceVersion: "100000", continue: next },
      items,
    });
  });
  const client = createClusterClient(kubeConfigFor(server.url));
  let before = heap();
  const projector = new Projector();
  let cache: ObservedCache<ObservedExternalSecret> | null = new ObservedCache<ObservedExternalSecret>({
    onChanges: () => {},
  });
  const handler = cache;
  const listedAt = performance.now();
  const reflector = new Reflector<ObservedExternalSecret>({
    api: client.api("bench"),
    resource: externalSecrets,
    handler,
    project: (object) => projector.externalSecret(object),
    logger: new TestLogger(),
  });
  reflector.start();
  await until(() => handler.synced);
  const listMs = performance.now() - listedAt;
  const own = heap() - before;
  await reflector.stop();
  client.close();
  cache = null;
  const config = kubeConfigFor(server.url, { token: "t" }, { skipTLSVerify: true });
  before = heap();
  const informer = makeInformer(config, "/apis/external-secrets.io/v1/externalsecrets", async () => {
    const answer = await fetch(`${server.url}/apis/external-secrets.io/v1/externalsecrets`);
    const list: unknown = await answer.json();
    if (!isList(list)) throw new TypeError("no list");
    return list;
  });
  await informer.start();
  const informers = heap() - before;
  await informer.stop();
  await server.close();
  return {
    listMs: Math.round(listMs),
    oursMB: +(own / 1e6).toFixed(1),
    bytesPerObject: Math.round(own / COUNT),
    informerMB: +(informers / 1e6).toFixed(1),
    ratio: +(own / informers).toFixed(3),
    size: handler.size,
  };
}

async function applies(): Promise<object> {
  const certificate = makeCertificate("kube");
  const object = objectOf(1, 1);
  const server = await startRawServer(
    (_request, response) => void setTimeout(() => reply(response, object), 10),
    certificate,
  );
  const client = createClusterClient(
    kubeConfigFor(server.url, { token: "t" }, { caData: Buffer.from(certificate.cert).toString("base64") }),
  );
  const api = client.api("bench");
  const body: JsonObject = object;
  const run = async (): Promise<number> => {
    const started = performance.now();
    await Promise.all(
      Array.from({ length: 1000 }, () =>
        api.apply(externalSecrets, "team-1", body, { fieldManager: "x", force: true }),
      ),
    );
    return performance.now() - started;
  };
  await run();
  const warm = server.connections();
  const times = [await run(), await run(), await run()];
  const bareAgent = new https.Agent({ keepAlive: true, maxSockets: 64, ca: certificate.cert });
  const bareOne = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = https.request(`${server.url}/x`, { method: "PATCH", agent: bareAgent }, (response) => {
        response.resume().on("end", resolve);
      });
      request.on("error", reject);
      request.end(JSON.stringify(object));
    });
  const bare = async (): Promise<number> => {
    const started = performance.now();
    await Promise.all(Array.from({ length: 1000 }, bareOne));
    return performance.now() - started;
  };
  await bare();
  const bares = [await bare(), await bare(), await bare()];
  const connectionsAfter = server.connections();
  client.close();
  bareAgent.destroy();
  await server.close();
  const ideal = (1000 / 64) * 10;
  return {
    ms: Math.round(median(times)),
    bareHttpsMs: Math.round(median(bares)),
    ofIdeal: +(median(times) / ideal).toFixed(2),
    warmConnections: warm,
    newOnceWarm: Math.max(0, connectionsAfter - warm - 64),
  };
}

process.stdout.write(
  `${JSON.stringify({ ingest: await ingest(), memory: await memory(), applies: await applies() }, null, 1)}\n`,
);
