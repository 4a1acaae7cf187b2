import { textOf } from "./raw-cluster.js";
import { spawn } from "node:child_process";
import { writeFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Sees to it that nothing outlives the run, whatever ends it, `kill -9` too: a process of its own whose standard input closes when this one ends, and
 * which then kills all whose ids stand in `directory/pids` and removes the folder.
 */
export function startGuard(directory: string): { done(): void } {
  const script = `cat >/dev/null; for f in "$1"/pids/*; do [ -f "$f" ] && kill -KILL "$(cat "$f")" 2>/dev/null; done; sleep 0.2; rm -rf "$1"`;
  const guard = spawn("/bin/sh", ["-c", script, "guard", directory], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  return { done: () => guard.stdin.end() };
}

/** Puts a process under the guard's care. @returns how to take it out when it has ended */
export function guarded(directory: string, name: string, pid: number): () => void {
  const file = join(directory, "pids", `${name}-${pid}`);
  writeFileSync(file, textOf(pid));
  return () => rmSync(file, { force: true });
}
