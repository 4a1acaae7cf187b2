import { badRequest, invalid, methodNotAllowed, unsupportedMediaType } from "../api-error.js";
import type { ApiService, Patch } from "../api/api-service.js";
import type { WriteOptions } from "../api/write-options.js";
import type { DeleteOptions } from "../api/delete-object.js";
import { at, type Json, text } from "../json.js";
import { type KubeObject, nameOf, namespaceOf, toKubeObject, uidOf } from "../kube-object.js";
import type { ResourceType } from "../resources.js";
import { selection, selects } from "../selectors.js";
import type { Verb } from "./authorization.js";
import { encode } from "./encode.js";
import { parseBody, parseObject } from "./request.js";

/** A request on an object or, for create and deletecollection, on a collection. */
export interface ObjectRequest {
  verb: Verb;
  namespace: string;
  name: string;
  subresource: string;
  query: URLSearchParams;
  body: string;
  contentType: string;
  userAgent: string;
}

/** What is answered. */
export interface Answer {
  code: number;
  body: string | Json;
  headers?: Record<string, string>;
}

const PATCH_TYPES = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

/** Carries out get, create, update, patch, delete and deletecollection. @throws ApiError */
export function answerObject(api: ApiService, type: ResourceType, request: ObjectRequest): Answer {
  const { verb, namespace, name, subresource } = request;
  if (subresource !== "" && !type.subresources.some((known) => known === subresource)) throw methodNotAllowed();
  if (verb === "get") return { code: 200, body: `${encode(api.get(type.plural, namespace, name))}\n` };
  if (verb === "delete" || verb === "deletecollection") {
    if (subresource !== "") throw methodNotAllowed();
    return verb === "delete" ? answerDelete(api, type, request) : answerDeleteCollection(api, type, request);
  }
  if (type.namespaced && namespace === "")
    throw verb === "create" ? badRequest("an empty namespace may not be set during creation") : methodNotAllowed();
  const options = writeOptions(request);
  const warnings = options.warnings ?? [];
  if (name === "" && verb !== "create") throw badRequest("name must be provided");
  if (verb === "create" || verb === "update") checkMediaType(request.contentType);
  if (verb === "create") {
    if (name !== "") throw methodNotAllowed();
    const object = api.create(
      type.plural,
      namespace,
      toKubeObject(parseObject(request.body, isYaml(request.contentType), type.kind)),
      options,
    );
    return written(201, object, warnings);
  }
  if (verb === "update") {
    const result = api.update(
      type.plural,
      namespace,
      name,
      toKubeObject(parseObject(request.body, isYaml(request.contentType), type.kind)),
      options,
    );
    return written(result.created ? 201 : 200, result.object, warnings);
  }
  const result = api.patch(type.plural, namespace, name, patchOf(type, request), options);
  return written(result.created ? 201 : 200, result.object, warnings);
}

const BODY_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** Without a type a body is taken for JSON. @throws ApiError 415 */
function checkMediaType(contentType: string): void {
  const media = contentType.split(";")[0]?.trim() ?? "";
  if (media !== "" && media !== "application/json" && media !== "application/yaml")
    throw unsupportedMediaType(BODY_TYPES);
}

const isYaml = (contentType: string): boolean => contentType.startsWith("application/yaml");

function written(code: number, object: KubeObject, warnings: string[]): Answer {
  const headers =
    warnings.length === 0
      ? undefined
      : { warning: warnings.map((warning) => `299 - ${JSON.stringify(warning)}`).join(", ") };
  return { code, body: `${encode(object)}\n`, ...(headers === undefined ? {} : { headers }) };
}

