import type { Kind, Thing, ViewerName } from "./kinds.js";
import { unknownId } from "./kinds.js";
import type { World } from "./world.js";

/** Which kind of thing each id names. "any": `node`. A position that is not here fails the test. */
export const KIND_AT: Readonly<Record<string, Kind | "any">> = {
  "Query.node(id)": "any",
  "Query.cluster(id)": "cluster",
  "Query.project(id)": "project",
  "Query.provider(id)": "provider",
  "Query.secret(id)": "secret",
  "Query.assignment(id)": "assignment",
  "Query.projects(clusterId)": "cluster",
  "Query.projects(reachableBy)": "provider",
  "Query.providers(usableInProject)": "project",
  "Query.secrets(filter.projectId)": "project",
  "Query.secrets(filter.providerId)": "provider",
  "Query.secretCounts(filter.projectId)": "project",
  "Query.secretCounts(filter.providerId)": "provider",
  "Query.history(filter.secretId)": "secret",
  "Query.history(filter.projectId)": "project",
  "Query.history(filter.providerId)": "provider",
  "Query.history(filter.clusterId)": "cluster",
  "Query.previewSecret(input.projectId)": "project",
  "Query.previewSecret(input.projectIds[])": "project",
  "Query.previewSecret(input.providerId)": "provider",
  "Query.previewSecret(projectId)": "project",
  "Query.previewSecretUpdate(input.id)": "secret",
  "Query.previewSecretUpdate(input.providerId)": "provider",
  "Query.previewSecretUpdate(projectId)": "project",
  "Query.previewSecretManifest(projectId)": "project",
  "Query.previewSecretManifestUpdate(id)": "secret",
  "Query.previewSecretManifestUpdate(projectId)": "project",
  "Secret.assignments(filter.projectId)": "project",
  "Project.assignments(filter.projectId)": "project",
  "Mutation.createProject(input.clusterId)": "cluster",
  "Mutation.updateProject(id)": "project",
  "Mutation.deleteProject(id)": "project",
  "Mutation.addProjectMembers(projectId)": "project",
  "Mutation.removeProjectMembers(projectId)": "project",
  "Mutation.createProvider(input.projectId)": "project",
  "Mutation.updateProvider(input.id)": "provider",
  "Mutation.deleteProvider(id)": "provider",
  "Mutation.createSecret(input.projectId)": "project",
  "Mutation.createSecret(input.projectIds[])": "project",
  "Mutation.createSecret(input.providerId)": "provider",
  "Mutation.createSecretFromManifest(projectId)": "project",
  "Mutation.createSecretFromManifest(projectIds[])": "project",
  "Mutation.updateSecret(input.id)": "secret",
  "Mutation.updateSecret(input.providerId)": "provider",
  "Mutation.updateSecretFromManifest(id)": "secret",
  "Mutation.deleteSecret(id)": "secret",
  "Mutation.assignSecret(secretId)": "secret",
  "Mutation.assignSecret(projectIds[])": "project",
  "Mutation.unassignSecret(secretId)": "secret",
  "Mutation.unassignSecret(projectIds[])": "project",
  "Mutation.setSecretAssignments(secretId)": "secret",
  "Mutation.setSecretAssignments(projectIds[])": "project",
  "Mutation.syncSecret(id)": "secret",
  "Mutation.syncAssignment(id)": "assignment",
  "Mutation.adoptExternalSecrets(projectId)": "project",
  "Subscription.secretStatusChanged(secretId)": "secret",
  "Subscription.secretStatusChanged(projectId)": "project",
  "Subscription.assignmentStatusChanged(secretId)": "secret",
  "Subscription.assignmentStatusChanged(projectId)": "project",
  "Subscription.providerStatusChanged(providerId)": "provider",
  "Subscription.transitions(projectId)": "project",
};

/** Fields that answer null where an id leads to nothing; everything else answers NOT_FOUND. */
export const ANSWERS_NULL: ReadonlySet<string> = new Set([
  "Query.node",
  "Query.cluster",
  "Query.project",
  "Query.provider",
  "Query.secret",
  "Query.assignment",
]);

/** Who asks what about which thing. */
export interface Asking {
  world: World;
  viewer: ViewerName;
  /** What stands at the position, if it is something at all. */
  thing: Thing;
}

