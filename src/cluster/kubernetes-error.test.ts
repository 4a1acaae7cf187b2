import { describe, expect, it } from "vitest";
import { ClusterUnreachableError, KubernetesError, toldToAll, UNREACHABLE_WORDS } from "./kubernetes-error.js";

describe("what a failure is told as to whoever sees an object in the cluster", () => {
  it.each([
    "refused",
    "dns",
    "timeout",
    "tls",
    "reset",
    "credentials",
    "protocol",
    "overloaded",
    "proxy",
    "aborted",
  ] as const)("%s, without address and file", (kind) => {
    const told = toldToAll(new ClusterUnreachableError(kind, "10.0.0.1:6443: /var/run/token cannot be read"));
    expect(told).toBe(`The cluster cannot be reached: ${UNREACHABLE_WORDS[kind]}.`);
  });

  it("what the API itself answered, as it is", () => {
    const details = { name: "", group: "", kind: "", uid: "" };
    const error = new KubernetesError(500, "InternalError", "failed calling webhook", details, [], null);
    expect(toldToAll(error)).toBe("failed calling webhook");
  });

  it("nothing of what is neither", () =>
    expect(toldToAll(new Error("secret address"))).toBe("The cluster cannot be reached."));
});
