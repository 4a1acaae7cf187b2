import { useSyncExternalStore } from "react";

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" });
const UNITS = [
  ["second", 1_000, 60_000],
  ["minute", 60_000, 3_600_000],
  ["hour", 3_600_000, 86_400_000],
  ["day", 86_400_000, 7 * 86_400_000],
] as const;

/** One clock for all times on the page, in steps of its interval, in milliseconds. */
const STEP = 15_000;
const listeners = new Set<() => void>();
let now = Date.now();
setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, STEP);
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

function relative(at: number, from: number): string {
  const difference = at - from;
  if (Math.abs(difference) < 5_000) return "just now";
  for (const [unit, size, limit] of UNITS) {
    if (Math.abs(difference) < limit) return RELATIVE.format(Math.round(difference / size), unit);
  }
  return DAY.format(at);
}

/** A moment in the reader's zone: how long ago, and exactly on hover. */
export function Time({ at }: { at: string | null }): React.JSX.Element {
  useSyncExternalStore(subscribe, () => now);
  if (at === null) return <span className="muted">never</span>;
  const moment = Date.parse(at);
  return (
    <time dateTime={at} title={EXACT.format(moment)} className="nowrap">
      {relative(moment, Math.max(now, Date.now()))}
    </time>
  );
}
