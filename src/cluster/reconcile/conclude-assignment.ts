import type { AssignmentChange, AssignmentWork } from "../../domain/ports/cluster-state.js";
import { targetNameOf } from "../../domain/spec/spec-view.js";
import { judgeAssignment, type AssignmentFacts } from "../../domain/status/assignment-status.js";
import { type Findings, ourDeleteSentAt } from "./assignment-findings.js";
import type { LeaderContext } from "./leader-context.js";
import { ANEW, nextPass, type PassResult, record } from "./pass.js";
import { verdictToWrite } from "./verdicts.js";

/** Judges what was found and writes what differs from the row. */
export async function concludeAssignment(
  context: LeaderContext,
  key: string,
  work: AssignmentWork,
  found: Findings,
): Promise<PassResult> {
  if (found.object !== null) context.uids.add(key, found.object.uid);
  const judgement = judgeAssignment(factsOf(context, key, work, found));
  const change: AssignmentChange = { id: work.id, revision: work.revision, ...found.done };
  if (found.drift !== null) change.noted = { reason: "Drifted", message: found.drift.message };
  if (judgement.answered && found.lastWrite?.unanswered === true)
    change.lastWrite = { ...found.lastWrite, unanswered: false };
  if (judgement.synced && work.syncedGeneration !== work.secret.generation)
    change.syncedGeneration = work.secret.generation;
  const refreshedAt = Date.parse(found.object?.refreshTime ?? "");
  if (Number.isFinite(refreshedAt) && refreshedAt !== work.refreshedAt) change.refreshedAt = refreshedAt;
  const alone = Object.keys(change).length === 2;
  const verdict = verdictToWrite(judgement.verdict, work, found.trouble?.kind !== "unreachable", alone);
  if (verdict !== undefined) change.verdict = verdict;
  if (Object.keys(change).length > 2) {
    if (!(await record(context, { kind: "assignment", change }))) return ANEW;
  }
  if (judgement.verdict === "gone") {
    context.forget(key);
    return undefined;
  }
  context.replaced(key, found.done.uid ?? work.uid);
  // A project that is going away is stuck where what it holds is.
  const stuck = judgement.verdict.status === "DELETE_FAILED";
  if (stuck !== (work.current.status === "DELETE_FAILED")) context.lookAt("project", work.project.id);
  const unsettled = found.trouble !== null || stuck;
  return nextPass(context, { lookAgainIn: judgement.lookAgainIn, unsettled, retryIn: found.retryIn });
}

function factsOf(context: LeaderContext, key: string, work: AssignmentWork, found: Findings): AssignmentFacts {
  const { object } = found;
  const failure =
    object === null
      ? null
      : context.events.causeFor(object.uid, {
          writtenVersion: found.lastWrite?.resourceVersion ?? null,
          lastTransitionTime: object.ready?.lastTransitionTime ?? null,
        });
  return {
    now: work.now,
    current: work.current,
    unwanted: work.deletionRequestedAt !== null,
    sent: work.sent,
    deleteSentAt: found.done.deleteSent === true ? work.now : ourDeleteSentAt(context, work),
    trouble: found.trouble,
    object,
    uid: found.done.uid ?? work.uid,
    lastWrite: found.lastWrite,
    wantsNativeSecret: targetNameOf(work.secret.spec, work.objectName) !== null,
    cause: {
      failure,
      missingProviderSecretAt: object === null ? null : context.events.missingProviderSecretAt(object.uid),
      missedFor: context.missedCauses.missedFor(key, object?.ready?.status === "False" && failure === null),
    },
    patience: context.patience,
  };
}
