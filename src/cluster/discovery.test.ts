import { afterEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../domain/json.js";
import { createClusterClient } from "./cluster-client.js";
import { ClusterDiscovery, type Discovery, type DiscoverySettings } from "./discovery.js";
import { unknownPaths } from "./openapi.js";
import { TestLogger } from "./testing/objects.js";
import { eventually, kubeConfigFor, refuse, reply, startRawServer, type RawServer } from "./testing/raw-server.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface ClusterSketch {
  uid: string | null;
  served: string[];
  /** Names of the resources that the group serves. */
  resources: string[];
  broken: boolean;
  hash: string;
  openApi: object | null;
  index: object | null;
}

const specSchema = { properties: { data: {} }, type: "object" };
const document = (version: string): object => ({
  components: {
    schemas: {
      other: { "x-kubernetes-group-version-kind": [{ group: "external-secrets.io", version, kind: "SecretStore" }] },
      plain: {},
      wanted: {
        properties: { spec: specSchema },
        "x-kubernetes-group-version-kind": [{ group: "external-secrets.io", version, kind: "ExternalSecret" }],
      },
    },
  },
});

async function rig(
  sketch: Partial<ClusterSketch> = {},
  settings: Partial<DiscoverySettings> = { interval: 20, impatientInterval: 10 },
  onDiscovery: (found: Discovery, changed: boolean) => void = () => {},
): Promise<{
  cluster: ClusterSketch;
  server: RawServer;
  discovery: ClusterDiscovery;
  found: [Discovery, boolean][];
  logger: TestLogger;
}> {
  const cluster: ClusterSketch = {
    uid: "ks",
    served: ["v1"],
    resources: ["externalsecrets", "externalsecrets/status"],
    broken: false,
    hash: "1",
    openApi: document("v1"),
    index: null,
    ...sketch,
  };
  const server = await startRawServer((request, response) => {
    const version = /^\/apis\/external-secrets\.io\/(\w+)$/u.exec(request.path)?.[1];
    if (cluster.broken) refuse(response, 500, "InternalError", "etcd is away");
    else if (request.path === "/api/v1/namespaces") {
      const items =
        cluster.uid === null ? [] : [{ metadata: { name: "kube-system", uid: cluster.uid, resourceVersion: "1" } }];
      reply(response, { metadata: { resourceVersion: "1" }, items });
    } else if (version !== undefined && cluster.served.includes(version)) {
      reply(response, { resources: [...cluster.resources.map((name) => ({ name })), null] });
    } else if (request.path === "/openapi/v3" && cluster.openApi !== null) {
      const paths = Object.fromEntries(
        cluster.served.map((each) => [
          `apis/external-secrets.io/${each}`,
          { serverRelativeURL: `/openapi/v3/apis/external-secrets.io/${each}?hash=${cluster.hash}` },
        ]),
      );
      reply(response, cluster.index ?? { paths });
    } else if (request.path.startsWith("/openapi/v3/apis/")) reply(response, cluster.openApi);
    else refuse(response, 404, "NotFound", "the server could not find the requested resource");
  });
  const client = createClusterClient(kubeConfigFor(server.url));
  const found: [Discovery, boolean][] = [];
  const logger = new TestLogger();
  const discovery = new ClusterDiscovery({
    api: client.api("discovery"),
    logger,
    settings,
    onDiscovery: (...each) => {
      found.push(each);
      onDiscovery(...each);
    },
  });
  closing.push(
    () => server.close(),
    () => client.close(),
    () => discovery.stop(),
  );
  return { cluster, server, discovery, found, logger };
}

describe("looking at a cluster", () => {
  it.each([
    [["v1", "v1beta1"], "v1"],
    [["v1"], "v1"],
    [["v1beta1"], "v1beta1"],
    [["v1alpha1"], null],
    [[], null],
  ])("that serves %o speaks %s", async (served, version) => {
    const { discovery } = await rig({ served });
    expect(discovery.current).toBeNull();
    expect(await discovery.look()).toEqual({ reachable: true, kubeSystemUid: "ks", operatorApiVersion: version });
    expect(discovery.current).toMatchObject({ operatorApiVersion: version });
  });

  it("that serves the group without ExternalSecret has no operator", async () => {
    const { discovery } = await rig({ resources: ["pushsecrets"] });
    expect(await discovery.look()).toMatchObject({ reachable: true, operatorApiVersion: null });
  });

  it("tells what is wrong, never by throwing", async () => {
    const { discovery, cluster, server } = await rig({ uid: null });
    expect(await discovery.look()).toMatchObject({
      reachable: false,
      error: { message: expect.stringContaining("kube-system") as unknown },
    });
    cluster.broken = true;
    expect(await discovery.look()).toMatchObject({ reachable: false, error: { name: "KubernetesError", status: 500 } });
    await server.close();
    expect(await discovery.look()).toMatchObject({ reachable: false, error: { name: "ClusterUnreachableError" } });
  });

  it("looks once for all who ask meanwhile", async () => {
    const { discovery, server } = await rig();
    await Promise.all([discovery.look(), discovery.look(), discovery.look()]);
    expect(server.requests.filter(({ path }) => path === "/api/v1/namespaces")).toHaveLength(1);
  });
});

