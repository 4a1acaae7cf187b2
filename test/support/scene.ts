import { randomUUID } from "node:crypto";
import type { Client } from "graphql-ws";
import type { JsonObject } from "../../src/dev/simulator/index.js";
import { startTestApp, type TestApp, type TestAppOptions } from "./app.js";
import { ApiClient, gather, type Received } from "./client.js";
import { eventually } from "./eventually.js";
import { at, objectOf, type Place } from "./kubernetes.js";

/** A transition as the tests ask for it. */
export interface TransitionSeen {
  id: string;
  cursor: string;
  subject: string;
  subjectId: string;
  from: string | null;
  to: string | null;
  reason: string | null;
  message: string | null;
  actor: string;
}
export interface AssignmentSeen {
  id: string;
  status: string;
  reason: string | null;
  message: string | null;
  desiredGeneration: number;
  syncedGeneration: number | null;
  refreshedAt: string | null;
  externalSecret: { uid: string | null; manifest: string } | null;
  secret: { id: string; name: string; status: string; statusReason: string | null };
  project: { id: string; name: string };
}
export interface ThingSeen {
  id: string;
  status: string;
  statusReason: string | null;
}
export interface ProviderSeen extends ThingSeen {
  targets: { cluster: { name: string }; status: string; reason: string | null; message: string | null }[];
}
export interface NamedId {
  id: string;
  name: string;
}

export const TRANSITION = "id cursor subject subjectId from to reason message actor";
const ASSIGNMENT =
  "id status reason message desiredGeneration syncedGeneration refreshedAt externalSecret { uid manifest } secret { id name status statusReason } project { id name }";
const THING = "id status statusReason";

/** A whole Secretariat with an admin at its API, and what tests do with it again and again. Names are new each time, so that tests of one file share it. */
export class Scene {
  private constructor(
    readonly app: TestApp,
    readonly admin: ApiClient,
    readonly socket: Client,
    private readonly clusterIds: ReadonlyMap<string, string>,
  ) {}

  static async start(options: TestAppOptions = {}): Promise<Scene> {
    const app = await startTestApp(options);
    const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
    const clusters = await eventually(async () => {
      const found = await admin.ask<{ clusters: { id: string; name: string; status: string }[] }>(
        "{ clusters { id name status } }",
      );
      return found.clusters.every(({ status }) => status !== "UNREACHABLE") && found.clusters;
    });
    return new Scene(app, admin, admin.socket(), new Map(clusters.map(({ id, name }) => [name, id])));
  }

  async stop(): Promise<void> {
    await this.socket.dispose();
    await this.app.stop();
  }

  cluster(name?: string) {
    return this.app.cluster(name);
  }

  clusterId(name: string): string {
    const id = this.clusterIds.get(name);
    if (id === undefined) throw new Error(`there is no cluster ${name}`);
    return id;
  }

  /** Sends a mutation that must succeed. @param call with its arguments and selection: `deleteSecret(id: $id) { id }` */
  async mutate<T>(call: string, types: string, variables: Record<string, unknown>): Promise<T> {
    const data = await this.admin.ask<{ result: T }>(`mutation (${types}) { result: ${call} }`, variables);
    return data.result;
  }

  /** A project, PENDING still. */
  async createProject(cluster = "berlin", name = unique("team")): Promise<NamedId> {
    return this.mutate("createProject(input: $input) { id name }", "$input: CreateProjectInput!", {
      input: { name, description: "", clusterId: this.clusterId(cluster) },
    });
  }

  async project(cluster = "berlin", name?: string): Promise<NamedId> {
    const project = await this.createProject(cluster, name);
    await this.untilProject(project.id, { status: "READY" });
    return project;
  }

  /** An organization's provider of Vault, PENDING still. */
  async createProvider(name = unique("vault"), input: Record<string, unknown> = {}): Promise<NamedId> {
    return this.mutate("createProvider(input: $input) { id name }", "$input: CreateProviderInput!", {
      input: { name, scope: "ORGANIZATION", ...(Object.keys(input).length > 0 ? input : { vault: VAULT }) },
    });
  }

