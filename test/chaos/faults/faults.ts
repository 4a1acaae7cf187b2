import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random.js";
import type { Replica } from "../stage/replica.js";
import { clusterFaults } from "./cluster-faults.js";
import { restore, swapContexts } from "./disasters.js";
import type { Fault, FaultContext } from "./fault.js";

async function leaders({ world }: FaultContext): Promise<Replica[]> {
  const found = await Promise.all(
    world.stage.replicas.map(async (replica) => {
      const metrics = replica.running ? await replica.metrics().catch(() => null) : null;
      const leads = [...(metrics ?? [])].some(([name, value]) => name.startsWith("secretariat_leader{") && value === 1);
      return leads ? [replica] : [];
    }),
  );
  return found.flat();
}

/** Somebody who leads, most often. */
async function victim(context: FaultContext): Promise<Replica> {
  const leading = context.random.next() < 0.7 ? await leaders(context) : [];
  const running = context.world.stage.replicas.filter((replica) => replica.running);
  return context.random.pick(
    leading.length > 0 ? leading : running.length > 0 ? running : context.world.stage.replicas,
  );
}

/** Its clock is another at each start, by up to ten minutes. */
function shiftClock(replica: Replica, random: Random): void {
  replica.extra = { CHAOS_CLOCK_SHIFT: String(Math.round(random.between(-600_000, 600_000))) };
}

async function pause(context: FaultContext, milliseconds: number): Promise<void> {
  const replica = await victim(context);
  replica.pause();
  try {
    await delay(milliseconds);
  } finally {
    replica.resume();
  }
}

const PROCESS_FAULTS: Fault[] = [
  {
    name: "kill -9",
    weight: 5,
    async strike(context) {
      const replica = await victim(context);
      await replica.kill();
      await delay(context.random.between(0, 3_000));
      shiftClock(replica, context.random);
      await replica.start();
    },
  },
  {
    name: "SIGTERM and another start",
    weight: 2,
    async strike(context) {
      const replica = await victim(context);
      await replica.terminate();
      shiftClock(replica, context.random);
      await replica.start();
    },
  },
  {
    name: "SIGSTOP past the takeover",
    weight: 3,
    strike: (context) => pause(context, context.random.between(8_000, 12_000)),
  },
  { name: "SIGSTOP for a moment", weight: 3, strike: (context) => pause(context, context.random.between(500, 4_000)) },
];

const DATABASE_FAULTS: Fault[] = [
  {
    name: "database restart",
    weight: 1,
    alone: true,
    strike: ({ world, random }) => world.stage.database.restart("fast", random.between(0, 3_000)),
  },
  {
    name: "database killed",
    weight: 1,
    alone: true,
    strike: ({ world, random }) => world.stage.database.restart("crash", random.between(0, 1_000)),
  },
  {
    name: "database connections cut",
    weight: 4,
    strike: async ({ world, random }) => {
      const all = random.next() < 0.3;
      for (const { proxy } of all ? world.stage.replicas : [random.pick(world.stage.replicas)]) proxy.cut();
      await delay(100);
    },
  },
  {
    name: "database out of reach of a replica",
    weight: 2,
    strike: async ({ world, random }) => {
      const { proxy } = random.pick(world.stage.replicas);
      proxy.refuse(true);
      await delay(random.between(1_000, 9_000));
      proxy.refuse(false);
    },
  },
  {
    name: "database slow",
    weight: 4,
    strike: async ({ world, random }) => {
      const { proxy } = random.pick(world.stage.replicas);
      proxy.slow(random.between(5, 60));
      await delay(random.between(3_000, 10_000));
      proxy.slow(0);
    },
  },
  {
    name: "database silent",
    weight: 1,
    strike: async ({ world, random }) => {
      const { proxy } = random.pick(world.stage.replicas);
      const speak = proxy.silence();
      await delay(random.between(1_000, 9_000));
      if (random.next() < 0.5) proxy.cut();
      speak();
    },
  },
  { name: "database backed up", weight: 1, alone: true, strike: ({ world }) => world.stage.database.backUp() },
  { name: "database restored", weight: 1, alone: true, strike: restore },
];

/** All faults that there are, by name. */
export const FAULTS: readonly Fault[] = [
  ...PROCESS_FAULTS,
  ...DATABASE_FAULTS,
  ...clusterFaults,
  { name: "contexts swapped", weight: 1, alone: true, strike: swapContexts },
];

/** Lets faults come in an order that the seed gives, at most two at a time, until it is stopped. */
export class FaultSchedule {
  /** How often each came. */
  readonly counts = new Map<string, number>();
  #stopped = false;
  #under: Promise<void>[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: FaultContext,
    private readonly faults: readonly Fault[],
    /** Milliseconds between two faults. */
    private readonly pace: readonly [number, number],
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  /** No more faults come; resolves when those under way are over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#under);
  }

  async #run(): Promise<void> {
    const { random } = this.context;
    while (!this.#stopped) {
      await delay(random.between(...this.pace));
      if (this.#stopped) return;
      const fault = this.#next();
      if (fault.alone === true) await Promise.all(this.#under);
      while (this.#under.length >= 2) await Promise.race(this.#under);
      this.counts.set(fault.name, (this.counts.get(fault.name) ?? 0) + 1);
      const struck: Promise<void> = this.#strike(fault).finally(() => {
        this.#under = this.#under.filter((each) => each !== struck);
      });
      this.#under.push(struck);
      if (fault.alone === true) await struck;
    }
  }

  async #strike(fault: Fault): Promise<void> {
    try {
      await fault.strike(this.context);
    } catch (error) {
      this.context.world.found(`FAULT ${fault.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The first time each kind comes once, so that a short run has all; afterwards by weight. */
  #next(): Fault {
    const { random } = this.context;
    const fresh = this.faults.filter(({ name }) => !this.counts.has(name));
    if (fresh.length > 0 && random.next() < 0.7) return random.pick(fresh);
    let left = random.next() * this.faults.reduce((sum, { weight }) => sum + weight, 0);
    for (const fault of this.faults) {
      left -= fault.weight;
      if (left < 0) return fault;
    }
    return random.pick(this.faults);
  }
}
