import { ApiClient, type Person } from "../../support/client.js";
import { eventually } from "../../support/eventually.js";
import { startTestApp, type TestApp } from "../../support/app.js";
import { type Kind, type Thing, type ViewerName, VIEWERS } from "./kinds.js";
import { type Wire, wireOf } from "./wire.js";

/** A whole Secretariat with something of every kind that each viewer may or may not see. */
export interface World {
  app: TestApp;
  clients: Record<ViewerName, ApiClient>;
  wires: Record<ViewerName, Wire>;
  /** Everything but transitions. */
  things: Thing[];
  thing(key: string): Thing;
  /** Whether somebody may see something, by the table. */
  sees(viewer: ViewerName, thing: Thing): boolean;
  stop(): Promise<void>;
}

export const PEOPLE: Record<ViewerName, Person> = {
  admin: { subject: "ada", role: "PLATFORM_ADMIN" },
  // Keycloak sends a path; a group below another is another group.
  byGroup: { subject: "gina", groups: ["/alpha", "/gamma/alpha", "Gamma", "beta"] },
  byHand: { subject: "hans" },
  ofAnother: { subject: "otto", groups: ["gamma"] },
  ofNothing: { subject: "nina", groups: ["/teams/alpha", "alph", "alpha-2"] },
};

const ALPHA: readonly ViewerName[] = ["admin", "byGroup", "byHand"];
const GAMMA: readonly ViewerName[] = ["admin", "ofAnother"];
const BOTH: readonly ViewerName[] = ["admin", "byGroup", "byHand", "ofAnother"];
const ADMIN: readonly ViewerName[] = ["admin"];

/** Projects with their clusters and who is in them. */
const PROJECTS = [
  { name: "alpha", cluster: "berlin", seenBy: ALPHA },
  { name: "gamma", cluster: "oslo", seenBy: GAMMA },
  // In each cluster one that no member is in.
  { name: "delta", cluster: "berlin", seenBy: ADMIN },
  { name: "epsilon", cluster: "oslo", seenBy: ADMIN },
] as const;

const CLUSTERS = [
  { name: "berlin", seenBy: ALPHA },
  { name: "oslo", seenBy: GAMMA },
  { name: "paris", seenBy: ADMIN },
] as const;

/** Organization providers: behind secrets, with a prefix that reaches projects, and neither. */
const ORGANIZATION_PROVIDERS = [
  { name: "with-prefix", projectKeyPrefix: "projects/{project}/", seenBy: BOTH },
  { name: "behind-shared", seenBy: BOTH },
  { name: "behind-gamma", seenBy: GAMMA },
  { name: "behind-delta", seenBy: ADMIN },
  { name: "behind-nothing", seenBy: ADMIN },
] as const;

const PROJECT_PROVIDERS = [
  { name: "alpha-vault", project: "alpha", seenBy: ALPHA },
  { name: "gamma-vault", project: "gamma", seenBy: GAMMA },
  { name: "delta-vault", project: "delta", seenBy: ADMIN },
] as const;

/** Secrets with their assignments, each with who may see it. */
const SECRETS = [
  { name: "shared", provider: "behind-shared", in: { alpha: ALPHA, gamma: GAMMA, epsilon: ADMIN }, seenBy: BOTH },
  { name: "for-gamma", provider: "behind-gamma", in: { gamma: GAMMA, delta: ADMIN }, seenBy: GAMMA },
  { name: "for-delta", provider: "behind-delta", in: { delta: ADMIN }, seenBy: ADMIN },
  { name: "for-nobody", provider: "behind-delta", in: {}, seenBy: ADMIN },
  { name: "alpha-prefixed", provider: "with-prefix", project: "alpha", in: { alpha: ALPHA }, seenBy: ALPHA },
  { name: "alpha-own", provider: "alpha-vault", project: "alpha", in: { alpha: ALPHA }, seenBy: ALPHA },
  { name: "gamma-own", provider: "gamma-vault", project: "gamma", in: { gamma: GAMMA }, seenBy: GAMMA },
  { name: "delta-prefixed", provider: "with-prefix", project: "delta", in: { delta: ADMIN }, seenBy: ADMIN },
  { name: "delta-own", provider: "delta-vault", project: "delta", in: { delta: ADMIN }, seenBy: ADMIN },
] as const satisfies readonly {
  name: string;
  provider: string;
  project?: string;
  in: Partial<Record<(typeof PROJECTS)[number]["name"], readonly ViewerName[]>>;
  seenBy: readonly ViewerName[];
}[];

