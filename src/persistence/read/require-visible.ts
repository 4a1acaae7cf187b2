import { notFound } from "../../errors.js";
import type { VisibleKind } from "../../domain/ports/read-model.js";
import type { ViewerScope } from "../../domain/viewer.js";
import type { ReadDatabase } from "./database.js";
import { uuids } from "./input.js";
import { and, join, raw, type Sql, sql } from "./sql.js";
import { run } from "./statements.js";
import { seesAssignment, seesCluster, seesProject, seesProvider, seesSecret, seesTransition } from "./visibility.js";

const SEES: Record<VisibleKind, (scope: ViewerScope) => Sql> = {
  cluster: (scope) => seesCluster(scope, raw("thing.id")),
  project: (scope) => seesProject(scope, raw("thing.id")),
  provider: (scope) => seesProvider(scope, "thing"),
  secret: (scope) => seesSecret(scope, "thing"),
  assignment: (scope) => seesAssignment(scope, "thing"),
  transition: (scope) => seesTransition(scope, "thing"),
};

// Each is also the name of its table.
const VISIBLE_KINDS: readonly VisibleKind[] = ["cluster", "project", "provider", "secret", "assignment", "transition"];

/** In one statement, or none. @throws NOT_FOUND for the first of them that the scope cannot see */
export async function requireVisible(
  db: ReadDatabase,
  scope: ViewerScope,
  things: readonly { kind: VisibleKind; id: string }[],
): Promise<void> {
  const seen = await visibleOf(db, scope, things);
  const missing = things.find(({ kind, id }) => !seen.has(`${kind} ${id}`));
  if (missing !== undefined) throw notFound(missing.kind);
}

async function visibleOf(
  db: ReadDatabase,
  scope: ViewerScope,
  things: readonly { kind: VisibleKind; id: string }[],
): Promise<Set<string>> {
  const selects = VISIBLE_KINDS.flatMap((kind) => {
    const ids = uuids(things.filter((thing) => thing.kind === kind).map(({ id }) => id));
    if (ids.length === 0) return [];
    const condition = and(sql`thing.id = ANY(${ids}::uuid[])`, SEES[kind](scope));
    return [sql`SELECT ${raw(`'${kind}'`)} AS kind, thing.id FROM ${raw(kind)} thing WHERE ${condition}`];
  });
  if (selects.length === 0) return new Set();
  const rows = await run<{ kind: string; id: string }>(db, join(selects, " UNION ALL "));
  return new Set(rows.map(({ kind, id }) => `${kind} ${id}`));
}
