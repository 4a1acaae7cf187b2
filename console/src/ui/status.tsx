import { Icon, type IconName } from "./icon.tsx";

type Tone = "good" | "bad" | "warn" | "busy" | "none";

interface Look {
  word: string;
  icon: IconName;
  tone: Tone;
}

/** Each status by its own icon, word and colour: no two of one kind share an icon. */
const LOOKS: Readonly<Record<string, Look>> = {
  UNASSIGNED: { word: "Unassigned", icon: "info", tone: "none" },
  PENDING: { word: "Pending", icon: "clock", tone: "busy" },
  PARTIALLY_SYNCED: { word: "Partly synced", icon: "part", tone: "warn" },
  SYNCED: { word: "Synced", icon: "check", tone: "good" },
  SYNCED_ERROR: { word: "Sync error", icon: "alert", tone: "bad" },
  FAILED: { word: "Failed", icon: "cross", tone: "bad" },
  DELETING: { word: "Deleting", icon: "bin", tone: "busy" },
  DELETE_FAILED: { word: "Delete failed", icon: "refuse", tone: "bad" },
  READY: { word: "Ready", icon: "check", tone: "good" },
  ERROR: { word: "Error", icon: "alert", tone: "bad" },
  CONNECTED: { word: "Connected", icon: "check", tone: "good" },
  NO_OPERATOR: { word: "No operator", icon: "alert", tone: "warn" },
  UNREACHABLE: { word: "Unreachable", icon: "cross", tone: "bad" },
};

/** How a status looks; the API may come to know more than these. */
const lookOf = (status: string): Look => LOOKS[status] ?? { word: status, icon: "info", tone: "warn" };

export const statusWord = (status: string): string => lookOf(status).word;

/** A status as it stands in lists: `---` for a secret that is nowhere. */
export function StatusBadge({ status }: { status: string }): React.JSX.Element {
  const { word, icon, tone } = lookOf(status);
  if (status === "UNASSIGNED")
    return (
      <span className="status status-none" title="Assigned to no project">
        <span aria-hidden="true">---</span>
        <span className="hidden">{word}</span>
      </span>
    );
  return (
    <span className={`status status-${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  );
}

/** A status with its cause, where there is one to tell. */
export function Cause({
  status,
  reason,
  message,
}: {
  status: string;
  reason: string | null;
  message: string | null;
}): React.JSX.Element {
  const isTold = status !== "SYNCED";
  return (
    <span className="stack-small">
      <span className="row">
        <StatusBadge status={status} />
        {reason !== null && isTold && <span className="tag">{reason}</span>}
      </span>
      {message !== null && isTold && <span className="small break">{message}</span>}
    </span>
  );
}
