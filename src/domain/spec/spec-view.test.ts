import { describe, expect, it } from "vitest";
import type { JsonObject } from "../json.js";
import { targetNameOf, viewSpec } from "./spec-view.js";
import { storedOf } from "./testing.js";

const stored = (spec: JsonObject) => ({ spec, labels: {}, annotations: {} });

describe("the typed fields of a stored spec", () => {
  it("are those that were given", () => {
    const view = viewSpec(
      storedOf({
        data: [{ secretKey: "a", remoteKey: "k", property: "p", version: "1", decodingStrategy: "BASE64" }],
        dataFrom: [
          { extract: { key: "all", decodingStrategy: "AUTO" } },
          { find: { path: "x", nameRegExp: "^y", tags: { env: "prod" } } },
        ],
        refreshInterval: "30m",
        refreshPolicy: "CREATED_ONCE",
        target: {
          name: "native",
          type: "kubernetes.io/tls",
          creationPolicy: "ORPHAN",
          deletionPolicy: "MERGE",
          immutable: true,
          template: { data: { "tls.crt": "{{ .a }}" } },
          labels: { l: "1" },
          annotations: { n: "2" },
        },
      }),
      "db",
    );
    expect(view).toEqual({
      data: [{ secretKey: "a", remoteKey: "k", property: "p", version: "1", decodingStrategy: "BASE64" }],
      dataFrom: [
        { extract: { key: "all", property: null, version: null, decodingStrategy: "AUTO" }, find: null },
        { extract: null, find: { path: "x", nameRegExp: "^y", tags: { env: "prod" } } },
      ],
      refreshInterval: "30m0s",
      refreshPolicy: "CREATED_ONCE",
      target: {
        name: "native",
        type: "kubernetes.io/tls",
        creationPolicy: "ORPHAN",
        deletionPolicy: "MERGE",
        immutable: true,
        template: { data: { "tls.crt": "{{ .a }}" }, engineVersion: "v2", mergePolicy: "Replace" },
        labels: { l: "1" },
        annotations: { n: "2" },
      },
      other: null,
    });
  });

  it("are the operator's defaults where nothing is said", () => {
    expect(viewSpec(stored({ refreshInterval: "1h" }), "db")).toEqual({
      data: [],
      dataFrom: [],
      refreshInterval: "1h0m0s",
      refreshPolicy: "PERIODIC",
      target: {
        name: "db",
        type: "Opaque",
        creationPolicy: "OWNER",
        deletionPolicy: "RETAIN",
        immutable: false,
        template: null,
        labels: null,
        annotations: null,
      },
      other: null,
    });
  });

  it.each<[JsonObject, JsonObject | null]>([
    [
      { data: [{ secretKey: "a", remoteRef: { key: "k", conversionStrategy: "Default", metadataPolicy: "None" } }] },
      null,
    ],
    [
      { data: [{}, { remoteRef: { metadataPolicy: "Fetch" } }] },
      { data: { "1": { remoteRef: { metadataPolicy: "Fetch" } } } },
    ],
    [
      { data: [{ remoteRef: { decodingStrategy: "Rot13" } }] },
      { data: { "0": { remoteRef: { decodingStrategy: "Rot13" } } } },
    ],
    [
      { dataFrom: [{ find: { path: "x", decodingStrategy: "Base64" } }] },
      { dataFrom: { "0": { find: { decodingStrategy: "Base64" } } } },
    ],
    [
      { dataFrom: [{ sourceRef: { storeRef: { name: "x" } } }] },
      { dataFrom: { "0": { sourceRef: { storeRef: { name: "x" } } } } },
    ],
    [{ target: { manifest: { kind: "ConfigMap" } } }, { target: { manifest: { kind: "ConfigMap" } } }],
    [{ target: { template: { templateFrom: [{ literal: "x" }], data: { a: "b" } } } }, null],
    [
      { target: { template: { metadata: { labels: {}, finalizers: ["f"] } } } },
      { target: { template: { metadata: { finalizers: ["f"] } } } },
    ],
    [{ target: { template: { metadata: {} } } }, null],
    [{ target: { creationPolicy: "Adopt" } }, { target: { creationPolicy: "Adopt" } }],
    [{ target: { immutable: "yes" } }, { target: { immutable: "yes" } }],
    [
      { refreshPolicy: "Never", later: null },
      { refreshPolicy: "Never", later: null },
    ],
    [
      { data: "none", target: 1 },
      { data: "none", target: 1 },
    ],
    [{ target: { template: "x" } }, { target: { template: "x" } }],
  ])("leave to `other`, of %j: %j", (spec, other) => expect(viewSpec(stored(spec), "db").other).toEqual(other));

  it("show a template with anything beyond defaults whole", () => {
    const template = {
      engineVersion: "v2",
      mergePolicy: "Replace",
      type: "x",
      metadata: {},
      templateFrom: [{ literal: "a" }],
    };
    expect(viewSpec(stored({ target: { template } }), "db").target.template).toEqual({
      engineVersion: "v2",
      mergePolicy: "Replace",
      templateFrom: [{ literal: "a" }],
    });
  });
});

describe("the native Secret's name", () => {
  it.each<[JsonObject, string | null]>([
    [{}, "db"],
    [{ target: {} }, "db"],
    [{ target: { name: "native" } }, "native"],
    [{ target: { name: "native", creationPolicy: "Merge" } }, "native"],
    [{ target: { name: "native", creationPolicy: "None" } }, null],
  ])("of %j is %s", (spec, name) => expect(targetNameOf(stored(spec), "db")).toBe(name));
});
