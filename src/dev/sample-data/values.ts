import type { Simulator } from "../simulator/index.js";

/** The sample project whose namespace somebody is deleting, and in which the operator was away: nothing in it is judged any more. */
export const GOING_NAMESPACE = "web-shop";
/** The sample secret whose deletion the API server refuses. */
export const UNDELETABLE = "retired-api-key";

/** What the backends of the sample hold. Made up, and never sent anywhere. */
export function fillBackends(simulator: Simulator): void {
  for (const { backends } of simulator.clusters.values()) {
    const { vault, aws, gcp, azure } = backends;
    vault.set("team-a/db", { user: "app", password: "sample" });
    vault.set("platform/registry", { config: '{"auths":{"registry.example.com":{"auth":"c2FtcGxlOnNhbXBsZQ=="}}}' });
    vault.set("platform/metrics", { token: "sample" });
    vault.set("platform/reports", { url: "https://reports.example.com" });
    vault.set("platform/warehouse", { password: "sample" });
    vault.set("platform/retired", { key: "sample" });
    vault.set("projects/checkout/stripe", { secret: "sample" });
    aws.set("artifacts/s3", { access_key_id: "sample", secret_access_key: "sample" });
    gcp.set("huggingface-token", "sample");
    gcp.set("analytics-key", "sample");
    azure.set("smtp", "sample");
    azure.set("sso-client", "sample");
  }
}

/** Faults are no objects and don't outlive the process: they are switched on at every start. */
export function switchOnFaults(simulator: Simulator): void {
  for (const { faults } of simulator.clusters.values()) {
    faults.add({
      match: { verb: "delete", resource: "externalsecrets", name: UNDELETABLE },
      effect: {
        kind: "status",
        code: 403,
        reason: "Forbidden",
        message: `externalsecrets.external-secrets.io "${UNDELETABLE}" is forbidden: the admission policy "keep-retired-keys" denies its deletion`,
      },
    });
  }
}
