import { badRequest } from "../api-error.js";
import { isObject, record } from "../json.js";
import { type KubeObject, nameOf, toKubeObject, withMetadata } from "../kube-object.js";
import { apiVersionOf, type ResourceType } from "../resources.js";
import { decodeSecret } from "../schema/secret-rules.js";
import { pruneAndDefault } from "../schema/defaults.js";
import type { WriteOptions } from "./write-options.js";

/** Decodes an object that was sent: unknown fields out, defaults in. @throws ApiError 400 under strict field validation */
export function accept(type: ResourceType, body: KubeObject, options: WriteOptions): KubeObject {
  const unknown: string[] = [];
  const decoded = pruneAndDefault({ ...body, apiVersion: apiVersionOf(type), kind: type.kind }, type.schema, unknown);
  if (unknown.length > 0 && options.fieldValidation !== "Ignore") {
    const named = unknown.toSorted().map((path) => `unknown field "${path}"`);
    if (options.fieldValidation === "Strict") {
      throw badRequest(
        `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${named.join(", ")}`,
      );
    }
    options.warnings?.push(...named);
  }
  const object = isObject(decoded) ? toKubeObject(decoded) : body;
  if (type.plural === "secrets") return decodeSecret(object);
  if (type.plural !== "namespaces") return object;
  const labels = { ...record(object.metadata, "labels"), "kubernetes.io/metadata.name": nameOf(object) };
  return withMetadata(object, { labels });
}
