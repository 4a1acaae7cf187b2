/** Settings of a simulated cluster; the defaults stand in DEFAULTS. */
export interface ClusterSettings {
  /** Served version of external-secrets.io, and with it the operator's generation: `v1` is ESO 0.20, `v1beta1` 0.14. */
  apiVersion: "v1" | "v1beta1";
  /** Whether ESO's validating webhook is asked. */
  webhook: boolean;
  /** Whether the operator runs from the start. */
  operator: boolean;
  /** Scale of the operator's delays (backoff, intervals, event limits): 0.01 makes a second of 100. */
  timeScale: number;
  /** How long after a change the operator takes it up, milliseconds. */
  reactionMs: number;
  /** Objects that the operator works on at once. */
  workers: number;
  /** What the event of a missing key says: `eso` what ESO says ("Secret does not exist"), `backend` what the backend says. */
  missingKeyText: "eso" | "backend";
  /** How often a watch that asked for them gets a bookmark, milliseconds. */
  bookmarkInterval: number;
  /** How many changes of each resource a watch can go back. */
  watchWindow: number;
  /** How long the further pages of a list can be asked for, milliseconds. */
  continueTtl: number;
  /** How many changes `history` keeps. */
  historyLimit: number;
}

/** What holds where nothing is said: a real API server's and operator's values. */
export const DEFAULTS: ClusterSettings = {
  apiVersion: "v1",
  webhook: true,
  operator: true,
  timeScale: 1,
  reactionMs: 5,
  workers: 10,
  missingKeyText: "eso",
  bookmarkInterval: 60_000,
  watchWindow: 10_000,
  continueTtl: 300_000,
  historyLimit: 100_000,
};
