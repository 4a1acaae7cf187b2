import { setTimeout as delay } from "node:timers/promises";
import { checkDeletes, checkOrphans, checkSquats, checkSynced } from "./check/clusters.js";
import { ClusterLog } from "./check/cluster-log.js";
import { differences } from "./check/desired.js";
import { checkFencing } from "./check/fencing.js";
import { installAudit, newTransaction, readPast, readStatuses, type Past } from "./check/journal.js";
import { findOrphans } from "./check/orphans.js";
import { Resources } from "./check/resources.js";
import { checkChains, checkTransactions } from "./check/transitions.js";
import { checkCounts, checkSeen, checkSubscriber, ownersOf } from "./check/viewers.js";
import { Cast } from "./cast.js";
import type { Fault } from "./faults/fault.js";
import { FaultSchedule } from "./faults/faults.js";
import { Random } from "./random.js";
import { Stage } from "./stage/stage.js";
import { ADA, BEA, NOBODY, World } from "./stage/world.js";

export interface PlayOptions {
  seed: number;
  minutes: number;
  replicas: number;
  /** The product's main.js. */
  main: string;
  faults: readonly Fault[];
  /** Whether the replicas' logs stay where something was found. */
  keepLogs: boolean;
  /** Milliseconds between two faults. */
  pace: readonly [number, number];
  /** Milliseconds in which everything must be as desired once nothing goes wrong any more; a third of it for every subscriber to have what there was. */
  convergence: number;
  say(text: string): void;
}

export interface Outcome {
  findings: string[];
  operations: Cast["operations"];
  faults: ReadonlyMap<string, number>;
  transitions: number;
  subscribers: { count: number; received: number; reconnects: number; tooSlow: number; refusedCursors: number };
  checked: { synced: number; deletes: number; changes: number; clusterVersions: number };
  /** Seconds. */
  convergence: number;
  /** Why operations were refused, or had no answer. */
  refusals: ReadonlyMap<string, number>;
  resources: string[];
  /** Where the replicas' logs are; null: they are gone. */
  directory: string | null;
}

/** One run, from an empty machine to an empty machine. */
export async function play(options: PlayOptions): Promise<Outcome> {
  const stage = await Stage.set(options);
  try {
    const outcome = await new Play(stage, options).run();
    stage.keep = options.keepLogs && outcome.findings.length > 0;
    return { ...outcome, directory: stage.keep ? stage.directory : null };
  } catch (error) {
    stage.keep = options.keepLogs;
    if (options.keepLogs) options.say(`the run broke off; the replicas' logs are in ${stage.directory}`);
    throw error;
  } finally {
    await stage.clear();
  }
}

class Play {
  readonly #world: World;
  readonly #random: Random;
  readonly #pasts: Past[] = [];
  readonly #orphans = new Map<string, string>();
  readonly #logs: ClusterLog[];
  #since = 0n;

  constructor(
    private readonly stage: Stage,
    private readonly options: PlayOptions,
  ) {
    this.#random = new Random(options.seed);
    this.#world = new World(stage, this.#random);
    this.#logs = stage.clusters.map((cluster) => new ClusterLog(cluster));
  }

