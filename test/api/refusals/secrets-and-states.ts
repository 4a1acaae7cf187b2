import { bad, conflict, creating, failed, forbidden, ownSecretInput, type Refusal, secretInput } from "./case.js";
import type { Place } from "./place.js";

const assigning = (
  field: "assignSecret" | "unassignSecret" | "setSecretAssignments",
  secret: string,
  projects: readonly string[],
): Pick<Refusal, "field" | "arguments"> => ({
  field,
  arguments: (place) => ({ secretId: place.id(secret), projectIds: projects.map((name) => place.id(name)) }),
});

/** Names, scopes and references of secrets, and the state that things are in. */
export const SECRETS_AND_STATES: readonly Refusal[] = [
  creating("a secret's name that is none", () => ({ name: "Not A Name" }), bad("name")),
  creating("a secret's name of one letter", () => ({ name: "a" }), bad("name")),
  creating("a secret's name that is too long", () => ({ name: "a".repeat(254) }), bad("name")),
  creating("an organization's secret with a project", (p) => ({ projectId: p.id("home") }), bad("projectId")),
  creating("a project's secret without a project", () => ({ scope: "PROJECT" }), bad("projectId")),
  creating(
    "a project's secret with other projects",
    (p) => ownSecretInput(p, { projectIds: [p.id("other")] }),
    bad("projectIds"),
  ),
  creating(
    "an organization's secret of a project's provider",
    (p) => ({ providerId: p.id("own-vault") }),
    bad("providerId"),
  ),
  creating(
    "a project's secret of another project's provider",
    (p) => ownSecretInput(p, { providerId: p.id("others-vault") }),
    bad("providerId"),
  ),
  creating("an organization's secret, by a member", () => ({}), { ...forbidden, as: "member" }),
  creating("an organization secret's name that is taken", () => ({ name: "shared" }), conflict("name")),
  creating("a project secret's name that is taken", (p) => ownSecretInput(p, { name: "own" }), conflict("name")),
  creating(
    "the name of an ExternalSecret that is there, for a project's secret",
    (p) => ownSecretInput(p, { name: "shared" }),
    conflict("name"),
  ),
  creating(
    "the name of an ExternalSecret that is there, for an organization's secret",
    (p) => ({ name: "own", projectIds: [p.id("home")] }),
    conflict("name"),
  ),
  creating(
    "the name of a native Secret that another writes",
    (p) => ({ target: { name: "native" }, projectIds: [p.id("home")] }),
    conflict("target.name"),
  ),
  creating(
    "a name, and a native Secret's, both taken",
    (p) => ({ name: "shared", target: { name: "native" }, projectIds: [p.id("home")] }),
    {
      ...conflict("name", "name", "target.name"),
    },
  ),
  creating("more secrets than a project may have", (p) => ({ projectIds: [p.id("full")] }), failed("QuotaExceeded")),
  creating("a project that is not READY", (p) => ({ projectIds: [p.id("lost")] }), failed("ProjectNotReady")),
  creating(
    "projects that are not READY",
    (p) => ({ projectIds: [p.id("lost"), p.id("leaving")] }),
    failed("ProjectNotReady"),
  ),
  creating("a project that is going away", (p) => ({ projectIds: [p.id("leaving")] }), failed("BeingDeleted")),
  creating(
    "a provider that does not reach the project",
    (p) => ({ providerId: p.id("near"), projectIds: [p.id("far")] }),
    failed("ProviderNotReachable"),
  ),
  creating("a provider that is going away", (p) => ({ providerId: p.id("going-vault") }), failed("BeingDeleted")),
  // Changes.
  {
    title: "a generation that is not the current one",
    field: "updateSecret",
    arguments: (p) => ({ input: { id: p.id("shared"), expectedGeneration: 7, useCase: "S3" } }),
    ...conflict("expectedGeneration"),
  },
  {
    title: "a change of a secret that is going away",
    field: "updateSecret",
    arguments: (p) => ({ input: { id: p.id("going"), useCase: "S3" } }),
    ...failed("BeingDeleted"),
  },
  {
    title: "a secret without a provider",
    field: "updateSecret",
    arguments: (p) => ({ input: { id: p.id("shared"), providerId: null } }),
    ...bad("providerId"),
  },
  {
    title: "a provider that does not reach a secret's projects",
    field: "updateSecret",
    arguments: (p) => ({ input: { id: p.id("in-lost"), providerId: p.id("going-vault") } }),
    ...failed("BeingDeleted"),
  },
  {
    title: "a native Secret's name that another writes in one of its projects",
    field: "updateSecret",
    arguments: (p) => ({ input: { id: p.id("shared"), target: { name: "native" } } }),
    ...conflict("target.name"),
  },
  {
    title: "assigning a project's secret elsewhere",
    ...assigning("assignSecret", "own", ["other"]),
    ...bad("projectIds"),
  },
  { title: "taking a project's secret out", ...assigning("unassignSecret", "own", ["home"]), ...bad("projectIds") },
  {
    title: "setting a project's secret elsewhere",
    ...assigning("setSecretAssignments", "own", ["other"]),
    ...bad("projectIds"),
  },
  {
    title: "setting a project's secret nowhere",
    ...assigning("setSecretAssignments", "own", []),
    ...bad("projectIds"),
  },
  { title: "assigning by a member", as: "member", ...assigning("assignSecret", "shared", ["home"]), ...forbidden },
  { title: "unassigning by a member", as: "member", ...assigning("unassignSecret", "shared", ["home"]), ...forbidden },
  { title: "assigning what is going away", ...assigning("assignSecret", "going", ["home"]), ...failed("BeingDeleted") },
  {
    title: "assigning into what is going away",
    ...assigning("assignSecret", "unassigned", ["leaving"]),
    ...failed("BeingDeleted"),
  },
  {
    title: "assigning into a project that is not READY",
    ...assigning("assignSecret", "unassigned", ["lost"]),
    ...failed("ProjectNotReady"),
  },
  {
    title: "assigning into a full project",
    ...assigning("assignSecret", "unassigned", ["full"]),
    ...failed("QuotaExceeded"),
  },
  {
    title: "assigning beyond a provider's reach",
    ...assigning("assignSecret", "near-secret", ["far"]),
    ...failed("ProviderNotReachable"),
  },
  {
    title: "assigning where the native Secret is taken",
    ...assigning("setSecretAssignments", "writes-native", ["home", "leaving"]),
    ...failed("BeingDeleted"),
  },
  {
    title: "a forced sync that comes too soon, of a secret",
    field: "syncSecret",
    arguments: (p) => ({ id: p.id("shared") }),
    ...failed("SyncTooSoon"),
  },
  {
    title: "a forced sync that comes too soon, of an assignment",
    field: "syncAssignment",
    arguments: (p) => ({ id: p.id("assignment of own") }),
    ...failed("SyncTooSoon"),
  },
  {
    title: "a sync of what is going away",
    field: "syncSecret",
    arguments: (p) => ({ id: p.id("going") }),
    ...failed("BeingDeleted"),
  },
  // Deleting.
  ...(["Project", "Secret", "Provider"] as const).flatMap((kind): Refusal[] => {
    const name = { Project: "home", Secret: "shared", Provider: "vault" }[kind];
    const abandon = { field: `delete${kind}`, arguments: (p: Place) => ({ id: p.id(name), abandon: true }) };
    const going = { Project: "leaving", Secret: "shared", Provider: "vault" }[kind];
    return [
      { title: `abandoning a ${kind} that is not being deleted`, ...abandon, ...failed("NotBeingDeleted") },
      {
        title: `abandoning a ${kind}, by a member`,
        as: "member",
        field: `delete${kind}`,
        arguments: (p) => ({ id: p.id(going), abandon: true }),
        ...forbidden,
      },
    ];
  }),
  {
    title: "abandoning an assignment that is not going away",
    field: "unassignSecret",
    arguments: (p) => ({ secretId: p.id("shared"), projectIds: [p.id("home")], abandon: true }),
    ...failed("NotBeingDeleted"),
  },
  {
    title: "deleting a namespace that we did not make",
    field: "deleteProject",
    arguments: (p) => ({ id: p.id("foreign"), deleteNamespace: true }),
    ...failed("NamespaceNotOurs"),
  },
  {
    title: "adding the namespace to a deletion that is under way",
    field: "deleteProject",
    arguments: (p) => ({ id: p.id("leaving"), deleteNamespace: true }),
    ...failed("BeingDeleted"),
  },
  {
    title: "adopting what is not there, and what is ours",
    field: "adoptExternalSecrets",
    arguments: (p) => ({ projectId: p.id("home"), names: ["no-such-object", "shared"] }),
    ...bad("names.0", "names.1"),
  },
  {
    title: "adopting in a project that is not READY",
    field: "adoptExternalSecrets",
    arguments: (p) => ({ projectId: p.id("lost") }),
    ...failed("ProjectNotReady"),
  },
  {
    title: "an id that is none",
    field: "deleteSecret",
    arguments: () => ({ id: "nonsense" }),
    code: "NOT_FOUND",
  },
  {
    title: "an id of another kind, before anything else is looked at",
    field: "createSecret",
    arguments: (p) => ({ input: secretInput(p, { name: "Not A Name", providerId: p.id("home") }) }),
    code: "NOT_FOUND",
  },
];
