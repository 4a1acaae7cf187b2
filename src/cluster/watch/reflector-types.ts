import type { Logger } from "../../domain/ports/logger.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import type { ResourceRef } from "../resources.js";
import type { KubernetesApi } from "../transport/kubernetes-api.js";

export type WatchEventType = "ADDED" | "MODIFIED" | "DELETED";

export interface WatchEvent<T> {
  type: WatchEventType;
  object: T;
  /** Of the object; of a DELETED one, the version of its deletion. */
  resourceVersion: string;
}

/** What is known of a reflector. `since`: milliseconds of `performance.now()`. */
export type ReflectorState =
  | { state: "syncing"; since: number; error: null }
  | { state: "live"; since: number; error: null }
  /** Lists or watches fail; it goes on trying. What was seen before stands, and may be old. */
  | { state: "failing"; since: number; error: Error };

export interface ReplaceInfo {
  /** The list's version. */
  resourceVersion: string;
  /** The cluster's history went back (a restored etcd): versions seen before mean nothing any more. */
  rewound: boolean;
}

/** Whoever keeps what a reflector sees. A method that throws makes the reflector list anew. */
export interface ReflectorHandler<T> {
  /** All events of one chunk, in the server's order. */
  onEvents(events: readonly WatchEvent<T>[]): void;
  /** The whole of a list: what is known and not in it is gone. */
  onReplace(objects: Iterable<T>, info: ReplaceInfo): void;
  /** Everything up to this version has been delivered. */
  onProgress?(resourceVersion: string): void;
  onState?(state: ReflectorState): void;
}

export interface ReflectorSettings {
  /** Objects a page of a list. */
  pageSize: number;
  /** Milliseconds without an event or a bookmark after which the connection counts as dead. Real servers send a bookmark about once a minute. */
  stallTimeout: number;
  /** Seconds that a watch is asked to last; each time between this and twice this. */
  watchSeconds: number;
  /** Milliseconds: the first delay after a failure, doubling up to `maxBackoff`, jittered. */
  minBackoff: number;
  maxBackoff: number;
  /** Bytes of one event. */
  maxLineBytes: number;
}

export const DEFAULT_REFLECTOR_SETTINGS: ReflectorSettings = {
  pageSize: 500,
  stallTimeout: 90_000,
  watchSeconds: 270,
  minBackoff: 500,
  maxBackoff: 30_000,
  maxLineBytes: 8 * 1024 * 1024,
};

export interface ReflectorOptions<T> {
  api: KubernetesApi;
  resource: ResourceRef;
  /** Left out: all namespaces. */
  namespace?: string;
  fieldSelector?: string;
  labelSelector?: string;
  /** Makes of each object what is kept of it, at once: whole objects are never collected. An object it throws for is left out and logged. */
  project(object: KubernetesObject, source: "list" | "watch"): T;
  handler: ReflectorHandler<T>;
  /** What it shows is as the server has it now: a list, an event, a bookmark or an accepted watch came. */
  onHeard?(): void;
  /** A list or watch failed, and is begun again; not where a watch ended in its own time. */
  onRestart?(): void;
  logger: Logger;
  settings?: Partial<ReflectorSettings>;
}
