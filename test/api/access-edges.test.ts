import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiClient, gather } from "../support/client.js";
import { eventually } from "../support/eventually.js";
import type { ViewerName } from "./access/kinds.js";
import { buildWorld, type World } from "./access/world.js";

/* The parts of DESIGN.md's "Who may do what" that are no id in an argument: what is shown of what is seen, cursors, and time. */

let world: World;
beforeAll(async () => {
  world = await buildWorld();
}, 60_000);
afterAll(async () => {
  await world?.stop();
});

const MEMBERS = ["byGroup", "byHand", "ofAnother"] as const;

/** Berlin's store of one provider and Oslo's of the other are refused. */
const BROKEN = { berlin: "with-prefix", oslo: "behind-shared" } as const;

describe("what a member sees of what is the organization's", () => {
  beforeAll(async () => {
    for (const [cluster, name] of Object.entries(BROKEN)) {
      const { backends, store } = world.app.cluster(cluster);
      backends.vault.denied(true);
      store.patch("clustersecretstores", "", name, { metadata: { annotations: { poke: "now" } } });
      await eventually(async () => (await providers("admin")).get(name)?.["status"] === "ERROR");
    }
  });

  it.each(MEMBERS)("%s: a cluster's name, status and when it was last seen, and no more", async (viewer) => {
    const { clusters } = await world.clients[viewer].ask<{ clusters: { lastSeenAt: string | null }[] }>(
      "{ clusters { name status statusReason operatorApiVersion lastSeenAt } }",
    );
    const name = viewer === "ofAnother" ? "oslo" : "berlin";
    expect(clusters[0]?.lastSeenAt).toMatch(/^20/);
    expect(clusters.map((cluster) => ({ ...cluster, lastSeenAt: "" }))).toEqual([
      { name, status: "CONNECTED", statusReason: null, operatorApiVersion: null, lastSeenAt: "" },
    ]);
  });

  it.each(MEMBERS)(
    "%s: a provider's name, kind, store, prefix and status over their clusters, and no config",
    async (viewer) => {
      const seen = await providers(viewer);
      const cluster = viewer === "ofAnother" ? "oslo" : "berlin";
      for (const [name, provider] of await providers("admin")) {
        if (provider["scope"] === "PROJECT" || !seen.has(name)) continue;
        const hers = seen.get(name);
        expect(provider["config"]).not.toBeNull();
        const status = BROKEN[cluster] === name ? "ERROR" : "READY";
        expect(hers).toMatchObject({ kind: "VAULT", storeName: name, status, config: null });
        expect(hers?.["targets"]).toEqual([{ cluster: { name: cluster }, status, message: null }]);
        // The operator's own words quote the config.
        expect(JSON.stringify(hers)).not.toContain("vault.example.com");
        if (status === "ERROR") expect(JSON.stringify(provider)).toMatch(/"message":"[^"]*vault\.example\.com/);
        expect(hers?.["projectKeyPrefix"]).toBe(provider["projectKeyPrefix"]);
      }
      expect(seen.get(viewer === "ofAnother" ? "gamma-vault" : "alpha-vault")?.["config"]).not.toBeNull();
    },
  );

  it("a shared secret's status, reason and counts over their projects alone", async () => {
    const of = async (viewer: ViewerName): Promise<{ statusReason: string | null }> => {
      const { secret } = await world.clients[viewer].ask<{ secret: { statusReason: string | null } }>(
        "query ($id: ID!) { secret(id: $id) { status statusReason assignmentCounts { status count } assignments { totalCount } } }",
        { id: world.thing("secret shared").id },
      );
      return secret;
    };
    // The values are in Berlin alone.
    expect(await of("byGroup")).toEqual({
      status: "SYNCED",
      statusReason: null,
      assignmentCounts: [{ status: "SYNCED", count: 1 }],
      assignments: { totalCount: 1 },
    });
    const otto = await of("ofAnother");
    expect(otto.statusReason).toMatch(/^1 of 1 project .*gamma/);
    expect(otto).toMatchObject({
      status: "SYNCED_ERROR",
      assignments: { totalCount: 1 },
    });
    const ada = await of("admin");
    expect(ada.statusReason).toMatch(/^2 of 3 projects .*epsilon, gamma/);
    expect(ada).toMatchObject({
      status: "SYNCED_ERROR",
      assignmentCounts: [
        { status: "SYNCED", count: 1 },
        { status: "SYNCED_ERROR", count: 2 },
      ],
      assignments: { totalCount: 3 },
    });
  });

  async function providers(viewer: ViewerName): Promise<Map<string, Record<string, unknown>>> {
    const { providers: found } = await world.clients[viewer].ask<{ providers: { nodes: Record<string, unknown>[] } }>(
      "{ providers { nodes { name kind scope storeName status statusReason config projectKeyPrefix targets { status message cluster { name } } } } }",
    );
    return new Map(found.nodes.map((provider) => [String(provider["name"]), provider]));
  }
});

describe("cursors", () => {
  it("of a transition that cannot be seen lead where those of none lead", async () => {
    const list =
      "query ($after: String) { history(first: 5, after: $after) { totalCount edges { cursor node { id } } } }";
    interface History {
      history: { edges: { cursor: string; node: { id: string } }[] };
    }
    const { history: own } = await world.clients.byGroup.ask<History>(list);
    const { history: all } = await world.clients.admin.ask<History>(
      "query ($id: ID!) { history(first: 1, filter: { secretId: $id, subject: [SECRET] }) { edges { cursor node { id } } } }",
      { id: world.thing("secret shared").id },
    );
    const uuid = (id: string | undefined): string => id?.slice(4) ?? "";
    const cursor = Buffer.from(own.edges[0]?.cursor ?? "", "base64url").toString();
    const forged = (id: string): string =>
      Buffer.from(cursor.replace(uuid(own.edges[0]?.node.id), id)).toString("base64url");
    const hidden = await world.wires.byGroup.post(list, { after: forged(uuid(all.edges[0]?.node.id)) });
    expect(hidden).toBe(await world.wires.byGroup.post(list, { after: forged(randomUUID()) }));
    const seen = await world.wires.byGroup.post(list, { after: own.edges[0]?.cursor });
    expect(seen).toContain(own.edges[1]?.node.id);
  });
});

