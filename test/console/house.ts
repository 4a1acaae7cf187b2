import type { Page } from "playwright-core";
import { FOREIGN_PROJECT, makeProvider, startScene, type Scene } from "./scene.js";

/** A scene in which every page has something to show, to a platform admin and to Ben, and something that Ben must not see. */
export interface House extends Scene {
  /** Ids of what the pages are about. */
  ids: Readonly<Record<"broken" | "shared" | "own" | "unassigned" | "cloud" | "foreignCloud", string>>;
}

/** Names of everything that is not Ben's: of projects, clusters, providers, secrets, keys and people. */
export const NOT_BENS = [
  FOREIGN_PROJECT,
  "oslo",
  "foreign-cloud",
  "night-signing-key",
  "night-token",
  "nowhere-yet",
  "gustavo",
  "mallory",
] as const;

const AWS_KEYS = { name: "aws", key: "id" };

export async function startHouse(): Promise<House> {
  const scene = await startScene();
  const { admin, projects } = scene;
  const berlin = scene.app.cluster("berlin");
  for (const name of ["checkout", FOREIGN_PROJECT])
    for (const cluster of ["berlin", "oslo"])
      scene.app.cluster(cluster).backends.vault.set(`projects/${name}/signing`, { key: "sample" });
  const ben = await scene.as({ subject: "ben", groups: ["checkout", "search"] });
  const gustavo = await scene.as({ subject: "gustavo", groups: [FOREIGN_PROJECT] });

  berlin.store.apply(
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: "handmade", namespace: "checkout" },
      spec: {
        secretStoreRef: { name: "corporate-vault", kind: "ClusterSecretStore" },
        target: { name: "handmade-values" },
        data: [{ secretKey: "key", remoteRef: { key: "projects/checkout/signing", property: "key" } }],
      },
    },
    { manager: "kubectl" },
  );
  for (const [project, subject] of [
    ["checkout", "eve"],
    [FOREIGN_PROJECT, "mallory"],
  ] as const)
    await admin.ask(
      "mutation ($id: ID!, $who: [String!]!) { addProjectMembers(projectId: $id, subjects: $who) { id } }",
      { id: projects.get(project), who: [subject] },
    );
  const cloud = await makeProvider(ben, {
    name: "checkout-cloud",
    scope: "PROJECT",
    projectId: projects.get("checkout"),
    aws: {
      region: "eu-central-1",
      auth: { secretRef: { accessKeyIDSecretRef: AWS_KEYS, secretAccessKeySecretRef: AWS_KEYS } },
    },
  });
  const foreignCloud = await makeProvider(admin, {
    name: "foreign-cloud",
    scope: "ORGANIZATION",
    gcp: {
      projectId: "sample",
      auth: { secretRef: { secretAccessKeySecretRef: { name: "gcp", namespace: "platform", key: "key" } } },
    },
  });
  const ids = {
    cloud,
    foreignCloud,
    shared: await scene.secret("shared-database", ["checkout", FOREIGN_PROJECT]),
    broken: await scene.secret("broken-token", ["checkout", "search"], "no/such/key"),
    unassigned: await scene.secret("nowhere-yet", []),
    own: await makeOwn(ben, scene, "checkout", "signing-key"),
  };
  const foreignOwn = await makeOwn(gustavo, scene, FOREIGN_PROJECT, "night-signing-key");
  const foreign = await scene.secret("night-token", [FOREIGN_PROJECT]);
  await Promise.all([
    scene.becomes(ids.broken, "SYNCED_ERROR"),
    ...[ids.shared, ids.own, foreignOwn, foreign].map((id) => scene.becomes(id, "SYNCED")),
  ]);
  return { ...scene, ids };
}

