import { describe, expect, it } from "vitest";
import { apiVersionOf, EVENTS, NAMESPACES, operatorResources, pathOf } from "./resources.js";

describe("paths", () => {
  const { externalSecrets, clusterSecretStores, secretStores } = operatorResources("v1beta1");

  it.each([
    [pathOf(NAMESPACES, null, "a"), "/api/v1/namespaces/a"],
    [pathOf(EVENTS, null, null), "/api/v1/events"],
    [pathOf(externalSecrets, null, null), "/apis/external-secrets.io/v1beta1/externalsecrets"],
    [
      pathOf(externalSecrets, "a", "b", "status"),
      "/apis/external-secrets.io/v1beta1/namespaces/a/externalsecrets/b/status",
    ],
    [pathOf(secretStores, "a", null), "/apis/external-secrets.io/v1beta1/namespaces/a/secretstores"],
    [pathOf(clusterSecretStores, null, "b"), "/apis/external-secrets.io/v1beta1/clustersecretstores/b"],
  ])("%s", (path, expected) => {
    expect(path).toBe(expected);
  });

  it("that cannot be meant are defects", () => {
    expect(() => pathOf(NAMESPACES, "a", "b")).toThrow(RangeError);
    expect(() => pathOf(externalSecrets, null, "b")).toThrow(RangeError);
  });

  it("know their apiVersion", () => {
    expect([apiVersionOf(EVENTS), apiVersionOf(operatorResources("v1").externalSecrets)]).toEqual([
      "v1",
      "external-secrets.io/v1",
    ]);
  });
});
