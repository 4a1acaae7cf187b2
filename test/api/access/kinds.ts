import { randomUUID } from "node:crypto";

/** The kinds of things that have an id. */
export const KINDS = ["cluster", "project", "provider", "secret", "assignment", "transition"] as const;
export type Kind = (typeof KINDS)[number];

/** The GraphQL type of each kind. */
export const TYPE_OF = {
  cluster: "Cluster",
  project: "Project",
  provider: "Provider",
  secret: "Secret",
  assignment: "Assignment",
  transition: "Transition",
} as const satisfies Record<Kind, string>;

/** DESIGN.md, "Who may do what": its columns, and those of "anyone else" who come near. */
export const VIEWERS = ["admin", "byGroup", "byHand", "ofAnother", "ofNothing"] as const;
export type ViewerName = (typeof VIEWERS)[number];

/** Something with an id, and who may see it: DESIGN.md's table, filled in by hand. */
export interface Thing {
  key: string;
  kind: Kind;
  id: string;
  /** Null where it has none. */
  name: string | null;
  seenBy: readonly ViewerName[];
}

/** An id of this kind that nothing has. */
export const unknownId = (like: string): string => `${like.slice(0, like.indexOf("_"))}_${randomUUID()}`;
