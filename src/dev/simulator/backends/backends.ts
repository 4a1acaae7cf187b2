import { type JsonObject, isObject, record } from "../json.js";
import type { KubeObject } from "../kube-object.js";
import { AwsBackend } from "./aws.js";
import { AzureBackend } from "./azure.js";
import type { Backend, BackendKind } from "./backend.js";
import { GcpBackend } from "./gcp.js";
import { VaultBackend } from "./vault.js";

/** The backends of one cluster, one of each kind. */
export type Backends = Record<"vault" | "aws" | "gcp" | "azure", Backend>;

export const createBackends = (): Backends => ({
  vault: new VaultBackend(),
  aws: new AwsBackend(),
  gcp: new GcpBackend(),
  azure: new AzureBackend(),
});

const KINDS: Record<BackendKind, keyof Backends> = { vault: "vault", aws: "aws", gcpsm: "gcp", azurekv: "azure" };

/** The backend that a store's spec.provider names, with the store's part for it; undefined for a kind that is not simulated. */
export function backendOf(backends: Backends, store: KubeObject): { backend: Backend; config: JsonObject } | undefined {
  const provider = record(store, "spec", "provider");
  for (const [kind, name] of Object.entries(KINDS)) {
    const config = provider[kind];
    if (isObject(config)) return { backend: backends[name], config };
  }
  return undefined;
}
