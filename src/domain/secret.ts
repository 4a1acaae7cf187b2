import type { JsonObject } from "./json.js";
import type { SecretScope, SecretStatus, SecretUseCase } from "./kinds.js";

/** A named reference to values in a provider, and the shape they take in a namespace. Never a value. */
export interface SecretRecord {
  id: string;
  name: string;
  scope: SecretScope;
  /** Only for scope PROJECT. */
  projectId: string | null;
  useCase: SecretUseCase;
  providerId: string;
  spec: StoredSpec;
  /** Grows by one with every change of what is rendered into the object's spec, and with nothing else. */
  generation: number;
  /** Over the assignments that the viewer may see. */
  status: SecretStatus;
  statusReason: string | null;
  deletionRequestedAt: Date | null;
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * What is wanted of an ExternalSecret, in the operator's own shape, whole: `spec` of external-secrets.io/v1 without `secretStoreRef`, which the
 * provider gives. Every field with its default, durations in Go's canonical form (DESIGN.md, "What is ours in a cluster").
 */
export interface StoredSpec {
  spec: JsonObject;
  /** Labels and annotations of the ExternalSecret itself that a manifest brought along; ours and the operator's are never among them. */
  labels: { [key: string]: string };
  annotations: { [key: string]: string };
}
