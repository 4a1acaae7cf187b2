import type { AssignmentStatus } from "../kinds.js";
import type { Verdict, WriteRecord } from "../ports/cluster-state.js";
import { judgeDeletion } from "./deletion.js";
import { lasting, remaining, type Patience } from "./patience.js";
import { isLater, type ExternalSecretSeen } from "./seen.js";
import type { Trouble } from "./trouble.js";

/** An event of the operator about an object, as far as the rules need it. */
export interface CauseSeen {
  /** The `UpdateFailed` event's message that belongs to the failure at hand; null: none was seen. */
  failure: string | null;
  /** `lastTimestamp` of the newest `MissingProviderSecret` event, RFC 3339; null: none was seen. */
  missingProviderSecretAt: string | null;
  /** For how long a failure has been seen without its cause, milliseconds; 0 where the cause is known. */
  missedFor: number;
}

/** All that one assignment's status depends on. Durations in milliseconds; no two machines' clocks are compared. */
export interface AssignmentFacts {
  /** The database's clock. */
  now: number;
  current: Verdict<AssignmentStatus>;
  /** It is to go away. */
  unwanted: boolean;
  /** There may be an object: an apply was attempted once. */
  sent: boolean;
  /** When our delete was first sent, on the database's clock; null: never. */
  deleteSentAt: number | null;
  trouble: Trouble | null;
  /** The object as it was last seen; null: it is known not to be there. */
  object: ExternalSecretSeen | null;
  /** uid of the object that is ours; null: none yet. */
  uid: string | null;
  /** The last write; null: nothing was ever written, or it was adopted as it was. */
  lastWrite: WriteRecord | null;
  /** A native Secret is wanted: creation policy other than None. */
  wantsNativeSecret: boolean;
  cause: CauseSeen;
  patience: Patience;
}

export interface AssignmentJudgement {
  /** "gone": the row goes. */
  verdict: Verdict<AssignmentStatus> | "gone";
  /** The operator has answered the last write. */
  answered: boolean;
  /** This very spec was fetched and written. */
  synced: boolean;
  /** Look again after so many milliseconds, even if nothing happens; null: only when something does. */
  lookAgainIn: number | null;
}

const verdict = (
  status: AssignmentStatus,
  reason: string | null,
  message: string | null,
): Verdict<AssignmentStatus> => ({ status, reason, message });

/** Whether a later version of the object than the last write's shows another Ready or another syncedResourceVersion (DESIGN.md: *answered*). */
export function isAnswered(
  object: Pick<ExternalSecretSeen, "resourceVersion" | "ready" | "syncedResourceVersion">,
  write: WriteRecord | null,
): boolean {
  if (write === null || !write.unanswered) return true;
  if (!isLater(object.resourceVersion, write.resourceVersion)) return false;
  return (object.ready?.status ?? null) !== write.ready || object.syncedResourceVersion !== write.syncedResourceVersion;
}

/** Whether what the operator last synced is of the spec that stands there now (DESIGN.md: *current*, a forced sync aside). */
export function isCurrent(object: Pick<ExternalSecretSeen, "generation" | "syncedResourceVersion">): boolean {
  const dash = object.syncedResourceVersion?.indexOf("-") ?? -1;
  if (object.syncedResourceVersion === null || dash < 1) return false;
  return object.syncedResourceVersion.slice(0, dash) === String(object.generation);
}

/**
 * The status of an assignment: the table of DESIGN.md, first match. Pure.
 * @param facts what is wanted, what was written, and what is there
 */
