import { isJsonObject, type Json, type JsonObject } from "../../domain/json.js";
import { FIELD_MANAGER, FORCE_SYNC_ANNOTATION, LABELS } from "../../domain/spec/render.js";
import type { Trouble } from "../../domain/status/trouble.js";
import { isClusterFailure, KubernetesError } from "../kubernetes-error.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import type { ObservedExternalSecret, ObservedSecretStore } from "../projection.js";
import { hashSpec } from "../projection/spec-hash.js";
import type { ResourceRef } from "../resources.js";
import type { LeaderContext } from "./leader-context.js";
import { bearsOurId, foreignManagers, likelyCulprit, nameManagers } from "./managers.js";

export type Managed = ObservedExternalSecret | ObservedSecretStore;

/** One object that is wanted, and what is known of it. */
export interface WantedObject<T extends Managed> {
  key: string;
  resource: ResourceRef;
  namespace: string | null;
  name: string;
  /** The id in our label: the assignment's or the provider's. */
  id: string;
  /** The whole manifest. @param uid of the object to change; null: only a new one */
  render(uid: string | null): JsonObject;
  /** False: it bears no label of ours yet (adopted, not changed since). */
  labelled: boolean;
  forceSyncToken: string | null;
  /** uid in the row; null: none yet. */
  uid: string | null;
  /** What was recorded as applied is not what is wanted now, or was never recorded. */
  lags: boolean;
  /** We sent a delete of the object that is there: that it goes is no drift. */
  expectGone: boolean;
  observed: T | null;
  project(object: KubernetesObject): T;
  remember(object: T): void;
  /** Records durably that an object may exist from now on. @returns false: desired state has changed meanwhile */
  markSent(): Promise<boolean>;
}

/** What was found changed or gone without us, and who it was, as far as the cluster tells. */
export interface Drift {
  manager: string | null;
  message: string;
}

export type EnsureOutcome<T extends Managed> =
  | { kind: "unchanged"; object: T }
  /** `effective`: the apply changed something; `raw`: the server's answer. */
  | { kind: "written"; object: T; raw: KubernetesObject; effective: boolean; drift: Drift | null }
  | { kind: "terminating"; object: T }
  | { kind: "trouble"; trouble: Trouble; drift: Drift | null; retryIn?: number }
  /** Desired state changed while we looked: begin anew. */
  | { kind: "stale" };

/** How often the object may change between reading and patching. */
const MAX_ATTEMPTS = 5;

/** Whoever takes a field or a label away owns nothing afterwards, so the object does not tell who it was. */
const NOBODY_KNOWN = "Somebody";

const refused = (reason: string, message: string): Trouble => ({ kind: "refused", reason, message });

const notOurs = <T extends Managed>(object: T): EnsureOutcome<T> => ({
  kind: "trouble",
  trouble: refused(
    "NotOurs",
    `An object of this name is there already and is not Secretariat's; it is managed by ${nameManagers(object.managers)}. Adopt it, or remove it.`,
  ),
  drift: null,
});

/**
 * Makes an object what is wanted (DESIGN.md, "What is ours in a cluster"): never over a foreign one, with our uid once there is one, and only where
 * something differs.
 */
export async function ensureObject<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
): Promise<EnsureOutcome<T>> {
  try {
    if (wanted.uid === null) return await writeFirst(context, wanted, null);
    const seen = await seenAsOurs(context, wanted, wanted.uid);
    if (seen === null) return await rewriteVanished(context, wanted);
    return seen.deletionTimestamp === null
      ? await writeAgain(context, wanted, seen)
      : { kind: "terminating", object: seen };
  } catch (error) {
    return { kind: "trouble", trouble: context.troubles.of(wanted.key, error), drift: null };
  }
}

/** The object with our uid. What the watch shows counts, unless it shows nothing or another: then the server is asked, for the watch may be late. */
async function seenAsOurs<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
  uid: string,
): Promise<T | null> {
  if (wanted.observed?.uid === uid) return wanted.observed;
  const live = await readLive(context, wanted);
  return live?.uid === uid ? live : null;
}

