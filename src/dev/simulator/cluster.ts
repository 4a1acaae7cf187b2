import { randomBytes, randomUUID } from "node:crypto";
import { ApiService } from "./api/api-service.js";
import { type Backends, createBackends } from "./backends/backends.js";
import type { Clock } from "./clock.js";
import { DirectAccess } from "./direct-access.js";
import { type FaultMatch, Faults } from "./faults.js";
import { collectGarbage } from "./garbage-collector.js";
import { History } from "./history.js";
import { ApiServer } from "./http/api-server.js";
import { at, type Json, type JsonObject, isObject, list, record } from "./json.js";
import { type KubeObject, nameOf, namespaceOf, timestamp, toKubeObject, uidOf, withMetadata } from "./kube-object.js";
import { terminateNamespaces } from "./namespace-controller.js";
import { ObjectStore } from "./object-store.js";
import { isExpired } from "./operator/event-recorder.js";
import { SimulatedOperator } from "./operator/operator.js";
import { DEFAULT_CLASS, type OperatorContext } from "./operator/operator-context.js";
import { ESO_GROUP, RESOURCE_NAMES, type ResourceName, type ResourceType, resourceTypes } from "./resources.js";
import type { ClusterSettings } from "./settings.js";

const NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];
/** How long events are kept, and how often that is looked at, milliseconds. */
const EVENT_TTL = 3_600_000;
const EVENT_SWEEP = 60_000;

/** One simulated cluster: its API on loopback, an operator, its backends. */
export class SimulatedCluster {
  /** The address of its API. */
  url = "";
  /** A bearer token with the least role that Secretariat needs (ESO.md). */
  readonly token = randomBytes(24).toString("hex");
  /** A bearer token that may do everything. */
  readonly adminToken = randomBytes(24).toString("hex");
  /** Its objects, from beside the API. */
  readonly store: DirectAccess;
  readonly backends: Backends = createBackends();
  readonly operator: SimulatedOperator;
  readonly faults = new Faults();
  readonly history: History;
  private readonly objects: ObjectStore;
  private readonly api: ApiService;
  private readonly server: ApiServer;
  private types: Map<ResourceName, ResourceType>;
  private installed = true;
  private readonly endings: (() => void)[] = [];

  /** @param kept - what `dump` gave, to go on from */
  constructor(
    readonly name: string,
    private readonly clock: Clock,
    private readonly settings: ClusterSettings,
    kept?: JsonObject,
  ) {
    this.types = resourceTypes(settings.apiVersion);
    const revision = at(kept, "revision");
    this.objects = new ObjectStore(
      RESOURCE_NAMES,
      settings.watchWindow,
      () => clock.now(),
      typeof revision === "number" ? revision : 1,
    );
    this.history = new History(settings.historyLimit);
    this.api = new ApiService(this.objects, () => this.served(), clock, { webhook: settings.webhook });
    this.store = new DirectAccess(this.api, () => this.served());
    const tokens = new Map<string, "admin" | "secretariat">([
      [this.token, "secretariat"],
      [this.adminToken, "admin"],
    ]);
    this.server = new ApiServer(this.api, () => this.served(), this.faults, clock, {
      tokens,
      bookmarkInterval: settings.bookmarkInterval,
      continueTtl: settings.continueTtl,
    });
    this.operator = this.createOperator();
    if (kept === undefined) this.createNamespaces();
    else this.restore(kept);
    this.endings.push(this.objects.onChange((change) => this.history.record(change)));
  }

  private createOperator(): SimulatedOperator {
    const old = this.settings.apiVersion === "v1beta1";
    const scale = (): number => this.settings.timeScale;
    const context: Omit<OperatorContext, "events"> = {
      api: this.api,
      backends: this.backends,
      clock: this.clock,
      hash: old ? "md5" : "sha3-224",
      controllerClass: DEFAULT_CLASS,
      finalizer: !old,
      keepsImmutable: !old,
      leavesOrphans: !old,
      missingKeyText: this.settings.missingKeyText,
      absentCredentials: new Set(),
      deniedStores: new Set(),
      ownedSecrets: (namespace, owner) => this.operator.ownedSecrets(namespace, owner),
      scale,
      pause: (ms) => new Promise<void>((resolve) => void this.clock.after(ms * scale(), resolve)),
    };
    const version = old ? "0.14.4" : "0.20.4";
    const forComponent = (component: string): OperatorContext => ({
      ...context,
      events: SimulatedOperator.recorder(context, component),
    });
    return new SimulatedOperator(
      forComponent("external-secrets"),
      { workers: this.settings.workers, reactionMs: this.settings.reactionMs, version },
      { secretstores: forComponent("secret-store"), clustersecretstores: forComponent("cluster-secret-store") },
    );
  }

  private served(): ReadonlyMap<ResourceName, ResourceType> {
    return this.types;
  }

