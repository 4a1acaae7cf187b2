import { pino, type DestinationStream } from "pino";
import type { Logger } from "./domain/ports/logger.js";
import { ExpectedError } from "./errors.js";

/** Field names whose values never reach a log, wherever they stand up to two levels deep. */
const SECRET_FIELDS = [
  "authorization",
  "Authorization",
  "token",
  "access_token",
  "password",
  "cookie",
  "connectionParams",
  "databaseUrl",
  "kubeconfig",
];

/** Causes of causes, and failures side by side, that are told of one error. */
const MAX_CAUSES = 5;

/**
 * A logger that writes JSON lines.
 * @param level the least severe that is written
 * @param destination standard output unless told otherwise
 */
export function createLogger(
  level: "debug" | "info" | "warn" | "error" | "silent",
  destination?: DestinationStream,
): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
    serializers: { err: (error: unknown) => serializeError(error, MAX_CAUSES) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Expected failures without their stack: they are no defects. Of others everything but what libraries attach (requests, parameters of SQL statements). */
function serializeError(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  if (error instanceof ExpectedError) return { code: error.code, message: error.message };
  const { name: type, message, stack } = error;
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const cause = error.cause instanceof Error && depth > 0 ? { cause: serializeError(error.cause, depth - 1) } : {};
  // A connection refused on every address of a name says nothing itself.
  const errors =
    error instanceof AggregateError && depth > 0
      ? { errors: error.errors.slice(0, MAX_CAUSES).map((each: unknown) => serializeError(each, depth - 1)) }
      : {};
  return { type, message, stack, ...code, ...cause, ...errors };
}
