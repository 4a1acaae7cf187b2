import type { ProjectStatus } from "../kinds.js";
import type { Verdict } from "../ports/cluster-state.js";
import { judgeDeletion } from "./deletion.js";
import { remaining, type Patience } from "./patience.js";
import type { NamespaceSeen } from "./seen.js";
import type { Trouble } from "./trouble.js";

/** All that a project's status depends on. Durations in milliseconds. */
export interface ProjectFacts {
  /** The database's clock. */
  now: number;
  current: Verdict<ProjectStatus>;
  unwanted: boolean;
  /** The namespace is to go too: asked for, and we made it. */
  deleteNamespace: boolean;
  /** Secrets and stores of the project that still have to go first. */
  remaining: number;
  /** Those of them that cannot go (DELETE_FAILED). */
  stuck: number;
  deleteSentAt: number | null;
  namespaceUid: string | null;
  namespaceOurs: boolean | null;
  trouble: Trouble | null;
  object: NamespaceSeen | null;
  patience: Patience;
}

export interface ProjectJudgement {
  verdict: Verdict<ProjectStatus> | "gone";
  lookAgainIn: number | null;
}

/** The status of a project (DESIGN.md, "The status of a project and of a provider"). Pure. */
export function judgeProject(facts: ProjectFacts): ProjectJudgement {
  const { current, object, trouble } = facts;
  const judged = (verdict: Verdict<ProjectStatus> | "gone", lookAgainIn: number | null = null): ProjectJudgement => ({
    verdict,
    lookAgainIn,
  });
  if (facts.unwanted) {
    if (facts.remaining > 0) return judged(...whileNotEmpty(facts));
    if (!facts.deleteNamespace) return judged("gone");
    return judgeDeletion({ ...facts, uid: facts.namespaceUid, blockers: object?.blockers ?? [] });
  }
  if (trouble?.kind === "refused")
    return judged({ status: "FAILED", reason: trouble.reason, message: trouble.message });
  if (trouble?.kind === "unreachable") {
    // Once there, a namespace is taken to be there while the cluster is away.
    if (current.status === "READY") return judged(current);
    return trouble.since < facts.patience.unreachable
      ? judged(current, remaining(facts.patience.unreachable, trouble.since))
      : judged({ status: "FAILED", reason: "ClusterUnreachable", message: trouble.message });
  }
  if (object !== null && object.deletionTimestamp === null)
    return judged({ status: "READY", reason: null, message: null });
  if (object === null && (facts.namespaceUid === null || facts.namespaceOurs === true))
    return judged({ status: "PENDING", reason: facts.namespaceUid === null ? null : "Drifted", message: null });
  return judged({
    status: "FAILED",
    reason: object === null ? "NamespaceMissing" : "NamespaceTerminating",
    message:
      object === null
        ? "The namespace is gone, and it was not Secretariat that made it. Make it again, or delete the project."
        : "Somebody is deleting the namespace.",
  });
}

/** A project that is going away is stuck where what it holds is, in the same words where the whole cluster is away. */
function whileNotEmpty(facts: ProjectFacts): [Verdict<ProjectStatus>, number | null] {
  const { current, patience, stuck, trouble } = facts;
  const away = trouble?.kind === "unreachable" ? trouble : null;
  if (away !== null && away.since >= patience.unreachable)
    return [{ status: "DELETE_FAILED", reason: "ClusterUnreachable", message: away.message }, null];
  if (stuck > 0) {
    const message = `${stuck} of its secrets and stores could not be removed; each of them says why.`;
    return [{ status: "DELETE_FAILED", reason: "ContentStuck", message }, null];
  }
  const reason = current.status === "DELETING" ? current.reason : null;
  return [
    { status: "DELETING", reason, message: null },
    away === null ? null : remaining(patience.unreachable, away.since),
  ];
}