  async provider(name?: string, input?: Record<string, unknown>): Promise<NamedId> {
    const provider = await this.createProvider(name, input);
    await this.untilProvider(provider.id, { status: "READY" });
    return provider;
  }

  /** Makes a value that every simulated cluster's Vault has. @returns its key */
  value(key = unique("key"), value: JsonObject = { password: "x" }): string {
    for (const cluster of this.app.simulator.clusters.values()) cluster.backends.vault.set(key, value);
    return key;
  }

  /** An organization's secret, assigned at once. */
  async secret(
    provider: NamedId,
    projects: readonly NamedId[],
    input: Record<string, unknown> = {},
  ): Promise<NamedId & { status: string }> {
    const data = [{ secretKey: "password", remoteKey: this.value(), property: "password" }];
    return this.mutate("createSecret(input: $input) { id name status }", "$input: CreateSecretInput!", {
      input: {
        name: unique("secret"),
        scope: "ORGANIZATION",
        providerId: provider.id,
        projectIds: projects.map(({ id }) => id),
        ...("dataFrom" in input ? {} : { data }),
        ...input,
      },
    });
  }

  /** A provider, a project and a secret in it that is SYNCED, or whatever is wanted. */
  async synced(input: Record<string, unknown> = {}, status = "SYNCED"): Promise<Synced> {
    const [project, provider] = await Promise.all([this.project(), this.provider()]);
    const secret = await this.secret(provider, [project], input);
    const assignment = await this.untilAssignment(secret, { status });
    return { project, provider, secret, assignment };
  }

  /** Takes over an ExternalSecret that somebody else made. */
  async adopt(project: NamedId, name: string): Promise<NamedId> {
    const [secret] = await this.mutate<NamedId[]>(
      "adoptExternalSecrets(projectId: $id, names: $names) { id name }",
      "$id: ID!, $names: [String!]",
      { id: project.id, names: [name] },
    );
    if (secret === undefined) throw new Error("nothing was adopted");
    return secret;
  }

  async assignments(secretId: string): Promise<AssignmentSeen[]> {
    const { secret } = await this.admin.ask<{ secret: { assignments: { nodes: AssignmentSeen[] } } | null }>(
      `query ($id: ID!) { secret(id: $id) { assignments(orderBy: { field: PROJECT_NAME }) { nodes { ${ASSIGNMENT} } } } }`,
      { id: secretId },
    );
    return secret?.assignments.nodes ?? [];
  }

  /** Waits until the secret's only assignment, or that in `project`, is as it is wanted. */
  async untilAssignment(
    secret: { id: string },
    wanted: Partial<Pick<AssignmentSeen, "status" | "reason">>,
    project?: NamedId,
  ): Promise<AssignmentSeen> {
    let last: unknown;
    return eventually(async () => {
      const all = await this.assignments(secret.id);
      const found = project === undefined ? all[0] : all.find((one) => one.project.id === project.id);
      last = found;
      return found !== undefined && isLike(found, wanted) && found;
    }).catch((error: unknown) => {
      throw new Error(`the assignment is ${JSON.stringify(last)}, not ${JSON.stringify(wanted)}`, { cause: error });
    });
  }

  /** Waits until the cluster has confirmed this generation of a secret that is in one project. */
  untilSyncedGeneration(secret: { id: string }, generation: number): Promise<AssignmentSeen> {
    return eventually(async () => {
      const [found] = await this.assignments(secret.id);
      return found?.syncedGeneration === generation && found;
    });
  }

  /** Waits until the object in the first cluster has this interval, and the row knows. */
  untilApplied({ project, secret }: Place & { secret: NamedId }, refreshInterval: string): Promise<unknown> {
    return eventually(async () => {
      const live = objectOf(this.cluster(), { project, secret });
      const [found] = await this.assignments(secret.id);
      const recorded = found?.externalSecret?.manifest.includes(refreshInterval) === true;
      return at(live, "spec", "refreshInterval") === refreshInterval && recorded && live;
    });
  }

  async secretNow(id: string): Promise<ThingSeen | null> {
    return this.thing<ThingSeen>(`secret(id: $id) { ${THING} }`, id);
  }

