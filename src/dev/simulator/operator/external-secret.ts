import { ApiError } from "../api-error.js";
import { type Json, type JsonObject, at, equal, isObject, list, record, text } from "../json.js";
import {
  type KubeObject,
  finalizersOf,
  isTerminating,
  nameOf,
  namespaceOf,
  timestamp,
  versionOf,
  withMetadata,
} from "../kube-object.js";
import { setCondition } from "./conditions.js";
import { parseDuration } from "./duration.js";
import { goSpec } from "./go-shape.js";
import { syncedVersion } from "./hashes.js";
import {
  creationPolicy,
  deleteOrphans,
  isSecretValid,
  markManaged,
  SecretWriteError,
  targetName,
  writeSecret,
} from "./native-secret.js";
import { FINALIZER, MANAGER, type OperatorContext } from "./operator-context.js";
import { providerData } from "./provider-data.js";
import { findStore, isForeign, storeRefs } from "./store-lookup.js";
import type { Outcome } from "./work-queue.js";

const DONE: Outcome = { kind: "done" };
const RETRY: Outcome = { kind: "retry" };

/** spec.refreshInterval in milliseconds; undefined where it is not a duration. */
function refreshInterval(object: KubeObject): number | undefined {
  const source = at(object, "spec", "refreshInterval");
  return typeof source === "string" ? parseDuration(source) : 3_600_000;
}

/** Brings one ExternalSecret and its native Secret together, as ESO's controller does it. */
export async function reconcileExternalSecret(
  context: OperatorContext,
  namespace: string,
  name: string,
): Promise<Outcome> {
  const seen = context.api.store.get("externalsecrets", namespace, name);
  if (seen === undefined) return DONE;
  if (isTerminating(seen)) {
    removeFinalizer(context, seen);
    return DONE;
  }
  const object = context.finalizer ? addFinalizer(context, seen) : seen;
  const stores = storeRefs(object["spec"]).map((ref) => findStore(context, namespace, ref));
  if (stores.some((store) => store !== undefined && isForeign(context, store))) return DONE;

  let existing = context.api.store.get("secrets", namespace, targetName(object));
  if (existing !== undefined && markManaged(context, object, existing))
    existing = context.api.store.get("secrets", namespace, targetName(object));
  if (!shouldRefresh(context, object) && isSecretValid(context, existing, object)) return untilRefresh(context, object);

  const before = record(object, "status");
  const { status, outcome } = await attempt(context, object, before);
  if (!equal(before, status) && !writeStatus(context, object, status)) return RETRY;
  return outcome ?? untilRefresh(context, { ...object, status });
}

/** A status to write, and what to do then; without an outcome the refresh interval says. */
interface Attempt {
  status: JsonObject;
  outcome?: Outcome;
}

async function attempt(context: OperatorContext, object: KubeObject, before: JsonObject): Promise<Attempt> {
  const start = context.clock.now();
  const blank: JsonObject = {
    binding: at(before, "binding") ?? { name: "" },
    refreshTime: at(before, "refreshTime") ?? null,
  };
  const base: JsonObject = { ...blank, ...before };
  const done = (reason: string, message: string, binding?: string): Attempt => ({
    status: {
      ...base,
      ...(binding === undefined ? {} : { binding: { name: binding } }),
      conditions: ready(context, base, "True", reason, message),
      refreshTime: timestamp(start),
      syncedResourceVersion: syncedVersion(object, context.hash),
    },
  });
  const failed = (condition: string, cause: string, retry: boolean, binding?: string): Attempt => {
    context.events.event(object, "Warning", "UpdateFailed", cause);
    return {
      status: {
        ...base,
        ...(binding === undefined ? {} : { binding: { name: binding } }),
        conditions: ready(context, base, "False", "SecretSyncedError", condition),
      },
      outcome: retry ? RETRY : DONE,
    };
  };
  let values: Map<string, Buffer>;
  try {
    values = await providerData(context, object);
  } catch (error) {
    return failed("could not get secret data from provider", error instanceof Error ? error.message : "unknown", true);
  }
  const policy = creationPolicy(object);
  const target = targetName(object);
  // Fetching takes time; what is in the cluster may be another by now.
  const existing = context.api.store.get("secrets", namespaceOf(object), target);
  if (values.size === 0) {
    const deletion = text(object, "spec", "target", "deletionPolicy");
    if (deletion === "Retain") return done("SecretSynced", "secret retained due to DeletionPolicy=Retain");
    if (deletion === "Delete") {
      if (policy !== "Owner")
        return failed(
          "could not delete secret",
          `unable to delete secret ${target}: creationPolicy=${policy} is not Owner`,
          false,
        );
      if (existing !== undefined) {
        context.api.delete("secrets", namespaceOf(object), target);
        context.events.event(object, "Normal", "Deleted", "secret deleted due to DeletionPolicy=Delete");
      }
      return done("SecretDeleted", "secret deleted due to DeletionPolicy=Delete");
    }
  }
  if (policy === "None") return done("SecretSynced", "secret synced");
  if (policy === "Merge" && existing === undefined)
    return done("SecretMissing", "secret will not be created due to CreationPolicy=Merge");
  // What is meant to stay as it was first written is left alone, whatever the backend has now.
  if (
    context.keepsImmutable &&
    existing?.["immutable"] === true &&
    at(object, "spec", "target", "immutable") === true &&
    isSecretValid(context, existing, object)
  ) {
    return done("SecretSynced", "secret synced", target);
  }
  try {
    if (policy === "Owner") deleteOrphans(context, object);
    writeSecret(context, object, values, existing);
  } catch (error) {
    if (!(error instanceof SecretWriteError)) throw error;
    return failed(error.condition, error.message, error.retry, existing === undefined ? undefined : target);
  }
  return done("SecretSynced", "secret synced", target);
}

