import { bad, conflict, failed, forbidden, ownVault, type Refusal, vault } from "./case.js";
import type { Place } from "./place.js";

const project = (over: Record<string, unknown>): Refusal["arguments"] => {
  return (place) => ({ input: { name: "new-project", description: "", clusterId: place.id("berlin"), ...over } });
};
const named = (name: string): Pick<Refusal, "field" | "arguments" | "title"> => ({
  title: `a project named ${name.slice(0, 50)}`,
  field: "createProject",
  arguments: project({ name }),
});
const provider = (
  title: string,
  input: (place: Place) => Record<string, unknown>,
  refused: Partial<Refusal>,
): Refusal => ({
  title,
  field: "createProvider",
  arguments: (place) => ({ input: { name: "new-provider", ...input(place) } }),
  code: "",
  ...refused,
});
/** Reserved names, names that are none, and what a provider may not be. */
export const PROJECTS_AND_PROVIDERS: readonly Refusal[] = [
  ...["default", "kube-system", "kube-anything", "secretariat-system", "monitoring", "ingress"].map((name) => ({
    ...named(name),
    ...bad("name"),
  })),
  ...["Upper", "with_underscore", "-leading", "trailing-", "dots.in-it", "a--b", "x".repeat(42), "ä"].map((name) => ({
    ...named(name),
    ...bad(...(name === "ä" ? ["name", "name"] : ["name"])),
  })),
  { ...named("a"), ...bad("name") },
  { ...named(""), ...bad("name", "name") },
  {
    title: "several clusters, and none is named",
    field: "createProject",
    arguments: project({ clusterId: null }),
    ...bad("clusterId"),
  },
  {
    title: "a project with everything wrong",
    field: "createProject",
    arguments: project({ name: "Not--A-Name", description: "two\nlines", clusterId: null }),
    ...bad("clusterId", "description", "name", "name"),
  },
  {
    title: "a description that is too long",
    field: "updateProject",
    arguments: (place) => ({ id: place.id("home"), description: "x".repeat(1_001) }),
    ...bad("description"),
  },
  {
    title: "a project's name that is taken",
    field: "createProject",
    arguments: project({ name: "home" }),
    ...conflict("name"),
  },
  { title: "a project, by a member", as: "member", field: "createProject", arguments: project({}), ...forbidden },
  {
    title: "members without a name, or with one that is too long, or with control characters",
    field: "addProjectMembers",
    arguments: (place) => ({ projectId: place.id("home"), subjects: ["", "x".repeat(256), "a\u0000b", "fine"] }),
    ...bad("subjects.0", "subjects.1", "subjects.2"),
  },
  // Providers.
  provider("a provider's name that is none", () => ({ name: "Not A Name", vault: vault() }), bad("name")),
  provider("a provider of no kind", () => ({}), bad("")),
  provider("a provider of two kinds", () => ({ vault: vault(), gcp: { projectId: "some-project" } }), bad("")),
  provider(
    "a provider of a kind, and an existing store",
    () => ({ vault: vault(), existingStore: { kind: "VAULT", storeName: "x" } }),
    bad(""),
  ),
  provider("a project's provider without a project", () => ({ scope: "PROJECT", vault: ownVault() }), bad("projectId")),
  provider(
    "an organization's provider with a project",
    (place) => ({ projectId: place.id("home"), vault: vault() }),
    bad("projectId"),
  ),
  provider(
    "a key prefix of a project's provider",
    (place) => ({ scope: "PROJECT", projectId: place.id("home"), vault: ownVault(), projectKeyPrefix: "{project}/" }),
    bad("projectKeyPrefix"),
  ),
  ...[
    "projects/",
    "{project}",
    "{project}x",
    "{project}-",
    "{project}/{project}/",
    "/{project}/",
    "a//{project}/",
    "a/../{project}/",
    "ä/{project}/",
  ].map((projectKeyPrefix) =>
    provider(
      `the key prefix ${projectKeyPrefix}`,
      () => ({ vault: vault(), projectKeyPrefix }),
      bad("projectKeyPrefix"),
    ),
  ),
  provider(
    "a provider with everything wrong",
    (place) => ({
      name: "Not A Name",
      projectId: place.id("home"),
      vault: vault({ server: "ftp://x", version: "v3", auth: { tokenSecretRef: {}, nonsense: 1 } }),
      projectKeyPrefix: "nonsense",
    }),
    {
      ...bad(
        "name",
        "projectId",
        "projectKeyPrefix",
        "vault.auth.nonsense",
        "vault.auth.tokenSecretRef.key",
        "vault.auth.tokenSecretRef.name",
        "vault.auth.tokenSecretRef.namespace",
        "vault.server",
        "vault.version",
      ),
    },
  ),
  provider(
    "an organization provider's name that is taken",
    () => ({ name: "vault", vault: vault() }),
    conflict("name"),
  ),
  provider(
    "a project provider's name that is taken",
    (place) => ({ name: "own-vault", scope: "PROJECT", projectId: place.id("home"), vault: ownVault() }),
    conflict("name"),
  ),
  provider(
    "a store that is taken",
    () => ({ existingStore: { kind: "VAULT", storeName: "by-hand" } }),
    conflict("existingStore.storeName"),
  ),
  provider(
    "a store's name that is none",
    () => ({ existingStore: { kind: "VAULT", storeName: "Not A Name" } }),
    bad("existingStore.storeName"),
  ),
  provider(
    "more providers than a project may have",
    (place) => ({ scope: "PROJECT", projectId: place.id("full"), vault: ownVault() }),
    failed("QuotaExceeded"),
  ),
  provider(
    "a provider in a project that is not READY",
    (place) => ({ scope: "PROJECT", projectId: place.id("lost"), vault: ownVault() }),
    failed("ProjectNotReady"),
  ),
  provider(
    "a provider in a project that is going away",
    (place) => ({ scope: "PROJECT", projectId: place.id("leaving"), vault: ownVault() }),
    failed("BeingDeleted"),
  ),
  {
    title: "another kind for a provider",
    field: "updateProvider",
    arguments: (place) => ({ input: { id: place.id("vault"), gcp: { projectId: "some-project" } } }),
    ...bad("gcp"),
  },
  {
    title: "a config for an existing store",
    field: "updateProvider",
    arguments: (place) => ({ input: { id: place.id("existing"), vault: vault() } }),
    ...bad("vault"),
  },
  {
    title: "a change of a provider that is going away",
    field: "updateProvider",
    arguments: (place) => ({ input: { id: place.id("going-vault"), vault: vault({ path: "other" }) } }),
    ...failed("BeingDeleted"),
  },
  {
    title: "deleting a provider in use",
    field: "deleteProvider",
    arguments: (place) => ({ id: place.id("plain") }),
    ...failed("ProviderInUse"),
  },
];
