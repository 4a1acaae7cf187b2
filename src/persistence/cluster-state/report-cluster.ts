import type { DataSource } from "typeorm";
import type { ClusterStatus } from "../../domain/kinds.js";
import type { Verdict } from "../../domain/ports/cluster-state.js";
import { inTransaction, query } from "../transaction.js";
import type { RunStatement } from "../transaction.js";
import { holdTerm, lookAtTerm } from "./leadership.js";
import { clusterTransition, statusChange } from "./transitions.js";

export type ClusterReport = Verdict<ClusterStatus> & {
  kubeSystemUid?: string;
  operatorApiVersion?: string | null;
  seen: boolean;
};

/** How far `last_seen_at` may lag behind, in milliseconds: an idle cluster costs no more writes than that. */
const SEEN_EVERY = 15_000;

interface Row extends Verdict<ClusterStatus> {
  operatorApiVersion: string | null;
  kubeSystemUid: string | null;
  lastSeenAt: Date | null;
}

/** See ClusterState.reportCluster. @throws a broken `uq_cluster_kube_system_uid` where two names lead to one cluster and the caller has not looked */
export async function reportCluster(
  dataSource: DataSource,
  clusterId: string,
  term: string,
  report: ClusterReport,
): Promise<boolean> {
  const run: RunStatement = (sql, params) => query(dataSource, sql, params);
  const { leading, now } = await lookAtTerm(run, clusterId, term);
  if (!leading) return false;
  const row = await readCluster(run, clusterId, "");
  if (row !== null && !differs(row, report, now)) return true;
  return inTransaction(dataSource, async (tx) => {
    if (!(await holdTerm(tx, clusterId, term))) return false;
    const before = await readCluster(tx.query, clusterId, "FOR UPDATE");
    if (before === null) return false;
    const { status, reason, message } = report;
    const version = report.operatorApiVersion === undefined ? before.operatorApiVersion : report.operatorApiVersion;
    await tx.query(
      `UPDATE cluster SET status = $2, reason = $3, message = $4, operator_api_version = $5, kube_system_uid = coalesce(kube_system_uid, $6),
              last_seen_at = CASE WHEN $7 THEN clock_timestamp() ELSE last_seen_at END
        WHERE id = $1`,
      [clusterId, status, reason, message, version, report.kubeSystemUid ?? null, report.seen],
    );
    const happening = statusChange(before.status, report);
    if (happening !== null) tx.note(clusterTransition(clusterId, happening));
    return true;
  });
}

async function readCluster(run: RunStatement, id: string, lock: "" | "FOR UPDATE"): Promise<Row | null> {
  const [row] = await run<Row>(
    `SELECT status, reason, message, operator_api_version AS "operatorApiVersion", kube_system_uid AS "kubeSystemUid", last_seen_at AS "lastSeenAt"
       FROM cluster WHERE id = $1 ${lock}`,
    [id],
  );
  return row ?? null;
}

function differs(row: Row, report: ClusterReport, now: Date): boolean {
  if (row.status !== report.status || row.reason !== report.reason || row.message !== report.message) return true;
  if (report.operatorApiVersion !== undefined && report.operatorApiVersion !== row.operatorApiVersion) return true;
  if (report.kubeSystemUid !== undefined && row.kubeSystemUid === null) return true;
  return report.seen && (row.lastSeenAt === null || now.getTime() - row.lastSeenAt.getTime() >= SEEN_EVERY);
}
