import type { ClusterStatus } from "../domain/kinds.js";
import type { ClusterState, Verdict } from "../domain/ports/cluster-state.js";
import { foreignText } from "../domain/foreign-text.js";
import type { Logger } from "../domain/ports/logger.js";
import type { ClusterClient } from "./cluster-client.js";
import { ClusterDiscovery, type Discovery, type DiscoverySettings } from "./discovery.js";
import { toldToAll } from "./kubernetes-error.js";
import { Lease, type LeaseSettings } from "./lease.js";
import { DEFAULT_LEADER_SETTINGS, type LeaderSettings } from "./reconcile/leader-settings.js";
import { Leader, type LeaderMetrics } from "./reconcile/leader.js";
import type { RenderStoreSpec } from "./reconcile/provider-target.js";
import type { OperatorApiVersion } from "./resources.js";
import type { ReflectorSettings } from "./watch/reflector-types.js";

export interface ClusterControllerOptions {
  clusterId: string;
  name: string;
  client: ClusterClient;
  installation: string;
  state: ClusterState;
  renderStoreSpec: RenderStoreSpec;
  logger: Logger;
  metrics: LeaderMetrics;
  lease?: LeaseSettings;
  discovery?: Partial<DiscoverySettings>;
  reflector?: Partial<ReflectorSettings>;
  leader?: Partial<LeaderSettings>;
  concurrency?: number;
}

/** Milliseconds between two writes of `lastSeenAt` while nothing else changes. */
const SEEN_INTERVAL = 60_000;
/** Looks that fail in a row before the cluster counts as away: one lost connection is none. */
const FAILED_LOOKS = 2;

/** What may be done with a cluster as it was found. */
type Standing =
  | {
      kind: "connected";
      operatorApiVersion: OperatorApiVersion | null;
      kubeSystemUid: string;
      /** What our role lacks. */
      refusals: readonly string[];
    }
  /** `message` is the cluster's own, for admins; `told` stands at what is in it. */
  | { kind: "away"; message: string; told: string }
  | { kind: "changed"; message: string; told: string };