  private createNamespaces(): void {
    for (const name of NAMESPACES)
      this.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "kube-apiserver" });
  }

  /** Starts its server, controllers and operator. @internal */
  async start(port: number): Promise<void> {
    const bound = await this.server.listen(port);
    this.url = `http://127.0.0.1:${bound}`;
    this.endings.push(collectGarbage(this.api, this.clock), terminateNamespaces(this.api, this.clock));
    this.sweepEvents();
    if (this.settings.operator) this.operator.start();
  }

  private sweepEvents(): void {
    let cancel = (): void => {};
    const sweep = (): void => {
      for (const event of this.objects.list("events")) {
        if (isExpired(event, this.clock.now(), EVENT_TTL))
          this.objects.remove("events", namespaceOf(event), nameOf(event));
      }
      cancel = this.clock.after(EVENT_SWEEP, sweep);
    };
    cancel = this.clock.after(EVENT_SWEEP, sweep);
    this.endings.push(() => cancel());
  }

  /** The uid of its namespace `kube-system`: what a cluster is known by. */
  get kubeSystemUid(): string {
    const found = this.objects.get("namespaces", "", "kube-system");
    return found === undefined ? "" : uidOf(found);
  }

  /** The latest resourceVersion. */
  get resourceVersion(): string {
    return String(this.objects.revision);
  }

  /** Gives `kube-system` another uid: as if the address led to another cluster now, or to that again. @returns the new uid */
  replaceKubeSystem(uid: string = randomUUID()): string {
    const found = this.objects.get("namespaces", "", "kube-system");
    this.objects.remove("namespaces", "", "kube-system");
    if (found !== undefined)
      this.objects.put("namespaces", withMetadata(found, { uid, creationTimestamp: timestamp(this.clock.now()) }));
    return uid;
  }

  /** Serves the operator's CRDs (again); objects that were there are not back. */
  installOperator(): void {
    if (this.installed) return;
    this.installed = true;
    this.types = resourceTypes(this.settings.apiVersion);
  }

  /** Removes the operator's CRDs: their objects go, without finalizers being waited for, and their addresses are 404. */
  removeOperator(): void {
    if (!this.installed) return;
    for (const type of this.types.values()) {
      if (type.group !== ESO_GROUP) continue;
      for (const object of this.objects.list(type.plural))
        this.objects.remove(type.plural, namespaceOf(object), nameOf(object));
    }
    this.installed = false;
    this.server.dropWatches({ path: new RegExp(`^/apis/${ESO_GROUP}/`, "u") });
    this.types = new Map([...this.types].filter(([, type]) => type.group !== ESO_GROUP));
  }

  /** Forgets all changes so far: every watch that resumes from before gets 410, every continue token too. */
  compact(): void {
    this.objects.compact();
    this.server.expireContinueTokens();
  }

  /** Cuts open watches; returns how many. */
  dropWatches(match?: FaultMatch): number {
    return this.server.dropWatches(match);
  }

  /** Ends open watches with an ERROR event (410 where no Status is given); returns how many. */
  failWatches(match?: FaultMatch, status?: JsonObject): number {
    const gone = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "too old resource version: 1 (2)",
      reason: "Expired",
      code: 410,
    };
    return this.server.failWatches(status ?? gone, match);
  }

  /** Cuts every open connection. */
  dropConnections(): void {
    this.server.dropConnections();
  }

  /** Open watches and connections, to see what a client keeps. */
  get open(): { watches: number; connections: number } {
    return { watches: this.server.watches, connections: this.server.connections };
  }

  /** Calls back whenever there is something new to keep. @internal */
  onChange(listener: () => void): void {
    this.endings.push(this.objects.onChange(listener));
    for (const backend of Object.values(this.backends)) backend.onChange(listener);
  }

  /** What has to be kept for a restart: objects with uids and versions, values of the backends. @internal */
  dump(): JsonObject {
    const objects: JsonObject = {};
    for (const name of RESOURCE_NAMES) objects[name] = this.objects.list(name);
    const backends: JsonObject = {};
    for (const [name, backend] of Object.entries(this.backends)) backends[name] = backend.dump();
    return { revision: this.objects.revision, objects, backends };
  }

  private restore(kept: JsonObject): void {
    const objects = record(kept, "objects");
    const readable = (value: Json): KubeObject[] => (isObject(value) ? [toKubeObject(value)] : []);
    for (const name of RESOURCE_NAMES) this.objects.restore(name, list(objects, name).flatMap(readable));
    for (const [name, backend] of Object.entries(this.backends)) backend.restore(at(kept, "backends", name));
    if (this.kubeSystemUid === "") this.createNamespaces();
  }

  /** Stops its operator and its server; open connections are cut. */
  async stop(): Promise<void> {
    this.operator.stop();
    for (const ending of this.endings) ending();
    await this.server.close();
  }
}
