import { cpus, totalmem } from "node:os";
import type { Row } from "./row.js";

const HEAD = ["what", "ours", "yardstick", "unit", "ratio", "goal", "met", "spread"];

/** What it was measured on. */
export function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${processors[0]?.model.trim() ?? "unknown processor"}, ${processors.length} cores, ${memory} GB, Node.js ${process.version}`;
}

/** As Markdown, so that it can go into docs/performance.md as it is. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, ours, yardstick, goal, ratio, met, spread: [least, most] }) => [
    name,
    figure(ours),
    figure(yardstick),
    goal.unit,
    figure(ratio),
    `${goal.better === "higher" ? "≥" : "≤"} ${figure(goal.ratio)}`,
    met ? "yes" : "no",
    `${figure(least)}–${figure(most)}`,
  ]);
  const widths = HEAD.map((head, i) => Math.max(head.length, ...lines.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |\n`;
  return line(HEAD) + line(widths.map((width) => "-".repeat(width))) + lines.map(line).join("");
}

/** Three digits that count, and no more. */
function figure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
}
