import type { ProviderTargetChange, ProviderTargetWork } from "../../domain/ports/cluster-state.js";
import type { JsonObject } from "../../domain/json.js";
import { renderStore } from "../../domain/spec/render.js";
import { judgeTarget } from "../../domain/status/target-status.js";
import type { Trouble } from "../../domain/status/trouble.js";
import type { ObservedSecretStore } from "../projection.js";
import { operatorResources, type ResourceRef } from "../resources.js";
import type { ObservedCache } from "../watch/observed-cache.js";
import { clearStatus } from "./clear-status.js";
import { ensureObject, type Drift, type WantedObject } from "./ensure-object.js";
import type { LeaderContext } from "./leader-context.js";
import { ANEW, nextPass, type PassResult, record } from "./pass.js";
import { bearsOurId } from "./managers.js";
import { removeObject } from "./remove-object.js";
import { NO_OPERATOR } from "./trouble-log.js";
import { verdictToWrite } from "./verdicts.js";

interface Findings {
  object: ObservedSecretStore | null;
  trouble: Trouble | null;
  drift: Drift | null;
  done: Omit<ProviderTargetChange, "id" | "revision" | "verdict" | "noted">;
  lastWrite: ProviderTargetWork["lastWrite"];
  retryIn: number | null;
}

/** How the domain's providers become a store: injected, for `cluster` knows no kinds of backend. */
export type RenderStoreSpec = (provider: ProviderTargetWork["provider"]) => JsonObject;

interface Place {
  resource: ResourceRef | null;
  cache: ObservedCache<ObservedSecretStore>;
  kind: "SecretStore" | "ClusterSecretStore";
  namespace: string | null;
}

/** One pass over one provider in this cluster: its ClusterSecretStore, or its SecretStore in the project's namespace. */
export async function reconcileProviderTarget(
  context: LeaderContext,
  key: string,
  id: string,
  renderSpec: RenderStoreSpec,
): Promise<PassResult> {
  const work = await context.providerTargets.load(id);
  if (work === null) {
    context.forget(key);
    return undefined;
  }
  const place = placeOf(context, work);
  const namespace = place.namespace === null ? null : context.observed.namespaces.get(null, place.namespace);
  if (namespace !== null && namespace.deletionTimestamp !== null && work.deletionRequestedAt === null) return undefined;
  // A store outlives what uses it: deleted before, the operator could not even clean up.
  if (work.deletionRequestedAt !== null && work.remainingAssignments > 0) return undefined;
  const found = await look(context, key, work, place, renderSpec);
  if (found === "stale") return ANEW;
  return await conclude(context, key, work, found);
}

function placeOf(context: LeaderContext, work: ProviderTargetWork): Place {
  const resources = context.operatorApiVersion === null ? null : operatorResources(context.operatorApiVersion);
  return work.project === null
    ? {
        resource: resources?.clusterSecretStores ?? null,
        cache: context.observed.clusterSecretStores,
        kind: "ClusterSecretStore",
        namespace: null,
      }
    : {
        resource: resources?.secretStores ?? null,
        cache: context.observed.secretStores,
        kind: "SecretStore",
        namespace: work.project.name,
      };
}

const nothingDone = (work: ProviderTargetWork, object: ObservedSecretStore | null): Findings => ({
  object,
  trouble: null,
  drift: null,
  done: {},
  lastWrite: work.lastWrite,
  retryIn: null,
});

async function look(
  context: LeaderContext,
  key: string,
  work: ProviderTargetWork,
  place: Place,
  renderSpec: RenderStoreSpec,
): Promise<Findings | "stale"> {
  const observed = place.cache.get(place.namespace, work.provider.storeName);
  const unwanted = work.deletionRequestedAt !== null;
  if (unwanted && (!work.sent || !work.provider.managed)) return nothingDone(work, null);
  const away = context.troubles.cluster;
  if (away !== null) return { ...nothingDone(work, observed), trouble: away };
  if (place.resource === null || context.operatorApiVersion === null)
    return { ...nothingDone(work, observed), trouble: NO_OPERATOR };
  if (unwanted) return await remove(context, key, work, place, place.resource, observed);
  if (!work.provider.managed) {
    const seen: ProviderTargetChange["uid"] = observed?.uid ?? null;
    return { ...nothingDone(work, observed), done: seen === work.uid ? {} : { uid: seen } };
  }
  const apiVersion = context.operatorApiVersion;
  const wanted: WantedObject<ObservedSecretStore> = {
    key,
    resource: place.resource,
    namespace: place.namespace,
    name: work.provider.storeName,
    id: work.provider.id,
    render: (uid) =>
      renderStore({
        apiVersion,
        name: work.provider.storeName,
        namespace: place.namespace,
        uid,
        ids: { installation: context.installation, provider: work.provider.id },
        spec: renderSpec(work.provider),
      }),
    labelled: true,
    forceSyncToken: null,
    uid: work.uid,
    lags: work.appliedGeneration !== work.provider.generation,
    expectGone: work.deleteSentAt !== null,
    observed,
    project: (object) => context.projector.store(place.kind, object),
    remember: (object) => void place.cache.observe(object),
    markSent: async () => {
      if (work.sent) return true;
      return await record(context, {
        kind: "providerTarget",
        change: { id: work.id, revision: work.revision, sent: true },
      });
    },
  };
  const outcome = await ensureObject(context, wanted);
  if (outcome.kind === "stale") return "stale";
  if (outcome.kind === "trouble")
    return {
      ...nothingDone(work, null),
      trouble: outcome.trouble,
      drift: outcome.drift,
      retryIn: outcome.retryIn ?? null,
    };
  if (outcome.kind === "terminating") return nothingDone(work, outcome.object);
  context.troubles.over(key);
  const uid = outcome.object.uid === work.uid ? {} : { uid: outcome.object.uid };
  // Also where only the server's answer told that nothing differs (what a newer CRD fills in).
  if (outcome.kind === "unchanged" || (!outcome.effective && !wanted.lags && outcome.object.uid === work.uid))
    return { ...nothingDone(work, outcome.object), done: uid };
  try {
    // A store's status carries no generation: only a Ready that was taken away first tells the answer to this write (ESO.md, "Stores").
    const cleared = outcome.object.ready !== null && (outcome.effective || wanted.lags);
    const object = cleared ? await clearStatus(context, wanted, outcome.object, false) : outcome.object;
    const wrote = outcome.effective || cleared;
    const write =
      object === null || !wrote
        ? null
        : {
            resourceVersion: object.resourceVersion,
            unanswered: object.ready === null,
            ready: object.ready?.status ?? null,
            syncedResourceVersion: null,
            forced: false,
          };
    return {
      object,
      trouble: null,
      drift: outcome.drift,
      done: {
        ...uid,
        sent: true,
        appliedGeneration: work.provider.generation,
        ...(work.deleteSentAt === null ? {} : { deleteSent: false }),
        ...(write === null ? {} : { lastWrite: { ...write, writtenAt: null } }),
      },
      lastWrite: write === null ? work.lastWrite : { ...write, writtenAt: work.now },
      retryIn: null,
    };
  } catch (error) {
    return { ...nothingDone(work, null), trouble: context.troubles.of(key, error), drift: outcome.drift };
  }
}

