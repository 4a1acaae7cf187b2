import type { Role } from "./kinds.js";

/** Whoever asks, as their verified token says. */
export interface Viewer {
  /** The token's `sub`; the actor of transitions and the name of a membership. */
  subject: string;
  email: string | null;
  name: string | null;
  role: Role;
  /** Group names from the token, a leading slash removed. A group makes a member of the project that it is named like, exactly. */
  groups: readonly string[];
  /** When the token expires, in milliseconds since the epoch; null where it never does (the development viewer). */
  expiresAt: number | null;
}

/**
 * What a viewer may see, resolved against the projects and memberships of one moment. A platform admin sees everything; a member sees
 * what belongs to `projectIds` (sorted), and nothing else exists for them (DESIGN.md, invariant 5).
 */
export type ViewerScope = { admin: true } | { admin: false; projectIds: readonly string[] };
