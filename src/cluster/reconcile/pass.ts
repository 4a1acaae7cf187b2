import { DeposedError, type LeaderContext } from "./leader-context.js";
import type { Change } from "./status-batcher.js";

/** What a pass over a key ended with: when to look again, or that it failed and comes back with backoff, though within so many milliseconds. */
export type PassResult = { after: number } | { retry: true; within?: number } | undefined;

/** Begin anew: desired state changed while we looked. */
export const ANEW: PassResult = { after: 0 };

/**
 * Writes what a pass saw or is about to do.
 * @returns false: desired state has changed meanwhile, nothing was written
 * @throws DeposedError; whatever the database threw after its retries
 */
export async function record(context: LeaderContext, item: Change): Promise<boolean> {
  const outcome = await context.batcher.submit(item);
  if (outcome === "deposed") throw new DeposedError();
  return outcome === "written";
}

/** When a key is looked at again though nothing happens. */
export function nextPass(
  context: LeaderContext,
  of: {
    /** From the judgement: when time alone changes it. */
    lookAgainIn: number | null;
    /** The API refused, or what is to go does not go: nobody tells when that ends. */
    unsettled: boolean;
    /** When a quarrel may be tried again; null: there is none. */
    retryIn?: number | null;
  },
): PassResult {
  const later = of.lookAgainIn === null ? undefined : { after: of.lookAgainIn };
  // While the whole cluster is away its return wakes every key.
  if (context.troubles.cluster !== null) return later;
  if (of.retryIn !== undefined && of.retryIn !== null) return { after: of.retryIn };
  if (!of.unsettled) return later;
  return of.lookAgainIn === null ? { retry: true } : { retry: true, within: of.lookAgainIn };
}