async function makeOwn(client: Scene["admin"], scene: Scene, project: string, name: string): Promise<string> {
  const { createSecret } = await client.ask<{ createSecret: { id: string } }>(
    "mutation ($input: CreateSecretInput!) { createSecret(input: $input) { id } }",
    {
      input: {
        name,
        scope: "PROJECT",
        projectId: scene.projects.get(project),
        providerId: scene.provider,
        data: [{ secretKey: "key", remoteKey: `projects/${project}/signing`, property: "key" }],
      },
    },
  );
  return createSecret.id;
}

/** What can be done on a page in each role: the names of its controls, those that are disabled with their reason too. */
export interface ConsolePage {
  name: string;
  path: (house: House) => string;
  admin: readonly string[];
  member: readonly string[];
}

const inProject = (name: string): string[] => [`Sync now in ${name}`, `Unassign from ${name}`];
const ADMIN_OF_SECRET = ["Sync now", "Assignments", "Edit", "Delete"];
const MEMBER_OF_OWN = ["Sync now", "Assignments (disabled)", "Edit", "Delete"];
const ADMIN_OF_PROJECT = ["Assign existing", "New secret"];

/** Every page of the console, as the house has it. */
export const PAGES: readonly ConsolePage[] = [
  { name: "Secrets", path: () => "/secrets", admin: ["New secret"], member: [] },
  { name: "Secrets, none found", path: () => "/secrets?search=none-of-that-name", admin: ["New secret"], member: [] },
  {
    name: "a secret with an error",
    path: ({ ids }) => `/secrets/${ids.broken}`,
    admin: [...ADMIN_OF_SECRET, ...inProject("checkout"), ...inProject("search")],
    member: ["Sync now in checkout", "Sync now in search"],
  },
  {
    name: "a secret of several projects",
    path: ({ ids }) => `/secrets/${ids.shared}`,
    admin: [...ADMIN_OF_SECRET, ...inProject("checkout"), ...inProject(FOREIGN_PROJECT)],
    member: ["Sync now in checkout"],
  },
  {
    name: "its manifest",
    path: ({ ids }) => `/secrets/${ids.shared}?tab=manifest`,
    admin: ADMIN_OF_SECRET,
    member: [],
  },
  { name: "its history", path: ({ ids }) => `/secrets/${ids.shared}?tab=history`, admin: ADMIN_OF_SECRET, member: [] },
  {
    name: "a project's own secret",
    path: ({ ids }) => `/secrets/${ids.own}`,
    admin: [...MEMBER_OF_OWN, "Sync now in checkout", "Unassign from checkout (disabled)"],
    member: [...MEMBER_OF_OWN, "Sync now in checkout", "Unassign from checkout (disabled)"],
  },
  {
    name: "a secret that is assigned nowhere",
    path: ({ ids }) => `/secrets/${ids.unassigned}`,
    admin: ADMIN_OF_SECRET,
    member: [],
  },
  {
    name: "editing an organization's secret",
    path: ({ ids }) => `/secrets/${ids.shared}/edit`,
    admin: ["Save changes"],
    member: [],
  },
  {
    name: "editing a project's own secret",
    path: ({ ids }) => `/secrets/${ids.own}/edit`,
    admin: ["Save changes"],
    member: ["Save changes"],
  },
  { name: "a new secret", path: () => "/secrets/new", admin: ["Create secret (disabled)"], member: [] },
  {
    name: "a new secret from YAML",
    path: () => "/secrets/new?as=yaml",
    admin: ["Create secret (disabled)"],
    member: [],
  },
  {
    name: "a new secret of a project",
    path: ({ projects }) => `/secrets/new?project=${projects.get("checkout")}`,
    admin: ["Create secret (disabled)"],
    member: ["Create secret (disabled)"],
  },
  {
    name: "a new secret of a project from YAML",
    path: ({ projects }) => `/secrets/new?as=yaml&project=${projects.get("checkout")}`,
    admin: ["Create secret (disabled)"],
    member: ["Create secret (disabled)"],
  },
  { name: "Projects", path: () => "/projects", admin: ["New project"], member: [] },
  {
    name: "a project's secrets",
    path: () => "/projects/checkout",
    admin: [
      ...ADMIN_OF_PROJECT,
      "Sync broken-token now",
      "Remove broken-token from the project",
      "Sync shared-database now",
      "Remove shared-database from the project",
      "Sync signing-key now",
      "Delete signing-key",
    ],
    member: [
      "New secret",
      "Sync broken-token now",
      "Sync shared-database now",
      "Sync signing-key now",
      "Delete signing-key",
    ],
  },
  {
    name: "adoption",
    path: () => "/projects/checkout?tab=adopt",
    admin: [...ADMIN_OF_PROJECT, "Adopt (disabled)"],
    member: ["New secret", "Adopt (disabled)"],
  },
  {
    name: "a project's members",
    path: () => "/projects/checkout?tab=members",
    admin: [...ADMIN_OF_PROJECT, "Remove eve", "Add member (disabled)"],
    member: ["New secret"],
  },
  {
    name: "a project's settings",
    path: () => "/projects/checkout?tab=settings",
    admin: [...ADMIN_OF_PROJECT, "Save", "Delete project"],
    // They have no such tab: they get the secrets.
    member: [
      "New secret",
      "Sync broken-token now",
      "Sync shared-database now",
      "Sync signing-key now",
      "Delete signing-key",
    ],
  },
  {
    name: "a project that is not Ben's",
    path: () => `/projects/${FOREIGN_PROJECT}`,
    admin: [
      ...ADMIN_OF_PROJECT,
      "Sync night-signing-key now",
      "Delete night-signing-key",
      "Sync night-token now",
      "Remove night-token from the project",
      "Sync shared-database now",
      "Remove shared-database from the project",
    ],
    member: [],
  },
  { name: "Providers", path: () => "/providers", admin: ["New provider"], member: ["New provider"] },
  {
    name: "a provider of the organization",
    path: ({ provider }) => `/providers/${provider}`,
    admin: ["Edit", "Delete"],
    member: [],
  },
  {
    name: "a project's own provider",
    path: ({ ids }) => `/providers/${ids.cloud}`,
    admin: ["Edit", "Delete"],
    member: ["Edit", "Delete"],
  },
  {
    name: "a provider that is not Ben's",
    path: ({ ids }) => `/providers/${ids.foreignCloud}`,
    admin: ["Edit", "Delete"],
    member: [],
  },
  {
    name: "editing a provider of the organization",
    path: ({ provider }) => `/providers/${provider}/edit`,
    admin: ["Save changes"],
    member: [],
  },
  {
    name: "editing a project's own provider",
    path: ({ ids }) => `/providers/${ids.cloud}/edit`,
    admin: ["Save changes"],
    member: ["Save changes"],
  },
  {
    name: "a new provider",
    path: () => "/providers/new",
    admin: ["Create provider"],
    member: ["Create provider"],
  },
  { name: "Clusters", path: () => "/clusters", admin: [], member: [] },
  { name: "History", path: () => "/history", admin: [], member: [] },
  { name: "no page at all", path: () => "/no-such-page", admin: [], member: [] },
];

/** The controls of the page that do something to what it shows, in the words of whoever cannot see it. */
export async function controlsOf(page: Page): Promise<string[]> {
  const names = await page.evaluate(() =>
    [...document.querySelectorAll("main button:not(.chip), main a.button")].map((control) => {
      const isDisabled = control.matches(":disabled, [aria-disabled='true']");
      return `${(control.getAttribute("aria-label") ?? control.textContent ?? "").trim()}${isDisabled ? " (disabled)" : ""}`;
    }),
  );
  return names.filter((name) => DOES.test(name));
}

const DOES =
  /^(?:New|Edit|Delete|Assign|Assignments|Unassign|Sync|Forget|Remove(?! key)|Adopt|Add member|Save|Create)\b/;
