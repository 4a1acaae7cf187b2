import type { ClusterRecord } from "../../domain/cluster.js";
import type { ViewerScope } from "../../domain/viewer.js";
import { CLUSTER_COLUMNS, clusterRecord, type ClusterRow, columns } from "../records.js";
import type { ReadDatabase } from "./database.js";
import { uuids } from "./input.js";
import { and, raw, type Sql, sql } from "./sql.js";
import { run } from "./statements.js";
import { seesCluster } from "./visibility.js";

/** By name. */
export const clusters = (db: ReadDatabase, scope: ViewerScope): Promise<ClusterRecord[]> =>
  read(db, scope, seesCluster(scope, raw("c.id")));

export const clustersByIds = (db: ReadDatabase, scope: ViewerScope, ids: readonly string[]): Promise<ClusterRecord[]> =>
  read(db, scope, and(sql`c.id = ANY(${uuids(ids)}::uuid[])`, seesCluster(scope, raw("c.id"))));

async function read(db: ReadDatabase, scope: ViewerScope, condition: Sql): Promise<ClusterRecord[]> {
  const rows = await run<ClusterRow>(
    db,
    sql`SELECT ${raw(columns("c", CLUSTER_COLUMNS))} FROM cluster c WHERE ${condition} ORDER BY c.name`,
  );
  return rows.map((row) => seen(scope, clusterRecord(row)));
}

/** Members see the name, the status and when it was last seen. */
function seen(scope: ViewerScope, cluster: ClusterRecord): ClusterRecord {
  if (scope.admin) return cluster;
  return { ...cluster, reason: null, message: null, operatorApiVersion: null, kubeSystemUid: null };
}
