import { type ErrorCode, ExpectedError, type PreconditionReason } from "../../errors.js";
import type { AssignmentRecord } from "../assignment.js";
import type { Action } from "../kinds.js";
import type { ProjectRecord } from "../project.js";
import type { ProviderRecord } from "../provider.js";
import type { SecretRecord } from "../secret.js";
import type { Viewer } from "../viewer.js";

/**
 * Whether a viewer may do something with a thing that they see, and if not, what the refusal would say. The `permissions` fields show it, and the commands refuse with it:
 * one rule for both. What depends on more than the things themselves (quotas, a provider in use, a forced sync too soon, names taken) is refused by the command alone.
 */
export interface Permission {
  action: Action;
  allowed: boolean;
  code: ErrorCode | null;
  /** For a person: the message of the refusal; null where allowed. */
  reason: string | null;
  /** `extensions.reason` of a PRECONDITION_FAILED. */
  precondition: PreconditionReason | null;
}

/** Why not; null: nothing speaks against it. */
type Refusal = Omit<Permission, "action" | "allowed"> | null;

const forbidden = (reason: string): Refusal => ({ code: "FORBIDDEN", reason, precondition: null });
const failed = (precondition: PreconditionReason, reason: string): Refusal => ({
  code: "PRECONDITION_FAILED",
  reason,
  precondition,
});
const permission = (action: Action, ...refusals: readonly Refusal[]): Permission => {
  const refusal = refusals.find((candidate) => candidate !== null);
  return { action, allowed: refusal === undefined, ...(refusal ?? { code: null, reason: null, precondition: null }) };
};

const adminsOnly = (viewer: Viewer, what: string): Refusal =>
  viewer.role === "PLATFORM_ADMIN" ? null : forbidden(`Only platform admins may ${what}.`);

interface Leaving {
  deletionRequestedAt: Date | null;
}
const goingAway = (thing: Leaving, what: string): Refusal =>
  thing.deletionRequestedAt === null ? null : failed("BeingDeleted", beingDeleted(what));

/** @param what as a sentence begins: "The secret db-password" */
export const beingDeleted = (what: string): string => `${what} is being deleted and takes no other change.`;

const notReady = (project: ProjectRecord): Refusal =>
  project.status === "READY"
    ? null
    : failed(
        "ProjectNotReady",
        `The project ${project.name} is ${project.status}, not READY${project.status === "FAILED" ? "; its statusReason says why" : "; try again when its namespace is there"}.`,
      );

/** What stands on the viewer: things that belong to no project. */
export function permissionsOfViewer(viewer: Viewer): Permission[] {
  return [
    permission("CREATE_PROJECT", adminsOnly(viewer, "create projects")),
    permission("CREATE_PROVIDER", adminsOnly(viewer, "create organization providers")),
    permission("CREATE_SECRET", adminsOnly(viewer, "create organization secrets")),
  ];
}

/** What stands on a project. ASSIGN is of organization secrets to it. Deletion may be asked for again, here and below: the answer is how far it has come. */
export function permissionsOfProject(viewer: Viewer, project: ProjectRecord): Permission[] {
  const leaving = goingAway(project, `The project ${project.name}`);
  return [
    permission("UPDATE", adminsOnly(viewer, "change projects"), leaving),
    permission("DELETE", adminsOnly(viewer, "delete projects")),
    permission("MANAGE_MEMBERS", adminsOnly(viewer, "manage members"), leaving),
    permission("CREATE_SECRET", leaving, notReady(project)),
    permission("CREATE_PROVIDER", leaving, notReady(project)),
    permission("ASSIGN", adminsOnly(viewer, "assign organization secrets"), leaving, notReady(project)),
    permission("ADOPT", leaving, notReady(project)),
  ];
}

