import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** After this long a fast shutdown becomes an immediate one; the next start recovers from the log. */
const FAST_SHUTDOWN = 5_000;
const IMMEDIATE_SHUTDOWN = 3_000;

/**
 * The server that `postmaster.pid` names, whether it answers yet or not; null where none runs. A file whose process is another program by now is removed: the server would take any living
 * process of that number for its own. One whose process is gone it deals with itself.
 */
export async function readPostmaster(data: string): Promise<{ pid: number; port: number } | null> {
  const file = join(data, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  // One that has ended is found here until its parent takes note, and the server would wait for it: its file goes below.
  if (!isThere(pid)) return null;
  if (!(await isPostgres(pid))) {
    await rm(file, { force: true });
    return null;
  }
  // The port's line is written a moment later than the first; nothing answers on port 1.
  return { pid, port: Number.isInteger(port) && port > 0 ? port : 1 };
}

/**
 * Whether a process of this number lives. One that has ended and only waits for its parent to take note does not: if it outlived the process that started it, that may be long, in
 * a container for ever.
 */
export const isAlive = (pid: number): boolean => isThere(pid) && !isZombie(pid);

function isThere(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Ends a server by PostgreSQL's fast shutdown, and if that takes too long by its immediate one. */
export async function stopPostmaster(pid: number): Promise<void> {
  for (const [signal, limit] of [
    ["SIGINT", FAST_SHUTDOWN],
    ["SIGQUIT", IMMEDIATE_SHUTDOWN],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = performance.now() + limit;
    while (performance.now() < deadline) {
      if (!isAlive(pid)) return;
      await delay(10);
    }
  }
}

function isZombie(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The state follows the command's name, which stands in parentheses and may have some itself (proc_pid_stat(5)).
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

async function isPostgres(pid: number): Promise<boolean> {
  const command =
    process.platform === "linux"
      ? await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
      : await promisify(execFile)("ps", ["-p", String(pid), "-o", "command="]).then(
          ({ stdout }) => stdout,
          () => "postgres",
        );
  return command.includes("postgres");
}
