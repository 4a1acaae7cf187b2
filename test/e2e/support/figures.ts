import { appendFileSync } from "node:fs";

/** Says a measured figure where the run is read: on standard output, and in the file that E2E_FIGURES names. */
export function report(what: string, figure: string): void {
  const line = `figure: ${what}: ${figure}\n`;
  process.stdout.write(line);
  const file = process.env["E2E_FIGURES"];
  if (file !== undefined) appendFileSync(file, line);
}

/** `p50 0.041 s, p99 0.120 s, max 0.130 s over 100`. @param seconds at least one */
export function summary(seconds: readonly number[]): string {
  const sorted = seconds.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.ceil(share * sorted.length) - 1] ?? NaN).toFixed(3);
  return `p50 ${at(0.5)} s, p99 ${at(0.99)} s, max ${at(1)} s over ${sorted.length}`;
}
