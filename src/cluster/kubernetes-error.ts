import { foreignText } from "../domain/foreign-text.js";

/** One of `details.causes` of a Kubernetes Status: `field` leads into the object. */
export interface StatusCause {
  reason: string;
  message: string;
  field: string;
}

/** `details` of a Kubernetes Status, as far as it is read. */
export interface StatusDetails {
  name: string;
  group: string;
  kind: string;
  uid: string;
}

/** The API server answered, and it was a refusal. `reason` is Kubernetes' own word: NotFound, Conflict, Invalid, Expired … */
export class KubernetesError extends Error {
  override readonly name = "KubernetesError";

  constructor(
    /** HTTP status; that of the Status object for an error inside a watch. */
    readonly status: number,
    readonly reason: string,
    /** Bounded, without control characters and quoted template text (DESIGN.md, "What is refused, and how"). */
    message: string,
    readonly details: StatusDetails,
    readonly causes: readonly StatusCause[],
    /** Milliseconds to wait, where the server said so. */
    readonly retryAfter: number | null,
  ) {
    super(message);
  }
}

/** Why a cluster gave no usable answer. */
export type UnreachableKind =
  /** Nothing listens there (ECONNREFUSED, EHOSTUNREACH, ENETUNREACH). */
  | "refused"
  /** Its name is not known. */
  | "dns"
  /** No answer in time. */
  | "timeout"
  /** The certificate, or the handshake. */
  | "tls"
  /** The connection was cut before the answer was whole. */
  | "reset"
  /** A credential plugin, a token file or a sign-in failed: nothing was sent. */
  | "credentials"
  /** What came was not an answer of a Kubernetes API, or too long. */
  | "protocol"
  /** Too many requests wait already. */
  | "overloaded"
  /** The proxy refused. */
  | "proxy"
  /** The caller gave up, or the connection was closed by us. */
  | "aborted";

/** What happened, in words without addresses, paths and names. */
export const UNREACHABLE_WORDS: { readonly [kind in UnreachableKind]: string } = {
  refused: "nothing answers there",
  dns: "its name cannot be resolved",
  timeout: "no answer in time",
  tls: "the TLS connection failed",
  reset: "the connection was cut",
  credentials: "no credentials",
  protocol: "what answers there is no Kubernetes API",
  overloaded: "too many requests wait",
  proxy: "the proxy refused",
  aborted: "the request was given up",
};

/** No usable answer from the cluster. What was sent may or may not have been carried out. Its message is for admins: it names addresses and files. */
export class ClusterUnreachableError extends Error {
  override readonly name = "ClusterUnreachableError";

  constructor(
    readonly kind: UnreachableKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(foreignText(message), options);
  }
}

/**
 * What a failure is told as to whoever sees an object in the cluster: a member may not read the cluster's own reason (DESIGN.md, "Who may do what"), and so not here either
 * where its API stands and how it is signed in to. What the API itself answered says nothing of that.
 */
export function toldToAll(error: Error): string {
  if (error instanceof KubernetesError) return error.message;
  if (!(error instanceof ClusterUnreachableError)) return "The cluster cannot be reached.";
  return `The cluster cannot be reached: ${UNREACHABLE_WORDS[error.kind]}.`;
}

/** Whether an error says nothing about the object but only about the cluster: no answer, 401, 429, or a 5xx that is no verdict (DESIGN.md, "The status of an assignment"). */
export function isClusterFailure(error: unknown): boolean {
  if (error instanceof ClusterUnreachableError) return true;
  if (!(error instanceof KubernetesError)) return false;
  return error.status === 401 || error.status === 429 || (error.status >= 500 && !isTypedPatchFailure(error));
}

/** Nothing new is taken into a namespace that is going away: it says nothing of the object, which goes as well (apiserver's NamespaceLifecycle admission). */
export function isNamespaceTerminating(error: unknown): boolean {
  return (
    error instanceof KubernetesError &&
    error.status === 403 &&
    error.causes.some(({ reason }) => reason === "NamespaceTerminating")
  );
}

/** The API server's 500 for an apply whose object doesn't fit the schema: a verdict about the object, not a failure of the server. */
export function isTypedPatchFailure(error: KubernetesError): boolean {
  return error.status === 500 && error.message.includes("failed to create typed patch object");
}
