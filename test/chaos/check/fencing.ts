import type { Replica } from "../stage/replica.js";
import type { Past } from "./journal.js";

/**
 * Who wrote a status that no person asked for must hold the cluster's leadership at that moment. PostgreSQL told the port that each write came from; the ways to the database are one for
 * each replica, so that port says which.
 */
export function checkFencing({ transitions, audit }: Past, replicas: readonly Replica[]): string[] {
  const system = new Map<string, string | null>();
  for (const { tx, subject, subject_id: id, actor, cluster_id: cluster, from_status: from } of transitions) {
    if (actor === "system" && from !== null && (subject === "ASSIGNMENT" || subject === "PROJECT"))
      system.set(`${tx} ${id}`, cluster);
  }
  const nameOf = (port: number | null): string | null => {
    const owners = replicas.filter(({ ports }) => port !== null && ports.has(port));
    // A port that two used, one after the other, tells nothing.
    return owners.length === 1 ? (owners[0]?.name ?? null) : null;
  };
  const holders = new Map<string, { name: string | null; term: string | null }>();
  const findings: string[] = [];
  for (const { kind, subject_id: id, port, now, tx, subject, n } of audit) {
    if (kind === "term") {
      holders.set(id, { name: now === null ? "nobody" : nameOf(port), term: now });
      continue;
    }
    const cluster = kind === "status" ? system.get(`${tx} ${id}`) : undefined;
    if (cluster === undefined || cluster === null) continue;
    const holder = holders.get(cluster);
    const writer = nameOf(port);
    if (holder === undefined || holder.name === null || writer === null || holder.name === writer) continue;
    findings.push(`NOT THE LEADER: ${writer} wrote ${subject} ${id} to ${now} (audit ${n}), while ${holder.name} led`);
  }
  return findings;
}
