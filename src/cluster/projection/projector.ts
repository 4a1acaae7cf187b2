import { FORCE_SYNC_ANNOTATION, LABELS } from "../../domain/spec/render.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import { isRecord } from "../object-guards.js";
import { blockersOf, namespaceFinalizersOf, plainTextOf, readyOf, textOf } from "./conditions.js";
import { ManagerTable } from "./managers.js";
import type {
  ObservedExternalSecret,
  ObservedManaged,
  ObservedNamespace,
  ObservedOwnership,
  ObservedSecretStore,
} from "./observed.js";
import { Sharing } from "./sharing.js";
import { hashSpec } from "./spec-hash.js";

const ASSIGNMENT_LABELS = [LABELS.installation, LABELS.assignment] as const;
const PROVIDER_LABELS = [LABELS.installation, LABELS.provider] as const;
/** kubectl's is a whole copy of the object, as large as all the rest. */
const LEFT_OUT_ANNOTATIONS = [FORCE_SYNC_ANNOTATION, "kubectl.kubernetes.io/last-applied-configuration"] as const;

/** Makes of whole objects what is kept of them, and shares what repeats. One for each cluster. */
export class Projector {
  readonly #sharing = new Sharing();
  readonly #managers = new ManagerTable();

  /**
   * @param previous what was kept of the same object before, for an event of a watch: it is quicker so, and while the generation stays the spec's hash is taken over. Not for
   * a list's objects: after etcd was restored a generation may come a second time with another spec
   */
  externalSecret(object: KubernetesObject, previous?: ObservedExternalSecret | null): ObservedExternalSecret {
    const { metadata, status } = object;
    const before = previous ?? undefined;
    const sharing = this.#sharing;
    const binding = status?.["binding"];
    const bound = isRecord(binding) ? textOf(binding["name"]) : null;
    const ready = readyOf(status, sharing.clean);
    const refreshTime = textOf(status?.["refreshTime"]);
    // One literal, no spread: fifty thousand of them are kept.
    return {
      namespace: sharing.text(metadata.namespace ?? "", before?.namespace),
      // The same secret in many projects has one name and one spec.
      name: sharing.text(metadata.name, before?.name),
      uid: kept(metadata.uid, before?.uid),
      resourceVersion: metadata.resourceVersion,
      generation: metadata.generation ?? 0,
      deletionTimestamp: metadata.deletionTimestamp ?? null,
      finalizers: sharing.list(metadata.finalizers, before?.finalizers),
      ours: this.#ownership(metadata.labels, LABELS.assignment, before?.ours),
      forceSync: metadata.annotations?.[FORCE_SYNC_ANNOTATION] ?? null,
      specHash: sharing.text(specHashOf(object, before), before?.specHash),
      labels: sharing.members(metadata.labels, ASSIGNMENT_LABELS, before?.labels),
      annotations: sharing.members(metadata.annotations, LEFT_OUT_ANNOTATIONS, before?.annotations),
      managers: this.#managers.of(metadata.managedFields, before?.managers),
      ready,
      refreshTime:
        refreshTime !== null && refreshTime === ready?.lastTransitionTime ? ready.lastTransitionTime : refreshTime,
      syncedResourceVersion: plainTextOf(status?.["syncedResourceVersion"]),
      bindingName: bound === metadata.name ? metadata.name : bound,
    };
  }

  /** @param previous as with `externalSecret` */
  store(
    kind: "SecretStore" | "ClusterSecretStore",
    object: KubernetesObject,
    previous?: ObservedSecretStore | null,
  ): ObservedSecretStore {
    const { metadata, status } = object;
    const before = previous ?? undefined;
    const sharing = this.#sharing;
    return {
      kind,
      namespace: metadata.namespace === undefined ? null : sharing.text(metadata.namespace, before?.namespace),
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      generation: metadata.generation ?? 0,
      deletionTimestamp: metadata.deletionTimestamp ?? null,
      finalizers: sharing.list(metadata.finalizers, before?.finalizers),
      ours: this.#ownership(metadata.labels, LABELS.provider, before?.ours),
      forceSync: metadata.annotations?.[FORCE_SYNC_ANNOTATION] ?? null,
      specHash: specHashOf(object, before),
      labels: sharing.members(metadata.labels, PROVIDER_LABELS, before?.labels),
      annotations: sharing.members(metadata.annotations, LEFT_OUT_ANNOTATIONS, before?.annotations),
      managers: this.#managers.of(metadata.managedFields, before?.managers),
      ready: readyOf(status, sharing.clean),
    };
  }

  namespace(object: KubernetesObject): ObservedNamespace {
    const { metadata, spec, status } = object;
    return {
      namespace: null,
      name: metadata.name,
      uid: metadata.uid,
      resourceVersion: metadata.resourceVersion,
      phase: status?.["phase"] === "Terminating" ? "Terminating" : "Active",
      deletionTimestamp: metadata.deletionTimestamp ?? null,
      finalizers: this.#sharing.list([...(metadata.finalizers ?? []), ...namespaceFinalizersOf(spec)]),
      blockers: blockersOf(status),
      ours: this.#ownership(metadata.labels, LABELS.project),
    };
  }

  #ownership(
    labels: { [key: string]: string } | undefined,
    idLabel: string,
    previous?: ObservedOwnership | null,
  ): ObservedOwnership | null {
    const installation = labels?.[LABELS.installation];
    if (labels === undefined || installation === undefined) return null;
    const id = labels[idLabel] ?? null;
    if (previous?.id === id && previous.installation === installation) return previous;
    return { installation: this.#sharing.text(installation), id };
  }
}

/** The text that is kept already rather than the same one anew: less for the garbage collector to carry along. */
const kept = (text: string, previous: string | undefined): string => (text === previous ? previous : text);

function specHashOf({ metadata, spec }: KubernetesObject, previous: ObservedManaged | undefined): string {
  // The API server raises the generation with every change of spec.
  const same = previous?.uid === metadata.uid && previous.generation === metadata.generation;
  return same ? previous.specHash : hashSpec(spec);
}