/** A Vault whose credential is a Secret. */
export const vaultOf = (namespace: string | null): Record<string, unknown> => ({
  server: "https://vault.example.com",
  path: "kv",
  auth: { tokenSecretRef: { name: "vault-token", key: "token", ...(namespace === null ? {} : { namespace }) } },
});

/** Starts it, and waits until nothing moves any more. Everything was synced a moment ago, so that another sync is refused as too soon. */
export async function buildWorld(settings: Readonly<Record<string, string>> = {}): Promise<World> {
  const env = { FORCED_SYNC_INTERVAL_SECONDS: "3600", ...settings };
  const app = await startTestApp({ clusters: CLUSTERS.map(({ name }) => name), env });
  const clients = await forEachViewer((viewer) => ApiClient.of(app.url, PEOPLE[viewer]));
  const wires = await forEachViewer((viewer) => Promise.resolve(wireOf(app.url, clients[viewer].token)));
  // The values are in Berlin alone: what is assigned elsewhere fails.
  for (const key of ["value", "projects/alpha/value", "projects/delta/value"])
    app.cluster("berlin").backends.vault.set(key, { field: "made up" });
  const builder = new Builder(clients.admin);
  await builder.build();
  const { things } = builder;
  const thing = (key: string): Thing => {
    const found = things.find((candidate) => candidate.key === key);
    if (found === undefined) throw new Error(`the world has no ${key}`);
    return found;
  };
  return {
    app,
    clients,
    wires,
    things,
    thing,
    sees: (viewer, { seenBy }) => seenBy.includes(viewer),
    async stop() {
      for (const wire of Object.values(wires)) wire.close();
      await app.stop();
    },
  };
}

async function forEachViewer<T>(make: (viewer: ViewerName) => Promise<T>): Promise<Record<ViewerName, T>> {
  const made = await Promise.all(VIEWERS.map(async (viewer) => [viewer, await make(viewer)] as const));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every viewer is in VIEWERS
  return Object.fromEntries(made) as Record<ViewerName, T>;
}

/** Makes what the tables above say. */
class Builder {
  readonly things: Thing[] = [];

  constructor(private readonly admin: ApiClient) {}

  async build(): Promise<void> {
    await this.clusters();
    await this.projects();
    await this.providers();
    await this.secrets();
    for (const { id } of this.things.filter(({ kind }) => kind === "secret"))
      await this.admin.ask("mutation ($id: ID!) { syncSecret(id: $id) { id } }", { id });
    await settle(this.admin);
  }

  private add(key: string, kind: Kind, id: string, name: string | null, seenBy: readonly ViewerName[]): string {
    this.things.push({ key, kind, id, name, seenBy });
    return id;
  }

  private id(key: string): string {
    const found = this.things.find((thing) => thing.key === key);
    if (found === undefined) throw new Error(`${key} was not made yet`);
    return found.id;
  }

  private async clusters(): Promise<void> {
    await eventually(async () => {
      const { clusters } = await this.admin.ask<{ clusters: { id: string; name: string; status: string }[] }>(
        "{ clusters { id name status } }",
      );
      if (clusters.length < CLUSTERS.length || clusters.some(({ status }) => status !== "CONNECTED")) return false;
      this.things.length = 0;
      for (const { name, seenBy } of CLUSTERS) {
        const { id } = clusters.find((cluster) => cluster.name === name) ?? { id: "" };
        this.add(`cluster ${name}`, "cluster", id, name, seenBy);
      }
      return true;
    });
  }

