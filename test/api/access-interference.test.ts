import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.js";
import type { ViewerName } from "./access/kinds.js";
import { panorama } from "./access/panorama.js";
import { buildWorld, settle, vaultOf, type World } from "./access/world.js";

/*
 * What a viewer may not see does not exist for them (DESIGN.md, invariant 5): whatever happens to it, everything that they can ask keeps its answer to the byte, lists, orders,
 * filters, totals, roll-ups, reasons, cursors and history included.
 */

let world: World;
beforeAll(async () => {
  // The panorama asks for everything at once.
  world = await buildWorld({ MAX_QUERY_COST: "100000000", FORCED_SYNC_INTERVAL_SECONDS: "0" });
}, 60_000);
afterAll(async () => {
  await world?.stop();
});

/** Changes that concern what members of alpha cannot see, each by somebody who may. */
const ELSEWHERE: { title: string; viewers?: ViewerName[]; change: () => Promise<unknown> }[] = [
  {
    title: "a shared secret is taken out of another project and put into a third",
    viewers: ["byGroup", "byHand", "ofNothing"],
    change: async () => {
      await mutate("unassignSecret(secretId: $shared, projectIds: [$gamma], abandon: false) { id }");
      await settle(world.clients.admin);
      await mutate("assignSecret(secretId: $shared, projectIds: [$delta, $gamma]) { id }");
    },
  },
  {
    title: "a shared secret is repaired elsewhere",
    change: async () => {
      world.app.cluster("oslo").backends.vault.set("value", { field: "made up" });
      await mutate("syncSecret(id: $forGamma) { id }");
    },
  },
  {
    title: "organization secrets and providers come, change and go",
    change: async () => {
      await admin("mutation ($input: CreateProviderInput!) { createProvider(input: $input) { id } }", {
        input: { name: "a-new-one", vault: vaultOf("operator") },
      });
      await mutate(
        'createSecret(input: { name: "a-secret", scope: ORGANIZATION, projectIds: [$delta], providerId: $behindDelta, data: [{ secretKey: "a", remoteKey: "b" }] }) { id }',
      );
      await mutate('updateSecret(input: { id: $forDelta, useCase: S3, refreshInterval: "2h" }) { id }');
      await mutate("deleteSecret(id: $forNobody, abandon: false) { id }");
      await admin("mutation ($input: UpdateProviderInput!) { updateProvider(input: $input) { id } }", {
        input: { id: world.thing("provider behind-gamma").id, vault: { ...vaultOf("operator"), path: "other" } },
      });
    },
  },
  {
    title: "other projects change, with their members, secrets and providers",
    change: async () => {
      await mutate('updateProject(id: $gamma, description: "changed") { id }');
      await mutate('addProjectMembers(projectId: $gamma, subjects: ["zoe"]) { id }');
      await mutate(
        'updateSecret(input: { id: $gammaOwn, useCase: DATABASE, refreshInterval: "3h" }) { id }',
        "ofAnother",
      );
      await mutate(
        'createSecret(input: { name: "b-secret", scope: PROJECT, projectId: $gamma, providerId: $gammaVault, data: [{ secretKey: "a", remoteKey: "b" }] }) { id }',
        "ofAnother",
      );
      await mutate("deleteProject(id: $epsilon, deleteNamespace: true, abandon: false) { id }");
      await mutate('createProject(input: { name: "zeta", description: "", clusterId: $berlin }) { id }');
    },
  },
  {
    title: "a store of a provider fails in another cluster",
    change: async () => {
      world.app.cluster("oslo").backends.vault.denied(true);
      for (const name of ["with-prefix", "behind-shared"]) {
        // Any change makes the operator look at a store again.
        const poke = { metadata: { annotations: { poke: "now" } } };
        world.app.cluster("oslo").store.patch("clustersecretstores", "", name, poke);
        await eventually(async () => (await statusOf(name)) === "ERROR");
      }
    },
  },
  {
    title: "another cluster cannot be reached",
    change: async () => {
      world.app.cluster("paris").faults.add({ effect: { kind: "refuse" } });
      await mutate('createProject(input: { name: "eta", description: "", clusterId: $paris }) { id }');
    },
  },
  {
    title: "what is alpha's changes, and its cluster goes away",
    viewers: ["ofAnother", "ofNothing"],
    change: async () => {
      await mutate("unassignSecret(secretId: $shared, projectIds: [$alpha], abandon: false) { id }");
      await mutate('updateSecret(input: { id: $alphaOwn, refreshInterval: "3h" }) { id }', "byHand");
      await mutate("syncSecret(id: $alphaPrefixed) { id }", "byGroup");
      await mutate('removeProjectMembers(projectId: $alpha, subjects: ["hans"]) { id }');
      await settled();
      world.app.cluster("berlin").faults.add({ effect: { kind: "refuse" } });
      await eventually(async () => {
        const { cluster } = await world.clients.admin.ask<{ cluster: { status: string } }>(
          "query ($id: ID!) { cluster(id: $id) { status } }",
          { id: world.thing("cluster berlin").id },
        );
        return cluster.status === "UNREACHABLE";
      });
    },
  },
];

