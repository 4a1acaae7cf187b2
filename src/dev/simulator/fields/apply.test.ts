import { describe, expect, it } from "vitest";
import { at, type JsonObject, isObject, list, record, text } from "../json.js";
import { dataItem, ESO, externalSecret, externalSecretThat, prepared, settled, withReason } from "../test-support.js";

const STATIC = { operator: false } as const;
const path = `${ESO}/namespaces/team/externalsecrets`;

/** fieldsV1 of one manager. */
function fields(object: JsonObject, manager: string, subresource = ""): JsonObject | undefined {
  const entry = list(object, "metadata", "managedFields").find(
    (each) => text(each, "manager") === manager && text(each, "subresource") === subresource,
  );
  const found = at(entry, "fieldsV1");
  return isObject(found) ? found : undefined;
}

describe("server-side apply", () => {
  it("makes what is absent, and owns what it says and no default", async () => {
    const { apply } = await prepared(STATIC);
    const { code, body } = await apply(externalSecret("one", {}, { labels: { a: "b" } }));
    expect(code).toBe(201);
    expect(fields(body, "secretariat")).toEqual({
      "f:metadata": { "f:labels": { "f:a": {} } },
      "f:spec": {
        "f:data": {},
        "f:refreshInterval": {},
        "f:secretStoreRef": { "f:kind": {}, "f:name": {} },
        "f:target": { "f:template": { "f:metadata": {} } },
      },
    });
    expect(list(body, "metadata", "managedFields")).toEqual([
      expect.objectContaining({
        manager: "secretariat",
        operation: "Apply",
        apiVersion: "external-secrets.io/v1",
        fieldsType: "FieldsV1",
      }),
    ]);
  });

  it("does nothing when it is repeated", async () => {
    const { apply, cluster } = await prepared(STATIC);
    await apply(externalSecret("one"));
    const before = cluster.resourceVersion;
    const again = await apply(externalSecret("one"));
    expect([again.code, at(again.body, "metadata", "resourceVersion"), cluster.resourceVersion]).toEqual([
      200,
      before,
      before,
    ]);
  });

  it("takes away what it says no longer, and leaves what others added", async () => {
    const { apply, cluster } = await prepared(STATIC);
    await apply(externalSecret("one", { refreshPolicy: "OnChange" }, { labels: { ours: "1", gone: "1" } }));
    cluster.store.patch("externalsecrets", "team", "one", { metadata: { labels: { theirs: "1" } } });
    const { body } = await apply(externalSecret("one", {}, { labels: { ours: "1" } }), { force: true });
    expect(at(body, "metadata", "labels")).toEqual({ ours: "1", theirs: "1" });
    expect(at(body, "spec", "refreshPolicy")).toBeUndefined();
    expect(at(body, "metadata", "generation")).toBe(2);
  });

  it("treats lists as one value", async () => {
    const { apply } = await prepared(STATIC);
    await apply(externalSecret("one"));
    const { body } = await apply(
      externalSecret("one", { data: [{ secretKey: "other", remoteRef: { key: "db", property: "user" } }] }),
    );
    expect(list(body, "spec", "data").map((item) => text(item, "secretKey"))).toEqual(["other"]);
  });

  it("conflicts with kubectl over a field that both set, and says so field by field", async () => {
    const { apply, cluster } = await prepared(STATIC);
    cluster.store.create(externalSecret("one", { refreshInterval: "2h0m0s" }), {
      manager: "kubectl-client-side-apply",
    });
    const one = await apply(externalSecret("one"));
    expect(one.code).toBe(409);
    expect(one.body).toMatchObject({
      reason: "Conflict",
      message:
        'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using external-secrets.io/v1: .spec.refreshInterval',
      details: {
        causes: [
          {
            reason: "FieldManagerConflict",
            message: 'conflict with "kubectl-client-side-apply" using external-secrets.io/v1',
            field: ".spec.refreshInterval",
          },
        ],
      },
    });
    // An entry that leaves its defaults out is another value of the list.
    const two = await apply(
      externalSecret("one", { data: [{ secretKey: "password", remoteRef: { key: "db", property: "password" } }] }),
    );
    expect(two.body["message"]).toBe(
      'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using external-secrets.io/v1:\n- .spec.data\n- .spec.refreshInterval',
    );
    const forced = await apply(externalSecret("one"), { force: true });
    expect(forced.code).toBe(200);
    expect(at(forced.body, "spec", "refreshInterval")).toBe("1h0m0s");
    expect(at(fields(forced.body, "kubectl-client-side-apply"), "f:spec", "f:refreshInterval")).toBeUndefined();
  });

  it("names another applier without a version", async () => {
    const { apply } = await prepared(STATIC);
    await apply(externalSecret("one"), { manager: "argocd" });
    const { body } = await apply(externalSecret("one", { refreshInterval: "3h0m0s" }));
    expect(body["message"]).toBe('Apply failed with 1 conflict: conflict with "argocd": .spec.refreshInterval');
  });

  it("shares a field with another manager where both want the same", async () => {
    const { apply } = await prepared(STATIC);
    await apply(externalSecret("one"), { manager: "argocd" });
    const { code, body } = await apply(externalSecret("one"));
    expect(code).toBe(200);
    expect(fields(body, "argocd")).toEqual(fields(body, "secretariat"));
  });

  it.each([
    [
      "an unknown field",
      externalSecret("one", { nonsense: 1 }),
      "failed to create typed patch object (team/one; external-secrets.io/v1, Kind=ExternalSecret): .spec.nonsense: field not declared in schema",
    ],
    [
      "a number for text",
      externalSecret("one", { refreshInterval: 5 }),
      "failed to create typed patch object (team/one; external-secrets.io/v1, Kind=ExternalSecret): .spec.refreshInterval: expected string, got &value.valueUnstructured{Value:5}",
    ],
    [
      "two of them",
      externalSecret("one", { data: [{ ...dataItem("a", "k"), huh: 1 }], bogus: 1, late: 1 }),
      "failed to create typed patch object (team/one; external-secrets.io/v1, Kind=ExternalSecret): errors:\n  .spec.data[0].huh: field not declared in schema\n  .spec.bogus: field not declared in schema",
    ],
  ])("answers 500 to %s", async (_what, object, message) => {
    const { apply, cluster } = await prepared(STATIC);
    const { code, body } = await apply(object);
    expect([code, body["reason"], body["message"]]).toEqual([500, undefined, message]);
    expect(cluster.store.count("externalsecrets")).toBe(0);
  });

  it("answers 422 to a value that only validation refuses", async () => {
    const { apply } = await prepared(STATIC);
    expect((await apply(externalSecret("one", { target: { creationPolicy: "Never" } }))).code).toBe(422);
  });

  it("with a uid makes nothing: absent 409, another one 422", async () => {
    const { apply, cluster } = await prepared(STATIC);
    const absent = await apply(externalSecret("one", {}, { uid: "11111111-1111-1111-1111-111111111111" }));
    expect([absent.code, absent.body["reason"], absent.body["message"]]).toEqual([
      409,
      "Conflict",
      'Operation cannot be fulfilled on externalsecrets.external-secrets.io "one": uid mismatch: the provided object specified uid 11111111-1111-1111-1111-111111111111, and no existing object was found',
    ]);
    await apply(externalSecret("one"));
    const other = await apply(externalSecret("one", {}, { uid: "11111111-1111-1111-1111-111111111111" }));
    expect(other.code).toBe(422);
    expect(other.body).toMatchObject({
      message:
        'ExternalSecret.external-secrets.io "one" is invalid: metadata.uid: Invalid value: "11111111-1111-1111-1111-111111111111": field is immutable',
      details: { causes: [1, 2].map(() => ({ field: "metadata.uid", reason: "FieldValueInvalid" })) },
    });
    const same = await apply(
      externalSecret("one", {}, { uid: text(cluster.store.get("externalsecrets", "team", "one"), "metadata", "uid") }),
    );
    expect(same.code).toBe(200);
  });

  it("with an old resourceVersion: 409, and on an absent object it makes it", async () => {
    const { apply } = await prepared(STATIC);
    const made = await apply(externalSecret("one", {}, { resourceVersion: "1" }));
    expect(made.code).toBe(201);
    await apply(externalSecret("one", { refreshInterval: "2h0m0s" }));
    const stale = await apply(
      externalSecret(
        "one",
        { refreshInterval: "3h0m0s" },
        { resourceVersion: text(made.body, "metadata", "resourceVersion") },
      ),
    );
    expect([stale.code, stale.body["message"]]).toEqual([409, expect.stringContaining("the object has been modified")]);
  });

  it("is refused with managedFields, in another kind, and in another namespace", async () => {
    const { apply, call } = await prepared(STATIC);
    expect((await apply(externalSecret("one", {}, { managedFields: [{ manager: "x" }] }))).body["message"]).toBe(
      "metadata.managedFields must be nil",
    );
    const other = await call("PATCH", `${path}/one?fieldManager=x`, externalSecret("one", {}, { namespace: "other" }), {
      type: "application/apply-patch+yaml",
    });
    expect([other.code, other.body["message"]]).toEqual([
      400,
      "the namespace of the provided object does not match the namespace sent on the request",
    ]);
  });

  it("takes YAML", async () => {
    const { cluster } = await prepared(STATIC);
    const body =
      "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: one}\nspec: {secretStoreRef: {name: vault}, data: [{secretKey: a, remoteRef: {key: db}}]}\n";
    const response = await fetch(`${cluster.url}${path}/one?fieldManager=x`, {
      method: "PATCH",
      body,
      headers: { authorization: `Bearer ${cluster.token}`, "content-type": "application/apply-patch+yaml" },
    });
    expect(response.status).toBe(201);
  });

  it("answers a dry run as the real call, and writes nothing", async () => {
    const { apply, cluster } = await prepared(STATIC);
    const before = cluster.resourceVersion;
    expect((await apply(externalSecret("one"), { query: "&dryRun=All" })).code).toBe(201);
    expect((await apply(externalSecret("one", { nonsense: 1 }), { query: "&dryRun=All" })).code).toBe(500);
    expect(cluster.resourceVersion).toBe(before);
  });

  it("has no effect on what is going away but is answered 200", async () => {
    const { apply, cluster } = await prepared(STATIC);
    cluster.store.create(externalSecret("one", {}, { finalizers: ["example.com/hold"] }));
    cluster.store.delete("externalsecrets", "team", "one");
    const { code, body } = await apply(externalSecret("one"), { force: true });
    expect([code, at(body, "metadata", "deletionTimestamp")]).toEqual([200, expect.any(String)]);
  });

  it("lets an old manager be dropped by a JSON patch that tests the version", async () => {
    const { apply, call, cluster } = await prepared(STATIC);
    const made = cluster.store.create(externalSecret("one"), { manager: "kubectl-create" });
    const spec = at(made, "spec");
    const applied = await apply({ ...externalSecret("one"), spec: spec ?? {} });
    expect(applied.code).toBe(200);
    const entries = list(applied.body, "metadata", "managedFields").filter(
      (each) => text(each, "manager") !== "kubectl-create",
    );
    const patch = [
      { op: "test", path: "/metadata/resourceVersion", value: text(applied.body, "metadata", "resourceVersion") },
      { op: "replace", path: "/metadata/managedFields", value: entries },
    ];
    const { body } = await call("PATCH", `${path}/one`, patch, {
      type: "application/json-patch+json",
      token: cluster.token,
    });
    expect(list(body, "metadata", "managedFields").map((each) => text(each, "manager"))).toEqual(["secretariat"]);
    expect(
      (
        await apply({
          ...externalSecret("one"),
          spec: { ...record(externalSecret("one"), "spec"), refreshInterval: "2h0m0s" },
        })
      ).code,
    ).toBe(200);
  });

  it("meets before-first-apply where nobody is noted", async () => {
    const { apply, cluster } = await prepared(STATIC);
    cluster.store.create(externalSecret("one", { refreshInterval: "2h0m0s" }));
    cluster.store.patch("externalsecrets", "team", "one", { metadata: { managedFields: [{}] } });
    expect(list(cluster.store.get("externalsecrets", "team", "one"), "metadata", "managedFields")).toEqual([]);
    const { body } = await apply(
      externalSecret("one", { data: list(cluster.store.get("externalsecrets", "team", "one"), "spec", "data") }),
    );
    expect(body["message"]).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using external-secrets.io/v1: .spec.refreshInterval',
    );
  });

  it("conflicts with the operator over a duration that it rewrote", async () => {
    const { apply, cluster } = await prepared();
    await apply(externalSecret("one", { refreshInterval: "1h", target: { template: {} } }));
    const object = await withReason(cluster, "one", "SecretSynced");
    expect(object["spec"]).toMatchObject({ refreshInterval: "1h0m0s", target: { template: { metadata: {} } } });
    expect(at(object.metadata, "generation")).toBe(2);
    expect(fields(object, "external-secrets")).toEqual({
      "f:metadata": {
        "f:finalizers": { ".": {}, 'v:"externalsecrets.external-secrets.io/externalsecret-cleanup"': {} },
      },
      "f:spec": { "f:refreshInterval": {}, "f:target": { "f:template": { "f:metadata": {} } } },
    });
    const again = await apply(externalSecret("one", { refreshInterval: "1h", target: { template: {} } }));
    expect([again.code, again.body["message"]]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "external-secrets" using external-secrets.io/v1: .spec.refreshInterval',
    ]);
  });

  it("has nothing rewritten when durations are canonical and the template has metadata", async () => {
    const { apply, cluster } = await prepared();
    await apply(externalSecret("one"));
    const object = await withReason(cluster, "one", "SecretSynced");
    expect(at(object.metadata, "generation")).toBe(1);
    await settled(cluster);
    expect((await apply(externalSecret("one"))).code).toBe(200);
    await externalSecretThat(cluster, "one", (each) => fields(each, "external-secrets", "status") !== undefined);
  });
});
