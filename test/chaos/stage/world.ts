import { setTimeout as delay } from "node:timers/promises";
import { patiently } from "../answers.js";
import { Random } from "../random.js";
import { Api } from "./api.js";
import { Gate } from "./gate.js";
import type { Person } from "./issuer.js";
import type { Stage } from "./stage.js";

export const ADA: Person = { subject: "ada", admin: true };
export const GRACE: Person = { subject: "grace", admin: true };
/** Member of two projects by hand, all the time. */
export const BEA: Person = { subject: "bea" };
/** Member now of this and now of that. */
export const MOE: Person = { subject: "moe" };
/** Member of nothing. */
export const NOBODY: Person = { subject: "nobody", groups: ["prj-nothing"] };

export interface Project {
  name: string;
  id: string;
  cluster: string;
  /** Member by group. */
  member: Person;
}

/** Keys that each cluster's backend has. */
export const KEYS = 20;
export const orgKey = (i: number): string => `team-a/key-${i}`;
export const projectKey = (project: string, i: number): string => `projects/${project}/key-${i}`;
/** What stands at a key. */
const valueAt = (key: string): string => `the value at ${key}`;
/** The same as the operator writes it: what Vault holds is always a map. */
export const nativeValueAt = (key: string): string => JSON.stringify({ value: valueAt(key) });

export const VAULT = {
  server: "https://vault.example.com",
  path: "secret",
  auth: { tokenSecretRef: { name: "vault", namespace: "platform", key: "token" } },
};

const PROJECTS = [
  ["prj-alpha", "berlin"],
  ["prj-beta", "berlin"],
  ["prj-gamma", "oslo"],
  ["prj-delta", "oslo"],
] as const;
/** Those that Bea is a member of. */
export const BEAS: readonly string[] = ["prj-beta", "prj-gamma"];
/** Those that Moe comes to and goes from. */
export const MOES: readonly string[] = ["prj-alpha", "prj-gamma"];

/** What all actors know. */
export class World {
  readonly projects = new Map<string, Project>();
  readonly gate = new Gate();
  readonly api: Api;
  /** The organization's provider that everything uses. */
  provider = { id: "", name: "main-vault" };
  clusterIds = new Map<string, string>();
  /** What went wrong, as whoever saw it says. */
  readonly findings: string[] = [];
  stopped = false;
  /** Nobody but the product writes into clusters now. */
  handsOff = false;
  /** When every name led to the other cluster, milliseconds since 1970. */
  readonly swaps: [number, number][] = [];
  /** When the database was last restored, on the monotonic clock; null: never. */
  restoredAt: number | null = null;
  /** How often the database was restored. */
  restores = 0;

  constructor(
    readonly stage: Stage,
    readonly random: Random,
  ) {
    this.api = new Api(stage.replicas, stage.issuer, new Random(random.next() * 2 ** 32));
  }

  found(what: string): void {
    this.findings.push(what);
  }

  /** Projects, provider, members and values that the run begins with. */
  async prepare(): Promise<void> {
    for (const cluster of this.stage.clusters) {
      for (let i = 0; i < KEYS; i += 1) {
        for (const key of [orgKey(i), ...PROJECTS.map(([name]) => projectKey(name, i))])
          await cluster.do({ do: "value", key, value: valueAt(key) });
      }
    }
    const { clusters } = await this.#until<{ clusters: { id: string; name: string; status: string }[] }>(
      "{ clusters { id name status } }",
      ({ clusters: all }) => all.every(({ status }) => status === "CONNECTED"),
    );
    this.clusterIds = new Map(clusters.map(({ id, name }) => [name, id]));
    for (const [name, cluster] of PROJECTS) {
      const { createProject } = await this.api.ask<{ createProject: { id: string } }>(
        ADA,
        "mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }",
        { input: { name, description: "", clusterId: this.clusterIds.get(cluster) } },
      );
      const member = { subject: `m-${name.slice(4)}`, groups: [name] };
      this.projects.set(name, { name, id: createProject.id, cluster, member });
    }
    for (const name of BEAS) {
      await this.api.ask(
        ADA,
        "mutation ($id: ID!, $subjects: [String!]!) { addProjectMembers(projectId: $id, subjects: $subjects) { id } }",
        { id: this.projects.get(name)?.id, subjects: [BEA.subject] },
      );
    }
    const { createProvider } = await this.api.ask<{ createProvider: { id: string } }>(
      ADA,
      "mutation ($input: CreateProviderInput!) { createProvider(input: $input) { id } }",
      { input: { name: this.provider.name, vault: VAULT, projectKeyPrefix: "projects/{project}/" } },
    );
    this.provider = { ...this.provider, id: createProvider.id };
    await this.#until<{ projects: { nodes: { status: string }[] } }>("{ projects { nodes { status } } }", (answer) =>
      answer.projects.nodes.every(({ status }) => status === "READY"),
    );
  }

  async #until<T>(query: string, done: (answer: T) => boolean): Promise<T> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const answer = await patiently(() => this.api.ask<T>(ADA, query));
      if (done(answer)) return answer;
      if (performance.now() > deadline)
        throw new Error(`not as it should be within a minute: ${JSON.stringify(answer)}`);
      await delay(100);
    }
  }
}
