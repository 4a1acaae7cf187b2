import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildWorld, type World } from "./access/world.js";

/* Names, as ids, tell nothing of what cannot be seen (DESIGN.md, invariant 5). */

let world: World;
beforeAll(async () => {
  world = await buildWorld();
}, 60_000);
afterAll(async () => {
  await world?.stop();
});

/** Operations that take names: `$name` of something that the viewer cannot see, which must be as any name. */
const BY_NAME: { title: string; names: readonly string[]; query: string }[] = [
  {
    title: "a project by its name",
    names: ["gamma", "delta", "epsilon"],
    query: "query ($name: String!) { project(name: $name) { id } }",
  },
  {
    title: "making a project",
    names: ["gamma", "delta", "alpha"],
    query: 'mutation ($name: String!) { createProject(input: { name: $name, description: "" }) { id } }',
  },
  {
    title: "making an organization secret",
    names: ["for-delta", "for-nobody", "shared"],
    query: `mutation ($name: String!, $prefixed: ID!) { createSecret(input: { name: $name, scope: ORGANIZATION, providerId: $prefixed,
      data: [{ secretKey: "a", remoteKey: "b" }] }) { id } }`,
  },
  {
    title: "a preview of a project's secret",
    names: ["for-delta", "for-nobody", "gamma-own", "delta-own"],
    query: `query ($name: String!, $prefixed: ID!, $alpha: ID!) { previewSecret(projectId: $alpha, input: { name: $name, scope: PROJECT,
      projectId: $alpha, providerId: $prefixed, data: [{ secretKey: "a", remoteKey: "projects/alpha/b" }] }) { manifest problems { path message } } }`,
  },
  {
    title: "making an organization provider",
    names: ["behind-gamma", "behind-nothing"],
    query:
      "mutation ($name: String!) { createProvider(input: { name: $name, existingStore: { kind: VAULT, storeName: $name } }) { id } }",
  },
  {
    title: "a ClusterSecretStore in a manifest",
    names: ["behind-gamma", "behind-delta", "behind-nothing"],
    query: manifestQuery("ClusterSecretStore"),
  },
  {
    title: "a SecretStore in a manifest",
    names: ["gamma-vault", "delta-vault", "behind-shared"],
    query: manifestQuery("SecretStore"),
  },
  {
    title: "adopting what is in another namespace",
    names: ["gamma-own", "delta-own", "for-delta"],
    query: "mutation ($name: String!, $alpha: ID!) { adoptExternalSecrets(projectId: $alpha, names: [$name]) { id } }",
  },
  {
    title: "searching secrets",
    names: ["for-delta", "gamma-own", "delta"],
    query: "query ($name: String!) { secrets(filter: { search: $name }) { totalCount nodes { id } } }",
  },
  {
    title: "counting secrets",
    names: ["for-delta", "gamma-own", "delta"],
    query: "query ($name: String!) { secretCounts(filter: { search: $name }) { status count } }",
  },
  {
    title: "searching providers",
    names: ["behind-gamma", "delta-vault"],
    query: "query ($name: String!) { providers(search: $name) { totalCount nodes { id } } }",
  },
  {
    title: "searching projects",
    names: ["gamma", "epsilon"],
    query: "query ($name: String!) { projects(search: $name) { totalCount nodes { id } } }",
  },
  {
    title: "searching assignments",
    names: ["gamma", "epsilon"],
    query:
      "query ($name: String!, $shared: ID!) { secret(id: $shared) { assignments(filter: { search: $name }) { totalCount } } }",
  },
  {
    title: "history of an actor",
    names: ["otto"],
    query: "query ($name: String!) { history(filter: { actor: $name }) { totalCount } }",
  },
];

function manifestQuery(kind: string): string {
  const manifest = [
    "apiVersion: external-secrets.io/v1",
    "kind: ExternalSecret",
    "metadata: {name: from-a-manifest}",
    `spec: {secretStoreRef: {name: NAME, kind: ${kind}}, data: [{secretKey: a, remoteRef: {key: projects/alpha/b}}]}`,
  ].join("\\n");
  return `query ($alpha: ID!) { previewSecretManifest(scope: PROJECT, projectId: $alpha, manifest: "${manifest}") { manifest problems { path message } } }`;
}

describe.each(BY_NAME)("names of what cannot be seen: $title", ({ names, query }) => {
  it.each(names)("%s is as any name", async (name) => {
    const ask = async (of: string): Promise<string> => {
      const declared = query.slice(0, query.indexOf("{"));
      const variables = { name: of, ...idsFor(declared) };
      const known = Object.fromEntries(Object.entries(variables).filter(([key]) => declared.includes(`$${key}:`)));
      return (await world.wires.byGroup.post(query.replaceAll("NAME", of), known)).replaceAll(of, "<name>");
    };
    const unknown = `x${randomUUID().slice(1)}`;
    expect(await ask(name)).toBe(await ask(unknown));
  });
});

const idsFor = (declared: string): Record<string, string> => ({
  ...(declared.includes("$alpha:") ? { alpha: world.thing("project alpha").id } : {}),
  ...(declared.includes("$prefixed:") ? { prefixed: world.thing("provider with-prefix").id } : {}),
  ...(declared.includes("$shared:") ? { shared: world.thing("secret shared").id } : {}),
});

it("asks what it is meant to ask: the store of a provider that can be seen is found", async () => {
  const query = manifestQuery("ClusterSecretStore").replace("NAME", "with-prefix");
  const { previewSecretManifest: preview } = await world.clients.byGroup.ask<{ previewSecretManifest: unknown }>(
    query,
    {
      alpha: world.thing("project alpha").id,
    },
  );
  expect(preview).toMatchObject({ problems: [] });
});

describe("names that are taken elsewhere", () => {
  it("are free for a project's own secrets and providers", async () => {
    const { byGroup } = world.clients;
    const projectId = world.thing("project alpha").id;
    for (const name of ["delta-vault", "behind-nothing", "with-prefix"]) {
      const vault = { server: "https://vault.example.com", auth: { tokenSecretRef: { name: "t", key: "k" } } };
      const { made } = await byGroup.ask<{ made: { id: string } }>(
        "mutation ($input: CreateProviderInput!) { made: createProvider(input: $input) { id } }",
        { input: { name, scope: "PROJECT", projectId, vault } },
      );
      await byGroup.ask("mutation ($id: ID!) { deleteProvider(id: $id) { id } }", { id: made.id });
    }
    for (const name of ["for-delta", "delta-own", "for-nobody"]) {
      const data = [{ secretKey: "a", remoteKey: "anything" }];
      const providerId = world.thing("provider alpha-vault").id;
      const { made } = await byGroup.ask<{ made: { id: string } }>(
        "mutation ($input: CreateSecretInput!) { made: createSecret(input: $input) { id } }",
        { input: { name, scope: "PROJECT", projectId, providerId, data } },
      );
      await byGroup.ask("mutation ($id: ID!) { deleteSecret(id: $id) { id } }", { id: made.id });
    }
  });
});