/** Options of a write. @throws ApiError 422 */
function writeOptions({ verb, query, contentType, userAgent, subresource }: ObjectRequest): WriteOptions {
  const optionsKind = { create: "CreateOptions", update: "UpdateOptions" }[
    verb === "create" || verb === "update" ? verb : "update"
  ];
  const kind = { group: "meta.k8s.io", kind: verb === "patch" ? "PatchOptions" : optionsKind };
  const dryRun = query.getAll("dryRun");
  if (dryRun.some((value) => value !== "All")) {
    throw invalid(kind, "", [
      {
        field: "dryRun",
        reason: "FieldValueNotSupported",
        message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`,
      },
    ]);
  }
  const isApply = verb === "patch" && contentType.startsWith("application/apply-patch");
  const manager = query.get("fieldManager") ?? "";
  if (isApply && manager === "")
    throw invalid(kind, "", [
      { field: "fieldManager", reason: "FieldValueRequired", message: "Required value: is required for apply patch" },
    ]);
  if (manager.length > 128)
    throw invalid(kind, "", [
      { field: "fieldManager", reason: "FieldValueTooLong", message: "Too long: may not be more than 128 bytes" },
    ]);
  if (verb === "patch" && !isApply && query.has("force")) {
    throw invalid(kind, "", [
      { field: "force", reason: "FieldValueForbidden", message: "Forbidden: may not be specified for non-apply patch" },
    ]);
  }
  const validation = query.get("fieldValidation") ?? "Warn";
  if (validation !== "Strict" && validation !== "Warn" && validation !== "Ignore") {
    throw invalid(kind, "", [
      {
        field: "fieldValidation",
        reason: "FieldValueNotSupported",
        message: `Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`,
      },
    ]);
  }
  return {
    manager: manager === "" ? (userAgent.split("/")[0] ?? "").slice(0, 128) || "unknown" : manager,
    dryRun: dryRun.length > 0,
    fieldValidation: validation,
    warnings: [],
    subresource: subresource === "status" || subresource === "finalize" ? subresource : "",
  };
}

function patchOf(type: ResourceType, { contentType, query, body }: ObjectRequest): Patch {
  const media = contentType.split(";")[0]?.trim() ?? "";
  if (media === "application/apply-patch+yaml" || media === "application/apply-patch+json")
    return { kind: "apply", body: parseBody(body, true), force: query.get("force") === "true" };
  if (media === "application/json-patch+json") return { kind: "json", body: parseBody(body, false) };
  // Built-in resources take strategic merge patches too; for the fields that are used here they are merge patches.
  if (media === "application/merge-patch+json" || (media === "application/strategic-merge-patch+json" && !type.custom))
    return { kind: "merge", body: parseBody(body, false) };
  throw unsupportedMediaType(PATCH_TYPES);
}

function deleteOptions({ body, query }: ObjectRequest): DeleteOptions {
  const options = body.trim() === "" ? {} : parseObject(body);
  const uid = text(options, "preconditions", "uid");
  const resourceVersion = text(options, "preconditions", "resourceVersion");
  const dryRun = at(options, "dryRun");
  return {
    ...(uid === "" ? {} : { uid }),
    ...(resourceVersion === "" ? {} : { resourceVersion }),
    dryRun: query.getAll("dryRun").includes("All") || (Array.isArray(dryRun) && dryRun.includes("All")),
  };
}

function answerDelete(api: ApiService, type: ResourceType, request: ObjectRequest): Answer {
  const { object, gone } = api.delete(type.plural, request.namespace, request.name, deleteOptions(request));
  // Namespaces and what waits for finalizers are answered whole, the rest with a Status.
  if (!gone || type.plural === "namespaces") return { code: 200, body: `${encode(object)}\n` };
  return {
    code: 200,
    body: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details: {
        name: nameOf(object),
        ...(type.group === "" ? {} : { group: type.group }),
        kind: type.plural,
        uid: uidOf(object),
      },
    },
  };
}

function answerDeleteCollection(api: ApiService, type: ResourceType, request: ObjectRequest): Answer {
  if (type.plural === "namespaces") throw methodNotAllowed();
  const options = deleteOptions(request);
  const wanted = selection(
    type,
    request.namespace,
    request.query.get("labelSelector") ?? "",
    request.query.get("fieldSelector") ?? "",
  );
  for (const object of api.store.list(type.plural, wanted.namespace).filter((each) => selects(wanted, each)))
    api.delete(type.plural, namespaceOf(object), nameOf(object), options);
  return { code: 200, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" } };
}
