import type { NotedTransition, ObjectFacts, Verdict } from "../../domain/ports/cluster-state.js";
import type { Happening } from "./transitions.js";
import { statusChange } from "./transitions.js";

/** A value of a column as node-postgres takes and gives it. */
export type Cell = string | number | boolean | Date | null;

/** What every row that a leader judges has. `seen` is the version of the row (xmin): the write happens only on that one. */
export interface JudgedRow {
  id: string;
  seen: string;
  revision: string;
  status: string;
  reason: string | null;
  message: string | null;
  /** Somebody wants it gone. */
  going: boolean;
  [column: string]: unknown;
}

/** What is to happen to one row. */
export interface RowPlan<R extends JudgedRow = JudgedRow> {
  row: R;
  /** New values of the columns that change. */
  set: Map<string, Cell>;
  gone: boolean;
  /** Its status, reason or message changes, or it goes: its parent is rolled up. */
  verdictChanges: boolean;
  /** In order; the going is not among them. */
  happenings: Happening[];
}

interface Change extends ObjectFacts {
  id: string;
  revision: bigint;
  verdict?: Verdict<string> | "gone";
  noted?: NotedTransition;
}

export interface TableRules {
  /** What each fact of a change is called in the table. */
  facts: ReadonlyMap<string, string>;
  /** Whether the table keeps when its object was last observed, and what became of the last write to it. */
  observed: boolean;
}

/** How often an unchanged verdict may cost a write, in milliseconds. */
const OBSERVED_EVERY = 60_000;

/** What only says that nobody could look. */
const UNSEEN = "ClusterUnreachable";

/** Compares a change with the row as it stands. @param now of the database's clock */
export function planRow<R extends JudgedRow>(row: R, change: Change, rules: TableRules, now: Date): RowPlan<R> {
  const plan: RowPlan<R> = {
    row,
    set: new Map(),
    gone: change.verdict === "gone",
    verdictChanges: false,
    happenings: [],
  };
  const put = (column: string, value: Cell): void => {
    if (!same(row[column], value)) plan.set.set(column, value);
  };
  if (change.noted !== undefined) plan.happenings.push({ from: row.status, to: row.status, ...change.noted });
  if (plan.gone) {
    plan.verdictChanges = true;
    return plan;
  }
  const { verdict } = change;
  if (verdict !== undefined && verdict !== "gone") {
    for (const column of ["status", "reason", "message"] as const) put(column, verdict[column]);
    plan.verdictChanges = plan.set.size > 0;
    const happening = statusChange(row.status, verdict);
    if (happening !== null) plan.happenings.push(happening);
  }
  for (const [fact, column] of rules.facts) putFact(put, fact, column, Reflect.get(change, fact), row, now);
  if (rules.observed && change.lastWrite !== undefined) putLastWrite(put, change.lastWrite, row, now);
  const looked = verdict !== undefined && verdict !== "gone" && verdict.reason !== UNSEEN;
  if (rules.observed && (looked || plan.happenings.length > 0)) {
    const last = row["observed_at"];
    const due = !(last instanceof Date) || now.getTime() - last.getTime() >= OBSERVED_EVERY;
    if (due || plan.verdictChanges || plan.happenings.length > 0) put("observed_at", now);
  }
  return plan;
}

/** Whether nothing at all is to be written. */
export function isNoOp(plan: RowPlan): boolean {
  return !plan.gone && plan.set.size === 0 && plan.happenings.length === 0;
}

/** The columns that these changes are compared with, beside those of every judged row. */
export function comparedColumns(changes: readonly Change[], rules: TableRules): string[] {
  const names = new Set<string>(rules.observed ? ["observed_at"] : []);
  for (const change of changes) {
    for (const [fact, column] of rules.facts) if (Reflect.get(change, fact) !== undefined) names.add(column);
    if (rules.observed && change.lastWrite !== undefined) for (const column of WRITE_COLUMNS) names.add(column);
  }
  // What a text of kilobytes was is not worth reading: it comes only with an apply.
  names.delete("applied_manifest");
  return [...names];
}

const WRITE_COLUMNS = [
  "write_resource_version",
  "written_at",
  "unanswered",
  "write_ready",
  "write_synced_resource_version",
  "write_forced",
];

type Put = (column: string, value: Cell) => void;

function putFact(put: Put, fact: string, column: string, value: unknown, row: JudgedRow, now: Date): void {
  if (value === undefined) return;
  if (fact === "deleteSent") {
    // When it was first sent.
    if (value === false) put(column, null);
    else if (!(row[column] instanceof Date)) put(column, now);
  } else if (fact === "refreshedAt") put(column, typeof value === "number" ? new Date(value) : null);
  else if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    put(column, value);
  } else throw new TypeError(`${fact} of a status change is neither text, number nor boolean`);
}

function putLastWrite(put: Put, write: NonNullable<ObjectFacts["lastWrite"]> | null, row: JudgedRow, now: Date): void {
  if (write === null) {
    for (const column of ["write_resource_version", "written_at", "write_ready", "write_synced_resource_version"])
      put(column, null);
    put("unanswered", false);
    put("write_forced", false);
    return;
  }
  const known = row["write_resource_version"] === write.resourceVersion && row["written_at"] instanceof Date;
  if (write.writtenAt !== null) put("written_at", new Date(write.writtenAt));
  else if (!known) put("written_at", now);
  put("write_resource_version", write.resourceVersion);
  put("unanswered", write.unanswered);
  put("write_ready", write.ready);
  put("write_synced_resource_version", write.syncedResourceVersion);
  put("write_forced", write.forced);
}

function same(stored: unknown, wanted: Cell): boolean {
  if (stored instanceof Date && wanted instanceof Date) return stored.getTime() === wanted.getTime();
  return stored === wanted;
}
