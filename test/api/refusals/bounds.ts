import { bad, creating, deep, ownSecretInput, type Refusal, secretInput } from "./case.js";
import { manifest } from "./manifests.js";
import type { Place } from "./place.js";

const many = (place: Place, name: string): string[] => Array.from({ length: 6 }, () => place.id(name));

/** Bounds of arguments. */
export const BOUNDS: readonly Refusal[] = [
  creating("more projects than an argument may have", (p) => ({ projectIds: many(p, "home") }), bad("projectIds")),
  ...(["assignSecret", "unassignSecret", "setSecretAssignments"] as const).map((field): Refusal => ({
    title: `more projects than an argument may have: ${field}`,
    field,
    arguments: (p) => ({ secretId: p.id("shared"), projectIds: many(p, "home") }),
    ...bad("projectIds"),
  })),
  {
    title: "more projects than an argument may have, to abandon",
    field: "unassignSecret",
    arguments: (p) => ({ secretId: p.id("shared"), projectIds: many(p, "home"), abandon: true }),
    ...bad("projectIds"),
  },
  {
    title: "more projects than an argument may have, beside a manifest",
    field: "createSecretFromManifest",
    arguments: (p) => ({ manifest: manifest(), scope: "ORGANIZATION", projectIds: many(p, "home") }),
    ...bad("projectIds"),
  },
  {
    title: "more names than an argument may have",
    field: "adoptExternalSecrets",
    arguments: (p) => ({ projectId: p.id("home"), names: ["a", "b", "c", "d", "e", "f"] }),
    ...bad("names"),
  },
  ...(["addProjectMembers", "removeProjectMembers"] as const).map((field): Refusal => ({
    title: `more subjects than an argument may have: ${field}`,
    field,
    arguments: (p) => ({ projectId: p.id("home"), subjects: ["a", "b", "c", "d", "e", "f"] }),
    ...bad("subjects"),
  })),
  ...(["secrets", "projects", "providers", "history"] as const).flatMap((field): Refusal[] => [
    { title: `a page that is too long: ${field}`, field, arguments: () => ({ first: 21 }), ...bad("first") },
    { title: `a page of less than nothing: ${field}`, field, arguments: () => ({ first: -1 }), ...bad("first") },
    { title: `a cursor that is none: ${field}`, field, arguments: () => ({ after: "nonsense" }), ...bad("after") },
    {
      title: `a cursor that is too long: ${field}`,
      field,
      arguments: () => ({ after: "x".repeat(2_000) }),
      ...bad("after"),
    },
  ]),
  {
    title: "a page with everything wrong",
    field: "projects",
    arguments: () => ({ first: 21, after: "x".repeat(2_000), search: "x".repeat(254) }),
    ...bad("after", "first", "search"),
  },
  {
    title: "a search that is too long",
    field: "secrets",
    arguments: () => ({ filter: { search: "x".repeat(254) } }),
    ...bad("filter.search"),
  },
  {
    title: "an actor that is too long",
    field: "history",
    arguments: () => ({ filter: { actor: "x".repeat(256) } }),
    ...bad("filter.actor"),
  },
  { title: "a project by neither id nor name", field: "project", arguments: () => ({}), ...bad("id") },
  {
    title: "a project by id and name",
    field: "project",
    arguments: (p) => ({ id: p.id("home"), name: "home" }),
    ...bad("id"),
  },
  ...(
    [
      ["that is too large", { a: "x".repeat(3_000) }, "gcp.auth"],
      ["that is too deep", { a: deep(8) }, "gcp.auth"],
      [
        "with a name that is too long",
        { secretRef: { secretAccessKeySecretRef: { name: "x".repeat(254), key: "k", namespace: "operator" } } },
        "gcp.auth.secretRef.secretAccessKeySecretRef.name",
      ],
    ] as const
  ).map(([title, auth, path]): Refusal => ({
    title: `a provider's JSON ${title}`,
    field: "createProvider",
    arguments: () => ({ input: { name: "new-provider", gcp: { projectId: "some-project", auth } } }),
    ...bad(path),
  })),
  creating(
    "a project secret that writes to what is going away",
    (p) => ownSecretInput(p, { projectId: p.id("leaving"), providerId: p.id("vault") }),
    {
      code: "PRECONDITION_FAILED",
      reason: "BeingDeleted",
    },
  ),
  {
    title: "a preview of what is not there",
    field: "previewSecret",
    arguments: (p) => ({ input: secretInput(p, { providerId: "prv_00000000-0000-4000-8000-000000000000" }) }),
    code: "NOT_FOUND",
  },
];
