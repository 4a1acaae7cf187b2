import { setTimeout as delay } from "node:timers/promises";
import type { Stage } from "../stage/stage.js";

const MiB = 1024 * 1024;
/** What a replica may have more at the end than at the beginning, in MiB: caches, and what V8 keeps for itself. */
const MORE_MEMORY = 200;
/** DATABASE_POOL_SIZE and the connection that listens. */
const MOST_CONNECTIONS = 11;
const PATIENCE = 30_000;

/** Memory and connections come back to where they were. */
export class Resources {
  /** For the summary. */
  readonly told: string[] = [];

  private constructor(
    private readonly stage: Stage,
    private readonly memory: number,
    private readonly watches: ReadonlyMap<string, number>,
  ) {}

  static async before(stage: Stage): Promise<Resources> {
    const all = await Promise.all(stage.replicas.map((replica) => replica.metrics()));
    const memory = Math.max(...all.map((metrics) => memoryOf(metrics)));
    const watches = new Map<string, number>();
    for (const cluster of stage.clusters) watches.set(cluster.name, (await cluster.state()).watches);
    return new Resources(stage, memory, watches);
  }

  /** Everybody has gone. */
  async compare(): Promise<string[]> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const findings = await this.#look();
      if (findings.length === 0 || performance.now() > deadline) return findings;
      await delay(1_000);
    }
  }

  async #look(): Promise<string[]> {
    const findings: string[] = [];
    this.told.length = 0;
    for (const replica of this.stage.replicas) {
      const metrics = await replica.metrics();
      const memory = memoryOf(metrics);
      const { connections } = replica.proxy;
      const subscriptions = metrics.get("secretariat_subscriptions") ?? -1;
      const sockets = metrics.get("secretariat_websocket_connections") ?? 0;
      this.told.push(
        `${replica.name}: ${Math.round(memory)} MiB, ${connections} to the database, ${subscriptions} subscriptions`,
      );
      if (memory > this.memory + MORE_MEMORY)
        findings.push(`MEMORY of ${replica.name}: ${Math.round(memory)} MiB after ${Math.round(this.memory)}`);
      if (connections > MOST_CONNECTIONS)
        findings.push(`CONNECTIONS of ${replica.name} to the database: ${connections}`);
      if (subscriptions !== 0) findings.push(`SUBSCRIPTIONS of ${replica.name}: ${subscriptions}, and nobody is there`);
      if (sockets !== 0) findings.push(`SOCKETS of ${replica.name}: ${sockets}, and nobody is there`);
    }
    for (const cluster of this.stage.clusters) {
      const { watches } = await cluster.state();
      if (watches !== this.watches.get(cluster.name))
        findings.push(`WATCHES of ${cluster.name}: ${watches} instead of ${this.watches.get(cluster.name)}`);
    }
    return findings;
  }
}

const memoryOf = (metrics: ReadonlyMap<string, number>): number =>
  (metrics.get("process_resident_memory_bytes") ?? 0) / MiB;
