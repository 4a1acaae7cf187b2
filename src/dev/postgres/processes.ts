import type { ChildProcess } from "node:child_process";

/** How a process ended: its exit code, the signal, or why it could not be started. */
export function exitOf(child: ChildProcess): Promise<number | string> {
  return new Promise((done) => {
    child.once("exit", (code, signal) => done(code ?? signal ?? "unknown"));
    child.once("error", (error) => done(error.message));
  });
}

/** PG… variables of the person who starts us are meant for another server. */
export function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PG"));
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}
