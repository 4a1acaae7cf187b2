import { startTestApp, type TestApp } from "../../support/app.js";
import { ApiClient } from "../../support/client.js";
import { eventually } from "../../support/eventually.js";
import { Maker } from "../access/maker.js";
import { Client } from "pg";

/** Bounds that are small enough to be passed in a test. */
const SETTINGS = {
  MAX_SECRETS_PER_PROJECT: "6",
  MAX_PROVIDERS_PER_PROJECT: "2",
  MAX_ITEMS_PER_SECRET: "3",
  MIN_REFRESH_INTERVAL_SECONDS: "60",
  FORCED_SYNC_INTERVAL_SECONDS: "3600",
  MAX_JSON_BYTES: "2048",
  MAX_JSON_DEPTH: "6",
  MAX_IDS_PER_ARGUMENT: "5",
  MAX_PAGE_SIZE: "20",
  RESERVED_NAMESPACES: "monitoring,ingress",
  POD_NAMESPACE: "secretariat-system",
};

/** A Secretariat in which there is something to be refused about. Ids by name. */
export interface Place {
  app: TestApp;
  clients: { admin: ApiClient; member: ApiClient };
  ids: Readonly<Record<string, string>>;
  id(name: string): string;
  stop(): Promise<void>;
}

/** Builds it, and waits until nothing moves any more. */
export async function buildPlace(): Promise<Place> {
  const app = await startTestApp({ env: SETTINGS });
  const admin = await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" });
  const member = await ApiClient.of(app.url, { subject: "mia" });
  const ids: Record<string, string> = {};
  await new Builder(app, admin, ids).build();
  return {
    app,
    clients: { admin, member },
    ids,
    id(name) {
      const id = ids[name];
      if (id === undefined) throw new Error(`there is no ${name} here`);
      return id;
    },
    stop: () => app.stop(),
  };
}

class Builder {
  private readonly maker: Maker;

  constructor(
    private readonly app: TestApp,
    private readonly admin: ApiClient,
    private readonly ids: Record<string, string>,
  ) {
    this.maker = new Maker(admin);
  }

  async build(): Promise<void> {
    const { maker, ids, app } = this;
    ids["berlin"] = await maker.clusterId("berlin");
    ids["oslo"] = await maker.clusterId("oslo");
    for (const { backends } of app.simulator.clusters.values()) backends.vault.set("value", "made up");
    const berlin = app.cluster("berlin");
    for (const name of ["foreign", "lost"])
      berlin.store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

    for (const name of ["home", "other", "full", "foreign", "lost"])
      ids[name] = (await maker.project(ids["berlin"], { name, members: ["mia"] })).id;
    ids["far"] = (await maker.project(ids["oslo"], { name: "far", members: ["mia"] })).id;

    await this.provider("vault", null, { projectKeyPrefix: "{project}/" });
    await this.provider("plain", null);
    await this.provider("existing", null, { vault: null, existingStore: { kind: "VAULT", storeName: "by-hand" } });
    await this.provider("near", null);
    await this.provider("own-vault", "home");
    await this.provider("others-vault", "other");
    await this.provider("full-vault-1", "full");
    await this.provider("full-vault-2", "full");
    await this.provider("going-vault", null);

    await this.secret("shared", "vault", { projectIds: [ids["home"], ids["other"]] });
    await this.secret("unassigned", "vault", { projectIds: [] });
    await this.secret("writes-native", "vault", { projectIds: [ids["home"]] }, { target: { name: "native" } });
    await this.secret("own", "own-vault", { projectId: ids["home"] });
    await this.secret("others", "others-vault", { projectId: ids["other"] });
    await this.secret("near-secret", "near", { projectIds: [ids["home"]] });
    for (const n of [1, 2, 3, 4, 5, 6]) await this.secret(`full-${n}`, "full-vault-1", { projectId: ids["full"] });
    await this.secret("in-lost", "vault", { projectIds: [ids["lost"]] });
    await this.secret("going", "plain", { projectIds: [ids["other"]] });
    await this.settled();
    await this.lose();
    await this.let("going");
    for (const name of ["shared", "own"])
      await this.admin.ask("mutation ($id: ID!) { syncSecret(id: $id) { id } }", { id: ids[name] });
    await this.settled();
  }

