import { describe, expect, it } from "vitest";
import { ExpectedError } from "../../errors.js";
import type { AssignmentRecord } from "../assignment.js";
import type { Action } from "../kinds.js";
import type { ProjectRecord } from "../project.js";
import type { ProviderRecord } from "../provider.js";
import type { SecretRecord } from "../secret.js";
import type { Viewer } from "../viewer.js";
import {
  type Permission,
  permissionsOfAssignment,
  permissionsOfProject,
  permissionsOfProvider,
  permissionsOfSecret,
  permissionsOfViewer,
  requireAbandon,
  requirePermission,
} from "./permissions.js";

const viewer = (role: Viewer["role"]): Viewer => ({
  subject: "s",
  email: null,
  name: null,
  role,
  groups: [],
  expiresAt: null,
});
const admin = viewer("PLATFORM_ADMIN");
const member = viewer("TEAM_MEMBER");
const then = new Date(0);
const project = (over: Partial<ProjectRecord> = {}): ProjectRecord => ({
  id: "p",
  name: "alpha",
  description: "",
  clusterId: "c",
  status: "READY",
  reason: null,
  message: null,
  namespaceOurs: true,
  deletionRequestedAt: null,
  createdAt: then,
  updatedAt: then,
  ...over,
});
const secret = (over: Partial<SecretRecord> = {}): SecretRecord => ({
  id: "s",
  name: "db",
  scope: "ORGANIZATION",
  projectId: null,
  useCase: "GENERIC",
  providerId: "v",
  spec: { spec: {}, labels: {}, annotations: {} },
  generation: 1,
  status: "SYNCED",
  statusReason: null,
  deletionRequestedAt: null,
  createdBy: "x",
  createdAt: then,
  updatedAt: then,
  ...over,
});
const assignment = (over: Partial<AssignmentRecord> = {}): AssignmentRecord => ({
  id: "a",
  secretId: "s",
  projectId: "p",
  status: "SYNCED",
  reason: null,
  message: null,
  desiredGeneration: 1,
  syncedGeneration: 1,
  refreshedAt: null,
  observedAt: null,
  lastTransitionAt: then,
  externalSecretUid: null,
  appliedManifest: null,
  deletionRequestedAt: null,
  createdAt: then,
  ...over,
});
const provider = (over: Partial<ProviderRecord> = {}): ProviderRecord => ({
  id: "v",
  name: "vault",
  kind: "VAULT",
  scope: "ORGANIZATION",
  projectId: null,
  managed: true,
  storeName: "vault",
  config: {},
  projectKeyPrefix: null,
  status: "READY",
  reason: null,
  message: null,
  generation: 1,
  deletionRequestedAt: null,
  createdAt: then,
  updatedAt: then,
  ...over,
});
const leaving = { deletionRequestedAt: then };
const owned = { scope: "PROJECT", projectId: "p" } as const;

/** Each action with what it is refused for; "yes" where it is not. */
const table = (permissions: readonly Permission[]): Partial<Record<Action, string>> =>
  Object.fromEntries(
    permissions.map(({ action, allowed, code, precondition }) => [action, allowed ? "yes" : (precondition ?? code)]),
  );

