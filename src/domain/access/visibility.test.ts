import { describe, expect, it } from "vitest";
import type { ViewerScope } from "../viewer.js";
import {
  canSeeAssignment,
  canSeeCluster,
  canSeeProject,
  canSeeProvider,
  canSeeProviderConfig,
  canSeeSecret,
  canSeeTransition,
} from "./visibility.js";

const admin: ViewerScope = { admin: true };
const member: ViewerScope = { admin: false, projectIds: ["a", "b"] };
const nobody: ViewerScope = { admin: false, projectIds: [] };
const organization = { scope: "ORGANIZATION", projectId: null, projectKeyPrefix: null } as const;
const keyed = { ...organization, projectKeyPrefix: "{project}/" };
const ofA = { scope: "PROJECT", projectId: "a", projectKeyPrefix: null } as const;
const ofC = { ...ofA, projectId: "c" };

/** What is seen by an admin, a member of projects a and b, and somebody without a project. */
const cells: [string, (scope: ViewerScope) => boolean, boolean, boolean, boolean][] = [
  ["a project of theirs", (scope) => canSeeProject(scope, "a"), true, true, false],
  ["another project", (scope) => canSeeProject(scope, "c"), true, false, false],
  ["a cluster with a project of theirs", (scope) => canSeeCluster(scope, ["c", "b"]), true, true, false],
  ["a cluster with others'", (scope) => canSeeCluster(scope, ["c"]), true, false, false],
  ["a cluster without projects", (scope) => canSeeCluster(scope, []), true, false, false],
  ["a project secret of theirs", (scope) => canSeeSecret(scope, ofA, ["a"]), true, true, false],
  ["another's project secret", (scope) => canSeeSecret(scope, ofC, ["c"]), true, false, false],
  [
    "another's project secret, whatever it is assigned to",
    (scope) => canSeeSecret(scope, ofC, ["a"]),
    true,
    false,
    false,
  ],
  [
    "an organization secret in a project of theirs",
    (scope) => canSeeSecret(scope, organization, ["c", "a"]),
    true,
    true,
    false,
  ],
  ["an organization secret elsewhere", (scope) => canSeeSecret(scope, organization, ["c"]), true, false, false],
  ["an organization secret that is unassigned", (scope) => canSeeSecret(scope, organization, []), true, false, false],
  ["an assignment in a project of theirs", (scope) => canSeeAssignment(scope, { projectId: "b" }), true, true, false],
  ["an assignment elsewhere", (scope) => canSeeAssignment(scope, { projectId: "c" }), true, false, false],
  ["a project provider of theirs", (scope) => canSeeProvider(scope, ofA, [], []), true, true, false],
  ["another's project provider", (scope) => canSeeProvider(scope, ofC, ["a"], ["a"]), true, false, false],
  [
    "an organization provider behind their secrets",
    (scope) => canSeeProvider(scope, organization, ["a"], []),
    true,
    true,
    false,
  ],
  [
    "an organization provider with a key prefix that reaches them",
    (scope) => canSeeProvider(scope, keyed, [], ["b"]),
    true,
    true,
    false,
  ],
  ["one with a key prefix that reaches others", (scope) => canSeeProvider(scope, keyed, [], ["c"]), true, false, false],
  [
    "one without a key prefix that reaches them",
    (scope) => canSeeProvider(scope, organization, [], ["a"]),
    true,
    false,
    false,
  ],
  ["the config of a project provider of theirs", (scope) => canSeeProviderConfig(scope, ofA), true, true, false],
  ["the config of another's", (scope) => canSeeProviderConfig(scope, ofC), true, false, false],
  ["the config of an organization provider", (scope) => canSeeProviderConfig(scope, organization), true, false, false],
  ["a transition in a project of theirs", (scope) => canSeeTransition(scope, { projectId: "a" }), true, true, false],
  ["a transition elsewhere", (scope) => canSeeTransition(scope, { projectId: "c" }), true, false, false],
  ["a transition of the organization", (scope) => canSeeTransition(scope, { projectId: null }), true, false, false],
];

describe("who sees", () => {
  it.each(cells)("%s", (_what, sees, byAdmin, byMember, byNobody) =>
    expect([sees(admin), sees(member), sees(nobody)]).toEqual([byAdmin, byMember, byNobody]),
  );
});
