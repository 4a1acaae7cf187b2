import type { Trouble } from "../../domain/status/trouble.js";
import { KubernetesError } from "../kubernetes-error.js";
import type { Observed } from "../projection.js";
import type { ResourceRef } from "../resources.js";
import type { KubernetesObject } from "../kubernetes-object.js";
import type { LeaderContext } from "./leader-context.js";

/** How often the version to delete may change under our hands in one pass. */
const MAX_ATTEMPTS = 5;

/** One object that is unwanted, and what is known of it. */
export interface UnwantedObject<T extends Observed & { deletionTimestamp: string | null }> {
  key: string;
  resource: ResourceRef;
  namespace: string | null;
  name: string;
  /** uid in the row; null, or that of an object that has gone: the answer to our create was lost, if it was carried out at all. */
  uid: string | null;
  /** When the row says that a delete was first sent. */
  deleteSentAt: number | null;
  observed: T | null;
  project(object: KubernetesObject): T;
  remember(object: T): void;
  /** Bears our installation's and this row's id. */
  isOurs(object: T): boolean;
}

export interface RemoveOutcome<T> {
  /** Null: nothing of ours is left, or it is not known. */
  object: T | null;
  trouble: Trouble | null;
  /** What the row has to know: it is on its way from now on. */
  done: { deleteSent?: true };
}

/**
 * Deletes what is ours, with uid and resourceVersion as preconditions, and nothing else. That it is gone is believed only of the server's own answer (404, another
 * uid), never of a watch that may be late.
 */
export async function removeObject<T extends Observed & { deletionTimestamp: string | null }>(
  context: LeaderContext,
  unwanted: UnwantedObject<T>,
): Promise<RemoveOutcome<T>> {
  try {
    const object = await remove(context, unwanted);
    context.troubles.over(unwanted.key);
    return {
      object,
      trouble: null,
      done: object !== null && unwanted.deleteSentAt === null ? { deleteSent: true } : {},
    };
  } catch (error) {
    return { object: unwanted.observed, trouble: context.troubles.of(unwanted.key, error), done: {} };
  }
}

/** @returns the object as it goes; null: it has gone */
async function remove<T extends Observed & { deletionTimestamp: string | null }>(
  context: LeaderContext,
  unwanted: UnwantedObject<T>,
): Promise<T | null> {
  let target =
    unwanted.observed !== null && isTarget(unwanted, unwanted.observed)
      ? unwanted.observed
      : await readTarget(context, unwanted);
  for (let attempt = 1; target !== null; attempt += 1) {
    // It is on its way already; its finalizers decide when.
    if (target.deletionTimestamp !== null) return target;
    // Until it is told otherwise: the answer may be lost.
    context.deletesSent.add(target.uid);
    context.uids.add(unwanted.key, target.uid);
    try {
      const answer = await context.api.delete(unwanted.resource, unwanted.namespace, unwanted.name, {
        uid: target.uid,
        resourceVersion: target.resourceVersion,
      });
      if (answer === "deleted") return null;
      const going = unwanted.project(answer);
      unwanted.remember(going);
      return going;
    } catch (error) {
      if (error instanceof KubernetesError) context.deletesSent.delete(target.uid);
      if (!(error instanceof KubernetesError) || (error.status !== 404 && error.status !== 409)) throw error;
      if (error.status === 409 && attempt >= MAX_ATTEMPTS) throw error;
      target = await readTarget(context, unwanted);
    }
  }
  return null;
}

function isTarget<T extends Observed & { deletionTimestamp: string | null }>(
  unwanted: UnwantedObject<T>,
  object: T,
): boolean {
  return object.uid === unwanted.uid || unwanted.isOurs(object);
}

async function readTarget<T extends Observed & { deletionTimestamp: string | null }>(
  context: LeaderContext,
  unwanted: UnwantedObject<T>,
): Promise<T | null> {
  const raw = await context.api.getByName(unwanted.resource, unwanted.namespace, unwanted.name);
  if (raw === null) return null;
  const object = unwanted.project(raw);
  unwanted.remember(object);
  return isTarget(unwanted, object) ? object : null;
}
