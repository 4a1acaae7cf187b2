import type { Change, ObjectStore } from "../object-store.js";
import { type KubeObject, nameOf, namespaceOf } from "../kube-object.js";
import type { ResourceName } from "../resources.js";
import { stringMap } from "../json.js";
import { EventRecorder } from "./event-recorder.js";
import { isReadable, reconcileExternalSecret } from "./external-secret.js";
import { MANAGED_LABEL } from "./native-secret.js";
import type { OperatorContext } from "./operator-context.js";
import { reconcileStore } from "./store-controller.js";
import { TargetIndex } from "./target-index.js";
import { type Outcome, WorkQueue } from "./work-queue.js";

/** How the operator is set up. */
export interface OperatorSettings {
  /** Objects worked on at once; 10. */
  workers: number;
  /** How long after a change it is taken up, milliseconds; 5. */
  reactionMs: number;
  /** Which ESO it behaves as. */
  version: string;
}

/** A running or stopped External Secrets Operator on the objects of one cluster. */
export class SimulatedOperator {
  private readonly secrets: WorkQueue;
  private readonly stores: WorkQueue;
  /** Which ESO it behaves as. */
  readonly version: string;
  private stopWatching: (() => void) | undefined;
  private slowness = 0;
  /** Objects that the operator cannot read: while there is one it handles none. */
  private readonly unreadable = new Set<string>();
  private targets: TargetIndex | undefined;

  constructor(
    private readonly context: OperatorContext,
    settings: OperatorSettings,
    /** For each resource whose controller names itself otherwise in events. */
    private readonly storeContexts: { secretstores: OperatorContext; clustersecretstores: OperatorContext },
  ) {
    this.version = settings.version;
    const queueSettings = {
      workers: settings.workers,
      reaction: () => settings.reactionMs + this.slowness,
      scale: context.scale,
    };
    this.secrets = new WorkQueue((key) => this.workOnSecret(key), context.clock, queueSettings);
    this.stores = new WorkQueue((key) => this.workOnStore(key), context.clock, queueSettings);
  }

  /** Makes a recorder for a component's events. */
  static recorder(context: Omit<OperatorContext, "events">, component: string): EventRecorder {
    return new EventRecorder(context.api, context.clock, component, context.scale);
  }

  /** Names of the native Secrets that bear an owner's label. @internal */
  ownedSecrets(namespace: string, owner: string): string[] {
    return this.targets?.ownedBy(namespace, owner) ?? [];
  }

  /** Whether it is running. */
  get running(): boolean {
    return this.stopWatching !== undefined;
  }

  /** Starts it: everything is looked at once, then whatever changes. */
  start(): void {
    if (this.running) return;
    const { store } = this.context.api;
    this.secrets.start();
    this.stores.start();
    this.targets = new TargetIndex(store);
    this.stopWatching = store.onChange((change) => this.seen(change));
    this.lookAtAll(store);
  }

  /** Stops it, as a pod that is gone: what it was at may still be finished, nothing more is begun. */
  stop(): void {
    this.stopWatching?.();
    this.stopWatching = undefined;
    this.secrets.stop();
    this.stores.stop();
    this.unreadable.clear();
    this.targets?.stop();
    this.targets = undefined;
  }

  /** Makes every reaction so many milliseconds later. */
  slow(ms: number): void {
    this.slowness = ms;
  }

  /** Says whether a Secret that stores refer to is missing; the stores are looked at again. */
  credentialAbsent(namespace: string, name: string, absent = true): void {
    if (absent) this.context.absentCredentials.add(`${namespace}/${name}`);
    else this.context.absentCredentials.delete(`${namespace}/${name}`);
    this.revalidate();
  }

  /** Says whether a store's credentials are refused (namespace "" for a ClusterSecretStore); the stores are looked at again. */
  storeDenied(namespace: string, name: string, denied = true): void {
    if (denied) this.context.deniedStores.add(`${namespace}/${name}`);
    else this.context.deniedStores.delete(`${namespace}/${name}`);
    this.revalidate();
  }

  /** Validates all stores now, instead of after five minutes. */
  revalidate(): void {
    for (const resource of STORES)
      for (const object of this.context.api.store.list(resource)) this.stores.add(keyOf(resource, object));
  }

  private lookAtAll(store: ObjectStore): void {
    for (const resource of STORES) for (const object of store.list(resource)) this.stores.add(keyOf(resource, object));
    for (const object of store.list("externalsecrets")) this.checkReadable(object);
    this.enqueueAll();
  }

  private enqueueAll(): void {
    for (const object of this.context.api.store.list("externalsecrets"))
      this.secrets.add(keyOf("externalsecrets", object));
  }

  private checkReadable(object: KubeObject): void {
    if (isReadable(object)) this.unreadable.delete(keyOf("externalsecrets", object));
    else this.unreadable.add(keyOf("externalsecrets", object));
  }

  private seen(change: Change): void {
    const { resource, object } = change;
    if (resource === "secretstores" || resource === "clustersecretstores") this.stores.add(keyOf(resource, object));
    if (resource === "externalsecrets") {
      const blocked = this.unreadable.size > 0;
      if (change.type === "DELETED") this.unreadable.delete(keyOf(resource, object));
      else this.checkReadable(object);
      // Once it can list again it lists everything.
      if (blocked && this.unreadable.size === 0) this.enqueueAll();
      else this.secrets.add(keyOf(resource, object));
    }
    if (resource === "secrets" && isManaged(change)) {
      for (const name of this.targets?.writersOf(namespaceOf(object), nameOf(object)) ?? [])
        this.secrets.add(`externalsecrets ${namespaceOf(object)} ${name}`);
    }
  }

  private async workOnSecret(key: string): Promise<Outcome> {
    if (this.unreadable.size > 0 || !this.running) return { kind: "done" };
    const [, namespace = "", name = ""] = key.split(" ");
    return reconcileExternalSecret(this.context, namespace, name);
  }

  private async workOnStore(key: string): Promise<Outcome> {
    const [resource, namespace = "", name = ""] = key.split(" ");
    if (!this.running || (resource !== "secretstores" && resource !== "clustersecretstores")) return { kind: "done" };
    return reconcileStore(this.storeContexts[resource], resource, namespace, name);
  }
}

const STORES = ["secretstores", "clustersecretstores"] as const;
const keyOf = (resource: ResourceName, object: KubeObject): string =>
  `${resource} ${namespaceOf(object)} ${nameOf(object)}`;

function isManaged({ object, previous }: Change): boolean {
  return [object, previous].some(
    (each) => each !== undefined && stringMap(each.metadata, "labels")[MANAGED_LABEL] === "true",
  );
}
