import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Benchmark } from "./benchmark.js";

/** All benchmarks in a directory of compiled modules, by name. @throws Error for two of one name, or a module that exports none */
export async function findBenchmarks(directory: string): Promise<Benchmark[]> {
  const files = (await readdir(directory)).filter((name) => /^\w+-[\w-]+\.js$/.test(name));
  const found: Benchmark[] = [];
  for (const file of files.sort()) {
    const module: unknown = await import(pathToFileURL(join(directory, file)).href);
    const exported: unknown =
      typeof module === "object" && module !== null && "default" in module ? module.default : null;
    const benchmarks: unknown[] = Array.isArray(exported) ? exported : [exported];
    for (const benchmark of benchmarks) {
      if (!isBenchmark(benchmark)) throw new Error(`the default export of ${file} is no benchmark`);
      if (found.some(({ name }) => name === benchmark.name))
        throw new Error(`two benchmarks are named ${benchmark.name}`);
      found.push(benchmark);
    }
  }
  return found;
}

const isBenchmark = (value: unknown): value is Benchmark =>
  typeof value === "object" && value !== null && "name" in value && "goals" in value && "prepare" in value;
