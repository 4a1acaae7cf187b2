import type { JsonObject } from "./json.js";
import type { ProviderKind, ProviderStatus, SecretScope } from "./kinds.js";

/** A backend that holds values: a ClusterSecretStore (scope ORGANIZATION) or a SecretStore (scope PROJECT). */
export interface ProviderRecord {
  id: string;
  name: string;
  kind: ProviderKind;
  scope: SecretScope;
  /** Only for scope PROJECT. */
  projectId: string | null;
  /** False: an existing store, referenced by name and never written. */
  managed: boolean;
  storeName: string;
  /** The input as it was given and normalised (contract's VaultInput, AwsInput …); null for an existing store. */
  config: JsonObject | null;
  /** Keys that members' project secrets may use, with `{project}` in place of the project's name; null: none. */
  projectKeyPrefix: string | null;
  status: ProviderStatus;
  reason: string | null;
  message: string | null;
  /** Grows by one with every change of what is rendered into the store. */
  generation: number;
  deletionRequestedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** One provider in one cluster (and namespace, for scope PROJECT). */
export interface ProviderTargetRecord {
  id: string;
  providerId: string;
  clusterId: string;
  /** Null for a ClusterSecretStore. */
  namespace: string | null;
  status: ProviderStatus;
  reason: string | null;
  message: string | null;
  observedAt: Date | null;
}
