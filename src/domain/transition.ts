import type { TransitionSubject } from "./kinds.js";

/** The actor of what nobody asked for: reconciling, observing, repairing. */
export const SYSTEM_ACTOR = "system";

/** One change. Transitions are the product's memory and its event stream. */
export interface TransitionRecord {
  id: string;
  /** The place in the log: the order of positions is the order of commits; gaps are allowed. */
  position: bigint;
  subject: TransitionSubject;
  subjectId: string;
  from: string | null;
  to: string | null;
  reason: string | null;
  message: string | null;
  actor: string;
  at: Date;
  /** What it concerns; an id stays after the thing is gone. */
  secretId: string | null;
  assignmentId: string | null;
  /**
   * Also who may see it: members of that project; null is for admins only. Set for ASSIGNMENT and PROJECT, and for SECRET and PROVIDER of scope PROJECT.
   */
  projectId: string | null;
  providerId: string | null;
  clusterId: string | null;
}

/** A transition that is about to be written; the log gives it its id, position and time. */
export type NewTransition = Omit<TransitionRecord, "id" | "position" | "at">;
