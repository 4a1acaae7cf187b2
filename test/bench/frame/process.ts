import { fork } from "node:child_process";
import { join } from "node:path";
import type { Measured } from "./benchmark.js";

/**
 * Measures one benchmark in a process of its own, so that none finds the heap and the compiled code of another.
 * @throws Error where it ends without figures; what went wrong stands on stderr
 */
export async function measureApart(name: string, runs: number): Promise<Measured> {
  const child = fork(join(import.meta.dirname, "..", "run.js"), [], {
    execArgv: ["--expose-gc", "--enable-source-maps"],
    env: { ...process.env, BENCH_CHILD: name, BENCH_RUNS: String(runs) },
    // What the product says is no part of the table.
    stdio: ["ignore", 2, 2, "ipc"],
  });
  let measured: Measured | null = null;
  child.on("message", (message) => {
    if (isMeasured(message)) measured = message;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (measured === null) throw new Error(`its process ended with ${code ?? "a signal"}`);
  return measured;
}

const isMeasured = (message: unknown): message is Measured =>
  typeof message === "object" && message !== null && "ours" in message && "yardstick" in message;
