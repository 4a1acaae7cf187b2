import { QueryFailedError, QueryRunnerAlreadyReleasedError } from "typeorm";

/**
 * The five-character SQLSTATE of a failed statement (PostgreSQL, appendix A), null for anything else. "23505" is a unique violation, "23503" a foreign key's.
 */
export function sqlState(error: unknown): string | null {
  const code = property(driverError(error), "code");
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** The name of the constraint or unique index that a statement broke, null where it broke none. */
export function brokenConstraint(error: unknown): string | null {
  const name = property(driverError(error), "constraint");
  return typeof name === "string" ? name : null;
}

/** Whether the connection is gone, so that nothing more can be asked of it. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const state = sqlState(error);
  if (state !== null) return state.startsWith("08") || SESSION_ENDED.has(state);
  const cause = driverError(error);
  const code = property(cause, "code");
  if (typeof code === "string" && NETWORK_ERRORS.has(code)) return true;
  const message = property(cause, "message");
  return typeof message === "string" && DRIVER_MESSAGES.test(message);
}

/** Whether the same work, done again from the beginning, may succeed: it lost against other transactions, or against time. */
export function isRetryable(error: unknown): boolean {
  return isConnectionLoss(error) || LOST_AGAINST_OTHERS.has(sqlState(error) ?? "");
}

/** The server itself says that the transaction was ended before any COMMIT: idle for too long. */
export const IDLE_IN_TRANSACTION = "25P03";

// Deadlock, serialization failure, lock time-out, too many connections (for now).
const LOST_AGAINST_OTHERS = new Set(["40P01", "40001", "55P03", "53300"]);
// Terminated by an administrator, crash of another backend, starting up or shutting down, idle for too long.
const SESSION_ENDED = new Set(["57P01", "57P02", "57P03", "57P05", IDLE_IN_TRANSACTION]);
const NETWORK_ERRORS = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
]);
// node-postgres has no code of its own for these.
const DRIVER_MESSAGES =
  /Connection terminated|connection error and is not queryable|Client was closed|timeout exceeded when trying to connect/i;

function driverError(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}
function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
