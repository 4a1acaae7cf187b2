import type { NewTransition } from "../../domain/transition.js";
import type { Command } from "./command.js";
import type { Reason } from "./reasons.js";
import { bounded } from "./words.js";

/** One change of one thing, as a person's command makes it. */
export interface Change {
  from: string | null;
  to: string | null;
  reason: Reason;
  message?: string | null;
}

const NOTHING: Pick<NewTransition, "secretId" | "assignmentId" | "projectId" | "providerId" | "clusterId"> = {
  secretId: null,
  assignmentId: null,
  projectId: null,
  providerId: null,
  clusterId: null,
};

function note(
  command: Command,
  rest: Omit<NewTransition, "from" | "to" | "reason" | "message" | "actor">,
  change: Change,
) {
  const { from, to, reason, message = null } = change;
  const actor = command.viewer.subject;
  command.tx.note({ ...rest, from, to, reason, message: message === null ? null : bounded(message), actor });
}

export function noteAssignment(
  command: Command,
  assignment: { id: string; secretId: string; projectId: string; clusterId: string },
  change: Change,
): void {
  const { id, secretId, projectId, clusterId } = assignment;
  note(
    command,
    { ...NOTHING, subject: "ASSIGNMENT", subjectId: id, assignmentId: id, secretId, projectId, clusterId },
    change,
  );
}

/** The project is named for project secrets alone: it says who may see the transition. */
export function noteSecret(command: Command, secret: { id: string; projectId: string | null }, change: Change): void {
  const { id, projectId } = secret;
  note(command, { ...NOTHING, subject: "SECRET", subjectId: id, secretId: id, projectId }, change);
}

export function noteProvider(
  command: Command,
  provider: { id: string; projectId: string | null },
  change: Change,
): void {
  const { id, projectId } = provider;
  note(command, { ...NOTHING, subject: "PROVIDER", subjectId: id, providerId: id, projectId }, change);
}

export function noteProject(command: Command, project: { id: string; clusterId: string }, change: Change): void {
  const { id, clusterId } = project;
  note(command, { ...NOTHING, subject: "PROJECT", subjectId: id, projectId: id, clusterId }, change);
}
