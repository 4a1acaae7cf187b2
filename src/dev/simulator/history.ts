import type { KubeObject } from "./kube-object.js";
import { nameOf, namespaceOf, uidOf } from "./kube-object.js";
import type { Change, ChangeType } from "./object-store.js";
import type { ResourceName } from "./resources.js";

/** One change of one object, as an independent checker wants it. */
export interface HistoryEntry {
  revision: number;
  type: ChangeType;
  resource: ResourceName;
  namespace: string;
  name: string;
  uid: string;
  object: KubeObject;
  /** Milliseconds since 1970. */
  at: number;
}

/** Every change of a cluster's objects, oldest first, up to a limit. */
export class History {
  private entries: HistoryEntry[] = [];
  /** How many entries were dropped at the beginning for the limit. */
  dropped = 0;

  constructor(private readonly limit: number) {}

  record({ revision, type, resource, object, at }: Change): void {
    this.entries.push({
      revision,
      type,
      resource,
      namespace: namespaceOf(object),
      name: nameOf(object),
      uid: uidOf(object),
      object,
      at,
    });
    if (this.entries.length < this.limit * 2) return;
    // Dropped in batches, so that recording costs the same on average.
    this.dropped += this.entries.length - this.limit;
    this.entries = this.entries.slice(-this.limit);
  }

  /** The entries that are left; do not change their objects. */
  all(): readonly HistoryEntry[] {
    return this.entries;
  }

  /** Those of one object. */
  of(resource: ResourceName, namespace: string, name: string): HistoryEntry[] {
    return this.entries.filter(
      (entry) => entry.resource === resource && entry.namespace === namespace && entry.name === name,
    );
  }

  clear(): void {
    this.entries = [];
  }
}