  async run(): Promise<Omit<Outcome, "directory">> {
    const { stage, options } = this;
    const world = this.#world;
    const { database } = stage;
    for (const log of this.#logs) log.start();
    await stage.replicas[0]?.start();
    await installAudit(database.url);
    await Promise.all(stage.replicas.map((replica) => replica.start()));
    await world.prepare();
    // The very first changes came before PostgreSQL looked.
    this.#since = await newTransaction(database.url);
    await database.backUp();
    const resources = await Resources.before(stage);
    const cast = new Cast(world, this.#random);
    const schedule = new FaultSchedule(
      {
        world,
        random: this.#random,
        onRestore: {
          lost: async (url) => void this.#pasts.push(await readPast(url)),
          restored: async () => {
            for (const [uid, where] of await findOrphans(stage)) this.#orphans.set(uid, where);
            await cast.relearn();
          },
        },
      },
      options.faults,
      options.pace,
    );
    cast.start();
    schedule.start();
    await this.#wait(cast, schedule);
    await schedule.stop();
    await cast.rest();
    await this.#putRight();
    const began = performance.now();
    const left = await this.#converge(cast);
    const convergence = (performance.now() - began) / 1000;
    world.findings.push(...left);
    await this.#catchUp(cast);
    const checked = await this.#check(cast);
    const subscribers = {
      count: cast.subscribers.length,
      received: sum(cast.subscribers.map(({ received }) => received)),
      reconnects: sum(cast.subscribers.map(({ reconnects }) => reconnects)),
      tooSlow: sum(cast.subscribers.map(({ tooSlow }) => tooSlow)),
      refusedCursors: sum(cast.subscribers.map(({ segments }) => segments.filter(({ refused }) => refused).length)),
    };
    await Promise.all(cast.subscribers.map((subscriber) => subscriber.stop()));
    world.findings.push(...(await resources.compare()));
    for (const { name, unexpectedEnds } of stage.replicas)
      if (unexpectedEnds > 0) world.found(`ENDED ${name}: ${unexpectedEnds} times, by itself`);
    await Promise.all(this.#logs.map((log) => log.stop()));
    return {
      findings: [...new Set(world.findings)],
      operations: cast.operations,
      faults: schedule.counts,
      transitions: sum(this.#pasts.map(({ transitions }) => transitions.length)),
      subscribers,
      checked,
      convergence,
      refusals: world.api.refusals,
      resources: resources.told,
    };
  }

  async #wait(cast: Cast, schedule: FaultSchedule): Promise<void> {
    const until = performance.now() + this.options.minutes * 60_000;
    let told = performance.now();
    while (performance.now() < until) {
      await delay(500);
      if (performance.now() - told < 60_000) continue;
      told = performance.now();
      const { acknowledged } = cast.operations;
      this.options.say(
        `  ${Math.round((until - told) / 60_000)} min left: ${acknowledged} mutations, ${sum([...schedule.counts.values()])} faults, ${this.#world.findings.length} findings`,
      );
    }
  }

  /** Everything is as it should be but for what the faults have left. */
  async #putRight(): Promise<void> {
    for (const { proxy } of this.stage.replicas) {
      proxy.refuse(false);
      proxy.slow(0);
    }
    for (const cluster of this.stage.clusters) {
      await cluster.do({ do: "unfaultAll" });
      await cluster.do({ do: "operator", running: true });
      await cluster.do({ do: "slowOperator", ms: 0 });
      await cluster.do({ do: "backend", away: false, denied: false });
    }
    for (const replica of this.stage.replicas) {
      replica.resume();
      try {
        await replica.start();
      } catch (error) {
        this.#world.found(`NOT READY ${replica.name}: ${error instanceof Error ? error.message : String(error)}`);
        // Everything else is looked at by way of those that are ready.
        await replica.kill();
        await replica.start();
      }
    }
  }

  async #converge(cast: Cast): Promise<string[]> {
    const deadline = performance.now() + this.options.convergence;
    for (;;) {
      const left = await differences(this.stage);
      if (left.length === 0 && (await cast.churner.settle())) return [];
      if (performance.now() > deadline) return left;
      await delay(500);
    }
  }

  async #catchUp(cast: Cast): Promise<void> {
    for (const subscriber of cast.subscribers) subscriber.hurry();
    const deadline = performance.now() + this.options.convergence / 3;
    const { database } = this.stage;
    for (;;) {
      const pasts = [...this.#pasts, await readPast(database.url)];
      const left = cast.subscribers.some((subscriber) => checkSubscriber(this.#world, subscriber, pasts).length > 0);
      if (left && performance.now() < deadline) {
        await delay(500);
        continue;
      }
      this.#pasts.push(...pasts.slice(-1));
      return;
    }
  }

  async #check(cast: Cast): Promise<Outcome["checked"]> {
    const world = this.#world;
    const pasts = this.#pasts;
    for (const log of this.#logs) await log.catchUp();
    const checked = {
      synced: 0,
      deletes: 0,
      changes: 0,
      clusterVersions: sum(this.#logs.map(({ entries }) => entries)),
    };
    const statuses = await readStatuses(this.stage.database.url);
    for (const [i, past] of pasts.entries()) {
      world.findings.push(...checkChains(past, i === pasts.length - 1 ? statuses : null));
      world.findings.push(...checkTransactions(past, this.#since));
      world.findings.push(...checkFencing(past, this.stage.replicas));
      const synced = checkSynced(past, this.#logs);
      checked.synced += synced.checked;
      checked.changes += past.audit.length;
      world.findings.push(...synced.findings);
    }
    const deletes = checkDeletes(pasts, this.#logs, cast.foreigner.deeds);
    checked.deletes = deletes.checked;
    world.findings.push(...deletes.findings);
    world.findings.push(...checkSquats(cast.squatter.squats, this.#logs));
    world.findings.push(...checkOrphans(this.#orphans, this.#logs, cast.foreigner.deeds));
    for (const [from, to] of world.swaps)
      for (const log of this.#logs)
        for (const { at, what } of log.ourWrites)
          if (at >= from && at <= to)
            world.found(`WRITTEN to ${log.cluster.name} while contexts were swapped: ${what}`);
    for (const subscriber of cast.subscribers) world.findings.push(...checkSubscriber(world, subscriber, pasts));
    const owners = ownersOf(pasts);
    for (const who of [...cast.readers, ...cast.subscribers]) world.findings.push(...checkSeen(world, who, owners));
    for (const owner of cast.owners) await owner.check();
    await cast.churner.check();
    const members = [...world.projects.values()].map(({ member }) => member);
    for (const person of [ADA, BEA, NOBODY, ...members]) world.findings.push(...(await checkCounts(world, person)));
    return checked;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
