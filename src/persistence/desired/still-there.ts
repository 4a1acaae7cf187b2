import { beingDeleted } from "../../domain/access/permissions.js";
import type { Findings } from "./findings.js";

/** Something that is being deleted takes no other change (DESIGN.md, "The status of an assignment"). */
export function checkStillThere(
  findings: Findings,
  kind: string,
  thing: { name: string; deletionRequestedAt: Date | null },
  path: string[] = [],
): void {
  if (thing.deletionRequestedAt === null) return;
  findings.precondition("BeingDeleted", path, beingDeleted(`The ${kind} ${thing.name}`));
}