async function readLive<T extends Managed>(context: LeaderContext, wanted: WantedObject<T>): Promise<T | null> {
  const raw = await context.api.getByName(wanted.resource, wanted.namespace, wanted.name);
  if (raw === null) return null;
  const object = wanted.project(raw);
  wanted.remember(object);
  return object;
}

/** First write: read; ours (the answer to our create was lost): go on with its uid; a foreign one: leave it; nobody's: apply unforced, and look who else is there. */
async function writeFirst<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
  drift: Drift | null,
): Promise<EnsureOutcome<T>> {
  if (wanted.observed !== null || !context.seesAll()) {
    const live = await readLive(context, wanted);
    if (live !== null) return await takeOrLeave(context, wanted, live, drift);
  }
  if (!(await wanted.markSent())) return { kind: "stale" };
  const manifest = wanted.render(null);
  let raw: KubernetesObject;
  try {
    raw = await context.api.apply(wanted.resource, wanted.namespace, manifest, {
      fieldManager: FIELD_MANAGER,
      force: false,
    });
  } catch (error) {
    const live = error instanceof KubernetesError && error.status === 409 ? await readLive(context, wanted) : null;
    if (live !== null) return await takeOrLeave(context, wanted, live, drift);
    throw error;
  }
  const object = wanted.project(raw);
  wanted.remember(object);
  if (foreignManagers(object.managers).length > 0) return await withdraw(context, wanted, object);
  accept(context, wanted, object, manifest);
  return { kind: "written", object, raw, effective: true, drift };
}

async function takeOrLeave<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
  object: T,
  drift: Drift | null,
): Promise<EnsureOutcome<T>> {
  if (object.deletionTimestamp !== null) return { kind: "terminating", object };
  if (!bearsOurId(context, object, wanted.id)) return notOurs(object);
  // Our label on what somebody else wrote: a withdrawal did not come through.
  if (foreignManagers(object.managers).some((manager) => manager.ownsSpec))
    return await withdraw(context, wanted, object);
  const outcome = await writeAgain(context, { ...wanted, lags: true }, object);
  return outcome.kind === "written" ? { ...outcome, drift } : outcome;
}

/** Somebody was faster by a moment: an apply that holds nothing gives back what we have just laid over theirs. */
async function withdraw<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
  object: T,
): Promise<EnsureOutcome<T>> {
  const { apiVersion, kind } = wanted.render(null);
  const metadata: JsonObject = { name: wanted.name, uid: object.uid };
  if (wanted.namespace !== null) metadata["namespace"] = wanted.namespace;
  await context.api.apply(
    wanted.resource,
    wanted.namespace,
    { apiVersion: apiVersion ?? null, kind: kind ?? null, metadata },
    { fieldManager: FIELD_MANAGER, force: false },
  );
  return notOurs(object);
}

/** Gone without our delete: applied again at once. */
async function rewriteVanished<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
): Promise<EnsureOutcome<T>> {
  const live = await readLive(context, wanted);
  const drift: Drift | null = wanted.expectGone
    ? null
    : { manager: null, message: "The object was deleted by somebody else; it is applied again." };
  context.accepted.delete(wanted.key);
  return await writeFirst(context, { ...wanted, uid: null, observed: live, lags: true }, drift);
}

async function writeAgain<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
  seen: T,
): Promise<EnsureOutcome<T>> {
  const manifest = wanted.render(seen.uid);
  if (!wanted.lags && isAsWanted(context, wanted, seen, manifest)) return { kind: "unchanged", object: seen };
  const culprit = wanted.lags ? null : (likelyCulprit(seen.managers) ?? NOBODY_KNOWN);
  const contested = culprit === null ? null : context.contest.contestedFor(wanted.key, culprit);
  if (culprit !== null && contested !== null) {
    const message = `${culprit} keeps changing this object back: three times in ten minutes. Let one of the two manage it.`;
    return { kind: "trouble", trouble: refused("Contested", message), drift: null, retryIn: contested };
  }
  let raw = await applyOurs(context, wanted, manifest, seen.uid);
  if (raw === null) return await rewriteVanished(context, wanted);
  let object = wanted.project(raw);
  if (
    object.specHash !== hashSpec(manifest["spec"]) &&
    foreignManagers(object.managers).some((manager) => manager.ownsSpec)
  ) {
    raw = await replaceSpec(context, wanted, manifest, object);
    object = wanted.project(raw);
  }
  wanted.remember(object);
  accept(context, wanted, object, manifest);
  const effective = object.resourceVersion !== seen.resourceVersion;
  const drift =
    culprit !== null && effective
      ? { manager: culprit, message: `${culprit} had changed the object; it was put back.` }
      : null;
  if (drift !== null && culprit !== null) context.contest.repaired(wanted.key, culprit);
  return { kind: "written", object, raw, effective, drift };
}