/** Something of this kind that the viewer sees, or where there is none, an id of nothing. */
export function visibleId({ world, viewer }: Asking, kind: Kind, name?: string): string {
  const all = world.things.filter((thing) => thing.kind === kind);
  const seen = all.filter((thing) => world.sees(viewer, thing));
  const wanted = seen.find((thing) => name === undefined || thing.name === name) ?? seen[0];
  return wanted?.id ?? unknownId(all[0]?.id ?? "x_");
}

const NOT_A_MANIFEST = "kind: Nothing";

/**
 * The other arguments of an operation: such that it gets past its ids where they can be seen, and is refused after them, for bad input or for the state that the
 * thing is in, so that nothing is written.
 */
export const OTHER_ARGUMENTS: Readonly<Record<string, (asking: Asking) => Record<string, unknown>>> = {
  "Query.previewSecret": (asking) => ({ input: secretInput(asking) }),
  "Query.previewSecretUpdate": (asking) => ({ input: { id: visibleId(asking, "secret") } }),
  "Query.previewSecretManifest": () => ({ manifest: NOT_A_MANIFEST, scope: "PROJECT" }),
  "Query.previewSecretManifestUpdate": (asking) => ({ id: visibleId(asking, "secret"), manifest: NOT_A_MANIFEST }),
  "Mutation.createProject": () => ({ input: { name: "Not A Name", description: "" } }),
  "Mutation.updateProject": () => ({ description: "x".repeat(5_000) }),
  "Mutation.deleteProject": () => ({ abandon: true, deleteNamespace: false }),
  "Mutation.addProjectMembers": () => ({ subjects: [""] }),
  "Mutation.removeProjectMembers": () => ({ subjects: [""] }),
  "Mutation.createProvider": () => ({ input: { name: "Not A Name", scope: "PROJECT" } }),
  "Mutation.updateProvider": () => ({ input: { projectKeyPrefix: "nonsense" } }),
  "Mutation.deleteProvider": () => ({ abandon: true }),
  "Mutation.createSecret": (asking) => ({ input: secretInput(asking) }),
  "Mutation.createSecretFromManifest": () => ({ manifest: NOT_A_MANIFEST, scope: "PROJECT", useCase: "GENERIC" }),
  "Mutation.updateSecret": (asking) => ({ input: { id: visibleId(asking, "secret"), expectedGeneration: 999 } }),
  "Mutation.updateSecretFromManifest": () => ({ manifest: NOT_A_MANIFEST }),
  "Mutation.deleteSecret": () => ({ abandon: true }),
  // A project's own secret can be assigned nowhere else.
  "Mutation.assignSecret": (asking) => ({ secretId: ownSecret(asking), projectIds: placesOf(asking) }),
  "Mutation.unassignSecret": (asking) => ({ secretId: ownSecret(asking), projectIds: [], abandon: true }),
  "Mutation.setSecretAssignments": (asking) => ({ secretId: ownSecret(asking), projectIds: placesOf(asking) }),
  "Mutation.adoptExternalSecrets": () => ({ names: ["there-is-no-such-object"] }),
  // A bad cursor is looked at after the ids.
  "Subscription.secretStatusChanged": () => ({ since: "no cursor" }),
  "Subscription.assignmentStatusChanged": () => ({ since: "no cursor" }),
  "Subscription.providerStatusChanged": () => ({ since: "no cursor" }),
  "Subscription.transitions": () => ({ since: "no cursor" }),
};

const secretInput = (asking: Asking): Record<string, unknown> => ({
  name: "Not A Name",
  scope: "ORGANIZATION",
  useCase: "GENERIC",
  providerId: visibleId(asking, "provider", "with-prefix"),
});

const ownSecret = (asking: Asking): string =>
  visibleId(asking, "secret", asking.viewer === "ofAnother" ? "gamma-own" : "alpha-own");

/** Where a secret is assigned already, as far as the viewer sees it: for whoever may assign, to assign it there changes nothing. */
function placesOf({ world, viewer, thing }: Asking): string[] {
  if (thing.kind !== "secret") return [];
  return world.things
    .filter(({ key }) => key.startsWith(`assignment ${thing.name} `))
    .map(({ key }) => world.thing(`project ${key.split(" ")[2]}`))
    .filter((project) => world.sees(viewer, project))
    .map(({ id }) => id);
}