describe("a project made again under an old name", () => {
  it("shows no old history, has no old members, and is another project", async () => {
    const { admin, byHand } = world.clients;
    const phoebe = await ApiClient.of(world.app.url, { subject: "phoebe", groups: ["phoenix"] });
    const first = await createPhoenix();
    await admin.ask('mutation ($id: ID!) { addProjectMembers(projectId: $id, subjects: ["hans"]) { id } }', {
      id: first,
    });
    const { made: secret } = await phoebe.ask<{ made: { id: string } }>(
      `mutation ($input: CreateSecretInput!) { made: createSecret(input: $input) { id } }`,
      {
        input: {
          name: "old",
          scope: "PROJECT",
          projectId: first,
          providerId: world.thing("provider with-prefix").id,
          data: [{ secretKey: "a", remoteKey: "projects/phoenix/a" }],
        },
      },
    );
    interface History {
      history: { totalCount: number; nodes: { id: string; project: { id: string } | null }[] };
      transitionCursor: string;
    }
    const history = "{ transitionCursor history(first: 500) { totalCount nodes { id project { id } } } }";
    const before = await phoebe.ask<History>(history);
    expect(before.history.totalCount).toBeGreaterThan(3);
    await admin.ask("mutation ($id: ID!) { deleteProject(id: $id, deleteNamespace: true) { id } }", { id: first });
    await eventually(async () => {
      const { project } = await admin.ask<{ project: unknown }>('{ project(name: "phoenix") { id } }');
      return project === null;
    });
    const between = await phoebe.ask<History>(history);
    expect(between.history).toEqual({ totalCount: 0, nodes: [] });

    const second = await createPhoenix();
    expect(second).not.toBe(first);
    const after = await phoebe.ask<History>(history);
    expect(after.history.nodes.every(({ project }) => project?.id === second)).toBe(true);
    for (const { id } of before.history.nodes) {
      expect(after.history.nodes.map((node) => node.id)).not.toContain(id);
      expect(await phoebe.ask("query ($id: ID!) { node(id: $id) { id } }", { id })).toEqual({ node: null });
    }
    for (const id of [first, secret.id])
      expect(await phoebe.ask("query ($id: ID!) { node(id: $id) { id } }", { id })).toEqual({ node: null });
    // Replaying from before tells of the new one alone.
    const socket = phoebe.socket();
    const replayed = gather<{ id: string; project: { id: string } | null }>(
      socket,
      "subscription ($since: String) { transitions(since: $since) { id project { id } } }",
      "transitions",
      { since: before.transitionCursor },
    );
    const last = after.history.nodes[0]?.id;
    await eventually(() => replayed.events.some(({ id }) => id === last));
    expect(replayed.events.every(({ project }) => project?.id === second)).toBe(true);
    await socket.dispose();
    // Whoever was a member by hand is none any more.
    expect(await byHand.ask('{ project(name: "phoenix") { id } }')).toEqual({ project: null });
  });

  async function createPhoenix(): Promise<string> {
    const { admin } = world.clients;
    const { made } = await admin.ask<{ made: { id: string } }>(
      'mutation ($cluster: ID!) { made: createProject(input: { name: "phoenix", description: "", clusterId: $cluster }) { id } }',
      { cluster: world.thing("cluster berlin").id },
    );
    await eventually(async () => {
      const { project } = await admin.ask<{ project: { status: string } }>(
        "query ($id: ID!) { project(id: $id) { status } }",
        { id: made.id },
      );
      return project.status === "READY";
    });
    return made.id;
  }
});

describe("a cluster that cannot be reached", () => {
  it("is told to members without its address, and to admins with it", async () => {
    const oslo = world.app.cluster("oslo");
    oslo.faults.add({ effect: { kind: "refuse" } });
    const seen = await eventually(async () => {
      const { cluster } = await world.clients.ofAnother.ask<{ cluster: Record<string, unknown> }>(
        "query ($id: ID!) { cluster(id: $id) { status statusReason operatorApiVersion } }",
        { id: world.thing("cluster oslo").id },
      );
      return cluster["status"] === "UNREACHABLE" && cluster;
    });
    expect(seen).toEqual({ status: "UNREACHABLE", statusReason: null, operatorApiVersion: null });
    const address = new URL(oslo.url).host;
    const questions = [
      "query ($in: ID!) { project(id: $in) { unmanagedExternalSecrets { name } } }",
      "mutation ($in: ID!) { adoptExternalSecrets(projectId: $in) { id } }",
      `query ($in: ID!) { previewSecretManifest(scope: PROJECT, projectId: $in, manifest: "apiVersion: external-secrets.io/v1\\nkind: ExternalSecret\\nmetadata: {name: one}\\nspec: {secretStoreRef: {name: gamma-vault}, data: [{secretKey: a, remoteRef: {key: b}}]}") { manifest } }`,
    ];
    for (const question of questions) {
      const { errors } = await world.clients.ofAnother.send(question, { in: world.thing("project gamma").id });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(["CLUSTER_UNREACHABLE"]);
      expect(JSON.stringify(errors)).toContain("oslo");
      expect(JSON.stringify(errors)).not.toContain(address);
    }
    expect(await world.wires.admin.post("{ clusters { statusReason } }")).toContain(address);
  });
});
