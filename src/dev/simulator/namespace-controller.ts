import { ApiError, groupResource } from "./api-error.js";
import type { ApiService } from "./api/api-service.js";
import type { Clock } from "./clock.js";
import { type JsonObject, list, text } from "./json.js";
import { type KubeObject, finalizersOf, isTerminating, nameOf, namespaceOf, timestamp } from "./kube-object.js";
import type { ResourceName } from "./resources.js";

const REACTION = 5;
/** Credentials go before what uses them, as seen on a real cluster: what uses them fails for a moment. */
const FIRST: ResourceName[] = ["secrets", "secretstores"];
const CONTENT: ResourceName[] = [...FIRST, "externalsecrets", "events"];
/** How long what uses credentials outlives them, milliseconds. */
const BETWEEN = 30;
const MANAGER = "kube-controller-manager";

/** Empties namespaces that are going away and lets them go, as kube-controller-manager does. Returns what ends it. */
export function terminateNamespaces(api: ApiService, clock: Clock): () => void {
  const due = new Set<string>();
  /** When the rest of a namespace may be told to go, by its name. */
  const rest = new Map<string, number>();
  const look = (namespace: string, ms = REACTION): void => {
    if (due.has(namespace)) return;
    due.add(namespace);
    clock.after(ms, () => {
      due.delete(namespace);
      step(namespace);
    });
  };
  const step = (namespace: string): void => {
    const found = api.store.get("namespaces", "", namespace);
    if (found === undefined || !isTerminating(found) || list(found, "spec", "finalizers").length === 0) return;
    if (empty(api, namespace, FIRST) > 0) rest.set(namespace, clock.now() + BETWEEN);
    const wait = (rest.get(namespace) ?? 0) - clock.now();
    if (wait > 0) {
      look(namespace, wait);
      return;
    }
    rest.delete(namespace);
    finish(api, clock, found);
  };
  for (const namespace of api.store.list("namespaces")) if (isTerminating(namespace)) look(nameOf(namespace));
  return api.store.onChange(({ resource, type, object }) => {
    if (resource === "namespaces" && type !== "DELETED" && isTerminating(object)) look(nameOf(object));
    else if (type === "DELETED" && namespaceOf(object) !== "") {
      const namespace = api.store.get("namespaces", "", namespaceOf(object));
      if (namespace !== undefined && isTerminating(namespace)) look(namespaceOf(object));
    }
  });
}

/** Tells the rest of a namespace to go, and lets the namespace go once nothing is left. */
function finish(api: ApiService, clock: Clock, found: KubeObject): void {
  const namespace = nameOf(found);
  empty(api, namespace, CONTENT);
  const left = CONTENT.flatMap((resource) => api.store.list(resource, namespace));
  if (left.length > 0) report(api, clock, found, left);
  else
    api.update(
      "namespaces",
      "",
      namespace,
      { ...found, spec: { finalizers: [] } },
      { manager: MANAGER, subresource: "finalize" },
    );
}

/** Deletes what is in a namespace; returns how much was told to go. */
function empty(api: ApiService, namespace: string, resources: ResourceName[]): number {
  let count = 0;
  for (const resource of resources) {
    for (const object of api.store.list(resource, namespace)) {
      if (isTerminating(object)) continue;
      try {
        api.delete(resource, namespace, nameOf(object));
        count += 1;
      } catch (error) {
        // Gone in between, or no longer served.
        if (!(error instanceof ApiError)) throw error;
      }
    }
  }
  return count;
}

/** Says in the namespace's status what it waits for. */
function report(api: ApiService, clock: Clock, namespace: KubeObject, left: KubeObject[]): void {
  const counts = new Map<string, number>();
  for (const object of left)
    for (const finalizer of finalizersOf(object)) counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  const shown = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).join(", ");
  const kinds = CONTENT.map((resource) => [resource, api.store.list(resource, nameOf(namespace)).length] as const);
  const remaining = kinds
    .filter(([, count]) => count > 0)
    .map(([resource, count]) => `${groupResource(api.type(resource))} has ${count} resource instances`)
    .join(", ");
  const before = list(namespace, "status", "conditions");
  const condition = (type: string, status: string, reason: string, message: string): JsonObject => {
    const old = before.find((each) => text(each, "type") === type && text(each, "status") === status);
    return {
      lastTransitionTime: old === undefined ? timestamp(clock.now()) : text(old, "lastTransitionTime"),
      message,
      reason,
      status,
      type,
    };
  };
  const conditions = [
    condition(
      "NamespaceDeletionDiscoveryFailure",
      "False",
      "ResourcesDiscovered",
      "All resources successfully discovered",
    ),
    condition(
      "NamespaceDeletionGroupVersionParsingFailure",
      "False",
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ),
    condition(
      "NamespaceDeletionContentFailure",
      "False",
      "ContentDeleted",
      "All content successfully deleted, may be waiting on finalization",
    ),
    condition("NamespaceContentRemaining", "True", "SomeResourcesRemain", `Some resources are remaining: ${remaining}`),
    condition(
      "NamespaceFinalizersRemaining",
      shown === "" ? "False" : "True",
      shown === "" ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
      shown === ""
        ? "All content-preserving finalizers finished"
        : `Some content in the namespace has finalizers remaining: ${shown}`,
    ),
  ];
  api.update(
    "namespaces",
    "",
    nameOf(namespace),
    { ...namespace, status: { phase: "Terminating", conditions } },
    { manager: MANAGER, subresource: "status" },
  );
}
