import { foreignText } from "../foreign-text.js";
import type { Verdict } from "../ports/cluster-state.js";
import { remaining, type Patience } from "./patience.js";
import type { Trouble } from "./trouble.js";

/** What the going away of any object of ours depends on. Durations in milliseconds. */
export interface DeletionFacts {
  /** The database's clock. */
  now: number;
  current: Verdict<string>;
  deleteSentAt: number | null;
  trouble: Trouble | null;
  /** Null: it is known not to be there. */
  object: { uid: string; finalizers: readonly string[] } | null;
  /** uid of the object that is ours; null: not known. */
  uid: string | null;
  /** Texts that say more of what holds the object; empty: the finalizers are all that is known. */
  blockers: readonly string[];
  patience: Patience;
}

/**
 * The status of what is being deleted, for assignments, stores and namespaces alike (DESIGN.md, "The status of an assignment", rows 2 and 3).
 * @returns "gone" where nothing of ours is left
 */
export function judgeDeletion(facts: DeletionFacts): {
  verdict: Verdict<"DELETING" | "DELETE_FAILED"> | "gone";
  lookAgainIn: number | null;
} {
  const failed = (reason: string, message: string) => ({
    verdict: { status: "DELETE_FAILED" as const, reason, message },
    lookAgainIn: null,
  });
  const deleting = (lookAgainIn: number | null) => ({
    verdict: {
      status: "DELETING" as const,
      reason: facts.current.status === "DELETING" ? facts.current.reason : null,
      message: null,
    },
    lookAgainIn,
  });
  if (facts.trouble?.kind === "refused") return failed(facts.trouble.reason, facts.trouble.message);
  if (facts.trouble?.kind === "unreachable") {
    if (facts.trouble.since >= facts.patience.unreachable) return failed("ClusterUnreachable", facts.trouble.message);
    const left = remaining(facts.patience.unreachable, facts.trouble.since);
    // Nothing new is known of what had failed before.
    const { status, reason, message } = facts.current;
    return status === "DELETE_FAILED" ? { verdict: { status, reason, message }, lookAgainIn: left } : deleting(left);
  }
  if (facts.object === null || (facts.uid !== null && facts.object.uid !== facts.uid))
    return { verdict: "gone", lookAgainIn: null };
  if (facts.deleteSentAt === null) return deleting(null);
  const goingFor = facts.now - facts.deleteSentAt;
  if (goingFor < facts.patience.finalizer) return deleting(remaining(facts.patience.finalizer, goingFor));
  if (facts.object.finalizers.length === 0 && facts.blockers.length === 0) return deleting(null);
  const what = [...facts.object.finalizers, ...facts.blockers].join(", ");
  // Last what may be cut: whoever may write the object may give it any number of finalizers.
  return failed("FinalizerStuck", foreignText(`Whoever set what holds it must remove that: ${what}`));
}
