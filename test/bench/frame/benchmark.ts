/** One row of the table: a figure that each run yields, of ours and of the yardstick. */
export interface Goal {
  /** Distinguishes the figures of one benchmark (`p50`, `p99`); empty where there is one alone. */
  figure: string;
  unit: string;
  better: "higher" | "lower";
  /** Bound of ours / yardstick: the least where higher is better, else the most. */
  ratio: number;
}

/** What is measured against what, and how well it is meant to do. */
export interface Benchmark {
  /** Of lower-case words and hyphens, the group first: `reads-list-admin-10`. Unique. */
  name: string;
  /** One line: what ours does and what the yardstick does. */
  what: string;
  goals: readonly Goal[];
  /** Passes of each that are made and thrown away before the first run; left out: 1. */
  warmUps?: number;
  /** Starts what is needed, once for all runs. Whatever is checked (same bytes, same rows) is checked here. */
  prepare(): Promise<Prepared>;
}

/** Each call is one run, and answers one figure for each of the benchmark's goals, in their order. */
export interface Prepared {
  ours(): Promise<readonly number[]>;
  yardstick(): Promise<readonly number[]>;
  /** Stops everything that was started. */
  close(): Promise<void>;
}

/** The figures of all runs: `[run][goal]`. */
export interface Measured {
  ours: readonly (readonly number[])[];
  yardstick: readonly (readonly number[])[];
}
