const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** A Go duration in milliseconds; undefined for what time.ParseDuration refuses. */
export function parseDuration(source: string): number | undefined {
  const found = /^([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/u.exec(source);
  if (found === null) return /^[+-]?0$/u.test(source) ? 0 : undefined;
  let sum = 0;
  for (const [, number = "0", unit = ""] of source.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gu))
    sum += Number(number) * (UNITS[unit] ?? 0);
  return found[1] === "-" ? -sum : sum;
}

/** Milliseconds as Go's time.Duration writes itself: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  const sign = ms < 0 ? "-" : "";
  const size = Math.abs(ms);
  const plain = (value: number): string => String(Number(value.toFixed(9)));
  if (size < 1e-3) return `${sign}${plain(size * 1e6)}ns`;
  if (size < 1) return `${sign}${plain(size * 1000)}µs`;
  if (size < 1000) return `${sign}${plain(size)}ms`;
  const hours = Math.floor(size / 3_600_000);
  const minutes = Math.floor((size % 3_600_000) / 60_000);
  const seconds = plain((size % 60_000) / 1000);
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
