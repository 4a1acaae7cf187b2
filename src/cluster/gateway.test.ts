import { afterEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../domain/json.js";
import { LABELS } from "../domain/spec/render.js";
import { createClusterClient } from "./cluster-client.js";
import type { Discovery } from "./discovery.js";
import { KubernetesClusterGateway } from "./gateway.js";
import type { KubernetesObject } from "./kubernetes-object.js";
import { externalSecret, listOf } from "./testing/objects.js";
import { kubeConfigFor, refuse, reply, startRawServer, type RawHandler, type RawServer } from "./testing/raw-server.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const CONNECTED: Discovery = { reachable: true, kubeSystemUid: "ks", operatorApiVersion: "v1" };

async function rig(
  handler: RawHandler,
  options: { current?: Discovery | null; schema?: () => Promise<JsonObject | null>; timeout?: number } = {},
): Promise<{ gateway: KubernetesClusterGateway; server: RawServer }> {
  const server = await startRawServer(handler);
  const client = createClusterClient(kubeConfigFor(server.url));
  closing.push(
    () => server.close(),
    () => client.close(),
  );
  const gateway = new KubernetesClusterGateway({
    installationId: "inst",
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
  });
  const current = options.current === undefined ? CONNECTED : options.current;
  const specSchema = options.schema ?? (() => Promise.resolve(null));
  gateway.connect("c1", { name: "prod", api: client.api("gateway"), discovery: { current, specSchema } });
  return { gateway, server };
}

describe("ExternalSecrets of a namespace", () => {
  it("are shown with what it takes to adopt them", async () => {
    const ready = (status: string): JsonObject => ({
      conditions: [{ type: "Ready", status, reason: "R", message: "line\nbreak" }],
    });
    const objects: KubernetesObject[] = [
      externalSecret("ours", 1, {
        metadata: { labels: { [LABELS.installation]: "inst", [LABELS.assignment]: "asg" }, annotations: { a: "b" } },
        status: ready("True"),
      }),
      externalSecret("half", 2, { metadata: { labels: { [LABELS.installation]: "inst" } }, status: ready("False") }),
      externalSecret("foreign", 3, {
        metadata: {
          labels: { [LABELS.installation]: "other", [LABELS.assignment]: "asg" },
          managedFields: [
            { manager: "argocd", fieldsV1: { "f:spec": {} } },
            { manager: "argocd", fieldsV1: { "f:spec": {} }, operation: "Apply" },
            { manager: "external-secrets", fieldsV1: { "f:spec": {} } },
            { manager: "labeller", fieldsV1: { "f:metadata": {} } },
            { fieldsV1: { "f:spec": {} } },
          ],
        },
        status: ready("Unknown"),
      }),
    ];
    const { gateway, server } = await rig((request, response) => {
      const page = Number(request.query.get("continue") ?? "0");
      reply(response, listOf(objects.slice(page, page + 1), 9, page < 2 ? String(page + 1) : ""));
    });
    const shown = await gateway.listExternalSecrets("c1", "team-a");
    expect(server.requests.every(({ path }) => path.endsWith("/namespaces/team-a/externalsecrets"))).toBe(true);
    expect(shown.map(({ name, ready: isReady, managers, ownLabels }) => [name, isReady, managers, ownLabels])).toEqual([
      ["ours", true, [], { assignmentId: "asg" }],
      ["half", false, [], { assignmentId: null }],
      ["foreign", null, ["argocd"], null],
    ]);
    expect(shown[0]).toMatchObject({
      uid: "uid-ours",
      annotations: { a: "b" },
      spec: { refreshInterval: "1h0m0s" },
      reason: "R",
      message: "line break",
    });
  });

  it("are bounded, and a bare one is shown too", async () => {
    const { gateway, server } = await rig((_request, response) => {
      const { spec: _spec, ...bare } = externalSecret("bare", 1);
      reply(response, listOf([bare], 9, "more"));
    });
    const shown = await gateway.listExternalSecrets("c1", "team-a");
    expect(server.requests).toHaveLength(10);
    expect(shown[0]).toMatchObject({ spec: {}, labels: {}, annotations: {}, ready: null, reason: null, message: null });
  });
});

describe("a dry run", () => {
  const manifest = (metadata: JsonObject = {}, kind = "ExternalSecret"): JsonObject => ({
    apiVersion: "external-secrets.io/v1",
    kind,
    metadata: { name: "db", namespace: "team-a", ...metadata },
    spec: {},
  });

  it("is the apply that would be sent: forced where the object is ours", async () => {
    const { gateway, server } = await rig((_request, response) => reply(response, externalSecret("db", 1)));
    expect(await gateway.dryRun("c1", manifest())).toEqual([]);
    expect(await gateway.dryRun("c1", manifest({ uid: "u" }))).toEqual([]);
    const clusterWide: JsonObject = { kind: "ClusterSecretStore", metadata: { name: "s" } };
    expect(await gateway.dryRun("c1", clusterWide)).toEqual([]);
    expect(
      server.requests.map(({ method, path, query }) => [
        method,
        path.split("/").slice(-2).join("/"),
        query.get("force"),
        query.get("dryRun"),
      ]),
    ).toEqual([
      ["PATCH", "externalsecrets/db", "false", "All"],
      ["PATCH", "externalsecrets/db", "true", "All"],
      ["PATCH", "clustersecretstores/s", "false", "All"],
    ]);
    expect(server.requests[0]?.query.get("fieldManager")).toBe("secretariat");
    await expect(gateway.dryRun("c1", manifest({}, "Secret"))).rejects.toThrow(RangeError);
    await expect(gateway.dryRun("c1", { kind: "ExternalSecret" })).rejects.toThrow(/needs a name/u);
  });

  it.each([
    [
      422,
      "invalid",
      {
        causes: [
          { field: "spec.data[0].secretKey", message: "Required value" },
          { field: "spec.target.template.data[a.b]", message: "", reason: "FieldValueInvalid" },
        ],
      },
      [
        { path: ["spec", "data", "0", "secretKey"], message: "Required value" },
        { path: ["spec", "target", "template", "data", "a.b"], message: "FieldValueInvalid" },
      ],
    ],
    [
      409,
      "Apply failed with 1 conflict",
      {
        causes: [
          { reason: "FieldManagerConflict", field: ".spec.refreshInterval", message: 'conflict with "kubectl"' },
        ],
      },
      [{ path: ["spec", "refreshInterval"], message: 'conflict with "kubectl"' }],
    ],
    [
      500,
      "failed to create typed patch object (team-a/db; external-secrets.io/v1, Kind=ExternalSecret): errors:\n  .spec.nonsense: field not declared in schema\n  .spec.data[0].x: field not declared in schema",
      {},
      [
        { path: ["spec", "nonsense"], message: "field not declared in schema" },
        { path: ["spec", "data", "0", "x"], message: "field not declared in schema" },
      ],
    ],
    [
      500,
      "failed to create typed patch object: whatever",
      {},
      [{ path: [], message: "failed to create typed patch object: whatever" }],
    ],
    [403, "namespaces is forbidden", {}, [{ path: [], message: "namespaces is forbidden" }]],
    [
      404,
      'namespaces "team-a" not found',
      { causes: [{ field: "<nil>", message: "m" }] },
      [{ path: [], message: "m" }],
    ],
  ])("answers what a %i refuses", async (code, message, details, problems) => {
    const { gateway } = await rig((_request, response) => refuse(response, code, "Reason", message, details));
    expect(await gateway.dryRun("c1", manifest())).toEqual(problems);
  });
});

describe("a cluster that cannot answer", () => {
  it.each([
    ["401", (response: Parameters<RawHandler>[1]) => refuse(response, 401, "Unauthorized", "Unauthorized")],
    ["500", (response: Parameters<RawHandler>[1]) => refuse(response, 500, "InternalError", "etcd is away")],
    ["nothing in time", () => {}],
    ["a cut", (response: Parameters<RawHandler>[1]) => response.socket?.destroy()],
  ])("because of %s is CLUSTER_UNREACHABLE", async (_what, answer) => {
    const { gateway } = await rig((_request, response) => answer(response), { timeout: 50 });
    const unreachable = { code: "CLUSTER_UNREACHABLE", message: expect.stringContaining("prod") as unknown };
    await expect(gateway.listExternalSecrets("c1", "team-a")).rejects.toMatchObject(unreachable);
    const manifest = { kind: "ExternalSecret", metadata: { name: "a", namespace: "b" } };
    await expect(gateway.dryRun("c1", manifest)).rejects.toMatchObject(unreachable);
  });

  it("because it is not connected is too", async () => {
    const { gateway } = await rig((_request, response) => reply(response, {}));
    gateway.disconnect("c1");
    await expect(gateway.listExternalSecrets("c1", "a")).rejects.toMatchObject({ code: "CLUSTER_UNREACHABLE" });
    await expect(gateway.dryRun("c2", {})).rejects.toMatchObject({ code: "CLUSTER_UNREACHABLE" });
  });
});

describe("what the cluster speaks", () => {
  it.each([
    [CONNECTED, "v1"],
    [{ reachable: true, kubeSystemUid: "ks", operatorApiVersion: "v1beta1" }, "v1beta1"],
    [{ reachable: true, kubeSystemUid: "ks", operatorApiVersion: null }, "v1"],
    [{ reachable: false, error: new Error("away") }, "v1"],
    [null, "v1"],
  ] satisfies [Discovery | null, string][])("%#", async (current, version) => {
    const { gateway } = await rig(() => {}, { current });
    expect(gateway.operatorApiVersion("c1")).toBe(version);
    expect(gateway.operatorApiVersion("unknown")).toBe("v1");
  });
});

describe("unknown parts of a spec", () => {
  const known = (...keys: string[]): JsonObject => ({
    properties: Object.fromEntries(keys.map((key) => [key, { properties: { inner: {} } }])),
  });
  const spec: JsonObject = { refreshInterval: "1h0m0s", one: { inner: 1, deep: 2 }, two: { inner: 1 } };

  async function ask(...schemas: (() => Promise<JsonObject | null>)[]): Promise<string[][]> {
    const { gateway } = await rig(() => {});
    gateway.disconnect("c1");
    const client = createClusterClient(kubeConfigFor("http://127.0.0.1:1"));
    closing.push(() => client.close());
    schemas.forEach((specSchema, index) => {
      gateway.connect(`c${index}`, { name: "x", api: client.api("g"), discovery: { current: CONNECTED, specSchema } });
    });
    return await gateway.unknownSpecPaths(spec);
  }

  it("are those that no connected cluster knows", async () => {
    const all = known("refreshInterval", "one", "two");
    expect(await ask(() => Promise.resolve(all))).toEqual([["one", "deep"]]);
    const [first, second] = [known("refreshInterval", "one"), known("refreshInterval", "two")];
    expect(await ask(() => Promise.resolve(first))).toEqual([["one", "deep"], ["two"]]);
    expect(
      await ask(
        () => Promise.resolve(first),
        () => Promise.resolve(second),
      ),
    ).toEqual([["one", "deep"]]);
    expect(
      await ask(
        () => Promise.resolve(second),
        () => Promise.reject(new Error("away")),
      ),
    ).toEqual([["one"]]);
  });

  it("are none of those that the API has a field for, whether the operator knows them or not", async () => {
    expect(await ask(() => Promise.resolve(known("one", "two")))).toEqual([["one", "deep"]]);
  });

  it("are all that the API has no field for where no cluster can tell", async () => {
    const leaves = [
      ["one", "inner"],
      ["one", "deep"],
      ["two", "inner"],
    ];
    expect(await ask()).toEqual(leaves);
    expect(
      await ask(
        () => Promise.resolve(null),
        () => Promise.reject(new Error("away")),
      ),
    ).toEqual(leaves);
  });

  it("are none where the API has a field for everything: no cluster is asked", async () => {
    const { gateway } = await rig(() => {}, { schema: () => Promise.reject(new Error("asked")) });
    expect(await gateway.unknownSpecPaths({ refreshInterval: "1h0m0s" })).toEqual([]);
    expect(await gateway.unknownSpecPaths("no object")).toEqual([]);
  });
});
