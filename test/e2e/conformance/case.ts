import type { Json } from "../../../src/domain/json.js";
import type { Ground } from "./ground.js";

/** What is done on both clusters, and what has to be the same on both. */
export interface Case {
  name: string;
  /** @returns what was seen, normalised */
  run(ground: Ground): Promise<Json>;
}

/** A case, for lists of them. */
export const when = (name: string, run: Case["run"]): Case => ({ name, run });
