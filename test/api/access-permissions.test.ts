import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isEnumType } from "graphql";
import { startTestApp, type TestApp } from "../support/app.js";
import { ApiClient } from "../support/client.js";
import { Maker } from "./access/maker.js";
import { Fixture, STATES, type State, type Subject } from "./access/permission-states.js";
import { schema } from "./access/schema.js";
import { vaultOf } from "./access/world.js";

/*
 * `permissions` say what a mutation then does (contract.graphql, Permission): for every kind of thing, in every state that matters, as an admin and as a member, every action that
 * is listed is looked up and then done. Code and reason must be those of the answer.
 */

let app: TestApp;
let tried = 0;
let fixture: Fixture;
let clients: { admin: ApiClient; member: ApiClient };

beforeAll(async () => {
  app = await startTestApp({ env: { FORCED_SYNC_INTERVAL_SECONDS: "0" } });
  clients = {
    admin: await ApiClient.of(app.url, { subject: "ada", role: "PLATFORM_ADMIN" }),
    member: await ApiClient.of(app.url, { subject: "mia" }),
  };
  const maker = new Maker(clients.admin);
  const clusters = { berlin: await maker.clusterId("berlin"), oslo: await maker.clusterId("oslo") };
  const prefixed = await maker.provider(null, { projectKeyPrefix: "{project}/" });
  fixture = new Fixture(app, maker, clusters, prefixed.id);
  await fixture.written("Provider", prefixed);
  fixture.home = (await fixture.project()).id;
  const refused = { kind: "status", code: 403, reason: "Forbidden" } as const;
  app.cluster("berlin").faults.add({ match: { verb: "delete" }, effect: refused });
  for (const verb of ["create", "patch", "apply"] as const)
    app.cluster("oslo").faults.add({ match: { verb, resource: "namespaces" }, effect: refused });
}, 60_000);
afterAll(async () => {
  process.stdout.write(`permissions: ${tried} actions tried\n`);
  await app?.stop();
});

type Mutation = [signature: string, variables: Record<string, unknown>];
type Do = (subject: Subject) => Mutation;

const name = (): string => fixture.maker.name("made");
const newSecret = (place: Record<string, unknown>, remoteKey: string): Mutation => [
  "createSecret($input: CreateSecretInput!)",
  { input: { name: name(), providerId: fixture.prefixed, data: [{ secretKey: "a", remoteKey }], ...place } },
];
const newProvider = (place: Record<string, unknown>): Mutation => [
  "createProvider($input: CreateProviderInput!)",
  { input: { name: name(), vault: vaultOf("projectId" in place ? null : "operator"), ...place } },
];
const unassign: Do = ({ id, secretId = id, projectId }) => [
  "unassignSecret($secretId: ID!, $projectIds: [ID!]!)",
  { secretId, projectIds: [projectId] },
];

/** How each action is done to each kind of thing. */
const ACTIONS: Readonly<Record<State["type"], Readonly<Record<string, Do>>>> = {
  Viewer: {
    CREATE_PROJECT: () => [
      "createProject($input: CreateProjectInput!)",
      { input: { name: name(), description: "", clusterId: fixture.clusters.berlin } },
    ],
    CREATE_PROVIDER: () => newProvider({}),
    CREATE_SECRET: () => newSecret({ scope: "ORGANIZATION" }, "anything"),
  },
  Project: {
    UPDATE: ({ id }) => ["updateProject($id: ID!, $description: String!)", { id, description: "new" }],
    MANAGE_MEMBERS: ({ id }) => [
      "addProjectMembers($projectId: ID!, $subjects: [String!]!)",
      { projectId: id, subjects: ["zoe"] },
    ],
    CREATE_SECRET: ({ id, name: project }) => newSecret({ scope: "PROJECT", projectId: id }, `${project}/b`),
    CREATE_PROVIDER: ({ id }) => newProvider({ scope: "PROJECT", projectId: id }),
    ASSIGN: ({ id, secretId }) => ["assignSecret($secretId: ID!, $projectIds: [ID!]!)", { secretId, projectIds: [id] }],
    ADOPT: ({ id }) => ["adoptExternalSecrets($projectId: ID!)", { projectId: id }],
    DELETE: ({ id }) => ["deleteProject($id: ID!)", { id }],
  },
  Secret: {
    UPDATE: ({ id }) => ["updateSecret($input: UpdateSecretInput!)", { input: { id, refreshInterval: "5h" } }],
    ASSIGN: ({ id }) => [
      "assignSecret($secretId: ID!, $projectIds: [ID!]!)",
      { secretId: id, projectIds: [fixture.home] },
    ],
    SYNC: ({ id }) => ["syncSecret($id: ID!)", { id }],
    UNASSIGN: unassign,
    DELETE: ({ id }) => ["deleteSecret($id: ID!)", { id }],
  },
  Assignment: {
    SYNC: ({ id }) => ["syncAssignment($id: ID!)", { id }],
    UNASSIGN: unassign,
  },
  Provider: {
    UPDATE: ({ id, projectId }) => [
      "updateProvider($input: UpdateProviderInput!)",
      { input: { id, vault: { ...vaultOf(projectId === undefined ? "operator" : null), path: "other" } } },
    ],
    DELETE: ({ id }) => ["deleteProvider($id: ID!)", { id }],
  },
};

interface Permission {
  action: string;
  allowed: boolean;
  code: string | null;
  reason: string | null;
}

it("knows every action", () => {
  const actions = schema.getType("Action");
  const known = new Set(Object.values(ACTIONS).flatMap((of) => Object.keys(of)));
  expect(isEnumType(actions) && actions.getValues().map((value) => value.name)).toEqual([...known].sort());
});

describe.each(STATES)("$type, $state", ({ type, make }) => {
  it.each(["admin", "member"] as const)("as %s", async (viewer) => {
    const subject = await make(fixture);
    const said: (Permission | undefined)[] = [];
    const done: Permission[] = [];
    // In the order of the table, what ends the thing last. Each permission is read just before.
    for (const [action, act] of Object.entries(ACTIONS[type])) {
      const permissions = await permissionsOf(viewer, type, subject);
      expect(permissions.map((permission) => permission.action).sort()).toEqual(Object.keys(ACTIONS[type]).sort());
      said.push(permissions.find((candidate) => candidate.action === action));
      const [signature, variables] = act(subject);
      const field = signature.slice(0, signature.indexOf("("));
      const declared = signature.slice(signature.indexOf("("));
      const passed = [...declared.matchAll(/\$(\w+)/g)].map(([, variable]) => `${variable}: $${variable}`).join(", ");
      const { errors } = await clients[viewer].send(`mutation ${declared} { ${field}(${passed}) { id } }`, variables);
      const [error] = errors;
      done.push({
        action,
        allowed: error === undefined,
        code: error?.extensions.code ?? null,
        reason: error?.extensions.problems?.[0]?.message ?? error?.message ?? null,
      });
      tried += 1;
    }
    expect(said).toEqual(done);
  });
});

async function permissionsOf(viewer: "admin" | "member", type: State["type"], { id }: Subject): Promise<Permission[]> {
  const selection = "{ permissions { action allowed code reason } }";
  const question =
    type === "Viewer"
      ? `{ thing: me ${selection} }`
      : `query ($id: ID!) { thing: ${type.toLowerCase()}(id: $id) ${selection} }`;
  const { thing } = await clients[viewer].ask<{ thing: { permissions: Permission[] } | null }>(
    question,
    type === "Viewer" ? {} : { id },
  );
  return thing?.permissions ?? [];
}
