import type { Benchmark, Measured } from "./benchmark.js";

/** Measures in this process: ours and the yardstick by turns, each first as often as the other, so that what slows the machine for a while slows both. */
export async function measureHere(benchmark: Benchmark, runs: number): Promise<Measured> {
  const { ours, yardstick, close } = bound(await benchmark.prepare());
  try {
    for (let i = 0; i < (benchmark.warmUps ?? 1); i += 1) {
      await ours();
      await yardstick();
    }
    const measured = { ours: [] as (readonly number[])[], yardstick: [] as (readonly number[])[] };
    const turns = { ours, yardstick };
    for (let i = 0; i < runs; i += 1) {
      for (const who of i % 2 === 0 ? (["ours", "yardstick"] as const) : (["yardstick", "ours"] as const)) {
        globalThis.gc?.();
        const figures = await turns[who]();
        if (figures.length !== benchmark.goals.length || !figures.every(Number.isFinite)) {
          throw new Error(`${who} answered ${figures.join(", ")} for ${benchmark.goals.length} goals`);
        }
        measured[who].push(figures);
      }
    }
    return measured;
  } finally {
    await close();
  }
}

type Parts = Awaited<ReturnType<Benchmark["prepare"]>>;

const bound = (prepared: Parts): Parts => ({
  ours: () => prepared.ours(),
  yardstick: () => prepared.yardstick(),
  close: () => prepared.close(),
});
