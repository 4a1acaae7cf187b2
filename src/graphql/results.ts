import type { ExecutionResult } from "graphql";
import type { ErrorFormatter } from "./errors.js";

/** A result whose errors say what a client may read. */
export function formatResult(result: ExecutionResult, formatter: ErrorFormatter): ExecutionResult {
  if (result.errors === undefined) return result;
  return { ...result, errors: result.errors.map((error) => formatter.formatToError(error)) };
}
