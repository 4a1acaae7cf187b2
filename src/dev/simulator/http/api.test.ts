import { describe, expect, it } from "vitest";
import { type Json, type JsonObject, at, list, text, without } from "../json.js";
import {
  bench,
  type Bench,
  ESO,
  externalSecret,
  namespace,
  prepared,
  vaultStore,
  like,
  someText,
  partly,
} from "../test-support.js";

const STATIC = { operator: false } as const;

describe("discovery", () => {
  it.each([
    ["/version", "gitVersion", "v1.34.4"],
    ["/api", "versions", ["v1"]],
    ["/apis", "kind", "APIGroupList"],
    ["/api/v1", "groupVersion", "v1"],
    ["/apis/external-secrets.io", "kind", "APIGroup"],
    ["/apis/external-secrets.io/v1", "groupVersion", "external-secrets.io/v1"],
    [
      "/openapi/v3",
      "paths",
      partly({ "apis/external-secrets.io/v1": partly({ serverRelativeURL: like(/^\/openapi/u) }) }),
    ],
  ])("%s tells %s", async (path, field, expected) => {
    const { call, cluster } = await bench(STATIC);
    const { code, body } = await call("GET", path, undefined, { token: cluster.token });
    expect(code).toBe(200);
    expect(body[field]).toEqual(expected);
  });

  it("publishes a schema that tells which spec fields exist", async () => {
    const { call } = await bench(STATIC);
    const { body } = await call("GET", "/openapi/v3/apis/external-secrets.io/v1");
    const schema = at(body, "components", "schemas", "io.external-secrets.v1.ExternalSecret");
    expect(at(schema, "x-kubernetes-group-version-kind")).toEqual([
      { group: "external-secrets.io", kind: "ExternalSecret", version: "v1" },
    ]);
    expect(
      at(
        schema,
        "properties",
        "spec",
        "properties",
        "target",
        "properties",
        "template",
        "properties",
        "mergePolicy",
        "enum",
      ),
    ).toEqual(["Replace", "Merge"]);
    expect(
      at(
        schema,
        "properties",
        "spec",
        "properties",
        "data",
        "items",
        "properties",
        "remoteRef",
        "properties",
        "nullBytePolicy",
      ),
    ).toBeUndefined();
  });

  it("serves v1beta1 instead where that is asked for", async () => {
    const { call } = await bench({ ...STATIC, apiVersion: "v1beta1" });
    expect((await call("GET", "/apis/external-secrets.io/v1beta1/externalsecrets")).code).toBe(200);
    expect((await call("GET", `${ESO}/externalsecrets`)).code).toBe(404);
  });

  it("has no trace of the operator's kinds while it is not installed", async () => {
    const { call, cluster } = await prepared(STATIC);
    cluster.removeOperator();
    expect((await call("GET", "/apis")).body["groups"]).toEqual([]);
    const gone = await call("GET", `${ESO}/externalsecrets`);
    expect([gone.code, gone.body["text"]]).toEqual([404, "404 page not found\n"]);
    cluster.installOperator();
    expect(list((await call("GET", `${ESO}/clustersecretstores`)).body, "items")).toEqual([]);
  });
});

describe("who may do what", () => {
  it("answers 401 without a good token", async () => {
    const { call } = await bench(STATIC);
    const { code, body } = await call("GET", "/api/v1/namespaces", undefined, { token: "wrong" });
    expect(code).toBe(401);
    expect(body).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Unauthorized",
      reason: "Unauthorized",
      code: 401,
    });
  });

  it.each([
    ["list namespaces", "GET", "/api/v1/namespaces", 200],
    ["watch nothing of secrets", "GET", "/api/v1/secrets?watch=true", 403],
    ["list secrets", "GET", "/api/v1/namespaces/team/secrets", 403],
    ["read a secret", "GET", "/api/v1/namespaces/team/secrets/x", 403],
    ["delete a secret", "DELETE", "/api/v1/namespaces/team/secrets/x", 403],
    ["list events", "GET", "/api/v1/events", 200],
    ["delete events", "DELETE", "/api/v1/namespaces/team/events/x", 403],
    ["get an ExternalSecret", "GET", `${ESO}/namespaces/team/externalsecrets/x`, 403],
    ["list one by name", "GET", `${ESO}/namespaces/team/externalsecrets?fieldSelector=metadata.name%3Dx`, 200],
    ["replace an ExternalSecret", "PUT", `${ESO}/namespaces/team/externalsecrets/x`, 403],
    ["delete an ExternalSecret", "DELETE", `${ESO}/namespaces/team/externalsecrets/x`, 404],
    ["delete all of them", "DELETE", `${ESO}/namespaces/team/externalsecrets`, 403],
  ])("the least role: %s", async (_what, method, path, expected) => {
    const { call, cluster } = await prepared(STATIC);
    expect((await call(method, path, method === "PUT" ? {} : undefined, { token: cluster.token })).code).toBe(expected);
  });

  it("words a refusal as RBAC does", async () => {
    const { call, cluster } = await prepared(STATIC);
    const { body } = await call("GET", "/api/v1/namespaces/team/secrets", undefined, { token: cluster.token });
    expect(body).toMatchObject({
      reason: "Forbidden",
      message:
        'secrets is forbidden: User "simulated:secretariat" cannot list resource "secrets" in API group "" in the namespace "team"',
      details: { kind: "secrets" },
    });
  });

  it("makes new tokens at every start", async () => {
    const first = await bench(STATIC);
    const second = await bench(STATIC);
    expect(
      new Set([first.cluster.token, first.cluster.adminToken, second.cluster.token, second.cluster.adminToken]).size,
    ).toBe(4);
  });
});

