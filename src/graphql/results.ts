import type { ExecutionResult } from "graphql";
import type { ErrorFormatter } from "./errors.js";

/** A result whose errors say what a client may read. @param requestId for the log */
export function formatResult(result: ExecutionResult, formatter: ErrorFormatter, requestId?: string): ExecutionResult {
  if (result.errors === undefined) return result;
  return { ...result, errors: result.errors.map((error) => formatter.formatToError(error, requestId)) };
}
