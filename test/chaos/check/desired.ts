import { Client } from "pg";
import type { ClusterObject } from "../stage/simulation.js";
import type { Stage } from "../stage/stage.js";
import { nativeValueAt } from "../stage/world.js";
import { at, textOf } from "./json.js";

interface Wanted {
  id: string;
  cluster: string;
  namespace: string;
  name: string;
  status: string;
  reason: string | null;
  message: string | null;
  going: boolean;
  key: string | null;
  store: string;
  interval: string | null;
  generation: number;
  synced_generation: number | null;
}

const SQL = `
  SELECT a.id, c.name AS cluster, p.name AS namespace, a.object_name AS name, a.status, a.reason, a.message,
         a.deletion_requested_at IS NOT NULL AS going, s.spec #>> '{data,0,remoteRef,key}' AS key, v.store_name AS store,
         s.spec ->> 'refreshInterval' AS interval, s.generation, a.synced_generation
    FROM assignment a JOIN secret s ON s.id = a.secret_id JOIN project p ON p.id = a.project_id
    JOIN cluster c ON c.id = p.cluster_id JOIN provider v ON v.id = s.provider_id`;

/** What differs between desired state and the clusters, statuses and the truth. Empty: all is as it should be. */
export async function differences(stage: Stage): Promise<string[]> {
  const client = new Client({ connectionString: stage.database.url });
  await client.connect();
  let wanted: Wanted[];
  const found: string[] = [];
  try {
    ({ rows: wanted } = await client.query<Wanted>(SQL));
    found.push(...(await rollUps(client)), ...(await leftovers(client)));
  } finally {
    await client.end();
  }
  for (const cluster of stage.clusters) {
    const objects = byPlace(await cluster.objects("externalsecrets"));
    const natives = byPlace(await cluster.objects("secrets"));
    const here = wanted.filter((row) => row.cluster === cluster.name);
    for (const row of here) {
      const place = `${row.namespace}/${row.name}`;
      const difference = judge(row, objects.get(place), natives.get(place));
      if (difference !== null) found.push(`DIFFERS ${cluster.name} ${place}: ${difference}`);
    }
  }
  return found;
}

const isForeign = (object: ClusterObject, id: string): boolean => {
  const label = at(object, "metadata", "labels", "secretariat.io/assignment");
  return label !== id && !managers(object).includes("secretariat");
};
const managers = (object: ClusterObject): string[] => {
  const fields = at(object, "metadata", "managedFields");
  return Array.isArray(fields) ? fields.map((entry: unknown) => String(at(entry, "manager"))) : [];
};

/** @returns null where all is well */
function judge(row: Wanted, object: ClusterObject | undefined, native: ClusterObject | undefined): string | null {
  if (row.going) return `it is to go, and is ${row.status} (${row.reason}) still`;
  if (object === undefined) return `it is missing (${row.status}, ${row.reason})`;
  const label = at(object, "metadata", "labels", "secretariat.io/assignment");
  const orphan = typeof label === "string" && label !== row.id;
  if (orphan || isForeign(object, row.id))
    return row.status === "FAILED" && row.reason === "NotOurs"
      ? null
      : `somebody else's is there, and it is ${row.status}`;
  const told = `${row.status}, ${row.reason}: ${row.message}`;
  const key = at(object, "spec", "data", 0, "remoteRef", "key");
  if (key !== row.key) return `it reads ${String(key)} instead of ${row.key} (${told})`;
  if (at(object, "spec", "refreshInterval") !== row.interval) return `its interval is another (${told})`;
  if (at(object, "spec", "secretStoreRef", "name") !== row.store) return "its store is another";
  const conditions = at(object, "status", "conditions");
  const ready: unknown = Array.isArray(conditions)
    ? conditions.find((condition) => at(condition, "type") === "Ready")
    : undefined;
  if (at(ready, "status") === "False")
    return row.status === "SYNCED_ERROR" ? null : `the operator reports an error, and it is ${row.status}`;
  if (at(ready, "status") !== "True") return `the operator has not answered (${row.status})`;
  const synced = textOf(at(object, "status", "syncedResourceVersion"))?.split("-")[0];
  if (synced !== String(at(object, "metadata", "generation"))) return "the operator has not fetched for this spec";
  if (row.status !== "SYNCED") return `it is synced, and is ${row.status} (${row.reason}: ${row.message})`;
  if (row.synced_generation !== row.generation)
    return `it is synced, and its confirmed generation is ${row.synced_generation}, not ${row.generation}`;
  const value = at(native, "data", "value");
  const plain = typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : null;
  return plain === nativeValueAt(row.key ?? "") ? null : "it is SYNCED, and the native Secret holds something else";
}

function byPlace(objects: readonly ClusterObject[]): Map<string, ClusterObject> {
  return new Map(
    objects.map((object) => [
      `${String(at(object, "metadata", "namespace"))}/${String(at(object, "metadata", "name"))}`,
      object,
    ]),
  );
}

/** The statuses of secrets from those of their assignments: DESIGN.md's table, in SQL of its own. */
async function rollUps(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; status: string; should: string }>(`
    SELECT name, status, should FROM (
      SELECT s.name, s.status, CASE
        WHEN s.deletion_requested_at IS NOT NULL THEN CASE WHEN bool_or(a.status = 'DELETE_FAILED') THEN 'DELETE_FAILED' ELSE 'DELETING' END
        WHEN bool_or(a.deletion_requested_at IS NOT NULL AND a.status = 'DELETE_FAILED') THEN 'DELETE_FAILED'
        WHEN count(a.id) FILTER (WHERE a.deletion_requested_at IS NULL) = 0 THEN CASE WHEN count(a.id) > 0 THEN 'PENDING' ELSE 'UNASSIGNED' END
        WHEN bool_or(a.status = 'FAILED') FILTER (WHERE a.deletion_requested_at IS NULL) THEN 'FAILED'
        WHEN bool_or(a.status = 'SYNCED_ERROR') FILTER (WHERE a.deletion_requested_at IS NULL) THEN 'SYNCED_ERROR'
        WHEN bool_and(a.status = 'SYNCED') FILTER (WHERE a.deletion_requested_at IS NULL) THEN 'SYNCED'
        WHEN bool_or(a.status = 'SYNCED') FILTER (WHERE a.deletion_requested_at IS NULL) THEN 'PARTIALLY_SYNCED'
        ELSE 'PENDING' END AS should
      FROM secret s LEFT JOIN assignment a ON a.secret_id = s.id GROUP BY s.id) judged
    WHERE status <> should`);
  return rows.map(({ name, status, should }) => `ROLLED UP WRONGLY ${name}: ${status}, and it should be ${should}`);
}

/** Whatever is on its way and has not come there. */
async function leftovers(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ what: string; status: string }>(`
    SELECT 'the project ' || name AS what, status || coalesce(' ' || reason, '') AS status FROM project WHERE status <> 'READY'
    UNION ALL SELECT 'the provider ' || name, status || coalesce(' ' || reason, '') FROM provider WHERE status <> 'READY' AND project_id IS NULL
    UNION ALL SELECT 'the cluster ' || name, status || coalesce(' ' || reason, '') FROM cluster WHERE status <> 'CONNECTED'
    UNION ALL SELECT 'the secret ' || name, status FROM secret WHERE deletion_requested_at IS NOT NULL`);
  return rows.map(({ what, status }) => `NOT SETTLED ${what}: ${status}`);
}
