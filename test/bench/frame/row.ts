import type { Benchmark, Goal, Measured } from "./benchmark.js";

/** One line of the table. */
export interface Row {
  name: string;
  goal: Goal;
  /** Medians over the runs, in the goal's unit. */
  ours: number;
  yardstick: number;
  /** Of the medians. */
  ratio: number;
  /** Least and greatest ratio of one run. */
  spread: readonly [number, number];
  met: boolean;
}

/** The middle of these values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("there is no median of nothing");
  return (low + high) / 2;
}

/** What was measured, a row for each goal. */
export function rowsOf(benchmark: Benchmark, { ours, yardstick }: Measured): Row[] {
  return benchmark.goals.map((goal, i) => {
    const [own, other] = [ours.map((run) => run[i] ?? NaN), yardstick.map((run) => run[i] ?? NaN)];
    const ratios = own.map((value, run) => value / (other[run] ?? NaN));
    const medians = { ours: median(own), yardstick: median(other) };
    const ratio = medians.ours / medians.yardstick;
    return {
      name: goal.figure === "" ? benchmark.name : `${benchmark.name} ${goal.figure}`,
      goal,
      ...medians,
      ratio,
      spread: [Math.min(...ratios), Math.max(...ratios)],
      met: goal.better === "higher" ? ratio >= goal.ratio : ratio <= goal.ratio,
    };
  });
}
