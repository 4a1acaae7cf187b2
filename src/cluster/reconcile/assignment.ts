import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../domain/json.js";
import type { AssignmentChange, AssignmentWork, ObjectFacts } from "../../domain/ports/cluster-state.js";
import { parseDuration } from "../../domain/spec/duration.js";
import { renderExternalSecret } from "../../domain/spec/render.js";
import { targetNameOf } from "../../domain/spec/spec-view.js";
import { toYaml } from "../../domain/spec/yaml.js";
import { isCurrent, judgeAssignment, type AssignmentFacts } from "../../domain/status/assignment-status.js";
import type { Trouble } from "../../domain/status/trouble.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import type { ObservedExternalSecret } from "../projection.js";
import { operatorResources } from "../resources.js";
import { clearStatus } from "./clear-status.js";
import { disownOthers } from "./disown-others.js";
import { ensureObject, type Drift, type WantedObject } from "./ensure-object.js";
import { DeposedError, type LeaderContext, type PassResult } from "./leader-context.js";
import { removeObject } from "./remove-object.js";
import { NO_OPERATOR } from "./trouble-log.js";
import { sameVerdict } from "./verdicts.js";

/** A secret's generation before any change. */
const FIRST_GENERATION = 1;

/** What one pass found out and did, before it is judged. */
interface Findings {
  object: ObservedExternalSecret | null;
  trouble: Trouble | null;
  drift: Drift | null;
  /** Bookkeeping of what was done in this pass. */
  done: Omit<AssignmentChange, "id" | "revision" | "verdict" | "noted">;
  /** The last write, as the row will have it. */
  lastWrite: AssignmentWork["lastWrite"];
  retryIn: number | null;
}

/**
 * One pass over one assignment: looks at what is wanted and what is there, makes the one the other, and writes what became of it. Level-triggered: whatever was lost
 * before, this pass repairs it.
 */
export async function reconcileAssignment(context: LeaderContext, key: string, id: string): Promise<PassResult> {
  const work = await context.assignments.load(id);
  if (work === null) {
    context.forget(key, null);
    return undefined;
  }
  const namespace = context.observed.namespaces.get(null, work.project.name);
  // What happens in a namespace that is going away says nothing of the secret: its credentials go first (ESO.md).
  if (namespace !== null && namespace.deletionTimestamp !== null && work.deletionRequestedAt === null) return undefined;
  const found = work.deletionRequestedAt === null ? await ensure(context, key, work) : await remove(context, key, work);
  if (found === "stale") return { after: 0 };
  return await conclude(context, key, work, found);
}

const nothingDone = (work: AssignmentWork, object: ObservedExternalSecret | null): Findings => ({
  object,
  trouble: null,
  drift: null,
  done: {},
  lastWrite: work.lastWrite,
  retryIn: null,
});

/** When our delete was sent; also where a change of mind kept the row from being told. */
const ourDeleteSentAt = (context: LeaderContext, work: AssignmentWork): number | null =>
  work.deleteSentAt ?? (work.uid !== null && context.deletesSent.has(work.uid) ? work.now : null);

async function ensure(context: LeaderContext, key: string, work: AssignmentWork): Promise<Findings | "stale"> {
  const observed = context.observed.externalSecrets.get(work.project.name, work.objectName);
  const away = context.troubles.cluster;
  if (away !== null) return { ...nothingDone(work, observed), trouble: away };
  const version = context.operatorApiVersion;
  if (version === null) return { ...nothingDone(work, null), trouble: NO_OPERATOR };
  // What its provider kept from syncing is synced by now, or tried again below.
  if (work.current.status === "SYNCED") context.forceOnce.delete(work.id);
  const forced = work.forceSyncRequested > work.forceSyncApplied || context.forceOnce.has(work.id);
  const changed = work.appliedGeneration !== work.secret.generation;
  // Taken over as it stands, without a label; its first change, also one that came before the takeover, makes it an object of ours like any other.
  const verbatim = work.appliedGeneration === null && work.secret.generation === FIRST_GENERATION;
  const labelled = !work.adopted || forced || (changed && !verbatim);
  const forceSyncToken = forced ? randomUUID() : work.forceSyncToken;
  const render = (uid: string | null, bearsLabels: boolean): JsonObject =>
    renderExternalSecret({
      apiVersion: version,
      namespace: work.project.name,
      name: work.objectName,
      uid,
      ids: bearsLabels ? { installation: context.installation, assignment: work.id } : null,
      store: { name: work.provider.storeName, scope: work.provider.scope },
      stored: work.secret.spec,
      forceSyncToken,
    });
  const wanted: WantedObject<ObservedExternalSecret> = {
    key,
    resource: operatorResources(version).externalSecrets,
    namespace: work.project.name,
    name: work.objectName,
    id: work.id,
    // Made anew it is ours from the beginning.
    render: (uid) => render(uid, labelled || uid === null),
    labelled,
    forceSyncToken,
    uid: work.uid,
    lags: changed || forced,
    expectGone: ourDeleteSentAt(context, work) !== null,
    observed,
    project: (object) => context.projector.externalSecret(object),
    remember: (object) => void context.observed.externalSecrets.observe(object),
    markSent: async () => {
      if (work.sent) return true;
      const outcome = await context.batcher.submit({
        kind: "assignment",
        change: { id: work.id, revision: work.revision, sent: true },
      });
      if (outcome === "deposed") throw new DeposedError();
      return outcome === "written";
    },
  };
  const outcome = await ensureObject(context, wanted);
  if (outcome.kind === "stale") return "stale";
  if (outcome.kind === "trouble") {
    return {
      ...nothingDone(work, null),
      trouble: outcome.trouble,
      drift: outcome.drift,
      retryIn: outcome.retryIn ?? null,
    };
  }
  if (outcome.kind === "terminating") return nothingDone(work, outcome.object);
  context.troubles.over(key);
  const uid: ObjectFacts = outcome.object.uid === work.uid ? {} : { uid: outcome.object.uid };
  if (outcome.kind === "unchanged") return { ...nothingDone(work, outcome.object), done: uid };
  const { object } = outcome;
  const bearsLabels = labelled || (object.ours?.installation === context.installation && object.ours.id === work.id);
  return await afterWrite(context, work, wanted, {
    ...outcome,
    forced,
    bearsLabels,
    manifest: toYaml(render(null, bearsLabels)),
    uid,
  });
}

