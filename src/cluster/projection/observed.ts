import type { ExternalSecretSeen, NamespaceSeen, StoreSeen } from "../../domain/status/seen.js";

/** What every observed object has. */
export interface Observed {
  /** Null for cluster-scoped objects. */
  readonly namespace: string | null;
  readonly name: string;
  uid: string;
  resourceVersion: string;
}

/** A field manager, without the fields themselves. */
export interface ObservedManager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  /** "status", or null. */
  readonly subresource: string | null;
  /** Whether it owns anything under `spec`. */
  readonly ownsSpec: boolean;
  /** Whether it owns a label or an annotation. */
  readonly ownsMetadata: boolean;
}

/** Our labels on an object. */
export interface ObservedOwnership {
  /** The installation whose it is. */
  readonly installation: string;
  /** The value of the assignment, provider or project label; null: it has none. */
  readonly id: string | null;
}

/** What is kept of an object that is applied and repaired. */
export interface ObservedManaged extends Observed {
  generation: number;
  /** Null: it bears no label of an installation. */
  readonly ours: ObservedOwnership | null;
  /** Our force-sync annotation. */
  readonly forceSync: string | null;
  /** `hashSpec` of `spec`. */
  readonly specHash: string;
  /** All labels but ours. Shared between objects with the same ones: never change it. */
  readonly labels: { readonly [key: string]: string };
  /** All annotations but our force-sync one and kubectl's copy of the object. Shared likewise. */
  readonly annotations: { readonly [key: string]: string };
  /** Newest first by their `time`, which itself is not kept. Shared likewise. */
  readonly managers: readonly ObservedManager[];
}

export interface ObservedExternalSecret extends ObservedManaged, ExternalSecretSeen {
  readonly namespace: string;
}

export interface ObservedSecretStore extends ObservedManaged, StoreSeen {
  readonly kind: "SecretStore" | "ClusterSecretStore";
}

export interface ObservedNamespace extends Observed, NamespaceSeen {
  readonly namespace: null;
  readonly phase: "Active" | "Terminating";
  readonly ours: ObservedOwnership | null;
}
