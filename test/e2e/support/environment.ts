/** What the run of the e2e tests offers to each file; strings and plain data alone, because files run in processes of their own. */
export interface E2eEnvironment {
  /** A folder of this run: logs, and the process ids of whatever must not outlive it. */
  directory: string;
  /** Kubeconfig of somebody who may do everything: for tests alone, never for the product. */
  adminKubeconfig: string;
  /** Kubeconfig of the product's service account, with the role of deploy/chart/files/clusterrole.yaml. */
  kubeconfig: string;
  /** `v1`, or `v1beta1` where the cluster serves only that. */
  operatorVersion: "v1" | "v1beta1";
  vault: { address: string; token: string };
  /** Null: this backend is not there, and its cases are skipped. */
  aws: { endpoint: string } | null;
  standin: { proxy: string; azure: string; ca: string; googleServiceAccount: string } | null;
  /** Where parts of the rig are stopped and started; null where the cluster is somebody else's. */
  control: string | null;
}

declare module "vitest" {
  interface ProvidedContext {
    e2e: E2eEnvironment;
  }
}
