import type { AssignmentStatus, SecretStatus } from "../kinds.js";
import { listNames, share } from "./sentence.js";

/** What of an assignment its secret's status depends on. */
export interface AssignmentSummary {
  status: AssignmentStatus;
  /** It goes away because it was unassigned; it counts only where that fails. */
  unassigning: boolean;
  projectName: string;
  message: string | null;
}

/**
 * The status of a secret, rolled up from the assignments that the viewer may see: the first row of DESIGN.md's table that matches, and a sentence that counts and
 * names the projects concerned ("2 of 14 projects report errors: alpha, beta"). Of a single project the message is told too.
 */
export function secretStatus(input: { deleting: boolean; assignments: readonly AssignmentSummary[] }): {
  status: SecretStatus;
  statusReason: string | null;
} {
  const { assignments, deleting } = input;
  const going = deleting ? assignments : assignments.filter(({ unassigning }) => unassigning);
  const staying = deleting ? [] : assignments.filter(({ unassigning }) => !unassigning);
  const stuck = going.filter(({ status }) => status === "DELETE_FAILED");

  if (stuck.length > 0)
    return {
      status: "DELETE_FAILED",
      statusReason: say(stuck, going.length, "could not be cleaned up", "could not be cleaned up"),
    };
  if (deleting)
    return {
      status: "DELETING",
      statusReason: going.length === 0 ? null : `being removed from ${nameProjects(going)}`,
    };
  if (staying.length === 0)
    return going.length > 0
      ? { status: "PENDING", statusReason: `being removed from ${nameProjects(going)}` }
      : { status: "UNASSIGNED", statusReason: null };

  const failed = staying.filter(({ status }) => status === "FAILED");
  if (failed.length > 0)
    return {
      status: "FAILED",
      statusReason: say(failed, staying.length, "could not be written", "could not be written"),
    };
  const erring = staying.filter(({ status }) => status === "SYNCED_ERROR");
  if (erring.length > 0)
    return { status: "SYNCED_ERROR", statusReason: say(erring, staying.length, "reports an error", "report errors") };
  const waiting = staying.filter(({ status }) => status !== "SYNCED");
  if (waiting.length === 0) return { status: "SYNCED", statusReason: null };
  return {
    status: waiting.length < staying.length ? "PARTIALLY_SYNCED" : "PENDING",
    statusReason: say(waiting, staying.length, "is not synced yet", "are not synced yet"),
  };
}

function say(part: readonly AssignmentSummary[], whole: number, singular: string, plural: string): string {
  const names = listNames(part.map(({ projectName }) => projectName));
  const sentence = `${share(part.length, whole, "project")} ${part.length === 1 ? singular : plural}: ${names}`;
  const message = part.length === 1 ? (part[0]?.message ?? null) : null;
  return message === null ? sentence : `${sentence} (${message})`;
}

function nameProjects(going: readonly AssignmentSummary[]): string {
  const names = listNames(going.map(({ projectName }) => projectName));
  return `${going.length === 1 ? "1 project" : `${going.length} projects`}: ${names}`;
}
