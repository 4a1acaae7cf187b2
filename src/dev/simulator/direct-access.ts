import type { ApiService } from "./api/api-service.js";
import type { WriteOptions } from "./api/write-options.js";
import type { DeleteOptions } from "./api/delete-object.js";
import { ApiError } from "./api-error.js";
import { type Json, type JsonObject, clone } from "./json.js";
import { type KubeObject, nameOf, namespaceOf, toKubeObject } from "./kube-object.js";
import { ESO_GROUP, type ResourceName, type ResourceType } from "./resources.js";
import { selection, selects } from "./selectors.js";

/** How somebody else writes: as which manager, and how. */
export interface DirectWrite {
  /** Field manager; `kubectl`. */
  manager?: string;
  subresource?: "" | "status";
}

/**
 * The objects of a cluster from beside its API: what an administrator with kubectl does and sees. The same rules hold as over HTTP (admission, managed
 * fields, conflicts; refusals throw ApiError), but neither tokens nor faults.
 */
export class DirectAccess {
  constructor(
    private readonly api: ApiService,
    private readonly types: () => ReadonlyMap<ResourceName, ResourceType>,
  ) {}

  /** A copy of an object; undefined where it is not there. Namespace "" for what is cluster-scoped. */
  get(resource: ResourceName, namespace: string, name: string): KubeObject | undefined {
    const found = this.api.store.get(resource, namespace, name);
    return found === undefined ? undefined : clone(found);
  }

  /** Copies of objects, in the order of their keys. */
  list(
    resource: ResourceName,
    options: { namespace?: string; labelSelector?: string; fieldSelector?: string } = {},
  ): KubeObject[] {
    const type = this.api.type(resource);
    const wanted = selection(type, options.namespace ?? "", options.labelSelector ?? "", options.fieldSelector ?? "");
    return this.api.store
      .list(resource, wanted.namespace)
      .filter((object) => selects(wanted, object))
      .map((object) => clone(object));
  }

  /** How many objects there are of a resource. */
  count(resource: ResourceName): number {
    return this.api.store.count(resource);
  }

  /** POST. Kind and namespace are the object's own. */
  create(object: JsonObject, options: DirectWrite = {}): KubeObject {
    const { resource, body } = this.place(object);
    return clone(this.api.create(resource, namespaceOf(body), body, this.write(options)));
  }

  /** PUT. */
  update(object: JsonObject, options: DirectWrite = {}): KubeObject {
    const { resource, body } = this.place(object);
    return clone(this.api.update(resource, namespaceOf(body), nameOf(body), body, this.write(options)).object);
  }

  /** Merge patch, or JSON patch where it is a list. */
  patch(resource: ResourceName, namespace: string, name: string, patch: Json, options: DirectWrite = {}): KubeObject {
    const kind = Array.isArray(patch) ? "json" : "merge";
    return clone(this.api.patch(resource, namespace, name, { kind, body: patch }, this.write(options)).object);
  }

  /** Server-side apply. */
  apply(object: JsonObject, options: DirectWrite & { force?: boolean } = {}): KubeObject {
    const { resource, body } = this.place(object);
    return clone(
      this.api.patch(
        resource,
        namespaceOf(body),
        nameOf(body),
        { kind: "apply", body, force: options.force === true },
        this.write(options),
      ).object,
    );
  }

  /** DELETE. */
  delete(resource: ResourceName, namespace: string, name: string, options: DeleteOptions = {}): void {
    this.api.delete(resource, namespace, name, options);
  }

  private write(options: DirectWrite): WriteOptions {
    return { manager: options.manager ?? "kubectl", subresource: options.subresource ?? "" };
  }

  private place(object: JsonObject): { resource: ResourceName; body: KubeObject } {
    const body = toKubeObject(object);
    const group = body.apiVersion.includes("/") ? body.apiVersion.slice(0, body.apiVersion.indexOf("/")) : "";
    for (const type of this.types().values())
      if (type.kind === body.kind && type.group === group) return { resource: type.plural, body };
    const known = group === ESO_GROUP ? "the operator's resources are not served" : "there is no such resource";
    throw new ApiError(
      404,
      "NotFound",
      `no matches for kind ${JSON.stringify(body.kind)} in version ${JSON.stringify(body.apiVersion)}: ${known}`,
      {},
    );
  }
}
