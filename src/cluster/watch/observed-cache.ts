import { isLater } from "../../domain/status/seen.js";
import type { Observed } from "../projection/observed.js";
import type { ReflectorHandler, ReflectorState, ReplaceInfo, WatchEvent } from "./reflector-types.js";

/** One difference. `before` null: it is new; `after` null: it is gone. */
export interface ObservedChange<T> {
  readonly before: T | null;
  readonly after: T | null;
}

export interface ObservedCacheOptions<T> {
  /** All differences of one chunk or list, in order. */
  onChanges(changes: readonly ObservedChange<T>[]): void;
  /** A whole list was seen for the first time; its objects were reported just before. */
  onSynced?(): void;
  onState?(state: ReflectorState): void;
}

/**
 * Keeps the newest of each object that a reflector and the answers to our own writes showed, and tells what changed.
 *
 * The two arrive in any order, so versions are compared. Within one resource they are decimal numbers that grow (Kubernetes 1.35, KEP-5504 "Comparable Resource
 * Version"; etcd's revisions always did so before), also between two objects of one name.
 */
export class ObservedCache<T extends Observed> implements ReflectorHandler<T> {
  /** Two levels, so that no key has to be made of namespace and name for each object. Cluster-scoped objects stand under "". */
  #objects = new Map<string, Map<string, T>>();
  #size = 0;
  /** What is not known at this version, or was forgotten since, is not there. */
  #seenUpTo: string | null = null;

  constructor(private readonly options: ObservedCacheOptions<T>) {}

  /** A whole list was seen once. */
  get synced(): boolean {
    return this.#seenUpTo !== null;
  }

  get size(): number {
    return this.#size;
  }

  get(namespace: string | null, name: string): T | null {
    return this.#objects.get(namespace ?? "")?.get(name) ?? null;
  }

  /** Everything, or everything in one namespace. */
  *values(namespace?: string): Generator<T> {
    const groups =
      namespace === undefined ? this.#objects.values() : [this.#objects.get(namespace) ?? new Map<string, T>()];
    for (const group of groups) yield* group.values();
  }

  /**
   * Takes what the answer to our own write showed. No change is reported: the caller knows it.
   * @returns whether it was new; not where something newer is known, or where it is known to be gone already
   */
  observe(object: T): boolean {
    const known = this.get(object.namespace, object.name);
    const limit = known?.resourceVersion ?? this.#seenUpTo;
    if (limit !== null && !isLater(object.resourceVersion, limit)) return false;
    this.#set(object);
    return true;
  }

  onEvents(events: readonly WatchEvent<T>[]): void {
    const changes: ObservedChange<T>[] = [];
    for (const { type, object, resourceVersion } of events) {
      const before = this.get(object.namespace, object.name);
      if (type === "DELETED") {
        // The same version: a server that doesn't give the deletion one of its own.
        if (before !== null && !isLater(before.resourceVersion, resourceVersion)) {
          this.#delete(before);
          changes.push({ before, after: null });
        }
      } else if (before === null || isLater(resourceVersion, before.resourceVersion)) {
        this.#set(object);
        changes.push({ before, after: object });
      }
      this.onProgress(resourceVersion);
    }
    if (changes.length > 0) this.options.onChanges(changes);
  }

  onReplace(objects: Iterable<T>, { resourceVersion, rewound }: ReplaceInfo): void {
    const changes: ObservedChange<T>[] = [];
    const old = this.#objects;
    const first = !this.synced;
    this.#objects = new Map();
    this.#size = 0;
    for (const object of objects) {
      const before = old.get(object.namespace ?? "")?.get(object.name) ?? null;
      const newer = before !== null && !rewound && isLater(before.resourceVersion, object.resourceVersion);
      this.#set(newer ? before : object);
      const same = before !== null && before.resourceVersion === object.resourceVersion && before.uid === object.uid;
      if (!newer && !same) changes.push({ before, after: object });
    }
    for (const group of old.values()) {
      for (const before of group.values()) {
        if (this.get(before.namespace, before.name) !== null) continue;
        // Written by us after the list was made: the watch will tell what became of it.
        if (!rewound && isLater(before.resourceVersion, resourceVersion)) this.#set(before);
        else changes.push({ before, after: null });
      }
    }
    this.#seenUpTo = resourceVersion;
    if (changes.length > 0) this.options.onChanges(changes);
    if (first) this.options.onSynced?.();
  }

  onProgress(resourceVersion: string): void {
    if (this.#seenUpTo === null || isLater(resourceVersion, this.#seenUpTo)) this.#seenUpTo = resourceVersion;
  }

  onState(state: ReflectorState): void {
    this.options.onState?.(state);
  }

  #set(object: T): void {
    const group = this.#objects.get(object.namespace ?? "");
    if (group === undefined) {
      this.#objects.set(object.namespace ?? "", new Map([[object.name, object]]));
      this.#size += 1;
      return;
    }
    if (!group.has(object.name)) this.#size += 1;
    group.set(object.name, object);
  }

  #delete(object: T): void {
    const group = this.#objects.get(object.namespace ?? "");
    if (group?.delete(object.name) !== true) return;
    this.#size -= 1;
    if (group.size === 0) this.#objects.delete(object.namespace ?? "");
  }
}
