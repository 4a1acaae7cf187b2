import { NoAnswer, Refusal } from "../answers.js";
import type { Random } from "../random.js";
import { ADA, GRACE, MOE, MOES, orgKey, VAULT, type World } from "../stage/world.js";
import type { SecretOwner } from "./secret-owner.js";

/** Lets one person come to and go from projects. */
export class Mover {
  acknowledged = 0;
  #member = new Set<string>();
  /** When Moe's being a member is not known: between asking and being answered, and after no answer. */
  readonly unsure = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  async step(): Promise<void> {
    const name = this.random.pick(MOES);
    const id = this.world.projects.get(name)?.id;
    const joins = !this.#member.has(name);
    const field = joins ? "addProjectMembers" : "removeProjectMembers";
    try {
      await this.world.api.ask(
        ADA,
        `mutation ($id: ID!, $subjects: [String!]!) { ${field}(projectId: $id, subjects: $subjects) { id } }`,
        { id, subjects: [MOE.subject] },
      );
      this.acknowledged += 1;
      if (joins) this.#member.add(name);
      else this.#member.delete(name);
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    }
  }

  relearn(): void {
    this.#member = new Set();
  }
}

/** Changes the organization's provider to and fro. */
export class ProviderChanger {
  acknowledged = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {}

  async step(): Promise<void> {
    const server = this.random.pick(["https://vault.example.com", "https://vault-2.example.com"]);
    try {
      await this.world.api.ask(
        GRACE,
        "mutation ($input: UpdateProviderInput!) { updateProvider(input: $input) { id } }",
        { input: { id: this.world.provider.id, vault: { ...VAULT, server } } },
      );
      this.acknowledged += 1;
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    }
  }
}

/** Somebody writes ExternalSecrets by hand; an admin takes them over. */
export class Adopter {
  acknowledged = 0;
  #serial = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly owner: SecretOwner,
  ) {}

  async step(): Promise<void> {
    if (this.world.handsOff) return;
    this.#serial += 1;
    const project = this.random.pick([...this.world.projects.values()]);
    const name = `byhand-${this.#serial}`;
    const remoteKey = orgKey(this.#serial % 10);
    try {
      await this.world.stage.cluster(project.cluster).do({
        do: "write",
        as: "create",
        manager: "kubectl",
        object: byHand(project.name, name, this.world.provider.name, remoteKey),
      });
      const { adoptExternalSecrets: adopted } = await this.world.api.ask<{ adoptExternalSecrets: { id: string }[] }>(
        GRACE,
        "mutation ($id: ID!, $names: [String!]) { adoptExternalSecrets(projectId: $id, names: $names) { id } }",
        { id: project.id, names: [name] },
      );
      this.acknowledged += 1;
      const id = adopted[0]?.id;
      if (id !== undefined && this.random.next() < 0.7)
        this.owner.know(id, name, { generation: 1, remoteKey, projects: [project.name] });
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof NoAnswer)) throw error;
    }
  }
}

/** An ExternalSecret as somebody else writes it. */
export function byHand(namespace: string, name: string, store: string, key: string): Record<string, unknown> {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace, labels: { "chaos.example.com/by": "hand" } },
    spec: {
      refreshInterval: "1h0m0s",
      secretStoreRef: { name: store, kind: "ClusterSecretStore" },
      target: { name, template: { metadata: {} } },
      data: [{ secretKey: "value", remoteRef: { key } }],
    },
  };
}