const cases: [string, Permission[], Partial<Record<Action, string>>][] = [
  ["admin", permissionsOfViewer(admin), { CREATE_PROJECT: "yes", CREATE_PROVIDER: "yes", CREATE_SECRET: "yes" }],
  [
    "member",
    permissionsOfViewer(member),
    { CREATE_PROJECT: "FORBIDDEN", CREATE_PROVIDER: "FORBIDDEN", CREATE_SECRET: "FORBIDDEN" },
  ],
  [
    "admin, ready project",
    permissionsOfProject(admin, project()),
    {
      UPDATE: "yes",
      DELETE: "yes",
      MANAGE_MEMBERS: "yes",
      CREATE_SECRET: "yes",
      CREATE_PROVIDER: "yes",
      ASSIGN: "yes",
      ADOPT: "yes",
    },
  ],
  [
    "member, ready project",
    permissionsOfProject(member, project()),
    {
      UPDATE: "FORBIDDEN",
      DELETE: "FORBIDDEN",
      MANAGE_MEMBERS: "FORBIDDEN",
      CREATE_SECRET: "yes",
      CREATE_PROVIDER: "yes",
      ASSIGN: "FORBIDDEN",
      ADOPT: "yes",
    },
  ],
  ...(["PENDING", "FAILED"] as const).flatMap((status): typeof cases => [
    [
      `admin, ${status} project`,
      permissionsOfProject(admin, project({ status })),
      {
        UPDATE: "yes",
        DELETE: "yes",
        MANAGE_MEMBERS: "yes",
        CREATE_SECRET: "ProjectNotReady",
        CREATE_PROVIDER: "ProjectNotReady",
        ASSIGN: "ProjectNotReady",
        ADOPT: "ProjectNotReady",
      },
    ],
    [
      `member, ${status} project`,
      permissionsOfProject(member, project({ status })),
      {
        UPDATE: "FORBIDDEN",
        DELETE: "FORBIDDEN",
        MANAGE_MEMBERS: "FORBIDDEN",
        CREATE_SECRET: "ProjectNotReady",
        CREATE_PROVIDER: "ProjectNotReady",
        ASSIGN: "FORBIDDEN",
        ADOPT: "ProjectNotReady",
      },
    ],
  ]),
  [
    "admin, project going away",
    permissionsOfProject(admin, project({ ...leaving, status: "DELETING" })),
    {
      UPDATE: "BeingDeleted",
      DELETE: "yes",
      MANAGE_MEMBERS: "BeingDeleted",
      CREATE_SECRET: "BeingDeleted",
      CREATE_PROVIDER: "BeingDeleted",
      ASSIGN: "BeingDeleted",
      ADOPT: "BeingDeleted",
    },
  ],
  [
    "member, project going away",
    permissionsOfProject(member, project({ ...leaving, status: "DELETE_FAILED" })),
    {
      UPDATE: "FORBIDDEN",
      DELETE: "FORBIDDEN",
      MANAGE_MEMBERS: "FORBIDDEN",
      CREATE_SECRET: "BeingDeleted",
      CREATE_PROVIDER: "BeingDeleted",
      ASSIGN: "FORBIDDEN",
      ADOPT: "BeingDeleted",
    },
  ],
  [
    "admin, organization secret",
    permissionsOfSecret(admin, secret(), null),
    { UPDATE: "yes", DELETE: "yes", ASSIGN: "yes", UNASSIGN: "yes", SYNC: "yes" },
  ],
  [
    "member, organization secret",
    permissionsOfSecret(member, secret(), null),
    { UPDATE: "FORBIDDEN", DELETE: "FORBIDDEN", ASSIGN: "FORBIDDEN", UNASSIGN: "FORBIDDEN", SYNC: "FORBIDDEN" },
  ],
  [
    "admin, organization secret going away",
    permissionsOfSecret(admin, secret(leaving), null),
    {
      UPDATE: "BeingDeleted",
      DELETE: "yes",
      ASSIGN: "BeingDeleted",
      UNASSIGN: "BeingDeleted",
      SYNC: "BeingDeleted",
    },
  ],
  [
    "member, organization secret going away",
    permissionsOfSecret(member, secret(leaving), null),
    { UPDATE: "FORBIDDEN", DELETE: "FORBIDDEN", ASSIGN: "FORBIDDEN", UNASSIGN: "FORBIDDEN", SYNC: "FORBIDDEN" },
  ],
  ...[admin, member].flatMap((who): typeof cases => [
    [
      `${who.role}, project secret`,
      permissionsOfSecret(who, secret(owned), project()),
      { UPDATE: "yes", DELETE: "yes", ASSIGN: "BAD_USER_INPUT", UNASSIGN: "BAD_USER_INPUT", SYNC: "yes" },
    ],
    [
      `${who.role}, project secret, project not ready`,
      permissionsOfSecret(who, secret(owned), project({ status: "FAILED" })),
      { UPDATE: "yes", DELETE: "yes", ASSIGN: "BAD_USER_INPUT", UNASSIGN: "BAD_USER_INPUT", SYNC: "ProjectNotReady" },
    ],
    [
      `${who.role}, project secret, project going away`,
      permissionsOfSecret(who, secret(owned), project(leaving)),
      {
        UPDATE: "BeingDeleted",
        DELETE: "yes",
        ASSIGN: "BAD_USER_INPUT",
        UNASSIGN: "BAD_USER_INPUT",
        SYNC: "BeingDeleted",
      },
    ],
    [
      `${who.role}, project secret going away`,
      permissionsOfSecret(who, secret({ ...owned, ...leaving }), project()),
      {
        UPDATE: "BeingDeleted",
        DELETE: "yes",
        ASSIGN: "BAD_USER_INPUT",
        UNASSIGN: "BeingDeleted",
        SYNC: "BeingDeleted",
      },
    ],
    [`${who.role}, project provider`, permissionsOfProvider(who, provider(owned)), { UPDATE: "yes", DELETE: "yes" }],
    [
      `${who.role}, project provider going away`,
      permissionsOfProvider(who, provider({ ...owned, ...leaving })),
      { UPDATE: "BeingDeleted", DELETE: "yes" },
    ],
    [
      `${who.role}, assignment of a project secret`,
      permissionsOfAssignment(who, assignment(), secret(owned), project()),
      { SYNC: "yes", UNASSIGN: "BAD_USER_INPUT" },
    ],
    [
      `${who.role}, assignment going away`,
      permissionsOfAssignment(who, assignment(leaving), secret(owned), project()),
      { SYNC: "BeingDeleted", UNASSIGN: "BAD_USER_INPUT" },
    ],
  ]),
  [
    "admin, assignment",
    permissionsOfAssignment(admin, assignment(), secret(), project()),
    { SYNC: "yes", UNASSIGN: "yes" },
  ],
  [
    "member, assignment",
    permissionsOfAssignment(member, assignment(), secret(), project()),
    { SYNC: "yes", UNASSIGN: "FORBIDDEN" },
  ],
  [
    "admin, assignment going away",
    permissionsOfAssignment(admin, assignment(leaving), secret(), project()),
    { SYNC: "BeingDeleted", UNASSIGN: "yes" },
  ],
  [
    "admin, assignment of a secret going away",
    permissionsOfAssignment(admin, assignment(), secret(leaving), project()),
    { SYNC: "BeingDeleted", UNASSIGN: "BeingDeleted" },
  ],
  [
    "member, assignment in a project going away",
    permissionsOfAssignment(member, assignment(), secret(), project(leaving)),
    { SYNC: "BeingDeleted", UNASSIGN: "FORBIDDEN" },
  ],
  [
    "admin, assignment in a project that is not ready",
    permissionsOfAssignment(admin, assignment(), secret(), project({ status: "FAILED" })),
    { SYNC: "ProjectNotReady", UNASSIGN: "yes" },
  ],
  ["admin, organization provider", permissionsOfProvider(admin, provider()), { UPDATE: "yes", DELETE: "yes" }],
  [
    "member, organization provider",
    permissionsOfProvider(member, provider()),
    { UPDATE: "FORBIDDEN", DELETE: "FORBIDDEN" },
  ],
  [
    "admin, organization provider going away",
    permissionsOfProvider(admin, provider(leaving)),
    { UPDATE: "BeingDeleted", DELETE: "yes" },
  ],
];

