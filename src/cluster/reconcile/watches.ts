import type { Logger } from "../../domain/ports/logger.js";
import { OperatorEvents } from "../events.js";
import { KubernetesError } from "../kubernetes-error.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import type {
  Observed,
  ObservedExternalSecret,
  ObservedNamespace,
  ObservedSecretStore,
  Projector,
} from "../projection.js";
import { NAMESPACES, operatorResources, type OperatorApiVersion, type ResourceRef } from "../resources.js";
import type { KubernetesApi } from "../transport/kubernetes-api.js";
import { ObservedCache } from "../watch/observed-cache.js";
import { Reflector } from "../watch/reflector.js";
import type { ReflectorSettings, ReflectorState } from "../watch/reflector-types.js";
import type { ObservedCluster } from "./leader-context.js";
import type { ObjectKind } from "./work-map.js";

export interface WatchesOptions {
  api: KubernetesApi;
  projector: Projector;
  /** Null: the operator's kinds are not served, only namespaces are watched. */
  operatorApiVersion: OperatorApiVersion | null;
  logger: Logger;
  reflector: Partial<ReflectorSettings>;
  /** An object of this kind and place came, changed or went. */
  onObject(kind: ObjectKind, namespace: string | null, name: string): void;
  /** The operator reported something of the object with this uid. */
  onOperatorEvent(uid: string): void;
  /** Every list was seen once: what is not known is not there. */
  onSynced(): void;
  /** A list or watch fails, or one that was refused is allowed again: a reason to look at the whole cluster. */
  onFailing(): void;
  /** A list or watch failed, and is begun again. */
  onRestart(kind: WatchedKind): void;
}

/** What is watched: objects, and the operator's events about them. */
export type WatchedKind = ObjectKind | "Event";

/** Everything that is watched in one cluster while it is connected. */
export class Watches {
  readonly observed: ObservedCluster;
  readonly events: OperatorEvents;
  readonly #reflectors: { start(): void; stop(): Promise<void> }[] = [];
  readonly #caches: { readonly synced: boolean }[] = [];
  readonly #interrupted = new Set<ObjectKind>();
  /** When the API server last showed that a watch is up to date, on the monotonic clock. */
  readonly #heard = new Map<ObjectKind, number>();
  /** The API server's words, by what may not be watched. */
  readonly #refused = new Map<string, string>();
  #synced = false;

  constructor(private readonly options: WatchesOptions) {
    const { api, logger, projector, operatorApiVersion: version } = options;
    const resources = version === null ? null : operatorResources(version);
    this.observed = {
      externalSecrets: this.#watch<ObservedExternalSecret>(
        "ExternalSecret",
        resources?.externalSecrets ?? null,
        (object, previous) => projector.externalSecret(object, previous),
      ),
      secretStores: this.#watch<ObservedSecretStore>(
        "SecretStore",
        resources?.secretStores ?? null,
        (object, previous) => projector.store("SecretStore", object, previous),
      ),
      clusterSecretStores: this.#watch<ObservedSecretStore>(
        "ClusterSecretStore",
        resources?.clusterSecretStores ?? null,
        (object, previous) => projector.store("ClusterSecretStore", object, previous),
      ),
      namespaces: this.#watch<ObservedNamespace>("Namespace", NAMESPACES, (object) => projector.namespace(object)),
    };
    this.events = new OperatorEvents({
      api,
      logger,
      settings: options.reflector,
      onEvent: (uid) => options.onOperatorEvent(uid),
      onState: (kind, state) => this.#note(`events of ${kind}`, state),
      onRestart: () => options.onRestart("Event"),
    });
    this.#reflectors.push(this.events);
  }

  start(): void {
    for (const reflector of this.#reflectors) reflector.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
  }

  get synced(): boolean {
    return this.#synced;
  }

  /** Every watch of objects is running: what they show is as it is now. */
  get live(): boolean {
    return this.#synced && this.#interrupted.size === 0;
  }

  /** Seconds for which one of the watches of objects has shown nothing, not even a bookmark (real servers send one about once a minute): what we know is no older. */
  get staleness(): number {
    return (performance.now() - Math.min(...this.#heard.values())) / 1000;
  }

  /** What our role does not let us list or watch, in the API server's words: without it nothing is known, and nothing would say why. */
  get refusals(): string[] {
    return [...new Set(this.#refused.values())].sort();
  }

  /** Refusals outlast retries, so they are told; what else fails shows in the look at the whole cluster. */
  #note(what: string, { state, error }: ReflectorState): void {
    const refusal = error instanceof KubernetesError && error.status === 403 ? error.message : null;
    const before = this.#refused.get(what) ?? null;
    if (state === "syncing" || before === refusal) return;
    if (refusal === null) this.#refused.delete(what);
    else {
      this.#refused.set(what, refusal);
      this.options.logger.warn({ what, error: refusal }, "a list or watch is refused: the role lacks a rule");
    }
    this.options.onFailing();
  }

  /** @param resource null: it is not served, the cache stays empty */
  #watch<T extends Observed>(
    kind: ObjectKind,
    resource: ResourceRef | null,
    project: (object: KubernetesObject, previous?: T) => T,
  ): ObservedCache<T> {
    const cache = new ObservedCache<T>({
      onChanges: (changes) => {
        for (const { before, after } of changes) {
          const object = after ?? before;
          if (object !== null) this.options.onObject(kind, object.namespace, object.name);
        }
        this.#checkSynced();
      },
      onState: (state) => {
        this.#note(kind, state);
        if (state.state === "live") this.#interrupted.delete(kind);
        else this.#interrupted.add(kind);
        if (state.state === "failing") this.options.onFailing();
        else if (state.state === "live") this.#checkSynced();
      },
    });
    if (resource === null) return cache;
    this.#caches.push(cache);
    this.#heard.set(kind, performance.now());
    this.#reflectors.push(
      new Reflector<T>({
        api: this.options.api,
        resource,
        // A list is there to be believed whatever was known before; of an event the hash of an unchanged spec can be taken over.
        project: (object, source) => {
          const known = source === "watch" ? cache.get(object.metadata.namespace ?? null, object.metadata.name) : null;
          return known === null ? project(object) : project(object, known);
        },
        handler: cache,
        onHeard: () => this.#heard.set(kind, performance.now()),
        onRestart: () => this.options.onRestart(kind),
        logger: this.options.logger,
        settings: this.options.reflector,
      }),
    );
    return cache;
  }

  // Events only add causes: statuses don't wait for their list.
  #checkSynced(): void {
    if (this.#synced || !this.#caches.every((cache) => cache.synced)) return;
    this.#synced = true;
    this.options.onSynced();
  }
}