  private async provider(name: string, project: string | null, input: Record<string, unknown> = {}): Promise<void> {
    const projectId = project === null ? null : (this.ids[project] ?? "");
    this.ids[name] = (await this.maker.provider(projectId, { name, ...input })).id;
  }

  private async secret(
    name: string,
    provider: string,
    place: { projectIds: readonly (string | undefined)[] } | { projectId: string | undefined },
    input: Record<string, unknown> = {},
  ): Promise<void> {
    const where =
      "projectId" in place
        ? { projectId: place.projectId ?? "" }
        : { projectIds: place.projectIds.map((id) => id ?? "") };
    const { id, assignmentId } = await this.maker.secret(this.ids[provider] ?? "", where, { name, ...input });
    this.ids[name] = id;
    this.ids[`assignment of ${name}`] = assignmentId;
  }

  /** Somebody deletes a namespace that Secretariat had found there; the provider `near` has lost its store in Oslo. */
  private async lose(): Promise<void> {
    this.app.cluster("berlin").store.delete("namespaces", "", "lost");
    await this.until("project", "lost", "FAILED");
    const client = new Client(this.app.databaseUrl);
    await client.connect();
    await client.query(
      "DELETE FROM provider_target t USING provider v, cluster c WHERE v.id = t.provider_id AND c.id = t.cluster_id AND v.name = 'near' AND c.name = 'oslo'",
    );
    await client.end();
  }

  /** What the API server lets nobody delete is going for ever. */
  private async let(name: string): Promise<void> {
    const { faults } = this.app.cluster("berlin");
    faults.add({ match: { verb: "delete" }, effect: { kind: "status", code: 403, reason: "Forbidden" } });
    this.app.cluster("oslo").faults.add({ match: { verb: "delete" }, effect: { kind: "status", code: 403 } });
    await this.maker.delete("Secret", this.ids[name] ?? "");
    await this.until("secret", name, "DELETE_FAILED");
    await this.maker.delete("Provider", this.ids["going-vault"] ?? "");
    await this.until("provider", "going-vault", "DELETE_FAILED");
    // Its namespace stays, and so does it.
    const { id } = await this.maker.project(this.ids["berlin"] ?? "", { name: "leaving", members: ["mia"] });
    this.ids["leaving"] = id;
    await this.maker.secret(this.ids["vault"] ?? "", { projectIds: [id] }, { name: "in-leaving" });
    await this.settled();
    await this.maker.delete("Project", id);
    await this.until("project", "leaving", "DELETE_FAILED");
  }

  private async until(kind: string, name: string, status: string): Promise<void> {
    await eventually(async () => {
      const { thing } = await this.admin.ask<{ thing: { status: string } | null }>(
        `query ($id: ID!) { thing: ${kind}(id: $id) { status } }`,
        { id: this.ids[name] },
      );
      return thing?.status === status;
    });
  }

  /** Nothing PENDING, and the log stands still. */
  private async settled(): Promise<void> {
    let last = -1;
    await eventually(async () => {
      const { secrets, providers, history } = await this.admin.ask<{
        secrets: { nodes: { status: string }[] };
        providers: { nodes: { status: string }[] };
        history: { totalCount: number };
      }>(
        "{ secrets(first: 20) { nodes { status } } providers(first: 20) { nodes { status } } history(first: 1) { totalCount } }",
      );
      const still = history.totalCount === last;
      last = history.totalCount;
      return still && [...secrets.nodes, ...providers.nodes].every(({ status }) => status !== "PENDING");
    }, 20_000);
  }
}
