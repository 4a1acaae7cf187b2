import { randomUUID } from "node:crypto";
import { type KubeObject, nameOf, namespaceOf, versionOf, withMetadata } from "./kube-object.js";
import type { ResourceName } from "./resources.js";

/** What happened to an object. */
export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** One change of one object. */
export interface Change {
  revision: number;
  type: ChangeType;
  resource: ResourceName;
  object: KubeObject;
  /** The object before; undefined for ADDED. */
  previous: KubeObject | undefined;
  /** Milliseconds since 1970. */
  at: number;
}

/** Called for every change, in order, while the store is being written: be quick and do not write. */
export type ChangeListener = (change: Change) => void;

/** A ring of the last changes of one resource: what a watch can be resumed from. */
class Window {
  private readonly changes: Change[] = [];
  private start = 0;
  /** Changes up to this revision are gone. */
  forgotten: number;

  constructor(
    private readonly size: number,
    revision: number,
  ) {
    this.forgotten = revision;
  }

  push(change: Change): void {
    this.changes.push(change);
    if (this.changes.length - this.start > this.size) {
      this.forgotten = this.changes[this.start]?.revision ?? this.forgotten;
      this.start += 1;
      // Cut off in batches, so that a push costs the same on average however large the window is.
      if (this.start >= this.size) {
        this.changes.splice(0, this.start);
        this.start = 0;
      }
    }
  }

  after(revision: number): Change[] {
    let low = this.start;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return this.changes.slice(low);
  }

  forget(revision: number): void {
    this.forgotten = revision;
    this.changes.length = 0;
    this.start = 0;
  }
}

interface Collection {
  byNamespace: Map<string, Map<string, KubeObject>>;
  window: Window;
  listeners: Set<ChangeListener>;
}

/** The objects of one cluster with their changes: what etcd and the watch cache are to an API server. */
export class ObjectStore {
  private readonly collections = new Map<ResourceName, Collection>();
  private readonly listeners = new Set<ChangeListener>();
  private revisionNow: number;

  /**
   * @param window - how many changes of each resource a watch can go back
   * @param revision - the resourceVersion to go on from
   */
  constructor(
    names: Iterable<ResourceName>,
    private readonly window: number,
    private readonly now: () => number,
    revision = 1,
  ) {
    this.revisionNow = revision;
    for (const name of names)
      this.collections.set(name, {
        byNamespace: new Map(),
        window: new Window(window, revision),
        listeners: new Set(),
      });
  }

  /** The latest resourceVersion. */
  get revision(): number {
    return this.revisionNow;
  }

  private collection(name: ResourceName): Collection {
    let found = this.collections.get(name);
    if (found === undefined) {
      found = { byNamespace: new Map(), window: new Window(this.window, this.revisionNow), listeners: new Set() };
      this.collections.set(name, found);
    }
    return found;
  }

  get(resource: ResourceName, namespace: string, name: string): KubeObject | undefined {
    return this.collection(resource).byNamespace.get(namespace)?.get(name);
  }

  /** Objects in the order of their keys; all namespaces where none is given. */
  list(resource: ResourceName, namespace = ""): KubeObject[] {
    const { byNamespace } = this.collection(resource);
    const sorted = (objects: Map<string, KubeObject> | undefined): KubeObject[] =>
      [...(objects ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    if (namespace !== "") return sorted(byNamespace.get(namespace));
    return [...byNamespace].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, objects]) => sorted(objects));
  }

  count(resource: ResourceName): number {
    let sum = 0;
    for (const objects of this.collection(resource).byNamespace.values()) sum += objects.size;
    return sum;
  }

  /** Writes an object as it is, under the next resourceVersion; the caller has checked all there is to check. */
  put(resource: ResourceName, object: KubeObject): KubeObject {
    const { byNamespace } = this.collection(resource);
    const namespace = namespaceOf(object);
    let objects = byNamespace.get(namespace);
    if (objects === undefined) {
      objects = new Map();
      byNamespace.set(namespace, objects);
    }
    const previous = objects.get(nameOf(object));
    this.revisionNow += 1;
    const stored = withMetadata(object, { resourceVersion: String(this.revisionNow) });
    objects.set(nameOf(object), stored);
    this.emit({
      revision: this.revisionNow,
      type: previous === undefined ? "ADDED" : "MODIFIED",
      resource,
      object: stored,
      previous,
      at: this.now(),
    });
    return stored;
  }

  /** Takes an object out; answers it as the DELETED event shows it, or undefined where it is not there. */
  remove(resource: ResourceName, namespace: string, name: string): KubeObject | undefined {
    const objects = this.collection(resource).byNamespace.get(namespace);
    const previous = objects?.get(name);
    if (objects === undefined || previous === undefined) return undefined;
    objects.delete(name);
    if (objects.size === 0) this.collection(resource).byNamespace.delete(namespace);
    this.revisionNow += 1;
    const last = withMetadata(previous, { resourceVersion: String(this.revisionNow) });
    this.emit({ revision: this.revisionNow, type: "DELETED", resource, object: last, previous, at: this.now() });
    return last;
  }

  private emit(change: Change): void {
    const { window, listeners } = this.collection(change.resource);
    window.push(change);
    for (const listener of this.listeners) listener(change);
    for (const listener of listeners) listener(change);
  }

  /** Calls back for every change, of one resource or of all; returns what ends that. */
  onChange(listener: ChangeListener, resource?: ResourceName): () => void {
    const listeners = resource === undefined ? this.listeners : this.collection(resource).listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The changes after a resourceVersion, or undefined where the window no longer reaches back so far. */
  changesAfter(resource: ResourceName, revision: number): Change[] | undefined {
    const { window } = this.collection(resource);
    return revision < window.forgotten ? undefined : window.after(revision);
  }

  /** The oldest resourceVersion that a watch can start from. */
  oldest(resource: ResourceName): number {
    return this.collection(resource).window.forgotten;
  }

  /** Forgets all changes so far, as a compaction does: whoever resumes from before gets 410. */
  compact(): void {
    for (const { window } of this.collections.values()) window.forget(this.revisionNow);
  }

  /** Puts objects back as they were, resourceVersions included, without a change being seen. */
  restore(resource: ResourceName, objects: KubeObject[]): void {
    const { byNamespace } = this.collection(resource);
    for (const object of objects) {
      const namespace = namespaceOf(object);
      const there = byNamespace.get(namespace) ?? new Map<string, KubeObject>();
      there.set(nameOf(object), object);
      byNamespace.set(namespace, there);
      this.revisionNow = Math.max(this.revisionNow, Number(versionOf(object)));
    }
    this.compact();
  }

  /** A new uid. */
  newUid(): string {
    return randomUUID();
  }
}
