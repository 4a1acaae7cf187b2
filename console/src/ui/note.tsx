import { failureOf } from "../api/errors.ts";
import { Icon, type IconName } from "./icon.tsx";

const ICONS: Readonly<Record<string, IconName>> = { info: "info", bad: "alert", warn: "alert", good: "check" };

/** A message that stays on the page. */
export function Note({
  tone = "info",
  children,
}: {
  tone?: "info" | "bad" | "warn" | "good";
  children: React.ReactNode;
}): React.JSX.Element {
  return (
    <div className={`note note-${tone}`} role={tone === "bad" ? "alert" : undefined}>
      <Icon name={ICONS[tone] ?? "info"} />
      <div>{children}</div>
    </div>
  );
}

/** What went wrong, with every problem and the reference that the log has too. */
export function ErrorNote({ error }: { error: unknown }): React.JSX.Element | null {
  if (error === undefined || error === null) return null;
  const { message, problems, reference } = failureOf(error);
  const isListed = problems.length > 1;
  return (
    <Note tone="bad">
      {/* The message of several is all of theirs in one. */}
      <p>{isListed ? "This cannot be done as it is:" : message}</p>
      {isListed && (
        <ul>
          {problems.map((problem) => (
            <li key={`${problem.path.join(".")} ${problem.message}`}>
              {problem.path.length > 0 && <code>{problem.path.join(".")}</code>} {problem.message}
            </li>
          ))}
        </ul>
      )}
      {reference !== null && (
        <p className="small">
          Reference: <code>{reference}</code>
        </p>
      )}
    </Note>
  );
}

/** Nothing is here: what to do next. */
export function Empty({ title, children }: { title: string; children?: React.ReactNode }): React.JSX.Element {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Loading(): React.JSX.Element {
  return (
    <p className="muted" role="status">
      <Icon name="spin" className="spin" /> Loading …
    </p>
  );
}