/** What a refusal throws, in a permission's words; null where nothing is thrown. */
function thrownBy(act: () => void): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

describe("who may do what", () => {
  it.each(cases)("%s", (_who, permissions, expected) => expect(table(permissions)).toEqual(expected));

  it.each(cases)("%s: the refusal says what the permission says", (_who, permissions) => {
    for (const { action, allowed, code, reason, precondition } of permissions) {
      const error = thrownBy(() => requirePermission(permissions, action));
      const said =
        error instanceof ExpectedError
          ? { code: error.code, reason: error.message, precondition: error.details.reason ?? null }
          : null;
      expect(said).toEqual(allowed ? null : { code, reason, precondition });
      expect(reason === null).toBe(allowed);
      expect(code === null).toBe(allowed);
    }
  });

  it("names problems with BAD_USER_INPUT, as every such refusal does", () => {
    const error = thrownBy(() => requirePermission(permissionsOfSecret(admin, secret(owned), project()), "ASSIGN"));
    expect(error).toMatchObject({
      code: "BAD_USER_INPUT",
      details: { problems: [{ path: [] }] },
    });
  });

  it("takes an action that does not stand there for the defect that it is", () =>
    expect(() => requirePermission(permissionsOfViewer(admin), "ADOPT")).toThrow(RangeError));
});

describe("abandoning", () => {
  it.each([
    [admin, leaving, null],
    [admin, { deletionRequestedAt: null }, "NotBeingDeleted"],
    [member, leaving, "FORBIDDEN"],
    [member, { deletionRequestedAt: null }, "FORBIDDEN"],
  ])("by %o of %o", (who, thing, expected) => {
    const error = thrownBy(() => requireAbandon(who, thing, "The secret db"));
    expect(error instanceof ExpectedError ? (error.details.reason ?? error.code) : error).toBe(expected);
  });
});
