import type { Thing, ViewerName } from "./kinds.js";
import type { World } from "./world.js";

interface TransitionAnswer {
  id: string;
  subject: string;
  subjectId: string;
}

/**
 * All transitions that there are, as things: DESIGN.md says that those of clusters, organization providers and organization secrets are for admins, the rest for whoever sees
 * the project.
 */
export async function transitionThings(world: World): Promise<Thing[]> {
  const { history } = await world.clients.admin.ask<{ history: { nodes: TransitionAnswer[] } }>(
    "{ history(first: 500) { nodes { id subject subjectId } } }",
  );
  const byId = new Map(world.things.map((thing) => [thing.id, thing]));
  return history.nodes.map(({ id, subject, subjectId }) => {
    const about = byId.get(subjectId);
    if (about === undefined) throw new Error(`a transition is about ${subjectId}, which the world does not know`);
    return {
      key: `transition of ${about.key} ${id}`,
      kind: "transition",
      id,
      name: null,
      seenBy: transitionSeenBy(subject, about),
    };
  });
}

/** @param about what the transition is of */
export function transitionSeenBy(subject: string, about: Thing): readonly ViewerName[] {
  if (subject === "ASSIGNMENT" || subject === "PROJECT") return about.seenBy;
  const ofProject = /^(?:alpha|gamma|delta)-/.test(about.name ?? "");
  return subject !== "CLUSTER" && ofProject ? about.seenBy : ["admin"];
}
