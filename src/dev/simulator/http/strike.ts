import { ApiError, expired, unauthorized } from "../api-error.js";
import type { Clock } from "../clock.js";
import type { FaultEffect } from "../faults.js";

const REASONS: Record<number, string> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  410: "Expired",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/**
 * Carries out the faults that strike before a request is looked at.
 *
 * @param watching - a watch tells 410 in its stream, not here
 * @returns whether the request is never to be answered
 * @throws ApiError that is to be answered
 */
export async function strike(effects: FaultEffect[], clock: Clock, watching: boolean): Promise<boolean> {
  for (const effect of effects) {
    if (effect.kind === "delay") await new Promise<void>((resolve) => void clock.after(effect.ms, resolve));
    if (effect.kind === "hang") return true;
    if (effect.kind === "unauthorized") throw unauthorized();
    if (effect.kind === "gone" && (!watching || effect.http === true)) throw expired("too old resource version: 1 (2)");
    if (effect.kind === "status") {
      const retryAfter = effect.retryAfterSeconds ?? (effect.code === 429 ? 1 : undefined);
      throw new ApiError(
        effect.code,
        effect.reason ?? REASONS[effect.code] ?? "",
        effect.message ?? "a fault of the simulator",
        effect.details,
        {
          headers: retryAfter === undefined ? {} : { "retry-after": String(retryAfter) },
        },
      );
    }
  }
  return false;
}
