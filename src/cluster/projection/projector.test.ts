import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../domain/json.js";
import { FORCE_SYNC_ANNOTATION, LABELS } from "../../domain/spec/render.js";
import { hashJson } from "../canonical-json.js";
import type { KubernetesObject, ManagedFieldsEntry } from "../kubernetes-object.js";
import { externalSecret } from "../testing/objects.js";
import { Interner } from "./interner.js";
import { Projector } from "./projector.js";

const managedFields: ManagedFieldsEntry[] = [
  {
    manager: "secretariat",
    operation: "Apply",
    time: "2026-11-24T10:00:00Z",
    fieldsV1: { "f:metadata": { "f:labels": { "f:a": {} } }, "f:spec": { "f:data": {} } },
  },
  {
    manager: "kubectl-edit",
    operation: "Update",
    time: "2026-11-24T12:00:00Z",
    fieldsV1: { "f:spec": { "f:data": {} } },
  },
  {
    manager: "external-secrets",
    operation: "Update",
    time: "2026-11-24T11:00:00Z",
    fieldsV1: { "f:metadata": { "f:finalizers": {} }, "f:status": {} },
    subresource: "status",
  },
];

const whole = (): KubernetesObject =>
  externalSecret("db", 42, {
    metadata: {
      uid: "u-1",
      generation: 3,
      deletionTimestamp: "2026-11-24T13:00:00Z",
      finalizers: ["externalsecrets.external-secrets.io/externalsecret-cleanup"],
      labels: {
        [LABELS.installation]: "inst",
        [LABELS.assignment]: "asg",
        [LABELS.managedBy]: "secretariat",
        team: "x",
      },
      annotations: {
        [FORCE_SYNC_ANNOTATION]: "7",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        note: "n",
      },
      managedFields,
    },
    spec: { data: [{ secretKey: "a" }], refreshInterval: "1h0m0s" },
    status: {
      binding: { name: "db" },
      conditions: [
        { type: "Other", status: "True" },
        {
          type: "Ready",
          status: "False",
          reason: "SecretSyncedError",
          message: "could not\nget it",
          lastTransitionTime: "2026-11-24T10:00:01Z",
        },
      ],
      refreshTime: "2026-11-24T09:00:00Z",
      syncedResourceVersion: "2-abc",
    },
  });

describe("an ExternalSecret", () => {
  it("keeps what statuses and drift are judged by", () => {
    expect(new Projector().externalSecret(whole())).toEqual({
      namespace: "team-a",
      name: "db",
      uid: "u-1",
      resourceVersion: "42",
      generation: 3,
      deletionTimestamp: "2026-11-24T13:00:00Z",
      finalizers: ["externalsecrets.external-secrets.io/externalsecret-cleanup"],
      ours: { installation: "inst", id: "asg" },
      forceSync: "7",
      specHash: hashJson({ refreshInterval: "1h0m0s", data: [{ secretKey: "a" }] }),
      labels: { [LABELS.managedBy]: "secretariat", team: "x" },
      annotations: { note: "n" },
      managers: [
        { name: "kubectl-edit", operation: "Update", subresource: null, ownsSpec: true, ownsMetadata: false },
        { name: "external-secrets", operation: "Update", subresource: "status", ownsSpec: false, ownsMetadata: false },
        { name: "secretariat", operation: "Apply", subresource: null, ownsSpec: true, ownsMetadata: true },
      ],
      ready: {
        status: "False",
        reason: "SecretSyncedError",
        message: "could not get it",
        lastTransitionTime: "2026-11-24T10:00:01Z",
      },
      refreshTime: "2026-11-24T09:00:00Z",
      syncedResourceVersion: "2-abc",
      bindingName: "db",
    });
  });

  it("of a foreign installation, or nobody's, with nothing of all that", () => {
    const projector = new Projector();
    expect(projector.externalSecret(externalSecret("bare", 1))).toMatchObject({
      deletionTimestamp: null,
      finalizers: [],
      ours: null,
      forceSync: null,
      labels: {},
      annotations: {},
      managers: [],
      ready: null,
      refreshTime: null,
      syncedResourceVersion: null,
      bindingName: null,
    });
    const foreign = externalSecret("foreign", 1, { metadata: { labels: { [LABELS.installation]: "other" } } });
    expect(projector.externalSecret(foreign).ours).toEqual({ installation: "other", id: null });
    const bound = externalSecret("none", 1, {
      status: { binding: { name: "" }, conditions: [{ type: "Ready" }, "nonsense"] },
    });
    expect(projector.externalSecret(bound)).toMatchObject({
      bindingName: "",
      ready: { status: "Unknown", reason: null, message: null, lastTransitionTime: null },
    });
  });

  it("shares what repeats", () => {
    const projector = new Projector();
    const [one, two] = [projector.externalSecret(whole()), projector.externalSecret(whole())];
    expect(one.managers).toBe(two.managers);
    expect(one.labels).toBe(two.labels);
    expect(one.annotations).toBe(two.annotations);
    expect(one.finalizers).toBe(two.finalizers);
    expect(() => Object.assign(one.labels, { x: "y" })).toThrow(TypeError);
  });

  it("takes its spec's hash over while uid and generation stay, and no longer", () => {
    const projector = new Projector();
    const before = { ...projector.externalSecret(whole()), specHash: "known" };
    const next = whole();
    expect(projector.externalSecret(next, before).specHash).toBe("known");
    expect(
      projector.externalSecret({ ...next, metadata: { ...next.metadata, generation: 4 } }, before).specHash,
    ).not.toBe("known");
    expect(projector.externalSecret({ ...next, metadata: { ...next.metadata, uid: "u-2" } }, before).specHash).not.toBe(
      "known",
    );
    expect(projector.externalSecret(next, null).specHash).not.toBe("known");
  });

  it("orders managers of one second as the server does, and takes entries with holes", () => {
    const entries: ManagedFieldsEntry[] = [
      { manager: "a", time: "2026-11-24T10:00:00Z" },
      { manager: "b", time: "2026-11-24T10:00:00Z" },
      {},
    ];
    const object = externalSecret("m", 1, { metadata: { managedFields: entries } });
    expect(new Projector().externalSecret(object).managers.map(({ name }) => name)).toEqual(["a", "b", ""]);
  });
});

