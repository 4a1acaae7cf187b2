import type { Json, JsonObject } from "../../domain/json.js";
import type { KubernetesObject, ObjectList } from "../kubernetes-object.js";
import type { ResourceRef } from "../resources.js";

export interface CallOptions {
  /** Gives up: the call rejects with ClusterUnreachableError "aborted" (or "timeout", for `AbortSignal.timeout`). */
  signal?: AbortSignal;
  /** Milliseconds from the moment the request is sent; default: the transport's. */
  timeout?: number;
}

export interface ListOptions extends CallOptions {
  /** Left out: all namespaces. */
  namespace?: string;
  fieldSelector?: string;
  labelSelector?: string;
  /** Objects a page; left out: all at once. */
  limit?: number;
  continue?: string;
  resourceVersion?: string;
}

export interface WriteOptions extends CallOptions {
  fieldManager?: string;
  dryRun?: boolean;
}

export interface ApplyOptions extends CallOptions {
  fieldManager: string;
  /** Takes fields from other managers instead of answering 409. */
  force: boolean;
  dryRun?: boolean;
}

export interface PatchOptions extends WriteOptions {
  subresource?: "status";
}

export interface DeletePreconditions {
  uid: string;
  resourceVersion?: string;
}

export interface WatchOptions extends CallOptions {
  namespace?: string;
  fieldSelector?: string;
  labelSelector?: string;
  resourceVersion: string;
  /** Seconds after which the server ends the watch. */
  timeoutSeconds: number;
}

/** A watch that was accepted. The caller reads it to its end or destroys it. */
export interface WatchStream {
  /** Chunks of newline-delimited JSON. Ends when the server ends it; throws ClusterUnreachableError where the connection breaks. */
  readonly chunks: AsyncIterable<Buffer>;
  /** Closes the connection at once; `chunks` ends. */
  destroy(): void;
}

/**
 * One cluster's API, typed on a small common object type. Every method throws KubernetesError for a refusal and ClusterUnreachableError where no
 * usable answer came; on 401 the credentials are made anew and the request is repeated once.
 */
export interface KubernetesApi {
  list(resource: ResourceRef, options?: ListOptions): Promise<ObjectList>;
  /** By a list with a field selector: our role has no `get`. */
  getByName(
    resource: ResourceRef,
    namespace: string | null,
    name: string,
    options?: CallOptions,
  ): Promise<KubernetesObject | null>;
  /** Server-side apply. The name is the object's own. */
  apply(
    resource: ResourceRef,
    namespace: string | null,
    object: JsonObject,
    options: ApplyOptions,
  ): Promise<KubernetesObject>;
  patch(
    resource: ResourceRef,
    namespace: string | null,
    name: string,
    patch: Json,
    type: "merge" | "json",
    options?: PatchOptions,
  ): Promise<KubernetesObject>;
  create(
    resource: ResourceRef,
    namespace: string | null,
    object: JsonObject,
    options?: WriteOptions,
  ): Promise<KubernetesObject>;
  /** @returns "deleted", or the object where it stays for its finalizers. 404 and 409 are thrown like every refusal. */
  delete(
    resource: ResourceRef,
    namespace: string | null,
    name: string,
    preconditions: DeletePreconditions,
    options?: CallOptions & { dryRun?: boolean },
  ): Promise<"deleted" | KubernetesObject>;
  /** Any path, for discovery and OpenAPI. */
  get(path: string, options?: CallOptions): Promise<Json>;
  watch(resource: ResourceRef, options: WatchOptions): Promise<WatchStream>;
}
