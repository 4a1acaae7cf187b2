import type { ProviderStatus } from "../kinds.js";
import type { Verdict, WriteRecord } from "../ports/cluster-state.js";
import { judgeDeletion } from "./deletion.js";
import { remaining, type Patience } from "./patience.js";
import { STORE_NOT_FOUND } from "./provider-status.js";
import { isLater, type StoreSeen } from "./seen.js";
import type { Trouble } from "./trouble.js";

/** All that the status of one provider in one cluster depends on. Durations in milliseconds. */
export interface TargetFacts {
  /** The database's clock. */
  now: number;
  current: Verdict<ProviderStatus>;
  managed: boolean;
  unwanted: boolean;
  sent: boolean;
  deleteSentAt: number | null;
  trouble: Trouble | null;
  object: StoreSeen | null;
  uid: string | null;
  lastWrite: WriteRecord | null;
  /** Message of the event that tells why the store is not ready; null: none was seen. */
  cause: string | null;
  /** For how long a failure has been seen without its cause, milliseconds; 0 where the cause is known. */
  causeMissedFor: number;
  patience: Patience;
}

export interface TargetJudgement {
  verdict: Verdict<ProviderStatus> | "gone";
  answered: boolean;
  lookAgainIn: number | null;
}

/**
 * The status of a provider's store in one cluster (DESIGN.md, "The status of a project and of a provider"). Pure. Stores carry no generation in their status: each write is
 * followed by a nulling of the conditions, so a Ready in a later version is the answer to it.
 */
export function judgeTarget(facts: TargetFacts): TargetJudgement {
  const { object, trouble, lastWrite } = facts;
  const answered =
    object !== null &&
    object.ready !== null &&
    (lastWrite === null || !lastWrite.unanswered || isLater(object.resourceVersion, lastWrite.resourceVersion));
  const judged = (verdict: Verdict<ProviderStatus> | "gone", lookAgainIn: number | null = null): TargetJudgement => ({
    verdict,
    answered,
    lookAgainIn,
  });

  if (facts.unwanted) {
    // A store that platform admins made is only read: nothing of it has to go.
    if (!facts.sent || !facts.managed) return judged("gone");
    const going = judgeDeletion({ ...facts, blockers: [] });
    return judged(going.verdict, going.lookAgainIn);
  }
  if (trouble?.kind === "refused") return judged({ status: "ERROR", reason: trouble.reason, message: trouble.message });
  if (trouble?.kind === "unreachable") {
    if (trouble.since < facts.patience.unreachable)
      return judged(facts.current, remaining(facts.patience.unreachable, trouble.since));
    const confirmed =
      (facts.current.status === "READY" || facts.current.status === "ERROR") && lastWrite?.unanswered !== true;
    return judged(
      confirmed ? facts.current : { status: "PENDING", reason: "ClusterUnreachable", message: trouble.message },
    );
  }
  if (object === null) {
    return facts.managed
      ? judged({ status: "PENDING", reason: "Applying", message: null })
      : judged({ status: "ERROR", reason: STORE_NOT_FOUND, message: "There is no store of this name in the cluster." });
  }
  if (!answered || object.ready === null)
    return judged({ status: "PENDING", reason: "WaitingForOperator", message: null });
  if (object.ready.status === "True") return judged({ status: "READY", reason: object.ready.reason, message: null });
  const known = facts.cause !== null || facts.causeMissedFor >= facts.patience.cause;
  return judged(
    known || facts.current.status === "ERROR"
      ? { status: "ERROR", reason: object.ready.reason ?? "NotReady", message: facts.cause ?? object.ready.message }
      : facts.current,
    known ? null : remaining(facts.patience.cause, facts.causeMissedFor),
  );
}
