import type { Json } from "../../../src/domain/json.js";
import type { Ground } from "./ground.js";

/** What is done on both clusters, and what has to be the same on both. */
export interface Case {
  name: string;
  /** @returns what was seen, normalised */
  run(ground: Ground): Promise<Json>;
  /** What an operator that serves only `v1beta1` doesn't have, and this needs. */
  newer?: string;
}

/** A field of 0.16 and later. */
export const REFRESH_POLICY = "spec.refreshPolicy";

/** A case, for lists of them. @param newer what 0.14.4 doesn't have of what it needs */
export const when = (name: string, run: Case["run"], newer?: string): Case => ({
  name,
  run,
  ...(newer === undefined ? {} : { newer }),
});
