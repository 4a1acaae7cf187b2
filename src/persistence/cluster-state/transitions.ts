import type { Verdict } from "../../domain/ports/cluster-state.js";
import { SYSTEM_ACTOR } from "../../domain/transition.js";
import type { NewTransition } from "../../domain/transition.js";

/** What happened to a thing: a change of its status, or `from` = `to` where something else did. */
export interface Happening {
  from: string | null;
  to: string | null;
  reason: string | null;
  message: string | null;
}

/** Reasons of transitions that nobody asked for, where no verdict gives one. */
export const REASON = {
  /** The object and with it the row are gone. */
  deleted: "Deleted",
  /** A secret's status follows from its assignments. */
  rolledUp: "RolledUp",
  configured: "Configured",
  notConfigured: "NotConfigured",
} as const;

const NOBODY = {
  actor: SYSTEM_ACTOR,
  secretId: null,
  assignmentId: null,
  projectId: null,
  providerId: null,
  clusterId: null,
};

export function assignmentTransition(
  of: { id: string; secretId: string; projectId: string; clusterId: string },
  what: Happening,
): NewTransition {
  const { id, secretId, projectId, clusterId } = of;
  return { ...NOBODY, ...what, subject: "ASSIGNMENT", subjectId: id, assignmentId: id, secretId, projectId, clusterId };
}

/** @param of.projectId null for an organization secret: then it is for admins only, members follow the assignments */
export function secretTransition(of: { id: string; projectId: string | null }, what: Happening): NewTransition {
  return { ...NOBODY, ...what, subject: "SECRET", subjectId: of.id, secretId: of.id, projectId: of.projectId };
}

/** @param of.projectId null for an organization provider: then it is for admins only */
export function providerTransition(of: { id: string; projectId: string | null }, what: Happening): NewTransition {
  return { ...NOBODY, ...what, subject: "PROVIDER", subjectId: of.id, providerId: of.id, projectId: of.projectId };
}

export function projectTransition(of: { id: string; clusterId: string }, what: Happening): NewTransition {
  return { ...NOBODY, ...what, subject: "PROJECT", subjectId: of.id, projectId: of.id, clusterId: of.clusterId };
}

export function clusterTransition(id: string, what: Happening): NewTransition {
  return { ...NOBODY, ...what, subject: "CLUSTER", subjectId: id, clusterId: id };
}

/** The change from a stored status to a verdict; null where the status stays. */
export function statusChange<S extends string>(from: string, verdict: Verdict<S>): Happening | null {
  if (from === verdict.status) return null;
  return { from, to: verdict.status, reason: verdict.reason, message: verdict.message };
}