async function remove(
  context: LeaderContext,
  key: string,
  work: ProviderTargetWork,
  place: Place,
  resource: ResourceRef,
  observed: ObservedSecretStore | null,
): Promise<Findings> {
  const outcome = await removeObject(context, {
    key,
    resource,
    namespace: place.namespace,
    name: work.provider.storeName,
    uid: work.uid,
    deleteSentAt: work.deleteSentAt,
    observed,
    project: (object) => context.projector.store(place.kind, object),
    remember: (object) => void place.cache.observe(object),
    isOurs: (object) => bearsOurId(context, object, work.provider.id),
  });
  return { ...nothingDone(work, null), ...outcome };
}

async function conclude(
  context: LeaderContext,
  key: string,
  work: ProviderTargetWork,
  found: Findings,
): Promise<PassResult> {
  if (found.object !== null) context.uids.add(key, found.object.uid);
  const cause =
    found.object === null
      ? null
      : context.events.causeFor(found.object.uid, {
          writtenVersion: found.lastWrite?.resourceVersion ?? null,
          lastTransitionTime: found.object.ready?.lastTransitionTime ?? null,
        });
  const judgement = judgeTarget({
    now: work.now,
    current: work.current,
    managed: work.provider.managed,
    unwanted: work.deletionRequestedAt !== null,
    sent: work.sent,
    deleteSentAt: found.done.deleteSent === true ? work.now : work.deleteSentAt,
    trouble: found.trouble,
    object: found.object,
    uid: found.done.uid ?? work.uid,
    lastWrite: found.lastWrite,
    cause,
    causeMissedFor: context.missedCauses.missedFor(key, found.object?.ready?.status === "False" && cause === null),
    patience: context.patience,
  });
  const change: ProviderTargetChange = { id: work.id, revision: work.revision, ...found.done };
  const verdict = verdictToWrite(judgement.verdict, work, found.trouble?.kind !== "unreachable", false);
  if (verdict !== undefined) change.verdict = verdict;
  if (found.drift !== null) change.noted = { reason: "Drifted", message: found.drift.message };
  if (judgement.answered && found.lastWrite?.unanswered === true)
    change.lastWrite = { ...found.lastWrite, unanswered: false };
  if (Object.keys(change).length > 2) {
    if (!(await record(context, { kind: "providerTarget", change }))) return ANEW;
  }
  if (judgement.verdict === "gone") {
    context.forget(key);
    return undefined;
  }
  context.replaced(key, found.object?.uid ?? work.uid);
  const stuck = judgement.verdict.status === "DELETE_FAILED";
  if (work.project !== null && stuck !== (work.current.status === "DELETE_FAILED"))
    context.lookAt("project", work.project.id);
  const changed = found.done.appliedGeneration !== undefined || wasRewritten(context, key, work, found);
  if (judgement.verdict.status === "READY" && (work.current.status !== "READY" || changed))
    context.providerRecovered(work.provider.id);
  const unsettled = found.trouble !== null || stuck;
  return nextPass(context, { lookAgainIn: judgement.lookAgainIn, unsettled, retryIn: found.retryIn });
}

/** Whether whoever owns an existing store has changed it since the last pass: what could not be read through it may be readable now, and its `Ready` need not tell. */
function wasRewritten(context: LeaderContext, key: string, work: ProviderTargetWork, found: Findings): boolean {
  if (work.provider.managed || found.object === null) return false;
  const before = context.existingStores.get(key);
  context.existingStores.set(key, found.object.specHash);
  return before !== undefined && before !== found.object.specHash;
}
