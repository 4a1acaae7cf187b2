import type { Json, JsonObject } from "./json.js";
import type { ResourceType } from "./resources.js";

/** A refusal by the API server; `status` is the body that is sent (meta/v1 Status). */
export class ApiError extends Error {
  readonly status: JsonObject;
  readonly code: number;
  readonly reason: string;
  readonly headers: Record<string, string>;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: JsonObject,
    more: { headers?: Record<string, string>; metadata?: JsonObject } = {},
  ) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
    this.headers = more.headers ?? {};
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: more.metadata ?? {},
      status: "Failure",
      message,
      ...(reason === "" ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

/** One field that a 422 names. */
export interface FieldProblem {
  field: string;
  reason:
    | "FieldValueInvalid"
    | "FieldValueRequired"
    | "FieldValueNotSupported"
    | "FieldValueForbidden"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueTypeInvalid"
    | "FieldValueDuplicate";
  message: string;
}

/** `externalsecrets.external-secrets.io`, or `secrets` in the core group. */
export function groupResource(resource: ResourceType, name: string = resource.plural): string {
  return resource.group === "" ? name : `${name}.${resource.group}`;
}

function detailsOf(
  resource: ResourceType,
  name: string,
  kind: string = resource.plural,
  causes: Json[] = [],
): JsonObject {
  return {
    ...(name === "" ? {} : { name }),
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind,
    ...(causes.length === 0 ? {} : { causes }),
  };
}

export const unauthorized = (): ApiError => new ApiError(401, "Unauthorized", "Unauthorized");
export const badRequest = (message: string): ApiError => new ApiError(400, "BadRequest", message);
export const notFound = (resource: ResourceType, name: string): ApiError =>
  new ApiError(404, "NotFound", `${groupResource(resource)} "${name}" not found`, detailsOf(resource, name));
export const alreadyExists = (resource: ResourceType, name: string): ApiError =>
  new ApiError(409, "AlreadyExists", `${groupResource(resource)} "${name}" already exists`, detailsOf(resource, name));

/** 409 of optimistic concurrency and of preconditions; `kind` stands for the resource where the server names the kind. */
export function conflict(resource: ResourceType, name: string, why: string, kind: string = resource.plural): ApiError {
  return new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${groupResource(resource, kind)} "${name}": ${why}`,
    detailsOf(resource, name, kind),
  );
}
export const modified = (resource: ResourceType, name: string): ApiError =>
  conflict(
    resource,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );

export function forbidden(resource: ResourceType, name: string, why: string, causes: Json[] = []): ApiError {
  const what = name === "" ? groupResource(resource) : `${groupResource(resource)} "${name}"`;
  return new ApiError(
    403,
    "Forbidden",
    `${what} is forbidden: ${why}`,
    detailsOf(resource, name, resource.plural, causes),
  );
}

/** 422 with a cause for each problem, worded as field.ErrorList.ToAggregate does. */
export function invalid(resource: { group: string; kind: string }, name: string, problems: FieldProblem[]): ApiError {
  const texts = [...new Set(problems.map((problem) => `${problem.field}: ${problem.message}`))];
  const joined = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const kind = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
  return new ApiError(422, "Invalid", `${kind} "${name}" is invalid: ${joined}`, {
    ...(name === "" ? {} : { name }),
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.kind,
    causes: problems.map((problem) => ({ reason: problem.reason, message: problem.message, field: problem.field })),
  });
}

/** 410: the version asked for is no longer in the window. */
export const expired = (message: string, metadata: JsonObject = {}): ApiError =>
  new ApiError(410, "Expired", message, undefined, { metadata });
export const methodNotAllowed = (): ApiError =>
  new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
export const unsupportedMediaType = (accepted: string[]): ApiError =>
  new ApiError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  );
export const tooLarge = (limit: number): ApiError =>
  new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${limit}`);
/** 504 for a resourceVersion from the future. */
export const versionTooLarge = (asked: string, current: string): ApiError =>
  new ApiError(504, "Timeout", `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