describe("whatever happens elsewhere", () => {
  /** What each viewer saw when it was first looked at: it stays so to the end. */
  const first = new Map<ViewerName, Map<string, string>>();
  const firstOf = async (viewer: ViewerName): Promise<Map<string, string>> => {
    const seen = first.get(viewer) ?? (await panorama(world, viewer));
    first.set(viewer, seen);
    return seen;
  };

  it.each(ELSEWHERE)(
    "$title",
    async ({ change, viewers = ["byGroup", "ofNothing"] }) => {
      for (const viewer of viewers) await firstOf(viewer);
      const happened = await newest();
      await change();
      await settled();
      expect(await newest()).not.toBe(happened);
      for (const viewer of viewers) {
        const before = await firstOf(viewer);
        for (const [question, answer] of await panorama(world, viewer))
          expect(answer, `${viewer}: ${question}`).toBe(before.get(question));
      }
    },
    60_000,
  );

  it("is seen by admins", async () => {
    const answers = [...(await panorama(world, "admin")).values()].join("");
    for (const name of ["a-secret", "b-secret", "a-new-one", "zeta", "eta", "UNREACHABLE"])
      expect(answers).toContain(name);
  });
});

/** The newest transition of all. */
async function newest(): Promise<string | undefined> {
  const { history } = await world.clients.admin.ask<{ history: { nodes: { id: string }[] } }>(
    "{ history(first: 1) { nodes { id } } }",
  );
  return history.nodes[0]?.id;
}

const VARIABLES: Readonly<Record<string, string>> = {
  shared: "secret shared",
  forGamma: "secret for-gamma",
  forDelta: "secret for-delta",
  forNobody: "secret for-nobody",
  gammaOwn: "secret gamma-own",
  alphaOwn: "secret alpha-own",
  alphaPrefixed: "secret alpha-prefixed",
  alpha: "project alpha",
  gamma: "project gamma",
  delta: "project delta",
  epsilon: "project epsilon",
  behindDelta: "provider behind-delta",
  gammaVault: "provider gamma-vault",
  berlin: "cluster berlin",
  paris: "cluster paris",
};

/** Runs a mutation in which `$name` stands for the id of something. */
function mutate(field: string, viewer: ViewerName = "admin"): Promise<unknown> {
  const used = Object.entries(VARIABLES).filter(([name]) => new RegExp(`\\$${name}\\b`).test(field));
  const declared = used.map(([name]) => `$${name}: ID!`).join(", ");
  return world.clients[viewer].ask(
    `mutation (${declared}) { ${field} }`,
    Object.fromEntries(used.map(([name, key]) => [name, world.thing(key).id])),
  );
}

const admin = (query: string, variables: Record<string, unknown>): Promise<unknown> =>
  world.clients.admin.ask(query, variables);

async function statusOf(provider: string): Promise<string> {
  const { node } = await world.clients.admin.ask<{ node: { status: string } }>(
    "query ($id: ID!) { node(id: $id) { ... on Provider { status } } }",
    { id: world.thing(`provider ${provider}`).id },
  );
  return node.status;
}

/** A project in a cluster that is away stays PENDING. */
const settled = (): Promise<void> => settle(world.clients.admin, ["eta"]);
