import type { AssignmentWork, ObjectFacts } from "../../domain/ports/cluster-state.js";
import { parseDuration } from "../../domain/spec/duration.js";
import { isCurrent } from "../../domain/status/assignment-status.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import type { ObservedExternalSecret } from "../projection.js";
import { type Findings, nothingDone } from "./assignment-findings.js";
import { clearStatus } from "./clear-status.js";
import { disownOthers } from "./disown-others.js";
import type { Drift, WantedObject } from "./ensure-object.js";
import type { LeaderContext } from "./leader-context.js";

/** An apply, and what it was. */
export interface Written {
  object: ObservedExternalSecret;
  raw: KubernetesObject;
  effective: boolean;
  drift: Drift | null;
  forced: boolean;
  bearsLabels: boolean;
  /** YAML, as it was applied. */
  manifest: string;
  uid: ObjectFacts;
}

/** Makes the operator look again where it would not, and puts together what the row has to know of the write. */
export async function afterWrite(
  context: LeaderContext,
  work: AssignmentWork,
  wanted: WantedObject<ObservedExternalSecret>,
  written: Written,
): Promise<Findings> {
  const found: Findings = {
    object: written.object,
    trouble: null,
    drift: written.drift,
    done: {
      ...written.uid,
      sent: true,
      appliedGeneration: work.secret.generation,
      appliedManifest: written.manifest,
      ...(work.deleteSentAt === null ? {} : { deleteSent: false }),
      ...(written.forced && wanted.forceSyncToken !== null
        ? { forceSyncApplied: work.forceSyncRequested, forceSyncToken: wanted.forceSyncToken }
        : {}),
      ...(work.adopted && written.bearsLabels ? { adopted: false } : {}),
    },
    lastWrite: work.lastWrite,
    retryIn: null,
  };
  // Nothing was written, and nothing that was written before is unrecorded (an object that is new to the row was written and not recorded).
  if (!written.effective && !wanted.lags && written.uid.uid === undefined) return found;
  try {
    let object: ObservedExternalSecret | null = written.object;
    if (work.adopted && work.appliedGeneration === null) object = await disownOthers(context, wanted, written.raw);
    const before = object;
    const deaf = looksOnlyOnce(work) && object.syncedResourceVersion !== null;
    // What is taken over as it stands keeps its status: nothing about it has changed.
    const mustLookAgain = (object.ready?.status === "False" || deaf) && (!work.adopted || written.bearsLabels);
    if (mustLookAgain) object = await clearStatus(context, wanted, object, deaf);
    context.forceOnce.delete(work.id);
    found.object = object;
    if (object === null) return found;
    // An answer that came between our write and our clearing is an answer; and what is synced already has nothing to wait for.
    const { ready } = object;
    const early = object !== before && ready !== null;
    const settled = ready?.status === "False" || (ready?.status === "True" && isCurrent(object));
    const write = {
      // Not that of the clearing: what the operator tells of an attempt in between concerns this write too.
      resourceVersion: before.resourceVersion,
      unanswered: !early && (mustLookAgain || written.forced || !settled),
      ready: ready?.status ?? null,
      syncedResourceVersion: object.syncedResourceVersion,
      forced: written.forced,
    };
    found.done.lastWrite = { ...write, writtenAt: null };
    found.lastWrite = { ...write, writtenAt: work.now };
  } catch (error) {
    // What was applied is not recorded: the next pass finds that the row lags and does this again (a crash here is repaired in the same way).
    return { ...nothingDone(work, null), trouble: context.troubles.of(wanted.key, error), drift: written.drift };
  }
  return found;
}

/** CREATED_ONCE and interval 0 ignore every change after the first sync (ESO.md). */
function looksOnlyOnce(work: AssignmentWork): boolean {
  const { refreshPolicy, refreshInterval } = work.secret.spec.spec;
  if (refreshPolicy === "CreatedOnce") return true;
  if (refreshPolicy === "OnChange") return false;
  return typeof refreshInterval === "string" && (parseDuration(refreshInterval) ?? 1) <= 0;
}

/**
 * A repaired drift whose clearing was lost: the row does not lag, the object is as wanted, and the operator, who looked once, will not look again. What was adopted so was
 * so before us. At most once in the time that silence is borne, whatever the operator answers.
 */
export const wasOverlooked = (context: LeaderContext, work: AssignmentWork, object: ObservedExternalSecret): boolean =>
  !work.adopted &&
  looksOnlyOnce(work) &&
  object.ready !== null &&
  object.syncedResourceVersion !== null &&
  !isCurrent(object) &&
  work.now - (work.lastWrite?.writtenAt ?? 0) >= context.patience.operator;

export async function clearOverlooked(
  context: LeaderContext,
  work: AssignmentWork,
  wanted: WantedObject<ObservedExternalSecret>,
  object: ObservedExternalSecret,
  found: Findings,
): Promise<Findings> {
  try {
    const cleared = await clearStatus(context, wanted, object, true);
    if (cleared === null) return { ...found, object: null };
    const write = {
      resourceVersion: cleared.resourceVersion,
      unanswered: cleared.ready === null,
      ready: cleared.ready?.status ?? null,
      syncedResourceVersion: cleared.syncedResourceVersion,
      forced: false,
    };
    return {
      ...found,
      object: cleared,
      done: { ...found.done, lastWrite: { ...write, writtenAt: null } },
      lastWrite: { ...write, writtenAt: work.now },
    };
  } catch (error) {
    return { ...nothingDone(work, null), trouble: context.troubles.of(wanted.key, error) };
  }
}
