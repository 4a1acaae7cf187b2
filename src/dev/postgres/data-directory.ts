import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, chown, link, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Binaries } from "./binaries.js";
import { isAlive } from "./postmaster.js";
import { environment, exitOf } from "./processes.js";
import type { RunAs } from "./run-as.js";

/** The role that owns everything in the embedded server. */
export const SUPERUSER = "secretariat";

/** The password of this folder, made once; `link` lets only the first of two makers win. */
export async function keptPassword(file: string): Promise<string> {
  if (!existsSync(file)) {
    const mine = `${file}.${randomUUID()}`;
    await writeFile(mine, randomBytes(24).toString("base64url"), { mode: 0o600 });
    await link(mine, file).catch((error: unknown) => {
      if (!existsSync(file)) throw error;
    });
    await rm(mine);
  }
  await chmod(file, 0o600);
  return (await readFile(file, "utf8")).trim();
}

/** Makes the data directory beside its place and moves it there whole, so that a crash in between leaves nothing half made. */
export async function initialiseData(at: {
  home: string;
  data: string;
  user: RunAs | null;
  binaries: Binaries;
  password: string;
}): Promise<void> {
  const { user, home, data, binaries } = at;
  const unfinished = join(home, `initialising.${process.pid}.${randomUUID()}`);
  const passwordFile = `${unfinished}.password`;
  await removeAbandoned(home);
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, at.password, { mode: 0o600 });
  if (user !== null) {
    await chown(unfinished, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  try {
    const output = await runToEnd(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`,
        `--username=${SUPERUSER}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-sync",
      ],
      user,
    );
    if (output !== null) throw new Error(`initdb failed: ${output}`);
    await rename(unfinished, data).catch((error: unknown) => {
      if (!existsSync(data)) throw error; // Else somebody else was faster.
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** What a killed process left half made. */
async function removeAbandoned(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const maker = /^initialising\.(\d+)\./.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) await rm(join(home, name), { recursive: true, force: true });
  }
}

/** @returns null, or what it said when it failed */
async function runToEnd(program: string, args: string[], user: RunAs | null): Promise<string | null> {
  const child = spawn(program, args, { ...user, cwd: "/", stdio: ["ignore", "ignore", "pipe"], env: environment() });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString("utf8")).slice(-2_000)));
  const code = await exitOf(child);
  return code === 0 ? null : `exit ${code}: ${said}`;
}
