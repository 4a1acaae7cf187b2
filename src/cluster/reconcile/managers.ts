import { FIELD_MANAGER } from "../../domain/spec/render.js";
import type { ObservedManager, ObservedOwnership } from "../projection.js";
import type { LeaderContext } from "./leader-context.js";

/** The operator's own field manager, by its binary's name ("external-secrets"; seen on 0.14.4 and 0.20.4). */
export const isOperator = (manager: string): boolean => manager.startsWith("external-secrets");

/** Managers beside us and the operator: whoever else holds a part of the object. The newest first. */
export function foreignManagers(managers: readonly ObservedManager[]): ObservedManager[] {
  return managers.filter(
    (manager) => manager.name !== FIELD_MANAGER && manager.subresource === null && !isOperator(manager.name),
  );
}

/** The one that most likely changed what we hold: an owner of the spec before one of labels; null: nobody is known. */
export function likelyCulprit(managers: readonly ObservedManager[]): string | null {
  const foreign = foreignManagers(managers);
  return (foreign.find((manager) => manager.ownsSpec) ?? foreign[0])?.name ?? null;
}

/** For messages: `argocd-controller and kubectl`. */
export function nameManagers(managers: readonly ObservedManager[]): string {
  const names = [...new Set(foreignManagers(managers).map((manager) => manager.name))].slice(0, 5);
  return names.length > 0 ? names.join(" and ") : "an unknown manager";
}

/** Whether an object bears our installation's label and this row's id: ours, also where its uid was never recorded. */
export const bearsOurId = (
  { installation }: Pick<LeaderContext, "installation">,
  { ours }: { readonly ours: ObservedOwnership | null },
  id: string,
): boolean => ours?.installation === installation && ours.id === id;
