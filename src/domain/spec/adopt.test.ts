import { describe, expect, it } from "vitest";
import type { ForeignExternalSecret } from "../ports/cluster-gateway.js";
import type { JsonObject } from "../json.js";
import { specOfLive } from "./adopt.js";
import { settings } from "./testing.js";

const live = (spec: JsonObject, over: Partial<ForeignExternalSecret> = {}): ForeignExternalSecret => ({
  name: "db",
  uid: "u",
  labels: {},
  annotations: {},
  spec: { secretStoreRef: { name: "vault" }, data: [{ secretKey: "a", remoteRef: { key: "k" } }], ...spec },
  ready: true,
  reason: null,
  message: null,
  managers: ["kubectl"],
  ownLabels: null,
  ...over,
});

describe("what a live object wants", () => {
  it("is taken verbatim, without the store, and without what is not its author's", () => {
    const object = live(
      { refreshInterval: "1h", target: { name: "x", template: { metadata: {} } }, future: { a: 1 } },
      {
        labels: { app: "db", "external-secrets.io/x": "y" },
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", note: "n" },
      },
    );
    expect(specOfLive(object, settings)).toEqual({
      problems: [],
      stored: {
        spec: {
          data: [{ secretKey: "a", remoteRef: { key: "k" } }],
          refreshInterval: "1h",
          target: { name: "x", template: { metadata: {} } },
          future: { a: 1 },
        },
        labels: { app: "db" },
        annotations: { note: "n" },
      },
    });
  });

  it.each<[JsonObject, string[]]>([
    [{ refreshInterval: "soon" }, ["spec.refreshInterval"]],
    [{ refreshInterval: "10s" }, ["spec.refreshInterval"]],
    [{ data: [] }, ["spec.data"]],
    [{ dataFrom: [{ sourceRef: { generatorRef: { kind: "UUID", name: "x" } } }] }, ["spec.dataFrom.0.sourceRef"]],
    [{ target: { manifest: { kind: "ConfigMap", apiVersion: "v1" } } }, ["spec.target.manifest"]],
    [{ target: { template: { type: "bootstrap.kubernetes.io/token" } } }, ["spec.target.template.type"]],
    [{ target: { creationPolicy: "Merge", deletionPolicy: "Delete" } }, ["spec.target.deletionPolicy"]],
  ])("is judged: %j", (spec, paths) =>
    expect(specOfLive(live(spec), settings).problems.map(({ path }) => path.join("."))).toEqual(paths),
  );

  it("is judged by its name too", () =>
    expect(specOfLive(live({}, { name: "d" }), settings).problems.map(({ path }) => path)).toEqual([
      ["metadata", "name"],
    ]));
});