  private async projects(): Promise<void> {
    for (const { name, cluster, seenBy } of PROJECTS) {
      const input = { name, description: `about ${name}`, clusterId: this.id(`cluster ${cluster}`) };
      const { made } = await this.admin.ask<Made>(
        "mutation ($input: CreateProjectInput!) { made: createProject(input: $input) { id } }",
        { input },
      );
      this.add(`project ${name}`, "project", made.id, name, seenBy);
    }
    await this.admin.ask(
      "mutation ($id: ID!, $of: [String!]!) { addProjectMembers(projectId: $id, subjects: $of) { id } }",
      { id: this.id("project alpha"), of: [PEOPLE.byHand.subject] },
    );
    await eventually(async () => {
      const { projects } = await this.admin.ask<{ projects: { totalCount: number } }>(
        "{ projects(status: [READY]) { totalCount } }",
      );
      return projects.totalCount === PROJECTS.length;
    });
  }

  private async providers(): Promise<void> {
    for (const { seenBy, ...provider } of ORGANIZATION_PROVIDERS)
      await this.provider({ ...provider, vault: vaultOf("operator") }, seenBy);
    for (const { name, project, seenBy } of PROJECT_PROVIDERS)
      await this.provider(
        { name, scope: "PROJECT", projectId: this.id(`project ${project}`), vault: vaultOf(null) },
        seenBy,
      );
  }

  private async provider(input: Record<string, unknown>, seenBy: readonly ViewerName[]): Promise<void> {
    const { made } = await this.admin.ask<Made>(
      "mutation ($input: CreateProviderInput!) { made: createProvider(input: $input) { id } }",
      { input },
    );
    this.add(`provider ${String(input["name"])}`, "provider", made.id, String(input["name"]), seenBy);
  }

  private async secrets(): Promise<void> {
    for (const { name, provider, in: places, seenBy, ...rest } of SECRETS) {
      const project = "project" in rest ? rest.project : null;
      const remoteKey = provider === "with-prefix" ? `projects/${project}/value` : "value";
      const projectIds = Object.keys(places).map((place) => this.id(`project ${place}`));
      const input = {
        name,
        providerId: this.id(`provider ${provider}`),
        data: [{ secretKey: "key", remoteKey, property: "field" }],
        ...(project === null
          ? { scope: "ORGANIZATION", projectIds }
          : { scope: "PROJECT", projectId: this.id(`project ${project}`) }),
      };
      const { made } = await this.admin.ask<Made & { made: { assignments: { nodes: Assigned[] } } }>(
        `mutation ($input: CreateSecretInput!) {
          made: createSecret(input: $input) { id assignments { nodes { id project { name } } } } }`,
        { input },
      );
      this.add(`secret ${name}`, "secret", made.id, name, seenBy);
      for (const [place, placeSeenBy] of Object.entries(places)) {
        const { id } = made.assignments.nodes.find((one) => one.project.name === place) ?? { id: "" };
        this.add(`assignment ${name} ${place}`, "assignment", id, null, placeSeenBy);
      }
    }
  }
}

interface Made {
  made: { id: string };
}
interface Assigned {
  id: string;
  project: { name: string };
}

/**
 * Waits until nothing is on its way: no status that must change, and no new transition while that was looked at twice.
 * @param waiting projects that will not come further
 */
export async function settle(admin: ApiClient, waiting: readonly string[] = []): Promise<void> {
  let last = -1;
  await eventually(async () => {
    const { providers, secrets, history, projects } = await admin.ask<{
      providers: { nodes: { status: string }[] };
      projects: { nodes: { name: string; status: string }[] };
      secrets: { nodes: { assignments: { nodes: { status: string }[] } }[] };
      history: { totalCount: number };
    }>(
      `{ providers { nodes { status } } projects { nodes { name status } }
         secrets { nodes { assignments { nodes { status } } } } history(first: 1) { totalCount } }`,
    );
    const moving = projects.nodes.filter(({ name }) => !waiting.includes(name));
    const statuses = [...providers.nodes, ...moving, ...secrets.nodes.flatMap((s) => s.assignments.nodes)];
    const still = history.totalCount === last;
    last = history.totalCount;
    return still && statuses.every(({ status }) => status !== "PENDING" && status !== "DELETING");
  }, 20_000);
}
