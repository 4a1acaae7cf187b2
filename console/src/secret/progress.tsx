import { useQuery } from "@apollo/client/react";
import { counted } from "../ui/words.tsx";
import { statusWord } from "../ui/status.tsx";
import { PROGRESS } from "./documents.ts";

/** What a status means for work that goes on: it is done, it has failed, or it is under way. */
const PARTS = [
  { id: "done", statuses: ["SYNCED"] },
  { id: "failed", statuses: ["SYNCED_ERROR", "FAILED", "DELETE_FAILED"] },
  { id: "busy", statuses: ["PENDING", "DELETING"] },
] as const;

/** How many assignments are done, how many failed and how many are under way: as the API counts them, so it is the same after coming back. */
export function Progress({ id }: { id: string }): React.JSX.Element | null {
  const { data } = useQuery(PROGRESS, { variables: { id } });
  const counts = data?.secret?.assignmentCounts.filter(({ count }) => count > 0) ?? [];
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const of = (statuses: readonly string[]): number =>
    counts.reduce((sum, { status, count }) => (statuses.includes(status) ? sum + count : sum), 0);
  const parts = PARTS.map((part) => ({ ...part, count: of(part.statuses) }));
  const done = of(PARTS[0].statuses);
  const rest = counts.filter(({ status }) => status !== "SYNCED");
  const words = `${done.toLocaleString()} of ${total.toLocaleString()} synced${rest
    .map(({ status, count }) => `, ${count.toLocaleString()} ${statusWord(status).toLowerCase()}`)
    .join("")}`;
  return (
    <div className="stack-small">
      <div className="progress" role="img" aria-label={`Of ${counted(total, "assignment")}: ${words}`}>
        {parts
          .filter(({ count }) => count > 0)
          .map(({ id: part, count }) => (
            <span key={part} className={`progress-${part}`} style={{ flexGrow: count }} />
          ))}
      </div>
      <p className="small muted" role="status">
        {words}
      </p>
    </div>
  );
}