describe("looking again and again", () => {
  it("tells each look, and whether it found something else", async () => {
    const { discovery, cluster, found } = await rig({ served: [] });
    discovery.start();
    discovery.start();
    await eventually(() => found.length >= 2);
    expect(found.slice(0, 2).map(([, changed]) => changed)).toEqual([true, false]);
    cluster.served = ["v1"];
    await eventually(() => discovery.current?.reachable === true && discovery.current.operatorApiVersion === "v1");
    cluster.uid = "another";
    await eventually(() => discovery.current?.reachable === true && discovery.current.kubeSystemUid === "another");
    cluster.broken = true;
    await eventually(() => discovery.current?.reachable === false);
    const broken = found.length;
    await eventually(() => found.length >= broken + 2);
    expect(found.filter(([, changed]) => changed)).toHaveLength(4);
    await discovery.stop();
    const before = found.length;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(found).toHaveLength(before);
  });

  it("is impatient while there is something to wait for", async () => {
    const { discovery, cluster, found } = await rig({ served: [] }, { interval: 60_000, impatientInterval: 5 });
    discovery.start();
    await eventually(() => found.length >= 3);
    cluster.served = ["v1"];
    await eventually(() => found.some(([each]) => each.reachable && each.operatorApiVersion === "v1"));
    const before = found.length;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(found).toHaveLength(before);
  });

  it("stops in the middle of a look, and a listener that throws is only logged", async () => {
    const { discovery, server, logger } = await rig({}, undefined, () => {
      throw new Error("defect");
    });
    await discovery.stop();
    await discovery.look();
    expect(logger.lines.filter(({ level }) => level === "error")).toHaveLength(1);
    const slow = await startRawServer(() => {});
    const client = createClusterClient(kubeConfigFor(slow.url));
    const never: Discovery[] = [];
    const looking = new ClusterDiscovery({ api: client.api("d"), logger, onDiscovery: (found) => never.push(found) });
    closing.push(
      () => slow.close(),
      () => client.close(),
    );
    looking.start();
    await eventually(() => slow.requests.length >= 2);
    await looking.stop();
    expect(never).toEqual([]);
    expect(server.requests.length).toBeGreaterThan(0);
  });
});

describe("the schema of ExternalSecret", () => {
  it("is read when first asked for, and again only when it changed", async () => {
    const { discovery, cluster, server } = await rig();
    expect(await discovery.specSchema()).toBeNull();
    await discovery.look();
    const documents = (): number => server.requests.filter(({ path }) => path.startsWith("/openapi/v3/apis/")).length;
    expect(await discovery.specSchema()).toEqual(specSchema);
    await discovery.specSchema(AbortSignal.timeout(5_000));
    expect(documents()).toBe(1);
    cluster.hash = "2";
    expect(await discovery.specSchema()).toEqual(specSchema);
    expect(documents()).toBe(2);
  });

  it.each([
    ["no OpenAPI", { openApi: null }],
    ["no document of the group", { index: { paths: {} } }],
    ["no schemas", { openApi: {} }],
    ["none of ExternalSecret", { openApi: document("v1beta1") }],
    [
      "one without spec",
      {
        openApi: {
          components: {
            schemas: {
              a: {
                "x-kubernetes-group-version-kind": [
                  { group: "external-secrets.io", version: "v1", kind: "ExternalSecret" },
                ],
              },
            },
          },
        },
      },
    ],
    ["no operator", { served: [] }],
  ])("is none where there is %s", async (_what, sketch: Partial<ClusterSketch>) => {
    const { discovery } = await rig(sketch);
    await discovery.look();
    expect(await discovery.specSchema()).toBeNull();
  });

  it("is asked of this server only", async () => {
    const paths = { "apis/external-secrets.io/v1": { serverRelativeURL: "//elsewhere.example/openapi/v3" } };
    const { discovery, cluster } = await rig({ index: { paths } });
    await discovery.look();
    await expect(discovery.specSchema()).rejects.toThrow("strange address");
    cluster.broken = true;
    await expect(discovery.specSchema()).rejects.toThrow("etcd is away");
  });
});

describe("unknown paths of a spec", () => {
  const schema = {
    properties: {
      data: { type: "array", items: { properties: { key: { type: "string" } } } },
      free: { "x-kubernetes-preserve-unknown-fields": true, properties: { known: { properties: {} } } },
      map: { additionalProperties: { properties: { a: {} } } },
      any: { additionalProperties: true },
      list: {},
    },
  };

  it.each([
    [{ data: [{ key: "a" }, { key: "b", extra: 1 }] }, [["data", "1", "extra"]]],
    [{ free: { whatever: { deep: 1 }, known: { x: 1 } } }, [["free", "known", "x"]]],
    [{ map: { one: { a: 1 }, two: { b: 1 } } }, [["map", "two", "b"]]],
    [{ any: { a: { b: 1 } }, list: [{ a: 1 }] }, []],
    [{ unknown: { deep: 1 }, "a.b": 1 }, [["unknown"], ["a.b"]]],
    [{ constructor: 1, toString: 1 }, [["constructor"], ["toString"]]],
    ["text", []],
  ])("%j", (spec, expected) => {
    expect(unknownPaths(spec, schema)).toEqual(expected);
  });

  it("are bounded in number and depth", () => {
    expect(unknownPaths(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 1])), schema)).toHaveLength(
      100,
    );
    const manyItems = Array.from({ length: 500 }, () => ({ bad: 1 }));
    expect(unknownPaths({ data: manyItems }, schema)).toHaveLength(100);
    const recursive: { [key: string]: never } = {};
    Reflect.set(recursive, "additionalProperties", recursive);
    let deep: JsonObject = {};
    for (let i = 0; i < 60; i += 1) deep = { a: deep };
    expect(unknownPaths(deep, recursive)[0]).toHaveLength(41);
  });
});
