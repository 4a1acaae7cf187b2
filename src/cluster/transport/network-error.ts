import { ClusterUnreachableError, UNREACHABLE_WORDS, type UnreachableKind } from "../kubernetes-error.js";

const KINDS: { [code: string]: UnreachableKind } = {
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "refused",
  EHOSTDOWN: "refused",
  ENETUNREACH: "refused",
  EADDRNOTAVAIL: "refused",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  ETIMEDOUT: "timeout",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  ERR_STREAM_PREMATURE_CLOSE: "reset",
  EPROTO: "tls",
};

const TLS_CODE =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/u;

const codeOf = (error: unknown): string | null =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : null;

function kindOf(error: unknown, proxied: boolean): UnreachableKind {
  const code = codeOf(error);
  if (code !== null) {
    const kind = KINDS[code];
    if (kind !== undefined) return kind;
    if (TLS_CODE.test(code)) return "tls";
    if (code.startsWith("HPE_")) return "protocol";
  }
  return proxied ? "proxy" : "reset";
}

/**
 * What Node says about a connection, as the error that callers know.
 * @param host as it is shown: host and port, never with user information
 */
export function unreachable(error: unknown, host: string, proxied: boolean): ClusterUnreachableError {
  if (error instanceof ClusterUnreachableError) return error;
  if (error instanceof DOMException) {
    const kind = error.name === "TimeoutError" ? "timeout" : "aborted";
    return new ClusterUnreachableError(kind, `${host}: ${UNREACHABLE_WORDS[kind]}.`, { cause: error });
  }
  const kind = kindOf(error, proxied);
  // An AggregateError of several addresses has no message of its own.
  const detail = (error instanceof Error ? error.message : "") || codeOf(error) || "unknown error";
  return new ClusterUnreachableError(kind, `${host}: ${UNREACHABLE_WORDS[kind]} (${detail}).`, { cause: error });
}