  untilSecret(id: string, wanted: Partial<ThingSeen>): Promise<ThingSeen> {
    return this.until(`secret(id: $id) { ${THING} }`, id, wanted);
  }

  untilProject(id: string, wanted: Partial<ThingSeen>): Promise<ThingSeen> {
    return this.until(`project(id: $id) { ${THING} }`, id, wanted);
  }

  untilProvider(id: string, wanted: Partial<ThingSeen>): Promise<ProviderSeen> {
    return this.until(`provider(id: $id) { ${THING} targets { cluster { name } status reason message } }`, id, wanted);
  }

  untilCluster(name: string, wanted: Partial<ThingSeen>): Promise<ThingSeen> {
    return this.until(`cluster(id: $id) { ${THING} }`, this.clusterId(name), wanted);
  }

  /** Waits until the thing is gone. */
  async untilGone(kind: "secret" | "project" | "provider" | "assignment", id: string): Promise<void> {
    await eventually(async () => (await this.thing(`${kind}(id: $id) { id }`, id)) === null);
  }

  /** Everything that happened to a thing, oldest first; also once it is gone. */
  async history(subjectId: string): Promise<TransitionSeen[]> {
    const { history } = await this.admin.ask<{ history: { nodes: TransitionSeen[] } }>(
      `{ history(first: 500) { nodes { ${TRANSITION} } } }`,
    );
    return history.nodes.filter((one) => one.subjectId === subjectId).toReversed();
  }

  /** Waits for a transition of this thing. */
  async untilTransition(subjectId: string, wanted: Partial<TransitionSeen>): Promise<TransitionSeen> {
    let last: unknown;
    return eventually(async () => {
      const all = await this.history(subjectId);
      last = all;
      return all.findLast((one) => isLike(one, wanted));
    }).catch((error: unknown) => {
      throw new Error(`none of these is ${JSON.stringify(wanted)}: ${JSON.stringify(last)}`, { cause: error });
    });
  }

  /** Where the stream stands now: what is subscribed with it misses nothing from here on. */
  async cursor(): Promise<string> {
    return (await this.admin.ask<{ transitionCursor: string }>("{ transitionCursor }")).transitionCursor;
  }

  /** Subscribes to all transitions after a place. */
  transitions(since: string | null): Received<TransitionSeen> {
    return gather(
      this.socket,
      `subscription ($since: String) { transitions(since: $since) { ${TRANSITION} } }`,
      "transitions",
      {
        since,
      },
    );
  }

  private async thing<T>(field: string, id: string): Promise<T | null> {
    return (await this.admin.ask<{ thing: T | null }>(`query ($id: ID!) { thing: ${field} }`, { id })).thing;
  }

  private async until<T extends ThingSeen>(field: string, id: string, wanted: Partial<ThingSeen>): Promise<T> {
    let last: unknown;
    return eventually(async () => {
      const found = await this.thing<T>(field, id);
      last = found;
      return found !== null && isLike(found, wanted) && found;
    }).catch((error: unknown) => {
      throw new Error(`it is ${JSON.stringify(last)}, not ${JSON.stringify(wanted)}`, { cause: error });
    });
  }
}

export interface Synced {
  project: NamedId;
  provider: NamedId;
  secret: NamedId;
  assignment: AssignmentSeen;
}

export const VAULT = {
  server: "https://vault.example.com",
  path: "secret",
  auth: { tokenSecretRef: { name: "vault-reader", namespace: "external-secrets", key: "token" } },
};

/** A DNS-1123 name that nobody else has. */
export const unique = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;

/** The id that labels in a cluster bear, of an id of the API. */
export const uuidOf = (id: string): string => id.slice(id.indexOf("_") + 1);

/** `PENDING>SYNCED Reason`, for comparing whole histories. */
export const told = ({ subject, from, to, reason }: TransitionSeen): string =>
  `${subject} ${from ?? ""}>${to ?? ""} ${reason ?? ""}`.trimEnd();

const isLike = <T extends object>(found: T, wanted: Partial<T>): boolean =>
  Object.entries(wanted).every(([key, value]) => Reflect.get(found, key) === value);