/** @param project the secret's own; null for an organization secret */
export function permissionsOfSecret(viewer: Viewer, secret: SecretRecord, project: ProjectRecord | null): Permission[] {
  const leaving = goingAway(secret, `The secret ${secret.name}`);
  if (secret.scope === "ORGANIZATION") {
    const mayNot = (what: string): Refusal => adminsOnly(viewer, `${what} organization secrets`);
    return [
      permission("UPDATE", mayNot("change"), leaving),
      permission("DELETE", mayNot("delete")),
      permission("ASSIGN", mayNot("assign"), leaving),
      permission("UNASSIGN", mayNot("unassign"), leaving),
      permission(
        "SYNC",
        adminsOnly(viewer, "sync an organization secret in all of its projects; sync the assignment in yours"),
        leaving,
      ),
    ];
  }
  const projectLeaving = project === null ? null : goingAway(project, `The project ${project.name}`);
  return [
    permission("UPDATE", leaving, projectLeaving),
    permission("DELETE"),
    permission("ASSIGN", inItsProjectAlone(secret)),
    permission("UNASSIGN", leaving, cannotBeTakenOut(secret)),
    permission("SYNC", leaving, projectLeaving, project === null ? null : notReady(project)),
  ];
}

const badInput = (reason: string): Refusal => ({ code: "BAD_USER_INPUT", reason, precondition: null });
const inItsProjectAlone = ({ name }: SecretRecord): Refusal =>
  badInput(
    `${name} is a project's own secret: it is in its project alone. Make an organization secret to assign it elsewhere.`,
  );
const cannotBeTakenOut = ({ name }: SecretRecord): Refusal =>
  badInput(`${name} is a project's own secret: it cannot be taken out of its project. Delete it instead.`);

/** What stands on an assignment. */
export function permissionsOfAssignment(
  viewer: Viewer,
  assignment: Pick<AssignmentRecord, "deletionRequestedAt">,
  secret: SecretRecord,
  project: ProjectRecord,
): Permission[] {
  const secretLeaving = goingAway(secret, `The secret ${secret.name}`);
  return [
    permission(
      "SYNC",
      goingAway(assignment, `The assignment of ${secret.name} to ${project.name}`),
      secretLeaving,
      goingAway(project, `The project ${project.name}`),
      notReady(project),
    ),
    // To take away what is going away already changes nothing, and is accepted.
    secret.scope === "PROJECT"
      ? permission("UNASSIGN", secretLeaving, cannotBeTakenOut(secret))
      : permission("UNASSIGN", adminsOnly(viewer, "unassign organization secrets"), secretLeaving),
  ];
}

/** What stands on a provider. */
export function permissionsOfProvider(viewer: Viewer, provider: ProviderRecord): Permission[] {
  const leaving = goingAway(provider, `The provider ${provider.name}`);
  const mayNot = (what: string): Refusal =>
    provider.scope === "ORGANIZATION" ? adminsOnly(viewer, `${what} organization providers`) : null;
  return [permission("UPDATE", mayNot("change"), leaving), permission("DELETE", mayNot("delete"))];
}

/**
 * Refuses as the permission says.
 * @throws ExpectedError with the permission's code and reason
 * @throws RangeError where the action does not stand on this thing at all, which would be a defect
 */
export function requirePermission(permissions: readonly Permission[], action: Action): void {
  const found = permissions.find((candidate) => candidate.action === action);
  if (found === undefined) throw new RangeError(`no permission is known for ${action}`);
  if (found.allowed) return;
  const message = found.reason ?? "This is not allowed.";
  throw new ExpectedError(found.code ?? "FORBIDDEN", message, {
    ...(found.precondition === null ? {} : { reason: found.precondition }),
    ...(found.code === "BAD_USER_INPUT" ? { problems: [{ path: [], message }] } : {}),
  });
}

/**
 * `abandon`: forgetting what is left in the cluster of something that cannot be deleted. For admins, on what is being deleted already.
 * @param what as a sentence begins: "The secret db-password"
 * @throws FORBIDDEN, or PRECONDITION_FAILED NotBeingDeleted
 */
export function requireAbandon(viewer: Viewer, thing: Leaving, what: string): void {
  const refusal =
    adminsOnly(viewer, "abandon what cannot be deleted") ??
    (thing.deletionRequestedAt === null
      ? failed(
          "NotBeingDeleted",
          `${what} is not being deleted: delete it first, and abandon it only if that cannot end.`,
        )
      : null);
  requirePermission([permission("DELETE", refusal)], "DELETE");
}