describe("what is refused", () => {
  const spec = (more: JsonObject): JsonObject => externalSecret("one", more);
  const path = `${ESO}/namespaces/team/externalsecrets`;
  const cases: [string, (bench: Bench) => ReturnType<Bench["call"]>, number, string, string | RegExp][] = [
    [
      "a missing object",
      ({ call }) => call("GET", `${path}/none`),
      404,
      "NotFound",
      'externalsecrets.external-secrets.io "none" not found',
    ],
    [
      "a missing namespace",
      ({ call }) => call("POST", path.replace("team", "none"), externalSecret("one", {}, { namespace: "none" })),
      404,
      "NotFound",
      'namespaces "none" not found',
    ],
    [
      "another namespace in the body",
      ({ call }) => call("POST", path, externalSecret("one", {}, { namespace: "other" })),
      400,
      "BadRequest",
      "the namespace of the provided object does not match the namespace sent on the request",
    ],
    [
      "another name in the body",
      ({ call }) => call("PUT", `${path}/two`, spec({})),
      400,
      "BadRequest",
      "the name of the object (one) does not match the name on the URL (two)",
    ],
    [
      "another kind in the body",
      ({ call }) => call("POST", path, vaultStore()),
      422,
      "Invalid",
      'ClusterSecretStore.external-secrets.io "vault" is invalid: kind: Invalid value: "ClusterSecretStore": must be ExternalSecret',
    ],
    [
      "a bad secretKey",
      ({ call }) => call("POST", path, spec({ data: [{ secretKey: "a b", remoteRef: { key: "k" } }] })),
      422,
      "Invalid",
      'ExternalSecret.external-secrets.io "one" is invalid: spec.data[0].secretKey: Invalid value: "a b": spec.data[0].secretKey in body should match \'^[-._a-zA-Z0-9]+$\'',
    ],
    [
      "a missing key",
      ({ call }) => call("POST", path, spec({ data: [{ secretKey: "a", remoteRef: {} }] })),
      422,
      "Invalid",
      /spec\.data\[0\]\.remoteRef\.key: Required value/u,
    ],
    [
      "a policy that 0.20 does not know",
      ({ call }) => call("POST", path, spec({ target: { creationPolicy: "CreateOrMerge" } })),
      422,
      "Invalid",
      /spec\.target\.creationPolicy: Unsupported value: "CreateOrMerge": supported values: "Owner", "Orphan", "Merge", "None"/u,
    ],
    [
      "a number for a duration",
      ({ call }) => call("POST", path, spec({ refreshInterval: 5 })),
      422,
      "Invalid",
      /spec\.refreshInterval in body must be of type string: "integer"/u,
    ],
    [
      "a bad name",
      ({ call }) => call("POST", path, externalSecret("Bad_Name")),
      422,
      "Invalid",
      /metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/u,
    ],
    [
      "a bad label value",
      ({ call }) => call("POST", path, externalSecret("one", {}, { labels: { a: "b c" } })),
      422,
      "Invalid",
      /metadata\.labels: Invalid value: "b c"/u,
    ],
    [
      "two providers in a store",
      ({ call }) =>
        call("POST", `${ESO}/clustersecretstores`, {
          ...vaultStore("two"),
          spec: { provider: { vault: { server: "x" }, aws: { service: "SecretsManager", region: "x" } } },
        }),
      422,
      "Invalid",
      /spec\.provider: Too many: 2/u,
    ],
    [
      "strictly, an unknown field",
      ({ call }) => call("POST", `${path}?fieldValidation=Strict`, spec({ nonsense: 1 })),
      400,
      "BadRequest",
      /strict decoding error: unknown field "spec.nonsense"/u,
    ],
    [
      "the webhook: no data",
      ({ call }) => call("POST", path, spec({ data: [] })),
      403,
      "Forbidden",
      'admission webhook "validate.externalsecret.external-secrets.io" denied the request: either data or dataFrom should be specified',
    ],
    [
      "the webhook: Delete without owning",
      ({ call }) => call("POST", path, spec({ target: { creationPolicy: "Merge", deletionPolicy: "Delete" } })),
      403,
      "Forbidden",
      /deletionPolicy=Delete must not be used when the controller doesn't own the secret/u,
    ],
    [
      "the webhook: a key twice",
      ({ call }) => call("POST", path, spec({ data: [1, 2].map(() => ({ secretKey: "a", remoteRef: { key: "k" } })) })),
      403,
      "Forbidden",
      /duplicate secretKey found: a/u,
    ],
    [
      "JSON that is none",
      ({ cluster }) => text2(cluster.url + path, cluster.adminToken, "{"),
      400,
      "BadRequest",
      /^the object provided is unrecognized \(must be of type ExternalSecret\): couldn't get version\/kind; json parse error: unexpected end of JSON input/u,
    ],
    [
      "a patch of an unknown type",
      ({ call }) => call("PATCH", `${path}/one`, {}, { type: "text/plain" }),
      415,
      "UnsupportedMediaType",
      /accepted media types include: application\/json-patch\+json/u,
    ],
    [
      "an apply without manager",
      ({ call }) => call("PATCH", `${path}/one`, spec({}), { type: "application/apply-patch+yaml" }),
      422,
      "Invalid",
      /fieldManager: Required value: is required for apply patch/u,
    ],
    [
      "an unknown dry run",
      ({ call }) => call("POST", `${path}?dryRun=Some`, spec({})),
      422,
      "Invalid",
      /dryRun: Unsupported value/u,
    ],
    [
      "a field selector that is none",
      ({ call }) => call("GET", `${path}?fieldSelector=spec.x%3D1`),
      400,
      "BadRequest",
      /field label not supported: spec\.x/u,
    ],
    [
      "a label selector that is none",
      ({ call }) => call("GET", `${path}?labelSelector=a%3D%3D%3Db`),
      400,
      "BadRequest",
      /unable to parse requirement/u,
    ],
    [
      "a list from the future",
      ({ call }) => call("GET", `${path}?resourceVersion=999999`),
      504,
      "Timeout",
      /Too large resource version/u,
    ],
    [
      "the going of default",
      ({ call }) => call("DELETE", "/api/v1/namespaces/default"),
      403,
      "Forbidden",
      'namespaces "default" is forbidden: this namespace may not be deleted',
    ],
  ];

  it.each(cases)("%s", async (_what, act, code, reason, message) => {
    const made = await prepared(STATIC);
    const answer = await act(made);
    expect([answer.code, answer.body["reason"]]).toEqual([code, reason]);
    expect(answer.body).toMatchObject({ kind: "Status", apiVersion: "v1", status: "Failure", code });
    if (typeof message === "string") expect(answer.body["message"]).toBe(message);
    else expect(answer.body["message"]).toMatch(message);
    expect(made.cluster.store.count("externalsecrets")).toBe(0);
  });

  it("nothing of the webhook's where that is switched off", async () => {
    const { call } = await prepared({ ...STATIC, webhook: false });
    expect((await call("POST", path, spec({ data: [] }))).code).toBe(201);
  });

  it("new content in a namespace that is going away", async () => {
    const { call, cluster } = await prepared(STATIC);
    cluster.store.create(externalSecret("held", {}, { finalizers: ["example.com/hold"] }));
    expect((await call("DELETE", "/api/v1/namespaces/team")).body).toMatchObject({ status: { phase: "Terminating" } });
    const { code, body } = await call("POST", path, externalSecret("late"));
    expect(code).toBe(403);
    expect(body).toMatchObject({
      message:
        'externalsecrets.external-secrets.io "late" is forbidden: unable to create new content in namespace team because it is being terminated',
      details: {
        causes: [
          {
            reason: "NamespaceTerminating",
            message: "namespace team is being terminated",
            field: "metadata.namespace",
          },
        ],
      },
    });
  });

  async function text2(url: string, token: string, body: string): ReturnType<Bench["call"]> {
    const response = await fetch(url, {
      method: "POST",
      body,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
    const parsed: unknown = await response.json();
    return { code: response.status, body: isJsonObject(parsed) ? parsed : {}, headers: response.headers };
  }
  const isJsonObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null;
});

describe("objects", () => {
  const path = `${ESO}/namespaces/team/externalsecrets`;

  it("are filled in when they are made: uid, version, generation, defaults, no status", async () => {
    const { call } = await prepared(STATIC);
    const { code, body } = await call("POST", path, {
      ...externalSecret("one", { refreshInterval: null, target: null }),
      status: { refreshTime: "2020-01-01T00:00:00Z" },
    });
    expect(code).toBe(201);
    expect(body["metadata"]).toMatchObject({
      generation: 1,
      uid: like(/^[0-9a-f-]{36}$/u),
      resourceVersion: like(/^\d+$/u),
      creationTimestamp: like(/Z$/u),
    });
    expect(body["status"]).toBeUndefined();
    expect(body["spec"]).toMatchObject({
      refreshInterval: "1h",
      target: { creationPolicy: "Owner", deletionPolicy: "Retain" },
      data: [{ remoteRef: { conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None" } }],
    });
  });

  it("warn of unknown fields, and drop them", async () => {
    const { call } = await prepared(STATIC);
    const { body, headers } = await call("POST", path, externalSecret("one", { nonsense: 1 }));
    expect(at(body, "spec", "nonsense")).toBeUndefined();
    expect(headers.get("warning")).toBe('299 - "unknown field \\"spec.nonsense\\""');
  });

  it("count their generation up with the spec and with nothing else", async () => {
    const { call } = await prepared(STATIC);
    await call("POST", path, externalSecret("one"));
    const merge = { type: "application/merge-patch+json" };
    const generation = async (where: string, patch: Json): Promise<Json | undefined> =>
      at((await call("PATCH", where, patch, merge)).body, "metadata", "generation");
    expect(await generation(`${path}/one`, { metadata: { labels: { a: "b" } } })).toBe(1);
    expect(await generation(`${path}/one/status`, { status: { syncedResourceVersion: "x" } })).toBe(1);
    expect(await generation(`${path}/one`, { spec: { refreshInterval: "2h0m0s" } })).toBe(2);
    expect(await generation(`${path}/one`, { spec: { refreshInterval: "2h0m0s" } })).toBe(2);
  });

  it("keep spec and status apart", async () => {
    const { call } = await prepared(STATIC);
    await call("POST", path, externalSecret("one"));
    const merge = { type: "application/merge-patch+json" };
    const main = await call("PATCH", `${path}/one`, { status: { syncedResourceVersion: "x" } }, merge);
    expect(main.body["status"]).toBeUndefined();
    const status = await call(
      "PATCH",
      `${path}/one/status`,
      { spec: { refreshInterval: "9h0m0s" }, metadata: { labels: { a: "b" } }, status: { syncedResourceVersion: "x" } },
      merge,
    );
    expect(status.body).toMatchObject({ spec: { refreshInterval: "1h0m0s" }, status: { syncedResourceVersion: "x" } });
    expect(at(status.body, "metadata", "labels")).toBeUndefined();
  });

  it("are not written by a change that changes nothing", async () => {
    const { call, cluster } = await prepared(STATIC);
    await call("POST", path, externalSecret("one"));
    const before = cluster.resourceVersion;
    const { body } = await call("PUT", `${path}/one`, (await call("GET", `${path}/one`)).body);
    expect(cluster.resourceVersion).toBe(before);
    expect(at(body, "metadata", "resourceVersion")).toBe(before);
  });

  it("are replaced only under the version that was read", async () => {
    const { call } = await prepared(STATIC);
    const made = (await call("POST", path, externalSecret("one"))).body;
    await call("PATCH", `${path}/one`, { metadata: { labels: { a: "b" } } }, { type: "application/merge-patch+json" });
    const stale = await call("PUT", `${path}/one`, made);
    expect(stale.code).toBe(409);
    expect(stale.body).toMatchObject({
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on externalsecrets.external-secrets.io "one": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: "one", group: "external-secrets.io", kind: "externalsecrets" },
    });
    const unversioned = await call("PUT", `${path}/one`, externalSecret("one"));
    expect([unversioned.code, unversioned.body["message"]]).toEqual([
      422,
      'externalsecrets.external-secrets.io "one" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ]);
    const otherUid = await call("PUT", `${path}/one`, externalSecret("one", {}, { uid: "x" }));
    expect([otherUid.code, otherUid.body["message"]]).toEqual([
      409,
      expect.stringContaining("Precondition failed: UID in precondition: x"),
    ]);
  });

  it("are patched by JSON patch, whose test is kept", async () => {
    const { call } = await prepared(STATIC);
    const made = (await call("POST", path, externalSecret("one"))).body;
    const patch = (version: string): Promise<{ code: number; body: JsonObject }> =>
      call(
        "PATCH",
        `${path}/one`,
        [
          { op: "test", path: "/metadata/resourceVersion", value: version },
          { op: "replace", path: "/spec/refreshInterval", value: "3h0m0s" },
        ],
        { type: "application/json-patch+json" },
      );
    expect((await patch("1")).code).toBe(422);
    const done = await patch(text(made, "metadata", "resourceVersion"));
    expect([done.code, at(done.body, "spec", "refreshInterval")]).toEqual([200, "3h0m0s"]);
  });

  it.each([
    ["uid", { uid: "wrong" }, /the UID in the precondition \(wrong\) does not match the UID in record/u],
    [
      "resourceVersion",
      { resourceVersion: "1" },
      /the ResourceVersion in the precondition \(1\) does not match the ResourceVersion in record/u,
    ],
  ])("are not deleted under another %s", async (_what, preconditions, message) => {
    const { call } = await prepared(STATIC);
    await call("POST", path, externalSecret("one"));
    const { code, body } = await call("DELETE", `${path}/one`, { preconditions });
    expect([code, body["reason"]]).toEqual([409, "Conflict"]);
    expect(body["message"]).toMatch(message);
  });

  it("are deleted at once without finalizers, else when the last one goes", async () => {
    const { call, cluster } = await prepared(STATIC);
    const { body } = await call("POST", path, externalSecret("one"));
    const gone = await call("DELETE", `${path}/one`, {
      preconditions: { uid: text(body, "metadata", "uid"), resourceVersion: text(body, "metadata", "resourceVersion") },
    });
    expect(gone.body).toMatchObject({
      kind: "Status",
      status: "Success",
      details: { name: "one", kind: "externalsecrets", uid: text(body, "metadata", "uid") },
    });

    await call("POST", path, externalSecret("two", {}, { finalizers: ["example.com/a"] }));
    const waiting = await call("DELETE", `${path}/two`);
    expect(waiting.body).toMatchObject({
      kind: "ExternalSecret",
      metadata: { deletionTimestamp: someText(), deletionGracePeriodSeconds: 0, generation: 2 },
    });
    const merge = { type: "application/merge-patch+json" };
    const more = await call(
      "PATCH",
      `${path}/two`,
      { metadata: { finalizers: ["example.com/a", "example.com/b"] } },
      merge,
    );
    expect([more.code, more.body["message"]]).toEqual([
      422,
      expect.stringContaining("no new finalizers can be added if the object is being deleted"),
    ]);
    expect((await call("PATCH", `${path}/two`, { metadata: { finalizers: null } }, merge)).code).toBe(200);
    expect(cluster.store.get("externalsecrets", "team", "two")).toBeUndefined();
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("stay as they are in a dry run: %s", async (method) => {
    const { call, cluster } = await prepared(STATIC);
    if (method !== "POST") await call("POST", path, externalSecret("one"));
    const before = cluster.resourceVersion;
    const body =
      method === "PUT"
        ? {
            ...(await call("GET", `${path}/one`)).body,
            spec: at(externalSecret("one", { refreshInterval: "5h0m0s" }), "spec") ?? null,
          }
        : method === "PATCH"
          ? { spec: { refreshInterval: "5h0m0s" } }
          : method === "POST"
            ? externalSecret("one")
            : undefined;
    const answer = await call(method, `${path}${method === "POST" ? "" : "/one"}?dryRun=All`, body, {
      type: method === "PATCH" ? "application/merge-patch+json" : "application/json",
    });
    expect(answer.code).toBe(method === "POST" ? 201 : 200);
    if (method === "PUT" || method === "PATCH")
      expect(answer.body).toMatchObject({ spec: { refreshInterval: "5h0m0s" }, metadata: { generation: 2 } });
    expect(cluster.resourceVersion).toBe(before);
  });

  it("namespaces are labelled with their name and hold the finalizer kubernetes", async () => {
    const { call } = await bench(STATIC);
    const { body } = await call("POST", "/api/v1/namespaces", namespace("team", { a: "b" }));
    expect(body).toMatchObject({
      metadata: { labels: { a: "b", "kubernetes.io/metadata.name": "team" } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
    expect(without(body, "metadata", "spec", "status")).toEqual({ apiVersion: "v1", kind: "Namespace" });
  });
});
