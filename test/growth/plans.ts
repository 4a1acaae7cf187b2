import pg from "pg";

/** As much as is looked at of a node of EXPLAIN (FORMAT JSON). */
export interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  Alias?: string;
  "Index Name"?: string;
  "Index Cond"?: string;
  "Recheck Cond"?: string;
  "Plan Rows": number;
  "Sort Key"?: string[];
  Plans?: PlanNode[];
}

/** A statement as the product sent it. */
export interface Sent {
  text: string;
  values: readonly unknown[];
}

/**
 * The first plan of a statement that has faults, prepared as the product prepares it: the one for these parameters, or, where PostgreSQL changes to it after five runs, that for any
 * parameters. Null: it has none.
 */
export async function faultyPlanOf(
  client: pg.ClientBase,
  { text, values }: Sent,
  large: Large,
): Promise<{ plan: PlanNode; faults: string[] } | null> {
  await client.query(`PREPARE explained AS ${text}`);
  const list = values.length === 0 ? "" : `(${values.map(literal).join(", ")})`;
  const look = async (mode: string): Promise<{ plan: PlanNode; faults: string[] } | null> => {
    await client.query(`SET plan_cache_mode = ${mode}`);
    const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
      `EXPLAIN (FORMAT JSON) EXECUTE explained${list}`,
    );
    const plan = rows[0]?.["QUERY PLAN"][0].Plan;
    if (plan === undefined) throw new Error(`no plan: ${text}`);
    const faults = [...new Set(faultsOf(plan, large))];
    return faults.length === 0 ? null : { plan, faults };
  };
  try {
    const custom = await look("force_custom_plan");
    if (custom !== null || (await look("force_generic_plan")) === null) return custom;
    let last: { plan: PlanNode; faults: string[] } | null = null;
    for (let run = 0; run < 6 && last === null; run += 1) last = await look("auto");
    return last;
  } finally {
    await client.query("DEALLOCATE explained");
  }
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (Array.isArray(value))
    return pg.escapeLiteral(`{${value.map((one) => (one === null ? "NULL" : JSON.stringify(String(one)))).join(",")}}`);
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  return pg.escapeLiteral(typeof value === "string" ? value : JSON.stringify(value));
}

/** Rows of each table that is too large to be read whole for one answer. */
export type Large = ReadonlyMap<string, number>;

/** A part of a large table that an answer may read or sort: pages are shorter by far. */
const MOST = 0.1;

/** What is wrong with a plan; empty: it stays on indexes. */
function faultsOf(plan: PlanNode, large: Large): string[] {
  const faults: string[] = [];
  visit(plan, large, { limited: false }, faults);
  return faults;
}

function visit(node: PlanNode, large: Large, { limited }: { limited: boolean }, faults: string[]): number {
  const type = node["Node Type"];
  const table = node["Relation Name"] ?? "";
  const rows = large.get(table);
  const isIndexScan = type === "Index Scan" || type === "Index Only Scan";
  if (rows !== undefined) {
    if (type === "Seq Scan") faults.push(`reads ${table} from end to end`);
    else if (isIndexScan && node["Index Cond"] === undefined && !limited)
      faults.push(`reads the whole of ${table} by ${node["Index Name"]}`);
  }
  // Under a LIMIT an index's order is followed only as far as the page goes, as long as nothing has to be gathered first.
  const gathers = ["Sort", "Hash", "Aggregate", "Bitmap Heap Scan", "Materialize"].includes(type);
  const inside = { limited: type === "Limit" ? true : gathers ? false : limited };
  let most = isIndexScan || type === "Seq Scan" || type === "Bitmap Heap Scan" ? (rows ?? 0) : 0;
  for (const child of node.Plans ?? []) most = Math.max(most, visit(child, large, inside, faults));
  if (type === "Sort" && most > 0) {
    const sorted = node.Plans?.[0]?.["Plan Rows"] ?? 0;
    if (sorted > most * MOST) faults.push(`sorts ${sorted} rows by ${node["Sort Key"]?.join(", ")}`);
  }
  return most;
}

/** A plan in a few words, for whoever has to mend it. */
export function outline(node: PlanNode, depth = 0): string {
  const what = [
    node["Node Type"],
    node["Relation Name"],
    node["Index Name"],
    node["Index Cond"],
    `~${node["Plan Rows"]}`,
  ];
  const line = `${"  ".repeat(depth)}${what.filter((part) => part !== undefined).join(" ")}`;
  return [line, ...(node.Plans ?? []).map((child) => outline(child, depth + 1))].join("\n");
}
