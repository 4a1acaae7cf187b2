import { describe, expect, it } from "vitest";
import { ClusterUnreachableError, KubernetesError, type StatusCause } from "../kubernetes-error.js";
import { TroubleLog } from "./trouble-log.js";

const details = { name: "", group: "", kind: "", uid: "" };
const answered = (status: number, reason: string, message = "no", causes: StatusCause[] = []): KubernetesError =>
  new KubernetesError(status, reason, message, details, causes, null);
const TERMINATING = { reason: "NamespaceTerminating", message: "namespace a is being terminated", field: "" };

describe("what an error of a call means for its object", () => {
  const log = (): { troubles: TroubleLog; at: (now: number) => void } => {
    let time = 0;
    return { troubles: new TroubleLog(() => time), at: (now) => (time = now) };
  };

  it.each([
    [new ClusterUnreachableError("reset", "cut"), "unreachable"],
    [answered(401, "Unauthorized"), "unreachable"],
    [answered(429, "TooManyRequests"), "unreachable"],
    [answered(503, "ServiceUnavailable"), "unreachable"],
    [answered(403, "Forbidden", "it is being terminated", [TERMINATING]), "unreachable"],
    [answered(403, "Forbidden"), "refused"],
    [answered(500, "InternalError", "failed to create typed patch object (a/b): no such field"), "refused"],
  ])("%s: %s", (error, kind) => expect(log().troubles.of("a", error)).toMatchObject({ kind }));

  it("throws what is neither", () => {
    const defect = new TypeError("a defect");
    expect(() => log().troubles.of("a", defect)).toThrow(defect);
  });

  it("counts from the key's first failure, however often the cluster is found to be well meanwhile", () => {
    const { troubles, at } = log();
    const failure = answered(503, "ServiceUnavailable");
    troubles.of("a", failure);
    at(30_000);
    troubles.clusterAway(null);
    at(60_000);
    expect(troubles.of("a", failure)).toMatchObject({ since: 60_000 });
    expect(troubles.of("b", failure)).toMatchObject({ since: 0 });
    troubles.over("a");
    expect(troubles.of("a", failure)).toMatchObject({ since: 0 });
  });

  it("counts from the beginning of the cluster's outage, which ends for all keys at once", () => {
    const { troubles, at } = log();
    expect(troubles.cluster).toBeNull();
    troubles.clusterAway("refused");
    at(10_000);
    troubles.clusterAway("still refused");
    expect(troubles.cluster).toEqual({ kind: "unreachable", since: 10_000, message: "still refused" });
    expect(troubles.of("a", answered(503, "ServiceUnavailable"))).toMatchObject({ since: 10_000 });
    troubles.clusterAway(null);
    at(20_000);
    expect(troubles.cluster).toBeNull();
    expect(troubles.of("a", answered(503, "ServiceUnavailable"))).toMatchObject({ since: 0 });
  });

  it("a refusal ends what was counted", () => {
    const { troubles, at } = log();
    troubles.of("a", answered(503, "ServiceUnavailable"));
    at(5_000);
    troubles.of("a", answered(403, "Forbidden"));
    expect(troubles.of("a", answered(503, "ServiceUnavailable"))).toMatchObject({ since: 0 });
  });
});
