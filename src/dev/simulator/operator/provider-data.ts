import { BackendError, type RemoteRef } from "../backends/backend.js";
import { type Json, at, isObject, list, stringMap, text } from "../json.js";
import { type KubeObject, namespaceOf } from "../kube-object.js";
import { convertKeys, decodeValue, hasRewrite, rewriteKeys, validateKeys } from "./keys.js";
import type { OperatorContext } from "./operator-context.js";
import { type StoreRef, storeKey, storeRef, usableStore } from "./store-lookup.js";

/** ESO's text for a key that is not there, whatever the backend said. */
const NO_SECRET = "Secret does not exist";

function remoteRef(value: Json | undefined): RemoteRef {
  return {
    key: text(value, "key"),
    property: text(value, "property"),
    version: text(value, "version"),
    metadata: text(value, "metadataPolicy") === "Fetch",
  };
}

/** Fetches all that an ExternalSecret asks for, by key of the native Secret. @throws Error with the text of the event */
export async function providerData(context: OperatorContext, object: KubeObject): Promise<Map<string, Buffer>> {
  const out = new Map<string, Buffer>();
  const spec = at(object, "spec");
  const own = storeRef(at(spec, "secretStoreRef"));
  const retains = text(spec, "target", "deletionPolicy") === "Retain";
  for (const [index, source] of list(spec, "dataFrom").entries()) {
    const part =
      at(source, "find") !== undefined
        ? "find"
        : at(source, "extract") !== undefined
          ? "extract"
          : "sourceRef.generatorRef";
    try {
      for (const [key, value] of await fromSource(context, object, source, own, part)) out.set(key, value);
    } catch (error) {
      if (isNoSecret(error) && !retains)
        context.events.event(
          object,
          "Normal",
          "MissingProviderSecret",
          `secret does not exist at provider using spec.dataFrom[${index}]`,
        );
      else
        throw new Error(`error processing spec.dataFrom[${index}].${part}, err: ${told(context, error)}`, {
          cause: error,
        });
    }
  }
  for (const [index, item] of list(spec, "data").entries()) {
    const key = text(item, "remoteRef", "key");
    try {
      const { backend, config } = await client(context, object, sourceStore(item, own));
      const value = backend.read(config, remoteRef(at(item, "remoteRef")));
      out.set(text(item, "secretKey"), decodeValue(text(item, "remoteRef", "decodingStrategy"), value));
    } catch (error) {
      // The operator says dataFrom here as well.
      if (isNoSecret(error) && !retains)
        context.events.event(
          object,
          "Normal",
          "MissingProviderSecret",
          `secret does not exist at provider using spec.dataFrom[${index}] (key=${key})`,
        );
      else
        throw new Error(`error processing spec.data[${index}] (key: ${key}), err: ${told(context, error)}`, {
          cause: error,
        });
    }
  }
  return out;
}

const isNoSecret = (error: unknown): error is BackendError => error instanceof BackendError && error.noSecret;

function told(context: OperatorContext, error: unknown): string {
  if (isNoSecret(error) && context.missingKeyText === "eso") return `${error.prefix}${NO_SECRET}`;
  return error instanceof Error ? error.message : "unknown";
}

function sourceStore(item: Json, own: StoreRef): StoreRef {
  const other = at(item, "sourceRef", "storeRef");
  return isObject(other) ? storeRef(other) : own;
}

async function client(
  context: OperatorContext,
  object: KubeObject,
  ref: StoreRef,
): Promise<ReturnType<typeof usableStore>> {
  const found = usableStore(context, namespaceOf(object), ref);
  if (context.deniedStores.has(storeKey(found.store)))
    throw new BackendError(
      `could not get provider client: the credentials of ${ref.kind} ${JSON.stringify(ref.name)} were refused`,
    );
  if (found.backend.delay > 0) await context.pause(found.backend.delay);
  return found;
}

async function fromSource(
  context: OperatorContext,
  object: KubeObject,
  source: Json,
  own: StoreRef,
  part: string,
): Promise<Map<string, Buffer>> {
  if (part === "sourceRef.generatorRef") throw new BackendError("error using generator: generators are not simulated");
  const { backend, config } = await client(context, object, sourceStore(source, own));
  const wanted = at(source, part);
  let values: Map<string, Buffer>;
  if (part === "extract") values = backend.readMap(config, remoteRef(wanted));
  else {
    const regexp = at(wanted, "name", "regexp");
    values = backend.find(config, {
      path: text(wanted, "path"),
      nameRegExp: typeof regexp === "string" ? regexp : undefined,
      tags: stringMap(wanted, "tags"),
    });
  }
  values = hasRewrite(source)
    ? rewriteKeys(list(source, "rewrite"), values)
    : convertKeys(text(wanted, "conversionStrategy"), values);
  validateKeys(values);
  const strategy = text(wanted, "decodingStrategy");
  return new Map([...values].map(([key, value]) => [key, decodeValue(strategy, value)]));
}
