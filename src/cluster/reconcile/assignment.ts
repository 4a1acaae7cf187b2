import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../domain/json.js";
import type { AssignmentWork, ObjectFacts } from "../../domain/ports/cluster-state.js";
import { renderExternalSecret } from "../../domain/spec/render.js";
import { toYaml } from "../../domain/spec/yaml.js";
import type { ObservedExternalSecret } from "../projection.js";
import { operatorResources, type ResourceRef } from "../resources.js";
import { isRecord } from "../object-guards.js";
import { afterWrite, clearOverlooked, wasOverlooked } from "./after-write.js";
import { type Findings, nothingDone, ourDeleteSentAt } from "./assignment-findings.js";
import { concludeAssignment } from "./conclude-assignment.js";
import { ensureObject, type WantedObject } from "./ensure-object.js";
import type { LeaderContext } from "./leader-context.js";
import { ANEW, type PassResult, record } from "./pass.js";
import { bearsOurId } from "./managers.js";
import { removeObject } from "./remove-object.js";
import { NO_OPERATOR } from "./trouble-log.js";

/** A secret's generation before any change. */
const FIRST_GENERATION = 1;

/**
 * One pass over one assignment: looks at what is wanted and what is there, makes the one the other, and writes what became of it. Level-triggered: whatever was lost
 * before, this pass repairs it.
 */
export async function reconcileAssignment(context: LeaderContext, key: string, id: string): Promise<PassResult> {
  const work = await context.assignments.load(id);
  if (work === null) {
    context.forget(key);
    return undefined;
  }
  const namespace = context.observed.namespaces.get(null, work.project.name);
  // What happens in a namespace that is going away says nothing of the secret: its credentials go first (ESO.md).
  if (namespace !== null && namespace.deletionTimestamp !== null && work.deletionRequestedAt === null) return undefined;
  const found = work.deletionRequestedAt === null ? await ensure(context, key, work) : await remove(context, key, work);
  if (found === "stale") return ANEW;
  return await concludeAssignment(context, key, work, found);
}

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
  const { externalSecrets } = operatorResources(version);
  let kindImplied = false;
  try {
    if (work.adopted && verbatim && !labelled) kindImplied = await leavesKindOut(context, work, externalSecrets);
  } catch (error) {
    return { ...nothingDone(work, null), trouble: context.troubles.of(key, error) };
  }
  const render = (uid: string | null, bearsLabels: boolean): JsonObject =>
    renderExternalSecret({
      apiVersion: version,
      namespace: work.project.name,
      name: work.objectName,
      uid,
      ids: bearsLabels ? { installation: context.installation, assignment: work.id } : null,
      store: { name: work.provider.storeName, scope: work.provider.scope, kindImplied },
      stored: work.secret.spec,
      forceSyncToken,
    });
  const wanted: WantedObject<ObservedExternalSecret> = {
    key,
    resource: externalSecrets,
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
      return await record(context, {
        kind: "assignment",
        change: { id: work.id, revision: work.revision, sent: true },
      });
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
  if (outcome.kind === "unchanged") {
    const found = { ...nothingDone(work, outcome.object), done: uid };
    return wasOverlooked(context, work, outcome.object)
      ? await clearOverlooked(context, work, wanted, outcome.object, found)
      : found;
  }
  const { object } = outcome;
  const bearsLabels = labelled || bearsOurId(context, object, work.id);
  return await afterWrite(context, work, wanted, {
    ...outcome,
    forced,
    bearsLabels,
    manifest: toYaml(render(null, bearsLabels)),
    uid,
  });
}

/** Whether the object that is taken over as it is names its SecretStore without the kind: to add that would be a change of its spec. */
async function leavesKindOut(context: LeaderContext, work: AssignmentWork, resource: ResourceRef): Promise<boolean> {
  if (work.provider.scope !== "PROJECT") return false;
  const live = await context.api.getByName(resource, work.project.name, work.objectName);
  const ref = live?.spec?.["secretStoreRef"];
  return isRecord(ref) && ref["kind"] === undefined;
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
    deleteSentAt: work.deleteSentAt,
    observed,
    project: (object) => context.projector.externalSecret(object),
    remember: (object) => void context.observed.externalSecrets.observe(object),
    isOurs: (object) => bearsOurId(context, object, work.id),
  });
  return { ...nothingDone(work, null), ...outcome };
}
