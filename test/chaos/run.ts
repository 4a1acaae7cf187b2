import { parseArgs } from "node:util";
import { FAULTS } from "./faults/faults.js";
import { makeMutant, MUTANTS, type Mutant } from "./mutants.js";
import { play, type Outcome, type PlayOptions } from "./play.js";
import { Scene } from "./scene.js";
import { takeovers } from "./scenarios.js";
import { PATHS } from "./stage/paths.js";

const HELP = `Breaks everything around three replicas, in an order that a seed gives, and looks whether what must always hold did hold.

  npm run chaos -- [--minutes 5] [--seed N] [--replicas 3] [--faults "kill -9,watch 410"]
  npm run chaos -- --mutant NAME [--minutes 1.5]     a product that is broken on purpose: it must be caught
  npm run chaos -- --mutants                         all of them
  npm run chaos -- --takeovers 20                    kills the leader so often, and says how long it took until the next one had repaired something
  npm run chaos -- --list                            names of faults and mutants

Ends with 1 where anything was found (with a mutant: where nothing was).
`;

const SHOWN = 25;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      replicas: { type: "string", default: "3" },
      faults: { type: "string" },
      mutant: { type: "string" },
      mutants: { type: "boolean", default: false },
      takeovers: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return 0;
  }
  if (values.list) {
    for (const { name } of FAULTS) say(`fault   ${name}`);
    for (const { name, broken } of MUTANTS) say(`mutant  ${name}: ${broken}`);
    return 0;
  }
  const seed = Number(values.seed);
  const replicas = Number(values.replicas);
  if (values.mutants || values.mutant !== undefined) {
    const wanted = values.mutant?.split(",") ?? [];
    const chosen = MUTANTS.filter(({ name }) => values.mutants || wanted.includes(name));
    if (chosen.length === 0) throw new Error(`there is no mutant ${values.mutant ?? ""}; --list names them`);
    return await runMutants(chosen, { seed, replicas, minutes: Number(values.minutes ?? "1.5") });
  }
  if (values.takeovers !== undefined) return await measureTakeovers(Number(values.takeovers));
  const minutes = Number(values.minutes ?? "5");
  const names = values.faults?.split(",").map((name) => name.trim());
  say(`seed ${seed}: ${minutes} min, ${replicas} replicas`);
  const outcome = await play({
    seed,
    minutes,
    replicas,
    main: PATHS.main,
    keepLogs: true,
    faults: faultsOf(names ?? FAULTS.map(({ name }) => name)),
    pace: [500, 4_000],
    convergence: 120_000,
    say,
  });
  tell(outcome);
  return outcome.findings.length === 0 ? 0 : 1;
}

/** Milliseconds: DESIGN.md, "Leadership". */
const TAKEOVER_LIMIT = 10_000;

async function measureTakeovers(times: number): Promise<number> {
  const scene = await Scene.set(2, PATHS.main);
  try {
    const took = (await takeovers(scene, times)).sort((one, other) => one - other);
    const [middle = 0, longest = 0] = [took[Math.floor(took.length / 2)], took.at(-1)];
    say(
      `${times} takeovers, from the kill to the first repair: p50 ${Math.round(middle)} ms, max ${Math.round(longest)} ms`,
    );
    return longest < TAKEOVER_LIMIT ? 0 : 1;
  } finally {
    await scene.stage.clear();
  }
}

function faultsOf(names: readonly string[]): typeof FAULTS {
  const unknown = names.filter((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown.length > 0) throw new Error(`there is no fault ${unknown.join(", ")}; --list names them`);
  return FAULTS.filter(({ name }) => names.includes(name));
}

async function runMutants(
  mutants: readonly Mutant[],
  { seed, replicas, minutes }: { seed: number; replicas: number; minutes: number },
): Promise<number> {
  const missed: string[] = [];
  for (const mutant of mutants) {
    say(`mutant ${mutant.name}: ${mutant.broken}`);
    const { main: broken, remove } = await makeMutant(mutant);
    try {
      const faults = faultsOf(mutant.faults);
      const { findings, operations } = await attempt({
        seed,
        minutes,
        replicas,
        main: broken,
        faults,
        pace: [300, 2_500],
        keepLogs: false,
        convergence: 30_000,
        say,
      });
      for (const finding of findings.slice(0, 4)) say(`  ${finding}`);
      say(
        findings.length > 0
          ? `  caught: ${findings.length} findings in ${operations.acknowledged} mutations`
          : `  NOT CAUGHT in ${operations.acknowledged} mutations`,
      );
      if (findings.length === 0) missed.push(mutant.name);
    } finally {
      await remove();
    }
  }
  say(
    `${mutants.length - missed.length} of ${mutants.length} mutants caught${missed.length > 0 ? `, not: ${missed.join(", ")}` : ""}`,
  );
  return missed.length === 0 ? 0 : 1;
}

/** A product that is so broken that a run cannot even be brought to its end is caught as well. */
async function attempt(options: PlayOptions): Promise<{ findings: string[]; operations: { acknowledged: number } }> {
  try {
    return await play(options);
  } catch (error) {
    return {
      findings: [`BROKE OFF: ${error instanceof Error ? error.message : String(error)}`],
      operations: { acknowledged: 0 },
    };
  }
}

function tell(outcome: Outcome): void {
  const { operations, faults, findings, subscribers, checked } = outcome;
  say(
    `operations   ${operations.acknowledged} acknowledged, ${operations.unanswered} without an answer, ${operations.refused} refused; ${operations.reads} reads`,
  );
  say(`             ${[...outcome.refusals].map(([code, count]) => `${count} ${code}`).join(", ")}`);
  say(`faults       ${[...faults.values()].reduce((all, each) => all + each, 0)}`);
  for (const [name, count] of [...faults].sort(([one], [other]) => (one < other ? -1 : 1)))
    say(`  ${String(count).padStart(4)} ${name}`);
  say(`transitions  ${outcome.transitions}`);
  say(
    `subscribers  ${subscribers.count}: ${subscribers.received} transitions received, ${subscribers.reconnects} reconnects, ${subscribers.tooSlow} times too slow, ${subscribers.refusedCursors} cursors of another past refused`,
  );
  say(
    `checked      ${checked.changes} changes as PostgreSQL saw them, ${checked.synced} times SYNCED, ${checked.deletes} deletions, ${checked.clusterVersions} versions of objects`,
  );
  say(`convergence  ${outcome.convergence.toFixed(1)} s`);
  for (const line of outcome.resources) say(`resources    ${line}`);
  for (const finding of findings.slice(0, SHOWN)) say(`FOUND ${finding}`);
  if (findings.length > SHOWN) say(`… and ${findings.length - SHOWN} more`);
  say(
    findings.length === 0
      ? "findings     none"
      : `findings     ${findings.length}; logs in ${outcome.directory ?? "?"}`,
  );
}

process.exit(await main());
