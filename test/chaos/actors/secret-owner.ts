import { NoAnswer, patiently, Refusal } from "../answers.js";
import type { Person } from "../stage/issuer.js";
import type { Random } from "../random.js";
import { type SecretAnswer, type SecretState, STATE_FIELDS, stateOf } from "../secret-state.js";
import { type Project, type World } from "../stage/world.js";

/** So many secrets of its own does a client have at most. */
const MOST = 12;

export interface OwnerOptions {
  name: string;
  person: Person;
  /** Null: an organization's secrets, assigned to some projects. */
  project: Project | null;
  keys: readonly string[];
}

/** A client with secrets of its own, which knows at every moment what must be there. */
export class SecretOwner {
  readonly #known = new Map<string, { name: string; state: SecretState }>();
  /** After an operation without an answer: one of these must be there at the end. */
  readonly #uncertain = new Map<string, { name: string; allowed: (SecretState | null)[] }>();
  acknowledged = 0;
  unanswered = 0;
  refused = 0;
  #serial = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly options: OwnerOptions,
  ) {}

  /** One random mutation. */
  async step(): Promise<void> {
    const { project } = this.options;
    const ids = [...this.#known.keys()];
    const few = ids.length < 3;
    const actions = project === null ? ["update", "assign", "unassign", "set", "set"] : ["update", "update"];
    const action = few
      ? "create"
      : this.random.pick([...actions, "update", "sync", "delete", ...(ids.length < MOST ? ["create"] : ["delete"])]);
    if (action === "create") return await this.#create();
    const id = this.random.pick(ids);
    const before = this.#known.get(id)?.state;
    if (before === undefined) return;
    const names = this.random.some([...this.world.projects.keys()], 0.5);
    const variables = { id, ids: names.map((name) => this.world.projects.get(name)?.id) };
    const assigning = "$id: ID!, $ids: [ID!]!";
    switch (action) {
      case "update": {
        const remoteKey = this.#key();
        const generation = before.generation + (remoteKey === before.remoteKey ? 0 : 1);
        return await this.#change(
          id,
          { ...before, remoteKey, generation },
          'updateSecret(input: { id: $id, expectedGeneration: $generation, data: [{ secretKey: "value", remoteKey: $remoteKey }] })',
          "$id: ID!, $remoteKey: String!, $generation: Int",
          { id, remoteKey, generation: this.random.next() < 0.5 ? before.generation : null },
        );
      }
      case "assign": {
        const projects = [...new Set([...before.projects, ...names])].sort();
        return await this.#change(
          id,
          { ...before, projects },
          "assignSecret(secretId: $id, projectIds: $ids)",
          assigning,
          variables,
        );
      }
      case "unassign": {
        const projects = before.projects.filter((name) => !names.includes(name));
        const going = before.projects.filter((name) => names.includes(name));
        return await this.#change(
          id,
          { ...before, projects },
          "unassignSecret(secretId: $id, projectIds: $ids)",
          assigning,
          {
            id,
            ids: going.map((name) => this.world.projects.get(name)?.id),
          },
        );
      }
      case "set":
        return await this.#change(
          id,
          { ...before, projects: [...names].sort() },
          "setSecretAssignments(secretId: $id, projectIds: $ids)",
          assigning,
          variables,
        );
      case "delete":
        return await this.#change(id, null, "deleteSecret(id: $id)", "$id: ID!", { id });
      default:
        return await this.#change(id, before, "syncSecret(id: $id)", "$id: ID!", { id });
    }
  }

  /** Now and then one that no backend has. */
  #key(): string {
    return this.random.next() < 0.05 ? `${this.options.keys[0] ?? ""}-missing` : this.random.pick(this.options.keys);
  }

  async #create(): Promise<void> {
    const { project, person } = this.options;
    this.#serial += 1;
    const name = `${this.options.name}-${this.#serial}`;
    const projects = project === null ? this.random.some([...this.world.projects.keys()], 0.5).sort() : [project.name];
    const state: SecretState = { generation: 1, remoteKey: this.#key(), projects };
    const input = {
      name,
      providerId: this.world.provider.id,
      data: [{ secretKey: "value", remoteKey: state.remoteKey }],
      ...(project === null
        ? { scope: "ORGANIZATION", projectIds: projects.map((each) => this.world.projects.get(each)?.id) }
        : { scope: "PROJECT", projectId: project.id }),
    };
    try {
      const { createSecret } = await this.world.api.ask<{ createSecret: { id: string } }>(
        person,
        "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }",
        { input },
      );
      this.acknowledged += 1;
      this.#known.set(createSecret.id, { name, state });
    } catch (error) {
      // It may be there, or come; nobody goes on with it.
      this.#failed(error, `create ${name}`, false);
    }
  }

  /** Takes over a secret that was made in another way. */
  know(id: string, name: string, state: SecretState): void {
    this.#known.set(id, { name, state });
  }

  async #change(
    id: string,
    after: SecretState | null,
    field: string,
    parameters: string,
    variables: Record<string, unknown>,
  ): Promise<void> {
    const known = this.#known.get(id);
    if (known === undefined) return;
    try {
      await this.world.api.ask(this.options.person, `mutation (${parameters}) { ${field} { id } }`, variables);
      this.acknowledged += 1;
      if (after === null) this.#known.delete(id);
      else this.#known.set(id, { ...known, state: after });
      if (after === null) this.#uncertain.set(id, { name: known.name, allowed: [null] });
    } catch (error) {
      // A forced sync that comes too soon, or to nobody, is refused as it should be.
      if (this.#failed(error, `${field} ${known.name}`, field.startsWith("syncSecret"))) return;
      this.#known.delete(id);
      this.#uncertain.set(id, { name: known.name, allowed: [known.state, after] });
    }
  }

  /** @returns whether it was refused */
  #failed(error: unknown, what: string, mayBeRefused: boolean): boolean {
    if (error instanceof Refusal) {
      this.refused += 1;
      if (!mayBeRefused) this.world.found(`REFUSED ${what}: ${error.message}`);
      return true;
    }
    if (!(error instanceof NoAnswer)) throw error;
    this.unanswered += 1;
    return false;
  }

  /** The database is as it was some time ago: what is there now is what must be there. */
  async relearn(): Promise<void> {
    this.#uncertain.clear();
    for (const [id, { name }] of this.#known) {
      const found = await this.#read(id);
      if (found === null) this.#known.delete(id);
      else this.#known.set(id, { name, state: found });
    }
  }

  /** Compares what must be there with what is. */
  async check(): Promise<void> {
    const say = (name: string, found: SecretState | null, allowed: (SecretState | null)[]): void => {
      const text = JSON.stringify(found);
      if (!allowed.some((state) => JSON.stringify(state) === text))
        this.world.found(
          `LOST ${name}: ${text} instead of ${allowed.map((state) => JSON.stringify(state)).join(" or ")}`,
        );
    };
    for (const [id, { name, state }] of this.#known) say(name, await this.#read(id), [state]);
    for (const [id, { name, allowed }] of this.#uncertain) say(name, await this.#read(id), allowed);
  }

  #read(id: string): Promise<SecretState | null> {
    return patiently(async () => {
      const { secret } = await this.world.api.ask<{ secret: SecretAnswer | null }>(
        this.options.person,
        `query ($id: ID!) { secret(id: $id) { ${STATE_FIELDS} } }`,
        { id },
      );
      return stateOf(secret);
    });
  }
}
