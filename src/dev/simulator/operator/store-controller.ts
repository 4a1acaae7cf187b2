import { ApiError } from "../api-error.js";
import { BackendError } from "../backends/backend.js";
import { backendOf } from "../backends/backends.js";
import { type JsonObject, equal, list, record } from "../json.js";
import { type KubeObject, isTerminating, nameOf, namespaceOf, timestamp } from "../kube-object.js";
import type { ResourceName } from "../resources.js";
import { setCondition } from "./conditions.js";
import { MANAGER, type OperatorContext, STORE_INTERVAL } from "./operator-context.js";
import { credentialRefs, isForeign, isReferent, storeKey } from "./store-lookup.js";
import type { Outcome } from "./work-queue.js";

/** Validates one store and writes its Ready condition, as ESO's store controllers do. */
export async function reconcileStore(
  context: OperatorContext,
  resource: ResourceName,
  namespace: string,
  name: string,
): Promise<Outcome> {
  const store = context.api.store.get(resource, namespace, name);
  if (store === undefined || isTerminating(store) || isForeign(context, store)) return { kind: "done" };
  const before = record(store, "status");
  const conditions = list(store, "status", "conditions");
  const now = timestamp(context.clock.now());
  try {
    await validate(context, store);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    context.events.event(store, "Warning", "InvalidProviderConfig", error.message);
    writeStatus(context, resource, store, before, {
      ...before,
      conditions: setCondition(
        conditions,
        { type: "Ready", status: "False", reason: "InvalidProviderConfig", message: error.condition },
        now,
      ),
    });
    return { kind: "retry" };
  }
  context.events.event(store, "Normal", "Valid", "store validated");
  writeStatus(context, resource, store, before, {
    capabilities: "ReadWrite",
    conditions: setCondition(
      conditions,
      { type: "Ready", status: "True", reason: "Valid", message: "store validated" },
      now,
    ),
  });
  const interval = store["spec"] === undefined ? 0 : record(store, "spec")["refreshInterval"];
  return { kind: "after", ms: typeof interval === "number" && interval > 0 ? interval * 1000 : STORE_INTERVAL };
}

/** Why a store is not ready; `message` is the event's text, `condition` the status's. */
class StoreError extends Error {
  constructor(
    message: string,
    readonly condition: string,
  ) {
    super(message);
  }
}

const NO_CLIENT = "unable to create client";
const NOT_VALID = "unable to validate store";

async function validate(context: OperatorContext, store: KubeObject): Promise<void> {
  const found = backendOf(context.backends, store);
  if (found === undefined) throw new StoreError("the provider of this store is not simulated", NO_CLIENT);
  const { backend, config } = found;
  // Credentials that are looked for in the namespace of whoever uses the store cannot be looked at here.
  if (isReferent(store)) return;
  for (const ref of credentialRefs(store)) {
    const namespace = ref.namespace ?? namespaceOf(store);
    if (!context.absentCredentials.has(`${namespace}/${ref.name}`)) continue;
    const name = JSON.stringify(ref.name);
    const cause = `cannot get Kubernetes secret ${name} from namespace ${JSON.stringify(namespace)}: secrets ${name} not found`;
    throw new StoreError(`${backend.absentCredentialPrefix}${cause}`, NO_CLIENT);
  }
  const condition = backend.checkedByValidation ? NOT_VALID : NO_CLIENT;
  if (context.deniedStores.has(storeKey(store))) throw new StoreError(backend.refusal(config).message, condition);
  if (backend.delay > 0) await context.pause(backend.delay);
  try {
    backend.validate(config);
  } catch (error) {
    if (error instanceof BackendError) throw new StoreError(error.message, condition);
    throw error;
  }
}

function writeStatus(
  context: OperatorContext,
  resource: ResourceName,
  store: KubeObject,
  before: JsonObject,
  status: JsonObject,
): void {
  if (equal(before, status)) return;
  try {
    context.api.patch(
      resource,
      namespaceOf(store),
      nameOf(store),
      { kind: "merge", body: { status } },
      { manager: MANAGER, subresource: "status" },
    );
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}
