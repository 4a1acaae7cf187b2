import { badRequest, forbidden, invalid, notFound } from "../api-error.js";
import { at, text } from "../json.js";
import { type KubeObject, isTerminating, nameOf, namespaceOf } from "../kube-object.js";
import type { ObjectStore } from "../object-store.js";
import { apiVersionOf, type ResourceType } from "../resources.js";

/**
 * Whether an object is what the request's address says.
 *
 * @param name - "" for a create, whose address has none
 * @throws ApiError 400, 422 for another kind of a custom resource
 */
export function sameIdentity(type: ResourceType, namespace: string, name: string, object: KubeObject): void {
  if (object.apiVersion !== "" && object.apiVersion !== apiVersionOf(type)) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersionOf(type)})`,
    );
  }
  if (object.kind !== "" && object.kind !== type.kind) {
    if (type.custom) {
      const message = `Invalid value: ${JSON.stringify(object.kind)}: must be ${type.kind}`;
      throw invalid({ group: type.group, kind: object.kind }, nameOf(object), [
        { field: "kind", reason: "FieldValueInvalid", message },
      ]);
    }
    throw badRequest(`the kind in the data (${object.kind}) does not match the expected kind (${type.kind})`);
  }
  if (name !== "" && nameOf(object) !== "" && nameOf(object) !== name) {
    throw badRequest(`the name of the object (${nameOf(object)}) does not match the name on the URL (${name})`);
  }
  const own = namespaceOf(object);
  if (type.namespaced && own !== "" && own !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

/** An applied configuration that creates must say its name. @throws ApiError 400 */
export function requireName(object: KubeObject, name: string): void {
  if (nameOf(object) === "")
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
}

/**
 * Namespaced objects can only be made where their namespace is, and is to stay (admission plugin NamespaceLifecycle).
 *
 * @throws ApiError 404, 403 with cause NamespaceTerminating
 */
export function checkNamespace(
  store: ObjectStore,
  namespaces: ResourceType,
  type: ResourceType,
  namespace: string,
  name: string,
): void {
  if (!type.namespaced) return;
  const found = store.get("namespaces", "", namespace);
  if (found === undefined) throw notFound(namespaces, namespace);
  if (isTerminating(found) || text(at(found, "status"), "phase") === "Terminating") {
    throw forbidden(
      type,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: "NamespaceTerminating",
          message: `namespace ${namespace} is being terminated`,
          field: "metadata.namespace",
        },
      ],
    );
  }
}
