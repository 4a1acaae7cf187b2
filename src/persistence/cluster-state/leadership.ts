import type { RunStatement, Transaction } from "../transaction.js";

/** One statement by the database's clock: takes a free or expired lease, renews an own one, and leaves another's alone. @param ttl milliseconds */
export async function holdLease(run: RunStatement, clusterId: string, term: string, ttl: number): Promise<boolean> {
  const rows = await run(
    `INSERT INTO leadership AS l (cluster_id, term, expires_at)
     VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
     ON CONFLICT (cluster_id) DO UPDATE
       SET term = EXCLUDED.term, expires_at = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE l.term = EXCLUDED.term OR l.expires_at <= clock_timestamp()
     RETURNING l.term`,
    [clusterId, term, ttl],
  );
  return rows.length === 1;
}

/** Gives up an own lease; another's stays. */
export async function releaseLease(run: RunStatement, clusterId: string, term: string): Promise<void> {
  await run("DELETE FROM leadership WHERE cluster_id = $1 AND term = $2", [clusterId, term]);
}

/**
 * Reads the row of `term` FOR SHARE: nobody can take the cluster over until this transaction ends. An expired lease that nobody has taken yet still counts.
 * @returns false where another leads
 */
export async function holdTerm(tx: Transaction, clusterId: string, term: string): Promise<boolean> {
  const rows = await tx.query("SELECT FROM leadership WHERE cluster_id = $1 AND term = $2 FOR SHARE", [
    clusterId,
    term,
  ]);
  return rows.length === 1;
}

/** Who leads, and what time it is by the database's clock; without a lock, for those who may find that there is nothing to write. */
export async function lookAtTerm(
  run: RunStatement,
  clusterId: string,
  term: string,
): Promise<{ leading: boolean; now: Date }> {
  const [row] = await run<{ leading: boolean; now: Date }>(
    "SELECT clock_timestamp() AS now, EXISTS (SELECT FROM leadership WHERE cluster_id = $1 AND term = $2) AS leading",
    [clusterId, term],
  );
  if (row === undefined) throw new Error("the database did not say what time it is");
  return row;
}
