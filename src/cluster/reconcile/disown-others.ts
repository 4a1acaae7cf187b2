import { FIELD_MANAGER } from "../../domain/spec/render.js";
import { KubernetesError } from "../kubernetes-error.js";
import type { KubernetesObject, ManagedFieldsEntry } from "../kubernetes-object.js";
import type { Managed, WantedObject } from "./ensure-object.js";
import type { LeaderContext } from "./leader-context.js";
import { isOperator } from "./managers.js";

/** How often the object may change between reading and patching. */
const MAX_ATTEMPTS = 5;

/**
 * The last step of an adoption (DESIGN.md, "What is ours in a cluster"): old managers are dropped from `managedFields`, with a test of the resourceVersion, so that their
 * next apply conflicts instead of quietly taking its fields back. Spec, labels and the native Secret stay as they are.
 * @param applied the server's answer to our verbatim apply
 */
export async function disownOthers<T extends Managed>(
  context: LeaderContext,
  wanted: WantedObject<T>,
  applied: KubernetesObject,
): Promise<T> {
  let raw = applied;
  for (let attempt = 1; ; attempt += 1) {
    const managers = raw.metadata.managedFields ?? [];
    const foreign = managers.flatMap((entry, index) => (isForeign(entry) ? [index] : []));
    if (foreign.length === 0) return wanted.project(raw);
    try {
      raw = await context.api.patch(
        wanted.resource,
        wanted.namespace,
        wanted.name,
        [
          { op: "test", path: "/metadata/resourceVersion", value: raw.metadata.resourceVersion },
          // From the end, so that each index still means the entry that it was counted for.
          ...foreign.reverse().map((index) => ({ op: "remove", path: `/metadata/managedFields/${index}` })),
        ],
        "json",
      );
      const object = wanted.project(raw);
      wanted.remember(object);
      return object;
    } catch (error) {
      // A failed test of a JSON patch is 422, a version that changed after it 409.
      const changed = error instanceof KubernetesError && (error.status === 409 || error.status === 422);
      if (!changed || attempt >= MAX_ATTEMPTS) throw error;
      const live = await context.api.getByName(wanted.resource, wanted.namespace, wanted.name);
      if (live === null || live.metadata.uid !== applied.metadata.uid) throw error;
      raw = live;
    }
  }
}

const isForeign = (entry: ManagedFieldsEntry): boolean =>
  entry.manager !== FIELD_MANAGER && entry.subresource === undefined && !isOperator(entry.manager ?? "");
