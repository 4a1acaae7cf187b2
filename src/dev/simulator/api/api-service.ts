import { alreadyExists, ApiError, conflict, invalid, modified, notFound } from "../api-error.js";
import type { Clock } from "../clock.js";
import { applyConfiguration, managedAfterUpdate, sameManagers, type Writer } from "../fields/managed-fields.js";
import { type Json, equal, list, text, without } from "../json.js";
import {
  type KubeObject,
  generationOf,
  isTerminating,
  nameOf,
  timestamp,
  toKubeObject,
  uidOf,
  versionOf,
  withMetadata,
} from "../kube-object.js";
import type { ObjectStore } from "../object-store.js";
import { jsonPatch, mergePatch } from "../patches.js";
import { apiVersionOf, type ResourceName, type ResourceType } from "../resources.js";
import { metadataUpdateProblems } from "../schema/metadata.js";
import { accept } from "./accept.js";
import { type DeleteOptions, deleteObject, type DeleteResult, hasNothingLeft } from "./delete-object.js";
import { checkNamespace, requireName, sameIdentity } from "./request-checks.js";
import { prepareCreate, prepareUpdate } from "./strategies.js";
import type { WriteOptions } from "./write-options.js";

/** An object and how it was answered. */
export interface WriteResult {
  object: KubeObject;
  created: boolean;
}

/** A patch request. */
export interface Patch {
  kind: "merge" | "json" | "apply";
  body: Json;
  /** Only for apply. */
  force?: boolean;
}

/** The verbs of the API server on the objects of one cluster: what a request does once it is read and allowed. */
export class ApiService {
  constructor(
    readonly store: ObjectStore,
    private readonly types: () => ReadonlyMap<ResourceName, ResourceType>,
    private readonly clock: Clock,
    private readonly settings: { webhook: boolean },
  ) {}

  /** The type of a resource. @throws ApiError 404 where it is not served */
  type(resource: ResourceName): ResourceType {
    const found = this.types().get(resource);
    if (found === undefined)
      throw new ApiError(404, "NotFound", "the server could not find the requested resource", {});
    return found;
  }

  get(resource: ResourceName, namespace: string, name: string): KubeObject {
    const type = this.type(resource);
    const found = this.store.get(resource, namespace, name);
    if (found === undefined) throw notFound(type, name);
    return found;
  }

  create(resource: ResourceName, namespace: string, body: KubeObject, options: WriteOptions): KubeObject {
    const type = this.type(resource);
    sameIdentity(type, namespace, "", body);
    const named = type.namespaced ? withMetadata(body, { namespace }) : body;
    const object = accept(type, named, options);
    if (text(object.metadata, "resourceVersion") !== "")
      throw new ApiError(500, "", "resourceVersion should not be set on objects to be created");
    return this.insert(
      type,
      namespace,
      object,
      (fresh) => managedAfterUpdate(type, undefined, fresh, this.writer(options), this.time()),
      options,
    );
  }

  /** Everything between a decoded new object and its place in the store. */
  private insert(
    type: ResourceType,
    namespace: string,
    object: KubeObject,
    managed: (fresh: KubeObject) => Json[],
    options: WriteOptions,
  ): KubeObject {
    checkNamespace(this.store, this.type("namespaces"), type, namespace, nameOf(object));
    const sent = withMetadata(object, {
      resourceVersion: undefined,
      selfLink: undefined,
      deletionTimestamp: undefined,
      deletionGracePeriodSeconds: undefined,
      managedFields: undefined,
      uid: this.store.newUid(),
      creationTimestamp: this.time(),
      generation: type.custom ? 1 : undefined,
    });
    const managedFields = managed(withMetadata(sent, { managedFields: list(object.metadata, "managedFields") }));
    const fresh = prepareCreate(type, sent, this.settings);
    const complete = withMetadata(fresh, { managedFields: managedFields.length === 0 ? undefined : managedFields });
    if (this.store.get(type.plural, namespace, nameOf(complete)) !== undefined)
      throw alreadyExists(type, nameOf(complete));
    return options.dryRun === true ? complete : this.store.put(type.plural, complete);
  }

  /** PUT. */
  update(
    resource: ResourceName,
    namespace: string,
    name: string,
    body: KubeObject,
    options: WriteOptions,
  ): WriteResult {
    const type = this.type(resource);
    sameIdentity(type, namespace, name, body);
    const sent = accept(type, type.namespaced ? withMetadata(body, { namespace }) : body, options);
    const existing = this.store.get(resource, namespace, name);
    if (existing === undefined) {
      // Events are the only objects here that a PUT may create.
      if (resource === "events") return { object: this.create(resource, namespace, body, options), created: true };
      throw notFound(type, name);
    }
    const uid = uidOf(sent);
    if (uid !== "" && uid !== uidOf(existing))
      throw conflict(type, name, preconditionText(type, namespace, name, uid, uidOf(existing)));
    return { object: this.replace(type, existing, sent, options, undefined), created: false };
  }

