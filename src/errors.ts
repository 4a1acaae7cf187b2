/** A single mistake in what was sent. `path` leads into the input, as GraphQL clients name it: `["data", "0", "remoteKey"]`. */
export interface Problem {
  path: string[];
  message: string;
}

/** The codes that an expected failure carries in `extensions.code` (contract.graphql, at its end). */
export type ErrorCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "BAD_USER_INPUT"
  | "CONFLICT"
  | "PRECONDITION_FAILED"
  | "CLUSTER_UNREACHABLE";

/** Why a PRECONDITION_FAILED failed, for programs: `extensions.reason`. */
export type PreconditionReason =
  | "ProjectNotReady"
  | "QuotaExceeded"
  | "SyncTooSoon"
  | "BeingDeleted"
  | "NotBeingDeleted"
  | "ProviderInUse"
  | "ProviderNotReachable"
  | "NamespaceNotOurs"
  | "ClusterNotReady"
  | "CursorExpired";

/**
 * A failure that the caller can understand and act on. Everything else that is thrown is a defect and reaches a client only as
 * INTERNAL_SERVER_ERROR with a reference id.
 */
export class ExpectedError extends Error {
  override readonly name = "ExpectedError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: { problems?: readonly Problem[]; reason?: PreconditionReason } = {},
  ) {
    super(message);
  }
}

/** No token, or not a good one. The message never quotes the token. */
export const unauthenticated = (message = "A bearer token is needed."): ExpectedError =>
  new ExpectedError("UNAUTHENTICATED", message);

/** The viewer sees the thing but may not do this to it. */
export const forbidden = (message: string): ExpectedError => new ExpectedError("FORBIDDEN", message);

/**
 * It does not exist, or the viewer cannot see it: one and the same answer, so the message must not depend on which.
 * @param kind what was asked for, in lower case: "secret"
 */
export const notFound = (kind: string): ExpectedError =>
  new ExpectedError("NOT_FOUND", `There is no such ${kind}, or you cannot see it.`);

/** Of very many problems the message names so many; `problems` has all of them. */
const MOST_IN_MESSAGE = 50;

/** Bad fields, all of them at once. @throws RangeError when called without a problem, which would be a defect. */
export function badUserInput(problems: readonly Problem[]): ExpectedError {
  const [first] = problems;
  if (first === undefined) throw new RangeError("badUserInput needs at least one problem");
  const named = problems
    .slice(0, MOST_IN_MESSAGE)
    .map((p) => (p.path.length > 0 ? `${p.path.join(".")}: ${p.message}` : p.message));
  const more = problems.length - named.length;
  if (more > 0) named.push(`${more} more problems are in extensions.problems.`);
  return new ExpectedError("BAD_USER_INPUT", named.join(" "), { problems });
}

/** A name already taken, or an expected generation that is not the current one. */
export const conflict = (message: string, problems: readonly Problem[] = []): ExpectedError =>
  new ExpectedError("CONFLICT", message, { problems });

/** The thing is not in the state that this needs; `reason` says which, the message what to do. */
export const preconditionFailed = (reason: PreconditionReason, message: string): ExpectedError =>
  new ExpectedError("PRECONDITION_FAILED", message, { reason });

/** The answer needs the cluster now, and it cannot be reached. */
export const clusterUnreachable = (message: string): ExpectedError => new ExpectedError("CLUSTER_UNREACHABLE", message);
