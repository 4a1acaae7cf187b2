import type { ProviderStatus } from "../kinds.js";
import { listNames, share } from "./sentence.js";

/** What of a provider's target the provider's status depends on. */
export interface TargetSummary {
  status: ProviderStatus;
  clusterName: string;
  reason: string | null;
  message: string | null;
}

/** The reason of a target whose existing store is not in the cluster. */
export const STORE_NOT_FOUND = "StoreNotFound";

/**
 * The status of a provider over its targets (DESIGN.md, "The status of a project and of a provider"). One without a target is not needed anywhere yet: PENDING.
 * @returns `reason` where all targets concerned have the same; `message` counts and names their clusters, and has the cause where there is only one
 */
export function providerStatus(
  deleting: boolean,
  all: readonly TargetSummary[],
): { status: ProviderStatus; reason: string | null; message: string | null } {
  // A store of the platform admins' own need not be in every cluster; absent everywhere it is an error.
  const present = all.filter(({ reason }) => reason !== STORE_NOT_FOUND);
  const targets = present.length > 0 ? present : all;
  const having = (status: ProviderStatus): TargetSummary[] => targets.filter((target) => target.status === status);
  const say = (status: ProviderStatus, part: readonly TargetSummary[], singular: string, plural: string) => {
    const [first] = part;
    const sentence = `${share(part.length, targets.length, "cluster")} ${part.length === 1 ? singular : plural}: ${listNames(
      part.map(({ clusterName }) => clusterName),
    )}`;
    const cause = part.length === 1 ? (first?.message ?? null) : null;
    return {
      status,
      reason: part.every(({ reason }) => reason === first?.reason) ? (first?.reason ?? null) : null,
      message: part.length === 0 ? null : cause === null ? sentence : `${sentence} (${cause})`,
    };
  };

  const stuck = having("DELETE_FAILED");
  if (deleting)
    return stuck.length > 0
      ? say("DELETE_FAILED", stuck, "could not be cleaned up", "could not be cleaned up")
      : say("DELETING", [], "", "");
  const erring = [...having("ERROR"), ...stuck];
  if (erring.length > 0) return say("ERROR", erring, "reports an error", "report errors");
  const waiting = targets.filter(({ status }) => status !== "READY");
  if (targets.length > 0 && waiting.length === 0) return { status: "READY", reason: null, message: null };
  return say("PENDING", waiting, "is not ready yet", "are not ready yet");
}
