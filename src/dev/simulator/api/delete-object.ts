import { conflict, forbidden, notFound } from "../api-error.js";
import { list } from "../json.js";
import {
  type KubeObject,
  finalizersOf,
  generationOf,
  isTerminating,
  uidOf,
  versionOf,
  withMetadata,
} from "../kube-object.js";
import type { ObjectStore } from "../object-store.js";
import type { ResourceType } from "../resources.js";

/** Preconditions of a delete. */
export interface DeleteOptions {
  uid?: string;
  resourceVersion?: string;
  dryRun?: boolean;
}

/** What a delete answers: gone at once, or the object that waits for its finalizers. */
export interface DeleteResult {
  object: KubeObject;
  gone: boolean;
}

const PROTECTED_NAMESPACES = new Set(["default", "kube-system", "kube-public"]);

/**
 * DELETE: what has no finalizer goes at once, the rest is marked.
 *
 * @param now - deletionTimestamp, RFC 3339
 * @throws ApiError 404, 409 on a precondition, 403 for namespaces that must stay
 */
export function deleteObject(
  store: ObjectStore,
  type: ResourceType,
  namespace: string,
  name: string,
  options: DeleteOptions,
  now: string,
): DeleteResult {
  const existing = store.get(type.plural, namespace, name);
  if (existing === undefined) throw notFound(type, name);
  if (options.uid !== undefined && options.uid !== uidOf(existing)) {
    throw conflict(
      type,
      name,
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uidOf(existing)}). The object might have been deleted and then recreated`,
      type.kind,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== versionOf(existing)) {
    throw conflict(
      type,
      name,
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${versionOf(existing)}). The object might have been modified`,
      type.kind,
    );
  }
  if (type.plural === "namespaces" && PROTECTED_NAMESPACES.has(name))
    throw forbidden(type, name, "this namespace may not be deleted");
  if (hasNothingLeft(type, existing)) {
    if (options.dryRun === true) return { object: existing, gone: true };
    return { object: store.remove(type.plural, namespace, name) ?? existing, gone: true };
  }
  if (isTerminating(existing)) return { object: existing, gone: false };
  const marked = withMetadata(existing, {
    deletionTimestamp: now,
    ...(type.plural === "namespaces" ? {} : { deletionGracePeriodSeconds: 0 }),
    ...(type.custom ? { generation: generationOf(existing) + 1 } : {}),
  });
  const terminating = type.plural === "namespaces" ? { ...marked, status: { phase: "Terminating" } } : marked;
  return { object: options.dryRun === true ? terminating : store.put(type.plural, terminating), gone: false };
}

/** Whether a terminating object has no finalizer left. */
export function hasNothingLeft(type: ResourceType, object: KubeObject): boolean {
  return (
    finalizersOf(object).length === 0 &&
    (type.plural !== "namespaces" || list(object, "spec", "finalizers").length === 0)
  );
}
