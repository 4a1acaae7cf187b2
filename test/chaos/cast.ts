import { setTimeout as delay } from "node:timers/promises";
import { Adopter, Mover, ProviderChanger } from "./actors/admins.js";
import { Churner } from "./actors/churner.js";
import { Foreigner, Squatter } from "./actors/foreigner.js";
import { Reader } from "./actors/reader.js";
import { SecretOwner } from "./actors/secret-owner.js";
import { Subscriber, type SubscriberOptions } from "./actors/subscriber.js";
import { Random } from "./random.js";
import { ADA, BEA, GRACE, KEYS, MOE, NOBODY, orgKey, projectKey, type World } from "./stage/world.js";

/** Everybody who does something in a run. */
export class Cast {
  readonly owners: SecretOwner[];
  readonly churner: Churner;
  readonly mover: Mover;
  readonly provider: ProviderChanger;
  readonly adopter: Adopter;
  readonly foreigner: Foreigner;
  readonly squatter: Squatter;
  readonly readers: Reader[];
  readonly subscribers: Subscriber[];
  readonly #loops: Promise<void>[] = [];
  #stopped = false;

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {
    const own = (): Random => new Random(random.next() * 2 ** 32);
    const keys = Array.from({ length: KEYS }, (_, i) => i);
    const organizations = [ADA, GRACE, ADA].map(
      (person, i) =>
        new SecretOwner(world, own(), { name: `o${i + 1}`, person, project: null, keys: keys.map(orgKey) }),
    );
    const members = [...world.projects.values()].map(
      (project) =>
        new SecretOwner(world, own(), {
          name: `of-${project.name}`,
          person: project.member,
          project,
          keys: keys.map((i) => projectKey(project.name, i)),
        }),
    );
    const adopted = new SecretOwner(world, own(), { name: "o4", person: GRACE, project: null, keys: keys.map(orgKey) });
    this.owners = [...organizations, ...members];
    this.churner = new Churner(world, own());
    this.mover = new Mover(world, own());
    this.provider = new ProviderChanger(world, own());
    this.adopter = new Adopter(world, own(), adopted);
    this.foreigner = new Foreigner(world, own());
    this.squatter = new Squatter(world, own());
    const people = [...world.projects.values()].map(({ member }) => member);
    this.readers = [...people, BEA, MOE, NOBODY, ADA].map((person) => new Reader(world, own(), person));
    const alpha = world.projects.get("prj-alpha")?.id ?? "";
    const all = { field: "transitions" } as const;
    const subscriptions: SubscriberOptions[] = [
      { person: ADA, topic: all, manner: "prompt" },
      { person: ADA, topic: all, manner: "slow" },
      { person: GRACE, topic: all, manner: "stalled" },
      { person: GRACE, topic: { field: "assignmentStatusChanged", projectId: alpha }, manner: "prompt" },
      { person: ADA, topic: { field: "secretStatusChanged" }, manner: "prompt" },
      { person: ADA, topic: { field: "providerStatusChanged" }, manner: "prompt" },
      { person: BEA, topic: all, manner: "slow" },
      { person: BEA, topic: { field: "assignmentStatusChanged" }, manner: "prompt" },
      { person: MOE, topic: all, manner: "prompt" },
      { person: NOBODY, topic: all, manner: "prompt" },
      ...people.map((person) => ({ person, topic: all, manner: "prompt" as const })),
    ];
    this.subscribers = subscriptions.map((options) => new Subscriber(world, own(), options));
  }

  start(): void {
    for (const subscriber of this.subscribers) subscriber.start();
    for (const owner of this.owners) this.#loop(owner, 60, 300);
    this.#loop(this.churner, 500, 2_500);
    this.#loop(this.mover, 500, 3_000);
    this.#loop(this.provider, 8_000, 20_000);
    this.#loop(this.adopter, 3_000, 8_000);
    this.#loop(this.foreigner, 1_500, 5_000);
    this.#loop(this.squatter, 8_000, 15_000);
    for (const reader of this.readers) this.#loop(reader, 500, 2_500);
    this.#loop({ step: async () => this.random.pick(this.subscribers).cut() }, 1_000, 6_000);
  }

  #loop(actor: { step(): Promise<void> }, least: number, most: number): void {
    const act = async (): Promise<void> => {
      while (!this.#stopped) {
        await delay(this.random.between(least, most));
        if (this.#stopped) return;
        // Nobody is there to be asked; to count refused connections tells nothing.
        if (!this.world.stage.replicas.some((replica) => replica.running)) continue;
        try {
          await this.world.gate.pass(() => actor.step());
        } catch (error) {
          this.world.found(
            `ACTOR ${actor.constructor.name}: ${error instanceof Error ? error.message : String(error)}`,
          );
        }
      }
    };
    this.#loops.push(act());
  }

  /** Nobody does anything any more but listen. */
  async rest(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  /** The database is as it was some time ago. */
  async relearn(): Promise<void> {
    for (const owner of this.owners) await owner.relearn();
    await this.churner.relearn();
    this.mover.relearn();
  }

  /** Mutations that were acknowledged, went without an answer, or were refused. */
  get operations(): { acknowledged: number; unanswered: number; refused: number; reads: number } {
    const sum = (of: (owner: SecretOwner) => number): number => this.owners.reduce((all, owner) => all + of(owner), 0);
    const others = [this.churner, this.mover, this.provider, this.adopter];
    return {
      acknowledged: sum(({ acknowledged }) => acknowledged) + others.reduce((all, one) => all + one.acknowledged, 0),
      unanswered: sum(({ unanswered }) => unanswered),
      refused: sum(({ refused }) => refused),
      reads: this.readers.reduce((all, { reads }) => all + reads, 0),
    };
  }
}
