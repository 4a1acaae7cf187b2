import type { TransitionSubject } from "../../domain/kinds.js";
import type { TransitionFilter } from "../../domain/ports/read-model.js";
import { SYSTEM_ACTOR } from "../../domain/transition.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { isText, isUuid } from "./input.js";
import { raw, type Sql, sql } from "./sql.js";

/** The transitions with one of these values in this column: a log of its own, by the index on the column and the position. */
export interface Log {
  column: "secret_id" | "project_id" | "provider_id" | "cluster_id" | "actor" | "subject";
  type: "uuid" | "text";
  values: readonly string[];
}

/** A member of more projects reads the whole log from its end: so much of it is theirs then that little is passed over. */
const MOST_LOGS_TO_MERGE = 200;

/** Fewer than what happens to assignments and secrets, by far: all of theirs is less to look through than all that happened in some projects. */
const RARE_SUBJECTS: ReadonlySet<TransitionSubject> = new Set(["PROJECT", "PROVIDER", "CLUSTER"]);

/**
 * The logs that a list is best looked for in: together they hold all that the filter says of their column and the scope may see of their projects, and nothing else. Null: the
 * whole log.
 */
export function logOf(scope: ViewerScope, filter: TransitionFilter): Log | null {
  const { secretId, projectId, providerId, clusterId, actor, subject = [] } = filter;
  if (isGiven(secretId)) return { column: "secret_id", type: "uuid", values: [secretId] };
  if (isGiven(projectId)) {
    const seen = scope.admin || scope.projectIds.includes(projectId);
    return { column: "project_id", type: "uuid", values: seen ? [projectId] : [] };
  }
  const byActor: Log | null =
    actor !== undefined && isText(actor) ? { column: "actor", type: "text", values: [actor] } : null;
  // What a person did is little; what the program did is nearly everything.
  if (actor !== SYSTEM_ACTOR && byActor !== null) return byActor;
  const bySubject: Log | null =
    subject.length > 0 ? { column: "subject", type: "text", values: [...new Set(subject)] } : null;
  if (!scope.admin) {
    if (bySubject !== null && subject.every((one) => RARE_SUBJECTS.has(one))) return bySubject;
    if (projectId !== undefined || scope.projectIds.length > MOST_LOGS_TO_MERGE) return null;
    return { column: "project_id", type: "uuid", values: scope.projectIds };
  }
  if (isGiven(providerId)) return { column: "provider_id", type: "uuid", values: [providerId] };
  if (isGiven(clusterId)) return { column: "cluster_id", type: "uuid", values: [clusterId] };
  return bySubject ?? byActor;
}

const isGiven = (id: string | undefined): id is string => id !== undefined && isUuid(id);

// Positions are given in the order of time, on the database's clock. That clock may be set back, or be another machine's from now on: by less than this.
const CLOCK_SLACK = raw("interval '1 hour'");

/** A position that everything at or after the time is at or above. */
export const surelyBefore = (time: Date): Sql => sql`coalesce((SELECT early.position FROM transition early
  WHERE early.at < ${time}::timestamptz - ${CLOCK_SLACK} ORDER BY early.at DESC LIMIT 1), 0)`;

/** Above every position. */
export const LAST_POSITION = raw("9223372036854775807");

/** A position that everything before the time is below. */
export const surelyAfter = (time: Date): Sql => sql`coalesce((SELECT late.position FROM transition late
  WHERE late.at >= ${time}::timestamptz + ${CLOCK_SLACK} ORDER BY late.at LIMIT 1), ${LAST_POSITION})`;
