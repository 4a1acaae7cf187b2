import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "graphql-ws";
import { inject } from "vitest";
import { startSimulator, type Simulator } from "../../../src/dev/simulator/index.js";
import { ApiClient, gather, type Received } from "../../support/client.js";
import { eventually } from "../../support/eventually.js";
import { createTestDatabase } from "../../support/postgres.js";
import { TRANSITION, unique, type NamedId, type ThingSeen, type TransitionSeen } from "../../support/scene.js";
import { Product } from "./product.js";

export interface AssignmentNow {
  id: string;
  status: string;
  reason: string | null;
  message: string | null;
  desiredGeneration: number;
  syncedGeneration: number | null;
  refreshedAt: string | null;
  project: NamedId;
}
export interface ProviderNow extends ThingSeen {
  name: string;
  storeName: string;
  targets: { status: string; reason: string | null; message: string | null }[];
}

const ASSIGNMENT = "id status reason message desiredGeneration syncedGeneration refreshedAt project { id name }";
/** A busy machine, and an operator that backs off: longer than the quick tests' limit. */
const LIMIT = 60_000;

export interface DeskOptions {
  /** Another kubeconfig than that of the deployed role. */
  kubeconfig?: string;
  env?: Readonly<Record<string, string>>;
  /** Runs on a simulated cluster instead: to compare. */
  simulated?: boolean;
}

/** A running product on the cluster, and an admin at its API. */
export class Desk {
  readonly #ends: (() => Promise<void> | void)[] = [];
  #clusterId = "";
  #admin: ApiClient | null = null;
  #socket: Client | null = null;

  private constructor(
    readonly product: Product,
    readonly simulator: Simulator | null,
  ) {}

  static async start(options: DeskOptions = {}): Promise<Desk> {
    const { directory, kubeconfig } = inject("e2e");
    const simulator = options.simulated === true ? await startSimulator({ clusters: ["real"] }) : null;
    const folder = mkdtempSync(join(directory, "desk-"));
    const database = await createTestDatabase();
    let config = options.kubeconfig ?? kubeconfig;
    if (simulator !== null) {
      config = join(folder, "kubeconfig");
      writeFileSync(config, simulator.kubeconfig(), { mode: 0o600 });
    }
    const product = new Product({
      databaseUrl: database.url,
      kubeconfig: config,
      contexts: "real",
      directory,
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const desk = new Desk(product, simulator);
    desk.#ends.push(
      () => rmSync(folder, { recursive: true, force: true }),
      () => database.drop(),
      () => simulator?.stop(),
      () => product.stop(),
    );
    try {
      await product.start();
      await desk.#open();
    } catch (error) {
      await desk.stop();
      throw error;
    }
    return desk;
  }

  async #open(): Promise<void> {
    this.#admin = await ApiClient.of(this.product.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    this.#socket = this.#admin.socket();
    const { clusters } = await this.#admin.ask<{ clusters: NamedId[] }>("{ clusters { id name } }");
    this.#clusterId = clusters[0]?.id ?? "";
  }

