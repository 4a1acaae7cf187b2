import type { Json, JsonObject } from "../domain/json.js";
import { isJsonObject } from "../domain/json.js";
import { ClusterUnreachableError, KubernetesError } from "./kubernetes-error.js";
import { OPERATOR_GROUP, type OperatorApiVersion } from "./resources.js";
import type { KubernetesApi } from "./transport/kubernetes-api.js";

/** References and nesting deeper than this are taken for unknown; the CRDs have about ten levels. */
const MAX_DEPTH = 40;
/** Paths that are reported. */
const MAX_PATHS = 100;

/**
 * The schema of ExternalSecret's spec that one cluster serves. The index of OpenAPI v3 names each group's document with a hash of its content, so the document, which is
 * large, is read again only when it has changed; of it only this one schema is kept.
 */
export class SpecSchemaSource {
  #known: { url: string; schema: JsonObject | null } | null = null;

  constructor(private readonly api: KubernetesApi) {}

  /** @returns null where the cluster serves none @throws KubernetesError, ClusterUnreachableError */
  async get(version: OperatorApiVersion, signal?: AbortSignal): Promise<JsonObject | null> {
    const call = signal === undefined ? {} : { signal };
    const index = await this.#read("/openapi/v3", call);
    const url = member(index, "paths", `apis/${OPERATOR_GROUP}/${version}`, "serverRelativeURL");
    if (typeof url !== "string") return null;
    // It is sent with our credentials: only to this server, and only there.
    if (!url.startsWith("/openapi/v3/"))
      throw new ClusterUnreachableError("protocol", "The OpenAPI index names a strange address.");
    if (this.#known?.url !== url) this.#known = { url, schema: specSchemaIn(await this.#read(url, call), version) };
    return this.#known.schema;
  }

  async #read(path: string, call: { signal?: AbortSignal }): Promise<Json> {
    try {
      return await this.api.get(path, call);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) return null;
      throw error;
    }
  }
}

function member(value: Json | undefined, ...path: string[]): Json | undefined {
  let current = value;
  for (const key of path) current = isJsonObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  return current;
}

function specSchemaIn(document: Json, version: OperatorApiVersion): JsonObject | null {
  const schemas = member(document, "components", "schemas");
  if (!isJsonObject(schemas)) return null;
  for (const schema of Object.values(schemas)) {
    const kinds = member(schema, "x-kubernetes-group-version-kind");
    const fits = (kind: Json): boolean =>
      member(kind, "group") === OPERATOR_GROUP &&
      member(kind, "version") === version &&
      member(kind, "kind") === "ExternalSecret";
    if (Array.isArray(kinds) && kinds.some(fits)) {
      const spec = member(schema, "properties", "spec");
      return isJsonObject(spec) ? spec : null;
    }
  }
  return null;
}

/**
 * The parts of a spec that a structural schema doesn't know and that the API server would drop or refuse.
 * @returns paths from `spec`, list indices as decimal numbers; where an object is unknown, its own path and nothing below. At most 100
 */
export function unknownPaths(spec: Json, schema: JsonObject): string[][] {
  const unknown: string[][] = [];
  walk(spec, schema, [], unknown);
  return unknown;
}

function walk(value: Json, schema: JsonObject, path: string[], unknown: string[][]): void {
  if (unknown.length >= MAX_PATHS) return;
  if (path.length > MAX_DEPTH) {
    unknown.push(path);
    return;
  }
  if (Array.isArray(value)) {
    const items = schema["items"];
    if (isJsonObject(items)) value.forEach((item, index) => walk(item, items, [...path, String(index)], unknown));
    return;
  }
  if (!isJsonObject(value)) return;
  // Members beyond `properties` are kept whatever they are.
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || schema["additionalProperties"] === true;
  const rest = schema["additionalProperties"];
  for (const [key, child] of Object.entries(value)) {
    const known = member(schema, "properties", key) ?? (isJsonObject(rest) ? rest : undefined);
    if (isJsonObject(known)) walk(child, known, [...path, key], unknown);
    else if (!open && unknown.length < MAX_PATHS) unknown.push([...path, key]);
  }
}
