import { type Body, dataOf, NoAnswer, patiently, Refusal } from "./answers.js";
import type { Random } from "./random.js";
import { type SecretAnswer, type SecretState, STATE_FIELDS, stateOf } from "./secret-state.js";

/** Sends one operation. @throws NoAnswer, Refusal */
export async function ask<T>(url: string, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  return dataOf(await answerOf(url, query, variables)) as T; // oxlint-disable-line typescript/no-unsafe-type-assertion -- the caller knows what was asked for
}

async function answerOf(url: string, query: string, variables: Record<string, unknown>): Promise<Body> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(20_000),
    });
    const body: Body = JSON.parse(await response.text()); // oxlint-disable-line typescript/no-unsafe-assignment -- the shape is GraphQL's, and what is in `data` the caller's operation
    return body;
  } catch (error) {
    throw new NoAnswer("no answer", { cause: error });
  }
}

interface Setting {
  url: string;
  providerId: string;
  projects: ReadonlyMap<string, string>;
}

/** One client with secrets of its own, which knows at every moment what must be there. */
export class ChaosClient {
  /** By id. */
  readonly secrets = new Map<string, { name: string; state: SecretState }>();
  readonly violations: string[] = [];
  acknowledged = 0;
  unanswered = 0;
  #serial = 0;

  constructor(
    private readonly name: string,
    private readonly setting: Setting,
    private readonly random: Random,
  ) {}

  /** One random mutation, and the check of what became of it. */
  async step(): Promise<void> {
    const known = [...this.secrets.keys()];
    const action =
      known.length < 3
        ? "create"
        : this.random.pick(["create", "update", "update", "assign", "unassign", "set", "set", "delete", "sync"]);
    if (action === "create") return await this.#create();
    const id = this.random.pick(known);
    const secret = this.secrets.get(id);
    if (secret === undefined) return;
    const before = secret.state;
    const names = [...this.setting.projects.keys()];
    const chosen = this.random.some(names, 0.4);
    const ids = chosen.map((project) => this.setting.projects.get(project));
    switch (action) {
      case "update": {
        const remoteKey = `team-a/key-${Math.floor(this.random.next() * 20)}`;
        const changed = remoteKey !== before.remoteKey;
        const after = { ...before, remoteKey, generation: before.generation + (changed ? 1 : 0) };
        return await this.#change(
          id,
          before,
          after,
          'updateSecret(input: { id: $id, data: [{ secretKey: "value", remoteKey: $remoteKey }] })',
          "$id: ID!, $remoteKey: String!",
          { id, remoteKey },
        );
      }
      case "assign":
        return await this.#change(
          id,
          before,
          { ...before, projects: [...new Set([...before.projects, ...chosen])].sort() },
          "assignSecret(secretId: $id, projectIds: $ids)",
          "$id: ID!, $ids: [ID!]!",
          { id, ids },
        );
      case "unassign": {
        const going = before.projects.filter((project) => chosen.includes(project));
        return await this.#change(
          id,
          before,
          { ...before, projects: before.projects.filter((project) => !going.includes(project)) },
          "unassignSecret(secretId: $id, projectIds: $ids)",
          "$id: ID!, $ids: [ID!]!",
          { id, ids: going.map((project) => this.setting.projects.get(project)) },
        );
      }
      case "set":
        return await this.#change(
          id,
          before,
          { ...before, projects: [...chosen].sort() },
          "setSecretAssignments(secretId: $id, projectIds: $ids)",
          "$id: ID!, $ids: [ID!]!",
          { id, ids },
        );
      case "delete":
        return await this.#change(id, before, null, "deleteSecret(id: $id)", "$id: ID!", { id });
      default:
        return await this.#change(id, before, before, "syncSecret(id: $id)", "$id: ID!", { id });
    }
  }

  async #create(): Promise<void> {
    this.#serial += 1;
    const name = `${this.name}-${this.#serial}`;
    const projects = this.random.some([...this.setting.projects.keys()], 0.4).sort();
    const after: SecretState = { generation: 1, remoteKey: "team-a/key-0", projects };
    const variables = {
      name,
      providerId: this.setting.providerId,
      ids: projects.map((project) => this.setting.projects.get(project)),
    };
    try {
      const { createSecret } = await ask<{ createSecret: { id: string } }>(
        this.setting.url,
        'mutation ($name: String!, $providerId: ID!, $ids: [ID!]) { createSecret(input: { name: $name, scope: ORGANIZATION, providerId: $providerId, projectIds: $ids, data: [{ secretKey: "value", remoteKey: "team-a/key-0" }] }) { id } }',
        variables,
      );
      this.acknowledged += 1;
      this.secrets.set(createSecret.id, { name, state: after });
    } catch (error) {
      if (error instanceof Refusal) return void this.violations.push(`create ${name}: refused with ${error.code}`);
      if (!(error instanceof NoAnswer)) throw error;
      this.unanswered += 1;
      const found = await this.#readByName(name);
      if (found === null) return;
      this.#compare(`create ${name}`, found.state, [after]);
      if (found.state !== null) this.secrets.set(found.id, { name, state: found.state });
    }
  }

  async #change(
    id: string,
    before: SecretState,
    after: SecretState | null,
    field: string,
    parameters: string,
    variables: Record<string, unknown>,
  ): Promise<void> {
    const name = this.secrets.get(id)?.name ?? id;
    try {
      await ask(this.setting.url, `mutation (${parameters}) { ${field} { id } }`, variables);
      this.acknowledged += 1;
      this.#remember(id, name, after);
    } catch (error) {
      // A forced sync that comes too soon, or to nobody, is refused as it should be.
      if (error instanceof Refusal) {
        if (!field.startsWith("syncSecret")) this.violations.push(`${field} ${name}: refused with ${error.code}`);
        return;
      }
      if (!(error instanceof NoAnswer)) throw error;
      this.unanswered += 1;
      const found = await this.read(id);
      this.#compare(`${field} ${name}`, found, [before, after]);
      this.#remember(id, name, found);
    }
  }

  /** What the API says of a secret now; waits until it says something. */
  async read(id: string): Promise<SecretState | null> {
    return await patiently(async () => {
      const { secret } = await ask<{ secret: SecretAnswer | null }>(
        this.setting.url,
        `query ($id: ID!) { secret(id: $id) { ${STATE_FIELDS} } }`,
        { id },
      );
      return stateOf(secret);
    }, 60_000);
  }

  async #readByName(name: string): Promise<{ id: string; state: SecretState | null } | null> {
    return await patiently(async () => {
      const { secrets } = await ask<{ secrets: { nodes: (SecretAnswer & { name: string })[] } }>(
        this.setting.url,
        `query ($name: String!) { secrets(first: 100, filter: { search: $name }) { nodes { name ${STATE_FIELDS} } } }`,
        { name },
      );
      const found = secrets.nodes.find((node) => node.name === name);
      return found === undefined ? null : { id: found.id, state: stateOf(found) };
    }, 60_000);
  }

  #remember(id: string, name: string, state: SecretState | null): void {
    if (state === null) this.secrets.delete(id);
    else this.secrets.set(id, { name, state });
  }

  #compare(what: string, found: SecretState | null, allowed: (SecretState | null)[]): void {
    const text = JSON.stringify(found);
    if (!allowed.some((state) => JSON.stringify(state) === text))
      this.violations.push(`${what}: found ${text}, allowed ${JSON.stringify(allowed)}`);
  }
}
