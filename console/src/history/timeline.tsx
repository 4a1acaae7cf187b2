import { Link } from "wouter";
import { StatusBadge } from "../ui/status.tsx";
import { Time } from "../ui/time.tsx";

export interface TimelineEntry {
  id: string;
  at: string;
  subject: string;
  from: string | null;
  to: string | null;
  reason: string | null;
  message: string | null;
  actor: string;
  project: { id: string; name: string } | null;
  secret: { id: string; name: string } | null;
  provider: { id: string; name: string } | null;
  cluster: { id: string; name: string } | null;
}

const SUBJECTS: Readonly<Record<string, string>> = {
  ASSIGNMENT: "Assignment",
  CLUSTER: "Cluster",
  PROJECT: "Project",
  PROVIDER: "Provider",
  SECRET: "Secret",
};

/** What happened, newest first: when, what, why and by whom. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }): React.JSX.Element {
  return (
    <ol className="timeline">
      {entries.map((entry) => (
        <li key={entry.id}>
          <span className="when small muted">
            <Time at={entry.at} />
          </span>
          <span className="rail" aria-hidden="true">
            <span className="dot" />
            <span className="line" />
          </span>
          <div className="what stack-small">
            <div className="row">
              <strong>{SUBJECTS[entry.subject] ?? entry.subject}</strong>
              {entry.secret !== null && <Link href={`/secrets/${entry.secret.id}`}>{entry.secret.name}</Link>}
              {entry.subject === "PROVIDER" && entry.provider !== null && (
                <Link href={`/providers/${entry.provider.id}`}>{entry.provider.name}</Link>
              )}
              {entry.subject === "PROJECT" && entry.project !== null && (
                <Link href={`/projects/${entry.project.name}`}>{entry.project.name}</Link>
              )}
              {entry.subject !== "PROJECT" && entry.project !== null && <span>in {entry.project.name}</span>}
              {(entry.subject === "CLUSTER" || entry.subject === "PROVIDER") && entry.cluster !== null && (
                <span>{entry.subject === "CLUSTER" ? entry.cluster.name : `on ${entry.cluster.name}`}</span>
              )}
            </div>
            <div className="row">
              <Change from={entry.from} to={entry.to} />
              {entry.reason !== null && <span className="tag">{entry.reason}</span>}
              <span className="muted small">
                {entry.actor === "system" ? "by Secretariat itself" : `by ${entry.actor}`}
              </span>
            </div>
            {entry.message !== null && <p className="small muted break">{entry.message}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Change({ from, to }: Pick<TimelineEntry, "from" | "to">): React.JSX.Element {
  if (from === to) return <span className="muted">changed</span>;
  return (
    <>
      {from === null ? <span className="muted">made</span> : <StatusBadge status={from} />}
      <span aria-hidden="true">→</span>
      <span className="hidden">to</span>
      {to === null ? <span className="muted">gone</span> : <StatusBadge status={to} />}
    </>
  );
}
