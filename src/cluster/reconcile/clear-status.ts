import type { JsonObject } from "../../domain/json.js";
import { KubernetesError } from "../kubernetes-error.js";
import type { LeaderContext } from "./leader-context.js";
import type { Managed, WantedObject } from "./ensure-object.js";

/** Attempts against a status that changes under our hands without being an answer. */
const MAX_ATTEMPTS = 5;

/**
 * Makes the operator look again after a write (DESIGN.md, "The status of an assignment"): a repeated identical failure writes nothing, so only a `Ready` that was taken away
 * first can tell an answer from an old one.
 * @param written the object as the write answered it
 * @param synced whether `syncedResourceVersion` goes too: CREATED_ONCE and interval 0 look at nothing else after a first sync
 * @returns the object as it stands then; where the operator has answered meanwhile, with its answer; null: it is gone
 * @throws KubernetesError, ClusterUnreachableError
 */
export async function clearStatus<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
  written: T,
  synced: boolean,
): Promise<T | null> {
  let stale = written;
  for (let attempt = 1; ; attempt += 1) {
    const status: JsonObject = synced ? { conditions: null, syncedResourceVersion: null } : { conditions: null };
    try {
      const raw = await context.api.patch(
        wanted.resource,
        wanted.namespace,
        wanted.name,
        { metadata: { resourceVersion: stale.resourceVersion }, status },
        "merge",
        { subresource: "status" },
      );
      const cleared = wanted.project(raw);
      wanted.remember(cleared);
      return cleared;
    } catch (error) {
      if (!(error instanceof KubernetesError) || (error.status !== 409 && error.status !== 404)) throw error;
      const raw = await context.api.getByName(wanted.resource, wanted.namespace, wanted.name);
      if (raw === null) return null;
      const live = wanted.project(raw);
      wanted.remember(live);
      if (live.uid !== written.uid) return null;
      if (!sameStatus(live, written)) return live;
      if (attempt >= MAX_ATTEMPTS) throw error;
      stale = live;
    }
  }
}

function sameStatus(a: Managed, b: Managed): boolean {
  const synced = (object: Managed): string | null =>
    "syncedResourceVersion" in object ? object.syncedResourceVersion : null;
  return (
    a.ready?.status === b.ready?.status &&
    a.ready?.message === b.ready?.message &&
    a.ready?.lastTransitionTime === b.ready?.lastTransitionTime &&
    synced(a) === synced(b)
  );
}
