import { PATIENCE, type Patience } from "../../domain/status/patience.js";

/** How long a leader waits for what. Milliseconds. */
export interface LeaderSettings {
  patience: Patience;
  /** Range of the first and of the longest delay before what was refused, or failed, is tried again. */
  minBackoff: number;
  maxBackoff: number;
  /** Spread of forced syncs after a provider came back, so that its backend is not asked by all at once. */
  recoveryJitter: number;
  /** Between passes over everything, in case a wake was lost by a defect: the design needs none. */
  fullPassInterval: number;
}

/** DESIGN.md, "The status of an assignment". */
export const DEFAULT_LEADER_SETTINGS: LeaderSettings = {
  patience: PATIENCE,
  minBackoff: 1_000,
  maxBackoff: 5 * 60_000,
  recoveryJitter: 2_000,
  fullPassInterval: 60 * 60_000,
};