function ready(
  context: OperatorContext,
  status: JsonObject,
  value: "True" | "False",
  reason: string,
  message: string,
): Json[] {
  return setCondition(
    list(status, "conditions"),
    { type: "Ready", status: value, reason, message },
    timestamp(context.clock.now()),
  );
}

function addFinalizer(context: OperatorContext, object: KubeObject): KubeObject {
  if (finalizersOf(object).includes(FINALIZER)) return object;
  return rewrite(context, object, [...finalizersOf(object), FINALIZER]);
}

function removeFinalizer(context: OperatorContext, object: KubeObject): void {
  if (finalizersOf(object).includes(FINALIZER))
    rewrite(
      context,
      object,
      finalizersOf(object).filter((each) => each !== FINALIZER),
    );
}

/** Update from Go types: the whole spec is written, in the operator's own shape. */
function rewrite(context: OperatorContext, object: KubeObject, finalizers: string[]): KubeObject {
  const body = withMetadata(
    { ...object, spec: goSpec(record(object, "spec")) },
    { finalizers: finalizers.length === 0 ? undefined : finalizers },
  );
  return context.api.update("externalsecrets", namespaceOf(object), nameOf(object), body, { manager: MANAGER }).object;
}

/** Writes the status under the version that was read; false where somebody was faster. */
function writeStatus(context: OperatorContext, object: KubeObject, status: JsonObject): boolean {
  try {
    context.api.update(
      "externalsecrets",
      namespaceOf(object),
      nameOf(object),
      withMetadata({ ...object, status }, { resourceVersion: versionOf(object) }),
      { manager: MANAGER, subresource: "status" },
    );
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.code === 409 || error.code === 404)) return error.code === 404;
    throw error;
  }
}

/** Whether it is time to fetch: by policy, by a change since the last sync, by the interval. */
function shouldRefresh(context: OperatorContext, object: KubeObject): boolean {
  const synced = text(object, "status", "syncedResourceVersion");
  const last = text(object, "status", "refreshTime");
  const policy = text(object, "spec", "refreshPolicy");
  if (policy === "CreatedOnce") return synced === "" || last === "";
  const changed = synced !== syncedVersion(object, context.hash);
  if (policy === "OnChange") return synced === "" || last === "" || changed;
  const interval = refreshInterval(object) ?? 0;
  if (interval <= 0 && synced !== "") return false;
  if (changed || last === "") return true;
  const age = context.clock.now() - Date.parse(last);
  // refreshTime has whole seconds; one from the future means a clock that was set back.
  return age < -1000 || age > interval * context.scale();
}

function untilRefresh(context: OperatorContext, object: KubeObject): Outcome {
  const policy = text(object, "spec", "refreshPolicy");
  const interval = refreshInterval(object) ?? 0;
  if (interval <= 0 || policy === "CreatedOnce" || policy === "OnChange") return DONE;
  const last = Date.parse(text(object, "status", "refreshTime"));
  const age = Number.isNaN(last) ? 0 : (context.clock.now() - last) / context.scale();
  return { kind: "after", ms: Math.max(interval - age, 0) + 1 };
}

/** Whether the operator can read an object at all: one that it cannot read stops it from listing any. */
export const isReadable = (object: KubeObject): boolean =>
  refreshInterval(object) !== undefined && isObject(object["spec"] ?? {});
