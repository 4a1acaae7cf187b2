// To add a benchmark: write test/bench/GROUP-WHAT.ts whose default export is a `Benchmark` (frame/benchmark.ts), or an array of them; importing the file must do no work.
// It is found by its name's hyphen, built by `npm run bench -- NAME`, and run in a process of its own with --expose-gc; a file of helpers has no hyphen or stands in a folder.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { findBenchmarks } from "./frame/find.js";
import { measureHere } from "./frame/measure.js";
import { measureApart } from "./frame/process.js";
import { rowsOf, type Row } from "./frame/row.js";
import { machine, table } from "./frame/table.js";

const HELP = `Measures Secretariat against yardsticks: the least that could do the same work, on the same machine, in the same run.

  npm run bench -- [NAME ...] [--runs 3] [--json FILE] [--list]

NAME        a benchmark, or the beginning of some: \`reads\` runs all whose names begin with it; without any, all run
--runs      interleaved runs of each, 3 or more; medians are shown
--json      also writes [{name, ours, yardstick, ratio, goal, met}]
--list      shows the names and what they measure

Ends with 1 if one could not be measured; a goal that is not met is shown, and is no failure of the run.
`;

const say = (text: string): void => void process.stdout.write(text);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: "string", default: "3" },
      json: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return 0;
  }
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 3) throw new Error("--runs must be a whole number, 3 or more");
  const all = await findBenchmarks(import.meta.dirname);
  const chosen = all.filter(
    ({ name }) => positionals.length === 0 || positionals.some((each) => name.startsWith(each)),
  );
  if (chosen.length === 0) throw new Error(`no benchmark begins with ${positionals.join(" or ")}; see --list`);
  if (values.list) {
    for (const { name, what } of chosen) say(`${name.padEnd(36)} ${what}\n`);
    return 0;
  }
  const rows: Row[] = [];
  let failed = 0;
  for (const benchmark of chosen) {
    process.stderr.write(`${benchmark.name} ...\n`);
    try {
      rows.push(...rowsOf(benchmark, await measureApart(benchmark.name, runs)));
    } catch (error) {
      failed += 1;
      process.stderr.write(
        `${benchmark.name} could not be measured: ${error instanceof Error ? error.message : "?"}\n`,
      );
    }
  }
  say(`${machine()}\n\n${table(rows)}`);
  if (values.json !== undefined) {
    const shown = rows.map(({ name, ours, yardstick, ratio, goal, met }) => ({
      name,
      ours,
      yardstick,
      ratio,
      goal: goal.ratio,
      met,
    }));
    await writeFile(values.json, `${JSON.stringify(shown, null, 2)}\n`);
  }
  return failed === 0 ? 0 : 1;
}

/** In a child (frame/process.ts): measures the one that is named, and hands the figures back. */
async function child(name: string, runs: number): Promise<void> {
  const benchmark = (await findBenchmarks(import.meta.dirname)).find((each) => each.name === name);
  if (benchmark === undefined) throw new Error(`there is no benchmark ${name}`);
  process.send?.(await measureHere(benchmark, runs));
  process.disconnect();
}

const [only, runs] = [process.env["BENCH_CHILD"], Number(process.env["BENCH_RUNS"])];
if (only === undefined) process.exitCode = await main();
else await child(only, runs);