export function judgeAssignment(facts: AssignmentFacts): AssignmentJudgement {
  const { object, trouble } = facts;
  const answered = object === null ? false : isAnswered(object, facts.lastWrite);
  const judged = (
    result: Verdict<AssignmentStatus> | "gone",
    lookAgainIn: number | null = null,
    synced = false,
  ): AssignmentJudgement => ({ verdict: result, answered, synced, lookAgainIn });

  if (facts.unwanted) {
    if (!facts.sent) return judged("gone");
    const going = judgeDeletion({ ...facts, blockers: [] });
    return judged(going.verdict === "gone" ? "gone" : { ...going.verdict }, going.lookAgainIn);
  }
  if (object !== null && object.deletionTimestamp !== null && trouble === null) {
    if (object.uid !== facts.uid)
      return judged(
        verdict("PENDING", "DeletingOld", "Another object of this name is being deleted, and has to go first."),
      );
    return facts.deleteSentAt === null
      ? judged(
          verdict(
            "DELETING",
            "Drifted",
            "Somebody else is deleting the ExternalSecret; it is applied again once it is gone.",
          ),
        )
      : judged(verdict("PENDING", "DeletingOld", "The ExternalSecret that was being deleted has to go first."));
  }
  if (trouble?.kind === "refused") return judged(verdict("FAILED", trouble.reason, trouble.message));
  if (trouble?.kind === "unreachable") return judged(...whileAway(facts, trouble));
  // Nothing there and nothing wrong: the apply is on its way.
  if (object === null) return judged(verdict("PENDING", "Applying", null));

  const ready = object.ready?.status;
  const current = ready === "True" && isCurrent(object) && (facts.lastWrite?.forced !== true || answered);
  if ((ready !== "True" && ready !== "False") || (ready === "True" && !current) || (ready === "False" && !answered)) {
    const silentFor = facts.lastWrite === null ? 0 : facts.now - facts.lastWrite.writtenAt;
    if (silentFor < facts.patience.operator) {
      const kept = facts.current.status === "PENDING" ? facts.current.reason : null;
      return judged(
        verdict("PENDING", kept ?? "WaitingForOperator", null),
        remaining(facts.patience.operator, silentFor),
      );
    }
    return judged(
      verdict(
        "SYNCED_ERROR",
        "OperatorSilent",
        `The External Secrets Operator has not answered for ${lasting(facts.patience.operator)}: it is down, overloaded, or another controller class is in charge.`,
      ),
    );
  }
  if (ready === "False") {
    const { failure, missedFor } = facts.cause;
    const known = failure !== null || missedFor >= facts.patience.cause;
    return judged(
      known || facts.current.status === "SYNCED_ERROR"
        ? verdict("SYNCED_ERROR", object.ready?.reason ?? "NotReady", failure ?? object.ready?.message ?? null)
        : facts.current,
      known ? null : remaining(facts.patience.cause, missedFor),
    );
  }
  const missing = missingThough(object, facts);
  return missing === null ? judged(verdict("SYNCED", "SecretSynced", null), null, true) : judged(missing);
}

/** Row "cluster cannot be reached": unchanged for a minute, then what is not confirmed says so; what was confirmed stays. */
function whileAway(
  facts: AssignmentFacts,
  trouble: Extract<Trouble, { kind: "unreachable" }>,
): [Verdict<AssignmentStatus>, number | null] {
  if (trouble.since < facts.patience.unreachable)
    return [facts.current, remaining(facts.patience.unreachable, trouble.since)];
  const confirmed = facts.current.status === "SYNCED" || facts.current.status === "SYNCED_ERROR";
  const unconfirmedWrite = facts.lastWrite?.unanswered === true;
  if (confirmed && !unconfirmedWrite) return [facts.current, null];
  return facts.uid === null
    ? [verdict("FAILED", "ClusterUnreachable", trouble.message), null]
    : [verdict("PENDING", "ClusterUnreachable", trouble.message), null];
}

/** Ready=True does not always mean that the native Secret is there (DESIGN.md's row; ESO.md: Retain, Merge, Delete). */
function missingThough(object: ExternalSecretSeen, facts: AssignmentFacts): Verdict<AssignmentStatus> | null {
  const { reason, message } = object.ready ?? { reason: null, message: null };
  if (reason === "SecretMissing" || reason === "SecretDeleted") return verdict("SYNCED_ERROR", reason, message);
  if (message?.includes("retained") === true) {
    return verdict("SYNCED_ERROR", "SecretRetained", facts.cause.failure ?? message);
  }
  if (object.bindingName === "" && facts.wantsNativeSecret) {
    return verdict("SYNCED_ERROR", "NoSecret", "The operator reports success but has bound no native Secret.");
  }
  const missingAt = facts.cause.missingProviderSecretAt;
  if (missingAt !== null && object.refreshTime !== null && Date.parse(missingAt) >= Date.parse(object.refreshTime)) {
    return verdict(
      "SYNCED_ERROR",
      "MissingProviderSecret",
      "The provider no longer has all of the keys; those that are gone were removed from the native Secret.",
    );
  }
  return null;
}
