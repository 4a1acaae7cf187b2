import type { Logger } from "../domain/ports/logger.js";

/** Asks an address, and reads the answer. */
export type Request = <T>(url: URL, read: (text: string) => T) => Promise<T>;

/**
 * Asks, and reads the answer. Repeats the last failure, of whichever of the two, without asking again until `cooldown` milliseconds have passed since. Each failure
 * that was asked for is logged.
 */
export function withFailureCooldown(
  cooldown: number,
  { issuer, logger }: { issuer: string; logger?: Logger },
  ask: (url: URL) => Promise<string>,
): Request {
  let failure: { at: number; error: unknown } | null = null;
  return async (url, read) => {
    if (failure !== null && Date.now() - failure.at < cooldown) throw failure.error;
    try {
      const answer = read(await ask(url));
      failure = null;
      return answer;
    } catch (error) {
      failure = { at: Date.now(), error };
      logger?.warn({ issuer, err: error }, "the issuer of tokens cannot be reached");
      throw error;
    }
  };
}
