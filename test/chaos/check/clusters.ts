import type { ForeignDeed, Squat } from "../actors/foreigner.js";
import type { ClusterLog, Version } from "./cluster-log.js";
import type { AuditRow, Past } from "./journal.js";
import { at } from "./json.js";

/** Milliseconds between something in a cluster and the same told by the database; both read this machine's clock. */
const SLACK = 1_500;

const keyIn = (row: AuditRow): string | null => {
  const data: unknown = at(row.detail, "spec", "data", 0, "remoteRef", "key");
  return typeof data === "string" ? data : null;
};

/** SYNCED says that the operator fetched and wrote this spec: then the cluster's own history has a version that says so, since the spec was wanted. */
export function checkSynced({ audit }: Past, logs: readonly ClusterLog[]): { checked: number; findings: string[] } {
  const specs = new Map<string, { generation: number; key: string | null; at: number }[]>();
  for (const row of audit) {
    if (row.kind !== "spec") continue;
    const known = specs.get(row.subject_id) ?? [];
    known.push({ generation: Number(row.now), key: keyIn(row), at: row.at.getTime() });
    specs.set(row.subject_id, known);
  }
  const byUid = new Map<string, Version[]>();
  for (const { versions } of logs) {
    for (const list of versions.values())
      for (const version of list) {
        const known = byUid.get(version.uid);
        if (known === undefined) byUid.set(version.uid, [version]);
        else known.push(version);
      }
  }
  let checked = 0;
  const findings: string[] = [];
  for (const { kind, subject, now, detail, subject_id: id, at: when } of audit) {
    if (kind !== "status" || subject !== "ASSIGNMENT" || now !== "SYNCED") continue;
    const spec = specs
      .get(String(detail?.["secret_id"]))
      ?.findLast(({ generation }) => generation === Number(detail?.["desired_generation"]));
    if (spec === undefined) continue;
    checked += 1;
    const versions = byUid.get(String(detail?.["uid"])) ?? [];
    const until = when.getTime() + SLACK;
    const shows = versions.some((version, i) => {
      const next = versions[i + 1]?.at ?? Number.POSITIVE_INFINITY;
      const says =
        version.key === spec.key && version.ready === "True" && version.syncedGeneration === version.generation;
      return says && version.at <= until && next >= spec.at - SLACK;
    });
    if (!shows)
      findings.push(
        `NOT SYNCED: assignment ${id} of generation ${spec.generation} (${spec.key}) was SYNCED at ${when.toISOString()}, and no version of its object says so`,
      );
  }
  return { checked, findings };
}

/** Nothing goes from a cluster but for a row that says so, somebody else's hand, or with its namespace. */
export function checkDeletes(
  pasts: readonly Past[],
  logs: readonly ClusterLog[],
  deeds: readonly ForeignDeed[],
): { checked: number; findings: string[] } {
  const requested = new Map<string, number>();
  for (const { audit } of pasts) {
    for (const { kind, subject_id: id, at: when, detail, now } of audit) {
      const asked =
        (kind === "going" && detail?.["requested"] === true) ||
        (kind === "status" && (now === null || now === "DELETING"));
      if (asked && !requested.has(id)) requested.set(id, when.getTime());
    }
  }
  let checked = 0;
  const findings: string[] = [];
  for (const { cluster, versions, namespacesGone } of logs) {
    for (const [place, list] of versions) {
      for (const version of list) {
        if (version.type !== "DELETED" || version.assignmentId === null) continue;
        checked += 1;
        const asked = requested.get(version.assignmentId);
        if (asked !== undefined && asked <= version.at + SLACK) continue;
        const byHand = deeds.some(
          (deed) =>
            deed.cluster === cluster.name &&
            deed.place === place &&
            deed.what === "deleted" &&
            deed.at <= version.at + SLACK,
        );
        const namespace = namespacesGone.get(place.split("/")[0] ?? "")?.some((gone) => gone <= version.at + SLACK);
        if (!byHand && namespace !== true)
          findings.push(
            `DELETED ${cluster.name} ${place} at ${new Date(version.at).toISOString()}: nobody asked for it`,
          );
      }
    }
  }
  return { checked, findings };
}

/** What somebody else made before us is as they made it, for as long as they leave it. */
export function checkSquats(squats: readonly Squat[], logs: readonly ClusterLog[]): string[] {
  const findings: string[] = [];
  for (const { cluster, namespace, name, gone } of squats) {
    const list = logs.find((log) => log.cluster.name === cluster)?.versions.get(`${namespace}/${name}`) ?? [];
    const first = list.find(({ managers }) => managers.includes("argocd"));
    if (first === undefined) continue;
    for (const version of list.filter(({ uid }) => uid === first.uid)) {
      if (version.managers.includes("secretariat") || version.key !== first.key)
        findings.push(`TOUCHED ${cluster} ${namespace}/${name} (revision ${version.revision}): it is somebody else's`);
      else if (version.type === "DELETED" && !gone)
        findings.push(`DELETED ${cluster} ${namespace}/${name}: it is somebody else's`);
    }
  }
  return findings;
}

/** What stood in the clusters with our label and without a row after a restore stands there still. */
export function checkOrphans(
  orphans: ReadonlyMap<string, string>,
  logs: readonly ClusterLog[],
  deeds: readonly ForeignDeed[],
): string[] {
  const findings: string[] = [];
  for (const [uid, where] of orphans) {
    const [cluster = "", place = ""] = where.split(" ");
    const list = logs.find((log) => log.cluster.name === cluster)?.versions.get(place) ?? [];
    const last = list.findLast((version) => version.uid === uid);
    const byHand = deeds.some((deed) => deed.cluster === cluster && deed.place === place && deed.what === "deleted");
    if (last?.type === "DELETED" && !byHand)
      findings.push(`DELETED ${where}: it was made before the restore, and no row says that it goes`);
  }
  return findings;
}
