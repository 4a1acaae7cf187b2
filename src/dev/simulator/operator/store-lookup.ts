import { type Backend, BackendError } from "../backends/backend.js";
import { backendOf } from "../backends/backends.js";
import { type Json, type JsonObject, at, isObject, list, record, stringMap, text } from "../json.js";
import { type KubeObject, nameOf, namespaceOf } from "../kube-object.js";
import { selectorMatches } from "../selectors.js";
import { conditionOf } from "./conditions.js";
import type { OperatorContext } from "./operator-context.js";

/** A reference to a store. */
export interface StoreRef {
  name: string;
  kind: string;
}

/** Reads a secretStoreRef. */
export const storeRef = (value: Json | undefined): StoreRef => ({
  name: text(value, "name"),
  kind: text(value, "kind") || "SecretStore",
});

/** The store that is referred to, if it is there. */
export function findStore(context: OperatorContext, namespace: string, ref: StoreRef): KubeObject | undefined {
  const { store } = context.api;
  return ref.kind === "ClusterSecretStore"
    ? store.get("clustersecretstores", "", ref.name)
    : store.get("secretstores", namespace, ref.name);
}

/** Whether a store is another operator's business. */
export function isForeign(context: OperatorContext, store: KubeObject): boolean {
  const controller = text(store, "spec", "controller");
  return controller !== "" && controller !== context.controllerClass;
}

/** Every store that an ExternalSecret refers to. */
export function storeRefs(spec: Json | undefined): StoreRef[] {
  const refs = [
    at(spec, "secretStoreRef"),
    ...[...list(spec, "data"), ...list(spec, "dataFrom")].map((item) => at(item, "sourceRef", "storeRef")),
  ];
  return refs
    .filter(isObject)
    .map(storeRef)
    .filter((ref) => ref.name !== "");
}

/**
 * The backend behind a reference, if it may be used from a namespace.
 *
 * @throws BackendError with the operator's text: not there, not ready, not allowed
 */
export function usableStore(
  context: OperatorContext,
  namespace: string,
  ref: StoreRef,
): { backend: Backend; config: JsonObject; store: KubeObject } {
  const store = findStore(context, namespace, ref);
  if (store === undefined) {
    throw new BackendError(
      `could not get ${ref.kind} ${JSON.stringify(ref.name)}, ${ref.kind}.external-secrets.io ${JSON.stringify(ref.name)} not found`,
    );
  }
  if (isForeign(context, store)) throw new BackendError("can not reference unmanaged store");
  if (!allowsNamespace(context, store, namespace)) {
    throw new BackendError(
      `using cluster store ${JSON.stringify(ref.name)} is not allowed from namespace ${JSON.stringify(namespace)}: denied by spec.condition`,
    );
  }
  if (text(conditionOf(list(store, "status", "conditions"), "Ready"), "status") !== "True") {
    throw new BackendError(`${ref.kind} ${JSON.stringify(ref.name)} is not ready`);
  }
  return { ...clientOf(context, store), store };
}

/** The backend of a store, its credentials looked at. @throws BackendError */
function clientOf(context: OperatorContext, store: KubeObject): { backend: Backend; config: JsonObject } {
  const found = backendOf(context.backends, store);
  if (found === undefined) throw new BackendError("the provider of this store is not simulated");
  return found;
}

/** conditions[] of a ClusterSecretStore: any of them that fits allows; without any all are allowed. */
function allowsNamespace(context: OperatorContext, store: KubeObject, namespace: string): boolean {
  const conditions = list(store, "spec", "conditions");
  if (store.kind !== "ClusterSecretStore" || conditions.length === 0) return true;
  const labels = stringMap(context.api.store.get("namespaces", "", namespace)?.metadata, "labels");
  return conditions.some((condition) => {
    const selector = at(condition, "namespaceSelector");
    return (
      (isObject(selector) && selectorMatches(selector, labels)) ||
      list(condition, "namespaces").includes(namespace) ||
      list(condition, "namespaceRegexes").some(
        (pattern) => typeof pattern === "string" && matchesPattern(pattern, namespace),
      )
    );
  });
}

function matchesPattern(pattern: string, namespace: string): boolean {
  try {
    return new RegExp(pattern, "u").test(namespace);
  } catch {
    return false;
  }
}

/** References to native Secrets in a store's authentication. */
export function credentialRefs(store: KubeObject): { namespace: string | undefined; name: string }[] {
  const out: { namespace: string | undefined; name: string }[] = [];
  const visit = (value: Json | undefined, key: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, key);
    if (!isObject(value)) return;
    const name = text(value, "name");
    const isReference =
      name !== "" &&
      (/secretRef$/iu.test(key) || ["clientId", "clientSecret", "clientCertificate", "clientCert"].includes(key));
    if (isReference) out.push({ name, namespace: text(value, "namespace") || undefined });
    for (const [childKey, child] of Object.entries(value)) visit(child, childKey);
  };
  for (const config of Object.values(record(store, "spec", "provider"))) {
    for (const part of ["auth", "authSecretRef"]) visit(at(config, part), part);
  }
  return out;
}

/** Whether a store's credentials are those of whoever uses it, so that they cannot be looked at beforehand. */
export function isReferent(store: KubeObject): boolean {
  return store.kind === "ClusterSecretStore" && credentialRefs(store).some((ref) => ref.namespace === undefined);
}

/** `namespace/name`, `/name` for a ClusterSecretStore. */
export const storeKey = (store: KubeObject): string => `${namespaceOf(store)}/${nameOf(store)}`;