  /** PATCH. */
  patch(resource: ResourceName, namespace: string, name: string, patch: Patch, options: WriteOptions): WriteResult {
    const type = this.type(resource);
    const existing = this.store.get(resource, namespace, name);
    if (patch.kind === "apply") return this.apply(type, namespace, name, existing, patch, options);
    if (existing === undefined) throw notFound(type, name);
    const patched = patch.kind === "merge" ? mergePatch(existing, patch.body) : jsonPatch(existing, patch.body);
    const body = requireObject(patched);
    sameIdentity(type, namespace, name, body);
    return { object: this.replace(type, existing, accept(type, body, options), options, undefined), created: false };
  }

  private apply(
    type: ResourceType,
    namespace: string,
    name: string,
    existing: KubeObject | undefined,
    patch: Patch,
    options: WriteOptions,
  ): WriteResult {
    const config = requireObject(patch.body);
    if (list(config.metadata, "managedFields").length > 0)
      throw new ApiError(400, "BadRequest", "metadata.managedFields must be nil");
    if (config.apiVersion !== apiVersionOf(type) || config.kind !== type.kind) {
      throw new ApiError(400, "BadRequest", `invalid object type: ${config.apiVersion}, Kind=${config.kind}`);
    }
    sameIdentity(type, namespace, name, config);
    if (existing === undefined) {
      if (options.subresource === "status") throw notFound(type, name);
      requireName(config, name);
    }
    const applied = applyConfiguration(type, existing, config, this.writer(options), patch.force === true, this.time());
    if (existing === undefined) {
      const uid = uidOf(config);
      if (uid !== "")
        throw conflict(
          type,
          name,
          `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
        );
      const fresh = accept(
        type,
        type.namespaced ? withMetadata(applied.object, { namespace }) : applied.object,
        options,
      );
      return { object: this.insert(type, namespace, fresh, () => applied.managedFields, options), created: true };
    }
    return {
      object: this.replace(type, existing, accept(type, applied.object, options), options, applied.managedFields),
      created: false,
    };
  }

  /** Everything between a decoded changed object and its place in the store. */
  private replace(
    type: ResourceType,
    existing: KubeObject,
    sent: KubeObject,
    options: WriteOptions,
    applied: Json[] | undefined,
  ): KubeObject {
    const name = nameOf(existing);
    const version = versionOf(sent);
    if (version === "" && !type.unconditionalUpdate) {
      throw invalid({ group: type.group, kind: type.plural }, name, [
        {
          field: "metadata.resourceVersion",
          reason: "FieldValueInvalid",
          message: "Invalid value: 0: must be specified for an update",
        },
      ]);
    }
    if (version !== "" && version !== versionOf(existing)) throw modified(type, name);
    const problems = metadataUpdateProblems(existing, sent);
    // The strategy of custom resources looks at metadata twice.
    if (problems.length > 0) throw invalid(type, name, type.custom ? [...problems, ...problems] : problems);
    const next = prepareUpdate(type, existing, sent, options.subresource ?? "", this.settings);
    const managed =
      applied ??
      managedAfterUpdate(
        type,
        existing,
        withManagedOf(options.subresource === "status" ? { ...next, metadata: sent.metadata } : next, sent),
        this.writer(options),
        this.time(),
      );
    const specChanged =
      type.custom && !equal(without(existing, "metadata", "status"), without(next, "metadata", "status"));
    const complete = withMetadata(next, {
      managedFields: managed.length === 0 ? undefined : managed,
      resourceVersion: versionOf(existing),
      generation: type.custom ? generationOf(existing) + (specChanged ? 1 : 0) : undefined,
    });
    const unchanged =
      equal(withMetadata(complete, { managedFields: null }), withMetadata(existing, { managedFields: null })) &&
      sameManagers(managed, list(existing.metadata, "managedFields"));
    if (isTerminating(complete) && hasNothingLeft(type, complete)) {
      if (options.dryRun === true) return complete;
      // The last finalizer went: the write and the going are one step, and watchers see a DELETED with the last state.
      this.store.remove(type.plural, text(existing.metadata, "namespace"), name);
      return complete;
    }
    if (unchanged) return existing;
    return options.dryRun === true ? complete : this.store.put(type.plural, complete);
  }

  /** DELETE. */
  delete(resource: ResourceName, namespace: string, name: string, options: DeleteOptions = {}): DeleteResult {
    return deleteObject(this.store, this.type(resource), namespace, name, options, this.time());
  }

  private writer(options: WriteOptions): Writer {
    return { manager: options.manager, subresource: options.subresource ?? "" };
  }

  private time(): string {
    return timestamp(this.clock.now());
  }
}

const withManagedOf = (object: KubeObject, sent: KubeObject): KubeObject =>
  withMetadata(object, { managedFields: list(sent.metadata, "managedFields") });

function requireObject(value: Json): KubeObject {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ApiError(400, "BadRequest", "the request body is not an object");
  return toKubeObject(value);
}

function preconditionText(type: ResourceType, namespace: string, name: string, asked: string, actual: string): string {
  const key = [
    "/registry",
    ...(type.group === "" ? [] : [type.group]),
    type.plural,
    ...(namespace === "" ? [] : [namespace]),
    name,
  ].join("/");
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${asked}, UID in object meta: ${actual}`;
}
