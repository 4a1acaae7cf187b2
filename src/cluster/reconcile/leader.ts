import type { BatchOutcome, ClusterState, WorkIndexEntry } from "../../domain/ports/cluster-state.js";
import type { Logger } from "../../domain/ports/logger.js";
import { Projector } from "../projection.js";
import type { OperatorApiVersion } from "../resources.js";
import type { KubernetesApi } from "../transport/kubernetes-api.js";
import type { ReflectorSettings } from "../watch/reflector-types.js";
import { WorkQueue, type ProcessResult } from "../work-queue.js";
import { reconcileAssignment } from "./assignment.js";
import { BatchLoader } from "./batch-loader.js";
import { ContestLog } from "./contest.js";
import { DeposedError, type LeaderContext } from "./leader-context.js";
import type { LeaderSettings } from "./leader-settings.js";
import { MissedCauses } from "./missed-causes.js";
import { reconcileProject } from "./project.js";
import { reconcileProviderTarget, type RenderStoreSpec } from "./provider-target.js";
import { StatusBatcher } from "./status-batcher.js";
import { TroubleLog } from "./trouble-log.js";
import { UidIndex } from "./uid-index.js";
import { type WatchedKind, Watches } from "./watches.js";
import { keyOf, parseKey, WorkMap } from "./work-map.js";

export interface LeaderOptions {
  clusterId: string;
  clusterName: string;
  term: string;
  installation: string;
  /** Its writes throw DeposedError, unsent, where the lease may have run out. */
  api: KubernetesApi;
  state: ClusterState;
  renderStoreSpec: RenderStoreSpec;
  logger: Logger;
  reflector: Partial<ReflectorSettings>;
  settings: LeaderSettings;
  /** Keys under way at once. Most of them wait for the API or a batch, whose own bounds are tighter. */
  concurrency: number;
  /** Another replica leads: stand down. */
  onDeposed(): void;
  /** Something fails that may concern the whole cluster: look at it. */
  onSuspicion(): void;
  metrics: LeaderMetrics;
}

/** What is counted while leading. */
export interface LeaderMetrics {
  reconciled(kind: WorkIndexEntry["kind"], result: "done" | "later" | "retry" | "error", seconds: number): void;
  queue(depth: () => number, oldestAge: () => number): void;
  /** @param staleness seconds for which a watch has shown nothing; null: nothing is watched now */
  watches(staleness: () => number | null): void;
  watchRestarted(kind: WatchedKind): void;
}

/** The namespace whose uid is the cluster's identity. */
const KUBE_SYSTEM = "kube-system";