describe("a status that no operator wrote", () => {
  it.each(["1-\u0000", "x".repeat(257), 7])("syncedResourceVersion %j is none", (syncedResourceVersion) => {
    const object = externalSecret("m", 1, { status: { syncedResourceVersion } });
    expect(new Projector().externalSecret(object).syncedResourceVersion).toBeNull();
  });
});

describe("a spec", () => {
  const hashOf = (ref: JsonObject): string =>
    new Projector().externalSecret(externalSecret("r", 1, { spec: { secretStoreRef: ref } })).specHash;

  it("that names a store without its kind is the one that names a SecretStore", () => {
    expect(hashOf({ name: "s" })).toBe(hashOf({ name: "s", kind: "SecretStore" }));
    expect(hashOf({ name: "s" })).not.toBe(hashOf({ name: "s", kind: "ClusterSecretStore" }));
    expect(hashOf({ name: "s" })).not.toBe(hashOf({ name: "t" }));
  });
});

describe("a store", () => {
  it("keeps its kind, whose it is, and whether its spec is another", () => {
    const projector = new Projector();
    const store = (generation: number, conditions?: JsonObject[]): KubernetesObject => ({
      metadata: {
        name: "s",
        uid: "u",
        resourceVersion: "1",
        generation,
        labels: { [LABELS.installation]: "i", [LABELS.provider]: "p" },
      },
      spec: { provider: {}, ...(conditions === undefined ? {} : { conditions }) },
      status: { conditions: [{ type: "Ready", status: "True", reason: "Valid", message: "store validated" }] },
    });
    const open = projector.store("ClusterSecretStore", store(1));
    expect(open).toMatchObject({
      kind: "ClusterSecretStore",
      namespace: null,
      generation: 1,
      ours: { installation: "i", id: "p" },
      ready: { status: "True", reason: "Valid" },
    });
    const closed = projector.store("ClusterSecretStore", store(2, [{ namespaces: ["a"] }]), open);
    expect(closed.specHash).not.toBe(open.specHash);
    const empty = store(1);
    const spaced = { ...empty, metadata: { ...empty.metadata, namespace: "team-a" } };
    expect(projector.store("SecretStore", spaced).namespace).toBe("team-a");
  });
});

describe("a namespace", () => {
  it("keeps its phase, whose it is, and what holds it up", () => {
    const projector = new Projector();
    const object: KubernetesObject = {
      metadata: {
        name: "team-a",
        uid: "u",
        resourceVersion: "1",
        deletionTimestamp: "2026-11-24T10:00:00Z",
        finalizers: ["custom"],
        labels: { [LABELS.installation]: "i", [LABELS.project]: "p" },
      },
      spec: { finalizers: ["kubernetes", 7] },
      status: {
        phase: "Terminating",
        conditions: [
          { type: "NamespaceContentRemaining", status: "True", message: "Some resources are remaining" },
          { type: "NamespaceFinalizersRemaining", status: "True" },
          { type: "NamespaceDeletionContentFailure", status: "False", message: "all well" },
          { type: "SomethingElse", status: "True", message: "not it" },
        ],
      },
    };
    expect(projector.namespace(object)).toEqual({
      namespace: null,
      name: "team-a",
      uid: "u",
      resourceVersion: "1",
      phase: "Terminating",
      deletionTimestamp: "2026-11-24T10:00:00Z",
      finalizers: ["custom", "kubernetes"],
      blockers: ["Some resources are remaining", "NamespaceFinalizersRemaining"],
      ours: { installation: "i", id: "p" },
    });
    expect(projector.namespace({ metadata: { name: "x", uid: "u", resourceVersion: "1" } })).toMatchObject({
      phase: "Active",
      deletionTimestamp: null,
      finalizers: [],
      blockers: [],
      ours: null,
    });
  });
});

describe("Interner", () => {
  it("gives one instance, and forgets all when it grows too large", () => {
    const interner = new Interner<object>(2);
    const one = interner.get("a", () => ({}));
    expect(interner.get("a", () => ({}))).toBe(one);
    interner.get("b", () => ({}));
    interner.get("c", () => ({}));
    expect(interner.get("a", () => ({}))).not.toBe(one);
  });
});
