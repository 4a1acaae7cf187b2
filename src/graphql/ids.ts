import { notFound } from "../errors.js";
import type { TransitionSubject } from "../domain/kinds.js";
import type { VisibleKind } from "../domain/ports/read-model.js";

/** What a global id begins with. Clients must not read anything into it; it makes ids unique over all types. */
const PREFIXES = {
  cluster: "clu",
  project: "prj",
  provider: "prv",
  secret: "sec",
  assignment: "asg",
  transition: "trn",
} as const satisfies Record<VisibleKind, string>;

const KINDS: ReadonlyMap<string, VisibleKind> = new Map<string, VisibleKind>([
  [PREFIXES.cluster, "cluster"],
  [PREFIXES.project, "project"],
  [PREFIXES.provider, "provider"],
  [PREFIXES.secret, "secret"],
  [PREFIXES.assignment, "assignment"],
  [PREFIXES.transition, "transition"],
]);

const GLOBAL_ID = /^([a-z]{3})_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

const SUBJECT_KINDS = {
  SECRET: "secret",
  ASSIGNMENT: "assignment",
  PROVIDER: "provider",
  PROJECT: "project",
  CLUSTER: "cluster",
} as const satisfies Record<TransitionSubject, VisibleKind>;

/** A thing as a global id names it. */
export interface ThingId {
  kind: VisibleKind;
  /** The row's UUID. */
  id: string;
}

/** The id that the API shows for a row. */
export function globalId(kind: VisibleKind, uuid: string): string {
  return `${PREFIXES[kind]}_${uuid}`;
}

/** The id of what a transition is about. */
export function subjectGlobalId(subject: TransitionSubject, uuid: string): string {
  return globalId(SUBJECT_KINDS[subject], uuid);
}

/** What a global id names; null for text that is none of ours. */
export function parseGlobalId(text: string): ThingId | null {
  const match = GLOBAL_ID.exec(text);
  const kind = match?.[1] === undefined ? undefined : KINDS.get(match[1]);
  const uuid = match?.[2];
  return kind === undefined || uuid === undefined ? null : { kind, id: uuid };
}

/** The UUID of a global id of this kind; null for a malformed id and for one of another kind. */
export function uuidOrNull(kind: VisibleKind, text: string): string | null {
  const thing = parseGlobalId(text);
  return thing?.kind === kind ? thing.id : null;
}

/**
 * The UUID of a global id of this kind.
 * @throws NOT_FOUND for a malformed id and for one of another kind: the same answer as for an unknown one.
 */
export function uuidOf(kind: VisibleKind, text: string): string {
  const uuid = uuidOrNull(kind, text);
  if (uuid === null) throw notFound(kind);
  return uuid;
}