/** One term of leading one cluster: makes it follow desired state, and writes down what becomes of it. */
export class Leader {
  readonly #map = new WorkMap();
  readonly #uids = new UidIndex();
  readonly #queue: WorkQueue;
  readonly #context: LeaderContext;
  readonly #troubles = new TroubleLog(() => performance.now());
  #watches: Watches | null = null;
  #gate = Promise.withResolvers<void>();
  #awayTimer: NodeJS.Timeout | null = null;
  #fullPassTimer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(private readonly options: LeaderOptions) {
    const { state, clusterId } = options;
    this.#queue = new WorkQueue({
      concurrency: options.concurrency,
      minBackoff: options.settings.minBackoff,
      maxBackoff: options.settings.maxBackoff,
      process: (key) => this.#process(key),
      onError: (key, error, retryIn) => {
        options.logger.error({ err: error, key, retryIn }, "a pass failed; it is repeated");
      },
    });
    const offline = this.#makeWatches(null);
    this.#context = {
      clusterName: options.clusterName,
      installation: options.installation,
      api: options.api,
      operatorApiVersion: null,
      projector: new Projector(),
      observed: offline.observed,
      events: offline.events,
      batcher: new StatusBatcher(state, clusterId, options.term, (outcome) => this.#onOutcome(outcome)),
      assignments: new BatchLoader((ids) => state.assignmentWork(clusterId, ids)),
      providerTargets: new BatchLoader((ids) => state.providerTargetWork(clusterId, ids)),
      projects: new BatchLoader((ids) => state.projectWork(clusterId, ids)),
      contest: new ContestLog(() => performance.now()),
      troubles: this.#troubles,
      missedCauses: new MissedCauses(() => performance.now()),
      patience: options.settings.patience,
      accepted: new Map(),
      deletesSent: new Set(),
      forceOnce: new Set(),
      uids: this.#uids,
      existingStores: new Map(),
      providerRecovered: (providerId) => void this.#forceUnsynced(providerId),
      projectChanged: (projectId) => void this.wake({ projectIds: [projectId] }),
      seesAll: () => this.#watches?.live ?? false,
      lookAt: (kind, id) => this.#queue.add(keyOf(kind, id)),
      replaced: (key, uid) => this.#forgetObjects(key, uid),
      forget: (key) => this.#forget(key),
      logger: options.logger,
    };
    options.metrics.queue(
      () => this.#queue.depth,
      () => this.#queue.oldestAge,
    );
    options.metrics.watches(() => this.#watches?.staleness ?? null);
  }

  /** Loads what there is to do. Until the cluster is connected, or known to be away, nothing is judged. @throws what the database throws */
  async start(): Promise<void> {
    await this.fullPass();
    if (this.#stopped) return;
    this.#fullPassTimer = setInterval(
      () => void this.fullPass().catch((error: unknown) => this.#warn(error, "the full pass failed")),
      this.options.settings.fullPassInterval,
    );
    this.#fullPassTimer.unref();
  }

  /** Looks at everything. @throws what the database throws */
  async fullPass(): Promise<void> {
    const entries = await this.options.state.workIndex(this.options.clusterId);
    const known = new Set(this.#map.keys());
    const keys = this.#map.add(entries);
    for (const key of keys) known.delete(key);
    // Rows that went without us (abandoned): their passes find none, and forget them.
    for (const key of known) this.#queue.add(key);
    // Stores and namespaces first: an ExternalSecret before its store fails once for nothing.
    for (const key of keys) if (!key.startsWith("assignment/")) this.#queue.add(key);
    for (const key of keys) if (key.startsWith("assignment/")) this.#queue.add(key);
  }

  /** The cluster answers and is the one that it was: watch it. */
  connect(operatorApiVersion: OperatorApiVersion | null): void {
    if (this.#stopped) return;
    const before = this.#watches;
    const cameBack = this.#troubles.cluster !== null;
    this.#troubles.clusterAway(null);
    this.#clearAwayTimer();
    if (before !== null && this.#context.operatorApiVersion === operatorApiVersion) {
      // Opened when it went away; what was never listed still counts as not there.
      if (!before.synced) this.#closeGate();
      if (cameBack) this.#everythingAgain();
      return;
    }
    this.#closeGate();
    void before?.stop();
    this.#watches = this.#makeWatches(operatorApiVersion);
    this.#context.operatorApiVersion = operatorApiVersion;
    this.#context.observed = this.#watches.observed;
    this.#context.events = this.#watches.events;
    this.#watches.start();
    if (before !== null || cameBack) this.#everythingAgain();
  }

  /**
   * The cluster does not answer.
   * @param forget it answers as another cluster than before: nothing that is seen there counts, and nothing is written
   */
  disconnect(message: string, forget: boolean): void {
    if (this.#stopped) return;
    const already = this.#troubles.cluster !== null;
    this.#troubles.clusterAway(message);
    if (forget && this.#watches !== null) {
      void this.#watches.stop();
      this.#watches = null;
    }
    this.#gate.resolve();
    if (already) return;
    this.#everythingAgain();
    // Patience runs out for all at once.
    this.#awayTimer = setTimeout(() => this.#everythingAgain(), this.options.settings.patience.unreachable + 1);
  }

  /** Desired state changed: looks at whatever it concerns. Tries until the database answers. */
  async wake(ids: Parameters<ClusterState["affectedWork"]>[1]): Promise<void> {
    for (let delay = 100; !this.#stopped; delay = Math.min(2 * delay, 5_000)) {
      try {
        const entries = await this.options.state.affectedWork(this.options.clusterId, ids);
        for (const key of this.#map.add(entries)) this.#queue.add(key);
        return;
      } catch (error) {
        this.#warn(error, "what a change concerns could not be read; trying again");
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  /** What the cluster's role refuses to let us list or watch. */
  get refusals(): string[] {
    return this.#watches?.refusals ?? [];
  }

  /** Resolves when nothing of this term is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#clearAwayTimer();
    if (this.#fullPassTimer !== null) clearInterval(this.#fullPassTimer);
    this.#gate.resolve();
    await Promise.all([this.#queue.stop(), this.#watches?.stop()]);
    await this.#context.batcher.drained();
  }

  async #process(key: string): Promise<ProcessResult> {
    // A gate that was replaced while we waited opens onto the next: what the new watches have not listed yet counts as not there.
    for (let passed: PromiseWithResolvers<void> | null = null; passed !== this.#gate;) {
      passed = this.#gate;
      await passed.promise;
    }
    if (this.#stopped) return undefined;
    const { kind, id } = parseKey(key);
    const began = performance.now();
    const done = (result: "done" | "later" | "retry" | "error"): void =>
      this.options.metrics.reconciled(kind, result, (performance.now() - began) / 1000);
    try {
      const result = await this.#pass(kind, key, id);
      done(result === undefined ? "done" : "retry" in result ? "retry" : "later");
      return result;
    } catch (error) {
      if (error instanceof DeposedError) {
        this.options.onDeposed();
        return undefined;
      }
      done("error");
      throw error;
    }
  }

  async #pass(kind: WorkIndexEntry["kind"], key: string, id: string): Promise<ProcessResult> {
    if (kind === "assignment") return await reconcileAssignment(this.#context, key, id);
    if (kind === "project") return await reconcileProject(this.#context, key, id);
    return await reconcileProviderTarget(this.#context, key, id, this.options.renderStoreSpec);
  }

  #onOutcome(outcome: BatchOutcome): void {
    if (!outcome.leading) this.options.onDeposed();
    for (const id of outcome.unblocked.projects) this.#queue.add(keyOf("project", id));
    for (const id of outcome.unblocked.providerTargets) this.#queue.add(keyOf("providerTarget", id));
  }

  async #forceUnsynced(providerId: string): Promise<void> {
    try {
      for (const entry of await this.options.state.affectedWork(this.options.clusterId, {
        providerIds: [providerId],
      })) {
        if (entry.kind !== "assignment") continue;
        const [key] = this.#map.add([entry]);
        this.#context.forceOnce.add(entry.id);
        if (key !== undefined) this.#queue.addAfter(key, Math.random() * this.options.settings.recoveryJitter);
      }
    } catch (error) {
      // The operator's own backoff finds out in some minutes.
      this.#warn(error, "secrets of a recovered provider could not be synced at once");
    }
  }

  /** @param but the object that it still has */
  #forgetObjects(key: string, but: string | null): void {
    for (const uid of this.#uids.drop(key, but)) {
      this.#context.deletesSent.delete(uid);
      this.#context.events.forget(uid);
    }
  }

  #forget(key: string): void {
    const context = this.#context;
    this.#map.remove(key);
    this.#troubles.over(key);
    context.accepted.delete(key);
    context.contest.forget(key);
    context.missedCauses.missedFor(key, false);
    context.forceOnce.delete(parseKey(key).id);
    context.existingStores.delete(key);
    this.#forgetObjects(key, null);
  }

  /** Whoever waits goes on to the next gate, which opens when the lists have come. */
  #closeGate(): void {
    this.#gate.resolve();
    this.#gate = Promise.withResolvers<void>();
  }

  #everythingAgain(): void {
    for (const key of this.#map.keys()) this.#queue.add(key);
  }

  #makeWatches(operatorApiVersion: OperatorApiVersion | null): Watches {
    const watches: Watches = new Watches({
      api: this.options.api,
      projector: new Projector(),
      operatorApiVersion,
      logger: this.options.logger,
      reflector: this.options.reflector,
      onObject: (kind, namespace, name) => {
        // Perhaps another cluster answers here by now.
        if (kind === "Namespace" && name === KUBE_SYSTEM) this.options.onSuspicion();
        const key = this.#map.find(kind, namespace, name);
        if (key !== null) this.#queue.add(key);
      },
      onOperatorEvent: (uid) => {
        const key = this.#uids.keyOf(uid);
        if (key !== undefined) this.#queue.add(key);
      },
      onSynced: () => {
        if (this.#watches === watches) this.#gate.resolve();
      },
      onFailing: () => this.options.onSuspicion(),
      onRestart: (kind) => this.options.metrics.watchRestarted(kind),
    });
    return watches;
  }

  #clearAwayTimer(): void {
    if (this.#awayTimer !== null) clearTimeout(this.#awayTimer);
    this.#awayTimer = null;
  }

  #warn(error: unknown, message: string): void {
    this.options.logger.warn({ err: error }, message);
  }
}