interface Written {
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
async function afterWrite(
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
  // Nothing was written, and nothing that was written before is unrecorded.
  if (!written.effective && !wanted.lags) return found;
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
      resourceVersion: object.resourceVersion,
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

async function remove(context: LeaderContext, key: string, work: AssignmentWork): Promise<Findings> {
  const observed = context.observed.externalSecrets.get(work.project.name, work.objectName);
  if (!work.sent) return nothingDone(work, null);
  const away = context.troubles.cluster;
  if (away !== null) return { ...nothingDone(work, observed), trouble: away };
  // Kinds that are not served now may be served again in a moment, with every object that was there.
  if (context.operatorApiVersion === null) return { ...nothingDone(work, observed), trouble: NO_OPERATOR };
  const outcome = await removeObject(context, {
    key,
    resource: operatorResources(context.operatorApiVersion).externalSecrets,
    namespace: work.project.name,
    name: work.objectName,
    uid: work.uid,
    observed,
    project: (object) => context.projector.externalSecret(object),
    remember: (object) => void context.observed.externalSecrets.observe(object),
    isOurs: (object) => object.ours?.installation === context.installation && object.ours.id === work.id,
  });
  if (outcome.kind === "trouble") return { ...nothingDone(work, outcome.object), trouble: outcome.trouble };
  context.troubles.over(key);
  return {
    ...nothingDone(work, outcome.object),
    done: outcome.object !== null && work.deleteSentAt === null ? { deleteSent: true } : {},
  };
}

/** Judges what was found and writes what differs from the row. */
async function conclude(
  context: LeaderContext,
  key: string,
  work: AssignmentWork,
  found: Findings,
): Promise<PassResult> {
  if (found.object !== null) context.uidKeys.set(found.object.uid, key);
  const judgement = judgeAssignment(factsOf(context, key, work, found));
  const change: AssignmentChange = { id: work.id, revision: work.revision, ...found.done };
  if (judgement.verdict === "gone" || !sameVerdict(judgement.verdict, work.current)) change.verdict = judgement.verdict;
  if (found.drift !== null) change.noted = { reason: "Drifted", message: found.drift.message };
  if (judgement.answered && found.lastWrite?.unanswered === true)
    change.lastWrite = { ...found.lastWrite, unanswered: false };
  if (judgement.synced && work.syncedGeneration !== work.secret.generation)
    change.syncedGeneration = work.secret.generation;
  const refreshedAt =
    found.object?.refreshTime === null || found.object === null ? null : Date.parse(found.object.refreshTime);
  if (refreshedAt !== null && refreshedAt !== work.refreshedAt) change.refreshedAt = refreshedAt;
  if (Object.keys(change).length > 2) {
    const outcome = await context.batcher.submit({ kind: "assignment", change });
    if (outcome === "deposed") throw new DeposedError();
    if (outcome === "stale") return { after: 0 };
  }
  if (judgement.verdict === "gone") {
    context.forget(key, work.uid);
    return undefined;
  }
  // A project that is going away is stuck where what it holds is.
  const stuck = judgement.verdict.status === "DELETE_FAILED";
  if (stuck !== (work.current.status === "DELETE_FAILED")) context.lookAt("project", work.project.id);
  // While the whole cluster is away its return wakes every key.
  if (context.troubles.cluster !== null)
    return judgement.lookAgainIn === null ? undefined : { after: judgement.lookAgainIn };
  if (found.retryIn !== null) return { after: found.retryIn };
  // Nobody tells when a refusal would end: try again, with growing delay.
  if (found.trouble !== null || stuck)
    return judgement.lookAgainIn === null ? { retry: true } : { retry: true, within: judgement.lookAgainIn };
  return judgement.lookAgainIn === null ? undefined : { after: judgement.lookAgainIn };
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