/** @returns null where the object with that uid is gone (409 "uid mismatch"; ESO.md, "uid in an apply") */
async function applyOurs<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
  manifest: JsonObject,
  uid: string,
): Promise<KubernetesObject | null> {
  try {
    return await context.api.apply(wanted.resource, wanted.namespace, manifest, {
      fieldManager: FIELD_MANAGER,
      force: true,
    });
  } catch (error) {
    if (isClusterFailure(error) || !(error instanceof KubernetesError)) throw error;
    const aboutUid =
      error.status === 409 || (error.status === 422 && error.causes.some((cause) => cause.field === "metadata.uid"));
    // A 409 of another kind (a webhook's) would come again and again.
    if (!aboutUid || (await readLive(context, wanted))?.uid === uid) throw error;
    return null;
  }
}

/** A forced apply takes back only what it holds; what others added beside it stays, and has to be replaced away. */
async function replaceSpec(
  context: LeaderContext,
  wanted: WantedObject<Managed>,
  manifest: JsonObject,
  object: Managed,
): Promise<KubernetesObject> {
  let { resourceVersion } = object;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await context.api.patch(
        wanted.resource,
        wanted.namespace,
        wanted.name,
        [
          { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
          { op: "replace", path: "/spec", value: manifest["spec"] ?? null },
        ],
        "json",
        { fieldManager: FIELD_MANAGER },
      );
    } catch (error) {
      // The operator writes its status meanwhile. A failed test of a JSON patch is 422, a version that changed after it 409.
      const changed = error instanceof KubernetesError && (error.status === 409 || error.status === 422);
      if (!changed || attempt >= MAX_ATTEMPTS) throw error;
      const live = await context.api.getByName(wanted.resource, wanted.namespace, wanted.name);
      if (live === null || live.metadata.uid !== object.uid) throw error;
      ({ resourceVersion } = live.metadata);
    }
  }
}

/** What others add to labels and annotations is theirs; what is wanted must be there. */
function isAsWanted(
  context: LeaderContext,
  wanted: WantedObject<Managed>,
  seen: Managed,
  manifest: JsonObject,
): boolean {
  const spec = hashSpec(manifest["spec"]);
  const accepted = context.accepted.get(wanted.key);
  const metadata = asObject(manifest["metadata"]);
  return (
    (seen.specHash === spec || (accepted?.wanted === spec && accepted.live === seen.specHash)) &&
    seen.forceSync === wanted.forceSyncToken &&
    includes(seen.labels, asObject(metadata["labels"])) &&
    includes(seen.annotations, asObject(metadata["annotations"])) &&
    (!wanted.labelled || bearsOurId(context, seen, wanted.id))
  );
}

const asObject = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

/** The labels of ownership and the force-sync annotation are kept apart by the projection, and compared apart. */
const COMPARED_APART = new Set<string>([
  LABELS.installation,
  LABELS.assignment,
  LABELS.provider,
  LABELS.project,
  FORCE_SYNC_ANNOTATION,
]);

const includes = (live: { readonly [key: string]: string }, wanted: JsonObject): boolean =>
  Object.entries(wanted).every(([key, value]) => COMPARED_APART.has(key) || live[key] === value);

/** What the server answered to our apply counts as wanted from now on: the defaults of a newer CRD are no drift. */
function accept(context: LeaderContext, wanted: WantedObject<Managed>, object: Managed, manifest: JsonObject): void {
  context.accepted.set(wanted.key, { wanted: hashSpec(manifest["spec"]), live: object.specHash });
}