/** One configured cluster in this process: looked at by every replica, led by one. */
export class ClusterController {
  readonly discovery: ClusterDiscovery;
  readonly #lease: Lease;
  #leader: Leader | null = null;
  #beginning: Promise<void> = Promise.resolve();
  #ending: Promise<void> = Promise.resolve();
  #stopping = false;
  #reported: { verdict: Verdict<ClusterStatus>; version: string | null; at: number } | null = null;
  #failedLooks = 0;
  #suspicious = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: ClusterControllerOptions) {
    this.discovery = new ClusterDiscovery({
      api: options.client.api("discovery"),
      logger: options.logger,
      onDiscovery: (found) => void this.#takeInTurn(found),
      ...(options.discovery === undefined ? {} : { settings: options.discovery }),
    });
    this.#lease = new Lease({
      clusterId: options.clusterId,
      state: options.state,
      logger: options.logger,
      ...(options.lease === undefined ? {} : { settings: options.lease }),
      onGained: (term) => {
        this.#beginning = this.#lead(term);
      },
      onLost: () => this.#standDown(),
    });
  }

  start(): void {
    this.discovery.start();
    this.#lease.start();
  }

  /** Whether this process leads the cluster now. */
  get leading(): boolean {
    return this.#lease.term !== null;
  }

  /** Desired state changed. Where this process does not lead, whoever does is told by the same log. */
  wake(ids: Parameters<ClusterState["affectedWork"]>[1]): void {
    void this.#leader?.wake(ids);
  }

  /** Gives leading up, if it leads; whoever begins a term looks at everything. */
  stepDown(): void {
    const { term } = this.#lease;
    if (term !== null) this.#lease.stepDown(term);
  }

  /** Stops leading and watching; resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.discovery.stop();
    await this.#leader?.stop();
    this.#leader = null;
    await this.#lease.stop();
    await Promise.all([this.#beginning, this.#turn, this.#ending]);
  }

  async #lead(term: string): Promise<void> {
    const { options } = this;
    await this.#ending;
    if (this.#stopping) return;
    options.logger.info({ term }, "leading this cluster");
    this.#reported = null;
    const leader = new Leader({
      clusterId: options.clusterId,
      clusterName: options.name,
      term,
      installation: options.installation,
      api: options.client.api("reconcile", () => this.#lease.assert(term)),
      state: options.state,
      renderStoreSpec: options.renderStoreSpec,
      logger: options.logger,
      reflector: options.reflector ?? {},
      settings: { ...DEFAULT_LEADER_SETTINGS, ...options.leader },
      concurrency: options.concurrency ?? 1_024,
      onDeposed: () => this.#lease.stepDown(term),
      onSuspicion: () => this.#look(),
      metrics: options.metrics,
    });
    if (this.#lease.term !== term) return;
    this.#leader = leader;
    try {
      await leader.start();
      const found = this.discovery.current;
      if (found !== null) await this.#takeInTurn(found);
    } catch (error) {
      options.logger.error({ err: error }, "leading could not begin; giving it up");
      this.#lease.stepDown(term);
    }
  }

  #standDown(): void {
    const leader = this.#leader;
    this.#leader = null;
    if (leader === null) return;
    this.options.logger.info({}, "no longer leading this cluster");
    this.#ending = leader.stop().catch((error: unknown) => {
      this.options.logger.error({ err: error }, "a term of leading did not end well");
    });
  }

  /** A watch fails: find out whether the cluster as a whole does, but not once for each watch. */
  #look(): void {
    if (this.#suspicious) return;
    this.#suspicious = true;
    void this.discovery.look().finally(() => {
      this.#suspicious = false;
    });
  }

  /** One after the other: what was found earlier must not have the last word. */
  #takeInTurn(found: Discovery): Promise<void> {
    this.#turn = this.#turn.then(() => this.#take(found));
    return this.#turn;
  }

  async #take(found: Discovery): Promise<void> {
    this.#failedLooks = found.reachable ? 0 : this.#failedLooks + 1;
    const leader = this.#leader;
    const term = this.#lease.term;
    if (leader === null || term === null || this.#stopping) return;
    try {
      const standing = await this.#judge(found, leader);
      if (this.#leader !== leader) return;
      if (standing.kind === "connected") {
        // First the claim on the cluster's uid, which the database lets only one name have: nothing is written to a cluster that another name leads to.
        if ((await this.#report(term, standing)) && this.#leader === leader)
          leader.connect(standing.operatorApiVersion);
        return;
      }
      if (standing.kind === "away" && this.#failedLooks < FAILED_LOOKS && this.#reported !== null) {
        // Not within the look that found this: it is not over yet.
        setImmediate(() => {
          if (this.#leader === leader) void this.discovery.look();
        });
        return;
      }
      leader.disconnect(standing.told, standing.kind === "changed");
      await this.#report(term, standing);
    } catch (error) {
      this.options.logger.warn({ err: error }, "the cluster's state could not be written; the next look tries again");
    }
  }

  async #judge(found: Discovery, leader: Leader): Promise<Standing> {
    if (!found.reachable) return { kind: "away", message: found.error.message, told: toldToAll(found.error) };
    const known = await this.options.state.knownClusters();
    const own = known.find((cluster) => cluster.id === this.options.clusterId);
    const before = own?.kubeSystemUid ?? null;
    if (before !== null && before !== found.kubeSystemUid) {
      const message =
        "This name leads to another cluster than before (its kube-system namespace has another uid). Nothing is written there.";
      return { kind: "changed", message, told: message };
    }
    const twin = known.find(
      (cluster) => cluster.id !== this.options.clusterId && cluster.kubeSystemUid === found.kubeSystemUid,
    );
    if (twin !== undefined)
      return {
        kind: "changed",
        message: `This name leads to the same cluster as "${twin.name}". Nothing is written there.`,
        told: "This cluster's name leads to another cluster. Nothing is written there.",
      };
    const { operatorApiVersion, kubeSystemUid } = found;
    return { kind: "connected", operatorApiVersion, kubeSystemUid, refusals: leader.refusals };
  }

  /** @returns false: another process leads */
  async #report(term: string, standing: Standing): Promise<boolean> {
    const verdict = verdictOf(standing);
    const version = standing.kind === "connected" ? standing.operatorApiVersion : null;
    const before = this.#reported;
    const unchanged =
      before !== null &&
      before.verdict.status === verdict.status &&
      before.verdict.message === verdict.message &&
      before.version === version;
    if (unchanged && (standing.kind !== "connected" || performance.now() - before.at < SEEN_INTERVAL)) return true;
    const leading = await this.options.state.reportCluster(this.options.clusterId, term, {
      ...verdict,
      seen: standing.kind === "connected",
      ...(standing.kind === "connected" ? { kubeSystemUid: standing.kubeSystemUid, operatorApiVersion: version } : {}),
    });
    if (!leading) {
      this.#lease.stepDown(term);
      return false;
    }
    this.#reported = { verdict, version, at: performance.now() };
    return true;
  }
}

function verdictOf(standing: Standing): Verdict<ClusterStatus> {
  if (standing.kind === "away")
    return { status: "UNREACHABLE", reason: "ClusterUnreachable", message: standing.message };
  if (standing.kind === "changed")
    return { status: "UNREACHABLE", reason: "ClusterChanged", message: standing.message };
  if (standing.operatorApiVersion !== null) {
    if (standing.refusals.length === 0) return { status: "CONNECTED", reason: null, message: null };
    const message = `The role in this cluster lacks what is needed: ${standing.refusals.join("; ")}`;
    return { status: "CONNECTED", reason: "Forbidden", message: foreignText(message) };
  }
  return {
    status: "NO_OPERATOR",
    reason: "NoOperator",
    message: "The cluster does not serve external-secrets.io: install the External Secrets Operator.",
  };
}
