import type { TransitionSubject } from "../../domain/kinds.js";
import type { ReadModel } from "../../domain/ports/read-model.js";
import type { TransitionRecord } from "../../domain/transition.js";
import type { ViewerScope } from "../../domain/viewer.js";

/** Which transitions a subscription is about; what a viewer may see of them is another matter. Ids are UUIDs. */
export interface Selection {
  /** Null: all. */
  subject: TransitionSubject | null;
  secretId: string | null;
  projectId: string | null;
  providerId: string | null;
}

/** Transitions of an organization's secret name no project: whether it is in one must be asked. */
function isOrganizationSecret(transition: TransitionRecord): boolean {
  return transition.subject === "SECRET" && transition.projectId === null;
}

/** Whether a subscription may be about a transition, by the transition alone; see {@link confirm} for the rest. */
export function selects(selection: Selection, transition: TransitionRecord): boolean {
  if (selection.subject !== null && selection.subject !== transition.subject) return false;
  if (selection.secretId !== null && selection.secretId !== transition.secretId) return false;
  if (selection.providerId !== null && selection.providerId !== transition.providerId) return false;
  if (selection.projectId === null || selection.projectId === transition.projectId) return true;
  return selection.subject === "SECRET" && isOrganizationSecret(transition);
}

/**
 * Whether the secret is in the project: its newest assignment transition there is no end. That of a secret that is gone is always an end; then it
 * is enough that it was there.
 */
async function isInProject(
  readModel: ReadModel,
  scope: ViewerScope,
  transition: TransitionRecord,
  projectId: string,
): Promise<boolean> {
  if (transition.secretId === null) return false;
  const { edges } = await readModel.history(
    scope,
    { subject: ["ASSIGNMENT"], secretId: transition.secretId, projectId },
    { first: 1, after: null, withTotal: false },
  );
  const newest = edges[0]?.node;
  return newest !== undefined && (newest.to !== null || transition.to === null);
}

/** Of transitions that {@link selects} let through, those that the subscription is about, in the same order. */
export async function confirm(
  readModel: ReadModel,
  scope: ViewerScope,
  selection: Selection,
  transitions: readonly TransitionRecord[],
): Promise<readonly TransitionRecord[]> {
  const { projectId } = selection;
  if (projectId === null || selection.subject !== "SECRET" || !transitions.some(isOrganizationSecret))
    return transitions;
  const kept = await Promise.all(
    transitions.map((transition) =>
      isOrganizationSecret(transition) ? isInProject(readModel, scope, transition, projectId) : Promise.resolve(true),
    ),
  );
  return transitions.filter((_transition, index) => kept[index]);
}
