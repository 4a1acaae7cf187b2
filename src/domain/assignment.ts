import type { AssignmentStatus } from "./kinds.js";

/** One secret in one project: exactly one ExternalSecret. */
export interface AssignmentRecord {
  id: string;
  secretId: string;
  projectId: string;
  status: AssignmentStatus;
  /** UpperCamelCase, for programs. */
  reason: string | null;
  /** For a person: the real cause where the cluster tells it. */
  message: string | null;
  /** Of the secret, not the object's metadata.generation. */
  desiredGeneration: number;
  /** The secret's generation that the cluster last confirmed. */
  syncedGeneration: number | null;
  /** When the operator last fetched from the provider: its `status.refreshTime`. */
  refreshedAt: Date | null;
  observedAt: Date | null;
  lastTransitionAt: Date;
  /** metadata.uid of the ExternalSecret; null while there is none. */
  externalSecretUid: string | null;
  /** The YAML that was last applied; null while nothing was. */
  appliedManifest: string | null;
  deletionRequestedAt: Date | null;
  createdAt: Date;
}