  get admin(): ApiClient {
    if (this.#admin === null) throw new Error("the desk is not open");
    return this.#admin;
  }
  get socket(): Client {
    if (this.#socket === null) throw new Error("the desk is not open");
    return this.#socket;
  }

  person(subject: string, groups: readonly string[]): Promise<ApiClient> {
    return ApiClient.of(this.product.url, { subject, groups: [...groups] });
  }

  async stop(): Promise<void> {
    await this.#socket?.dispose();
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  /** Waits until the cluster is connected. */
  async untilConnected(): Promise<void> {
    await this.until<ThingSeen>(
      "cluster(id: $id) { id status statusReason }",
      this.#clusterId,
      ({ status }) => status === "CONNECTED",
    );
  }

  /** Sends a mutation that must succeed. @param call with its arguments and selection */
  async mutate<T>(call: string, types: string, variables: Record<string, unknown>): Promise<T> {
    const data = await this.admin.ask<{ result: T }>(`mutation (${types}) { result: ${call} }`, variables);
    return data.result;
  }

  createProject(name = unique("e2e")): Promise<NamedId> {
    return this.mutate("createProject(input: $input) { id name }", "$input: CreateProjectInput!", {
      input: { name, description: "" },
    });
  }

  async project(name?: string): Promise<NamedId> {
    const project = await this.createProject(name);
    await this.untilThing("project", project.id, "READY");
    return project;
  }

  createProvider(input: Record<string, unknown>): Promise<NamedId> {
    return this.mutate("createProvider(input: $input) { id name }", "$input: CreateProviderInput!", {
      input: { name: unique("e2e"), scope: "ORGANIZATION", ...input },
    });
  }

  async provider(input: Record<string, unknown>): Promise<NamedId> {
    const provider = await this.createProvider(input);
    await this.untilThing("provider", provider.id, "READY");
    return provider;
  }

  /** An organization's secret, assigned at once to these projects. */
  secret(provider: NamedId, projects: readonly NamedId[], input: Record<string, unknown>): Promise<NamedId> {
    return this.mutate("createSecret(input: $input) { id name }", "$input: CreateSecretInput!", {
      input: {
        name: unique("secret"),
        scope: "ORGANIZATION",
        providerId: provider.id,
        projectIds: projects.map(({ id }) => id),
        ...input,
      },
    });
  }

  async assignments(secretId: string): Promise<AssignmentNow[]> {
    const { secret } = await this.admin.ask<{ secret: { assignments: { nodes: AssignmentNow[] } } | null }>(
      `query ($id: ID!) { secret(id: $id) { assignments(first: 500) { nodes { ${ASSIGNMENT} } } } }`,
      { id: secretId },
    );
    return secret?.assignments.nodes ?? [];
  }

  /** Waits until the secret's first assignment is as it is wanted. */
  async untilAssignment(
    secretId: string,
    wanted: (assignment: AssignmentNow) => boolean,
    limit = LIMIT,
  ): Promise<AssignmentNow> {
    let last: AssignmentNow | undefined;
    return eventually(async () => {
      [last] = await this.assignments(secretId);
      return last !== undefined && wanted(last) && last;
    }, limit).catch((error: unknown) => {
      throw new Error(`the assignment is ${JSON.stringify(last)}`, { cause: error });
    });
  }

  untilStatus(secretId: string, status: string, limit = LIMIT): Promise<AssignmentNow> {
    return this.untilAssignment(secretId, (assignment) => assignment.status === status, limit);
  }

  untilThing(kind: "secret" | "project" | "provider", id: string, status: string, limit = LIMIT): Promise<ThingSeen> {
    return this.until<ThingSeen>(
      `${kind}(id: $id) { id status statusReason }`,
      id,
      (thing) => thing.status === status,
      limit,
    );
  }

  providerNow(id: string): Promise<ProviderNow | null> {
    return this.thing<ProviderNow>(
      "provider(id: $id) { id name storeName status statusReason targets { status reason message } }",
      id,
    );
  }

  async untilGone(kind: "secret" | "project" | "provider", id: string, limit = LIMIT): Promise<void> {
    await eventually(async () => (await this.thing(`${kind}(id: $id) { id }`, id)) === null, limit);
  }

  /** Where the stream stands now. */
  async cursor(): Promise<string> {
    return (await this.admin.ask<{ transitionCursor: string }>("{ transitionCursor }")).transitionCursor;
  }

  /** Subscribes to all transitions after a place. */
  transitions(since: string | null): Received<TransitionSeen> {
    const query = `subscription ($since: String) { transitions(since: $since) { ${TRANSITION} } }`;
    return gather(this.socket, query, "transitions", { since });
  }

  async thing<T>(field: string, id: string): Promise<T | null> {
    return (await this.admin.ask<{ thing: T | null }>(`query ($id: ID!) { thing: ${field} }`, { id })).thing;
  }

  async until<T>(field: string, id: string, wanted: (thing: T) => boolean, limit = LIMIT): Promise<T> {
    let last: T | null = null;
    return eventually(async () => {
      last = await this.thing<T>(field, id);
      return last !== null && wanted(last) && last;
    }, limit).catch((error: unknown) => {
      throw new Error(`it is ${JSON.stringify(last)}\n${this.product.tail()}`, { cause: error });
    });
  }
}
