import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../domain/json.js";
import type { Logger } from "../domain/ports/logger.js";
import { KubernetesError } from "./kubernetes-error.js";
import { isRecord } from "./object-guards.js";
import { SpecSchemaSource } from "./openapi.js";
import { NAMESPACES, OPERATOR_API_VERSIONS, OPERATOR_GROUP, type OperatorApiVersion } from "./resources.js";
import type { KubernetesApi } from "./transport/kubernetes-api.js";

/** What a look at a cluster found. */
export type Discovery =
  | {
      reachable: true;
      /** uid of the namespace kube-system: the cluster's identity. */
      kubeSystemUid: string;
      /** The version of external-secrets.io to speak; null: ExternalSecret is not served (NO_OPERATOR). */
      operatorApiVersion: OperatorApiVersion | null;
    }
  | { reachable: false; error: Error };

export interface DiscoverySettings {
  /** Milliseconds between looks while all is well. */
  interval: number;
  /** Milliseconds while the cluster is not reachable or serves no ExternalSecret. Both are jittered, down to a half. */
  impatientInterval: number;
}

const DEFAULT_DISCOVERY_SETTINGS: DiscoverySettings = { interval: 30_000, impatientInterval: 10_000 };

export interface ClusterDiscoveryOptions {
  api: KubernetesApi;
  logger: Logger;
  /** After each look. `changed`: it found something else than the look before. */
  onDiscovery(found: Discovery, changed: boolean): void;
  settings?: Partial<DiscoverySettings>;
}

/** Looks at a cluster now and then: who it is, whether it answers, what it serves. */
export class ClusterDiscovery {
  readonly #settings: DiscoverySettings;
  readonly #schemas: SpecSchemaSource;
  #current: Discovery | null = null;
  #looking: Promise<Discovery> | null = null;
  /** Of the run, for its looks. */
  #signal: AbortSignal | undefined;
  #run: { controller: AbortController; done: Promise<void> } | null = null;

  constructor(private readonly options: ClusterDiscoveryOptions) {
    this.#settings = { ...DEFAULT_DISCOVERY_SETTINGS, ...options.settings };
    this.#schemas = new SpecSchemaSource(options.api);
  }

  /** What the last look found; null before the first. */
  get current(): Discovery | null {
    return this.#current;
  }

  start(): void {
    if (this.#run !== null) return;
    const controller = new AbortController();
    this.#signal = controller.signal;
    this.#run = { controller, done: this.#loop(controller.signal) };
  }

  /** Resolves when nothing of it is left. `onDiscovery` is not called any more from the moment of the call. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    run.controller.abort();
    await run.done;
    if (this.#run === run) this.#run = null;
    if (this.#signal === run.controller.signal) this.#signal = undefined;
  }

  /** Looks now, or joins the look under way. Never throws. */
  look(): Promise<Discovery> {
    this.#looking ??= this.#look(this.#signal).finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /**
   * The OpenAPI v3 schema of ExternalSecret's spec in the version in use, asked for anew only where the cluster says that it changed.
   * @returns null where the cluster serves none
   * @throws KubernetesError, ClusterUnreachableError
   */
  async specSchema(signal?: AbortSignal): Promise<JsonObject | null> {
    const found = this.#current;
    if (found === null || !found.reachable || found.operatorApiVersion === null) return null;
    return await this.#schemas.get(found.operatorApiVersion, signal);
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const found = await this.look();
      const well = found.reachable && found.operatorApiVersion !== null;
      const interval = well ? this.#settings.interval : this.#settings.impatientInterval;
      // Rejects only when it is stopped.
      await sleep(interval * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    }
  }

  async #look(signal: AbortSignal | undefined): Promise<Discovery> {
    const found = await this.#discover(signal);
    if (signal?.aborted === true) return found;
    const changed = this.#current === null || !same(this.#current, found);
    this.#current = found;
    try {
      this.options.onDiscovery(found, changed);
    } catch (error) {
      this.options.logger.error({ error: String(error) }, "a discovery could not be taken in");
    }
    return found;
  }

  async #discover(signal: AbortSignal | undefined): Promise<Discovery> {
    const { api } = this.options;
    const call = signal === undefined ? {} : { signal };
    try {
      const [kubeSystem, operatorApiVersion] = await Promise.all([
        api.getByName(NAMESPACES, null, "kube-system", call),
        servedOperatorVersion(api, call),
      ]);
      if (kubeSystem === null)
        return { reachable: false, error: new Error("The cluster has no namespace kube-system.") };
      return { reachable: true, kubeSystemUid: kubeSystem.metadata.uid, operatorApiVersion };
    } catch (error) {
      return { reachable: false, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }
}

/** The first of the versions we speak in which ExternalSecret is served; null: none. @throws KubernetesError, ClusterUnreachableError */
async function servedOperatorVersion(
  api: KubernetesApi,
  call: { signal?: AbortSignal },
): Promise<OperatorApiVersion | null> {
  for (const version of OPERATOR_API_VERSIONS) {
    try {
      const list = await api.get(`/apis/${OPERATOR_GROUP}/${version}`, call);
      const resources = isRecord(list) ? list["resources"] : null;
      if (
        Array.isArray(resources) &&
        resources.some((resource) => isRecord(resource) && resource["name"] === "externalsecrets")
      ) {
        return version;
      }
    } catch (error) {
      if (!(error instanceof KubernetesError && error.status === 404)) throw error;
    }
  }
  return null;
}

function same(a: Discovery, b: Discovery): boolean {
  if (a.reachable && b.reachable) {
    return a.kubeSystemUid === b.kubeSystemUid && a.operatorApiVersion === b.operatorApiVersion;
  }
  return !a.reachable && !b.reachable && a.error.message === b.error.message;
}
