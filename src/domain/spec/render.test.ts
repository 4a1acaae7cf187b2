import { describe, expect, it } from "vitest";
import {
  FIELD_MANAGER,
  FORCE_SYNC_ANNOTATION,
  LABELS,
  renderExternalSecret,
  renderNamespace,
  renderStore,
} from "./render.js";
import { objectAt } from "./read.js";
import { changeSpec } from "./build-spec.js";
import type { StoredSpec } from "../secret.js";
import { DEFAULT_RULE_SETTINGS } from "../settings.js";
import { oneKey, storedOf } from "./testing.js";

const stored = storedOf(oneKey);
const base = {
  apiVersion: "v1",
  namespace: "alpha",
  name: "db",
  uid: null,
  ids: { installation: "i", assignment: "a" },
  store: { name: "vault", scope: "ORGANIZATION" },
  stored,
  forceSyncToken: null,
} as const;
const LABELLED = { [LABELS.installation]: "i", [LABELS.managedBy]: FIELD_MANAGER };

describe("an assignment's ExternalSecret", () => {
  it("is the stored spec with the provider's store, and our labels", () =>
    expect(renderExternalSecret(base)).toEqual({
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: "db", namespace: "alpha", labels: { ...LABELLED, "secretariat.io/assignment": "a" } },
      spec: { ...stored.spec, secretStoreRef: { name: "vault", kind: "ClusterSecretStore" } },
    }));

  it("carries the uid of what is changed, the forced sync, and its author's labels", () =>
    expect(
      renderExternalSecret({
        ...base,
        uid: "u",
        forceSyncToken: "7",
        stored: { ...stored, labels: { app: "x", [LABELS.managedBy]: "someone" }, annotations: { note: "n" } },
      }),
    ).toMatchObject({
      metadata: {
        uid: "u",
        labels: { app: "x", ...LABELLED },
        annotations: { note: "n", [FORCE_SYNC_ANNOTATION]: "7" },
      },
    }));

  it("bears no label of ours while it is only adopted", () => {
    const adopted = renderExternalSecret({ ...base, ids: null, uid: "u", store: { name: "s", scope: "PROJECT" } });
    expect(adopted["metadata"]).toEqual({ name: "db", namespace: "alpha", uid: "u" });
    expect(adopted["spec"]).toHaveProperty("secretStoreRef", { name: "s", kind: "SecretStore" });
  });

  it("names the store as its author did, where a SecretStore's kind was left out", () =>
    expect(
      renderExternalSecret({ ...base, ids: null, store: { name: "s", scope: "PROJECT", kindImplied: true } })["spec"],
    ).toHaveProperty("secretStoreRef", { name: "s" }));

  describe("adopted without a template", () => {
    const bare: StoredSpec = {
      spec: { ...stored.spec, target: { name: "db" } },
      labels: { app: "x" },
      annotations: { note: "n" },
    };
    const templateOf = (ids: typeof base.ids | null, of = bare) =>
      objectAt(objectAt(objectAt(renderExternalSecret({ ...base, ids, stored: of }), "spec"), "target"), "template");

    it("is as it was, while it bears no label of ours", () => expect(templateOf(null)).toEqual({}));

    it("gets one with its first change, so that ours are not copied onto the native Secret, and its author's stay there", () =>
      expect(templateOf(base.ids)).toEqual({
        engineVersion: "v2",
        mergePolicy: "Replace",
        metadata: { labels: { app: "x" }, annotations: { note: "n" } },
      }));

    it("is the same as the first change of its spec makes it", () => {
      const changed = changeSpec("db", bare, { refreshInterval: "2h" }, DEFAULT_RULE_SETTINGS).stored ?? bare;
      const later =
        changeSpec("db", { ...bare, labels: {}, annotations: {} }, {}, DEFAULT_RULE_SETTINGS).stored ?? bare;
      expect(templateOf(base.ids, changed)).toEqual(templateOf(base.ids));
      expect(templateOf(base.ids, later)).toEqual(templateOf(base.ids, { ...bare, labels: {}, annotations: {} }));
    });
  });

  it("leaves the refresh policy out for operators that know none, where it is theirs anyway", () => {
    expect(renderExternalSecret({ ...base, apiVersion: "v1beta1" })["spec"]).not.toHaveProperty("refreshPolicy");
    const onChange = storedOf({ ...oneKey, refreshPolicy: "ON_CHANGE" });
    expect(renderExternalSecret({ ...base, apiVersion: "v1beta1", stored: onChange })).toMatchObject({
      apiVersion: "external-secrets.io/v1beta1",
      spec: { refreshPolicy: "OnChange" },
    });
  });

  it("is the same for the same input, and leaves the input alone", () => {
    const before = structuredClone(base);
    expect(renderExternalSecret(base)).toEqual(renderExternalSecret(base));
    expect(base).toEqual(before);
  });
});

describe("a provider's store", () => {
  const input = {
    apiVersion: "v1",
    name: "vault",
    namespace: null,
    uid: null,
    ids: { installation: "i", provider: "p" },
    spec: { provider: {} },
  } as const;
  it("is a ClusterSecretStore, or a SecretStore of a namespace", () => {
    expect(renderStore(input)).toEqual({
      apiVersion: "external-secrets.io/v1",
      kind: "ClusterSecretStore",
      metadata: { name: "vault", labels: { ...LABELLED, "secretariat.io/provider": "p" } },
      spec: { provider: {} },
    });
    expect(renderStore({ ...input, namespace: "alpha", uid: "u", apiVersion: "v1beta1" })).toMatchObject({
      apiVersion: "external-secrets.io/v1beta1",
      kind: "SecretStore",
      metadata: { name: "vault", namespace: "alpha", uid: "u" },
    });
  });
});

it("a project's namespace bears its label", () =>
  expect(renderNamespace({ name: "alpha", ids: { installation: "i", project: "p" } })).toEqual({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "alpha", labels: { ...LABELLED, "secretariat.io/project": "p" } },
  }));
