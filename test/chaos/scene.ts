import { setTimeout as delay } from "node:timers/promises";
import { SecretOwner } from "./actors/secret-owner.js";
import { differences } from "./check/desired.js";
import { checkFencing } from "./check/fencing.js";
import { installAudit, newTransaction, readPast, readStatuses } from "./check/journal.js";
import { checkChains, checkTransactions } from "./check/transitions.js";
import { Random } from "./random.js";
import type { Replica } from "./stage/replica.js";
import { Stage } from "./stage/stage.js";
import { ADA, KEYS, orgKey, World } from "./stage/world.js";

/** A stage with running replicas, projects and some secrets: what a scenario begins with. */
export class Scene {
  readonly owner: SecretOwner;
  since = 0n;

  private constructor(
    readonly stage: Stage,
    readonly world: World,
  ) {
    const keys = Array.from({ length: KEYS }, (_, i) => orgKey(i));
    this.owner = new SecretOwner(world, new Random(2), { name: "s", person: ADA, project: null, keys });
  }

  static async set(replicas: number, main: string): Promise<Scene> {
    const stage = await Stage.set({ replicas, main });
    try {
      await stage.replicas[0]?.start();
      await installAudit(stage.database.url);
      const scene = new Scene(stage, new World(stage, new Random(1)));
      await Promise.all(stage.replicas.map((replica) => replica.start()));
      await scene.world.prepare();
      scene.since = await newTransaction(stage.database.url);
      for (let i = 0; i < 6; i += 1) await scene.owner.step();
      await scene.converge();
      return scene;
    } catch (error) {
      await stage.clear();
      throw error;
    }
  }

  /** Works until `done` settles, and a little longer. */
  async workDuring(done: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    const end = done.finally(() => over.abort());
    while (!over.signal.aborted) {
      await this.owner.step();
      await delay(30);
    }
    await end;
    for (let i = 0; i < 3; i += 1) await this.owner.step();
  }

  /** @throws Error with what differs after the limit, milliseconds */
  async converge(limit = 30_000): Promise<void> {
    const deadline = performance.now() + limit;
    for (;;) {
      const left = await differences(this.stage);
      if (left.length === 0) return;
      if (performance.now() > deadline)
        throw new Error(`not as desired after ${limit} ms: ${left.slice(0, 5).join("; ")}`);
      await delay(100);
    }
  }

  async leaderOf(cluster: string): Promise<Replica> {
    for (let tries = 0; tries < 200; tries += 1) {
      for (const replica of this.stage.replicas) {
        const metrics = replica.running ? await replica.metrics().catch(() => null) : null;
        if (metrics?.get(`secretariat_leader{cluster="${cluster}"}`) === 1) return replica;
      }
      await delay(50);
    }
    throw new Error(`nobody leads ${cluster}`);
  }

  /** What the log, the audit and the actors say. */
  async findings(): Promise<string[]> {
    const past = await readPast(this.stage.database.url);
    await this.owner.check();
    return [
      ...this.world.findings,
      ...checkChains(past, await readStatuses(this.stage.database.url)),
      ...checkTransactions(past, this.since),
      ...checkFencing(past, this.stage.replicas),
    ];
  }
}
