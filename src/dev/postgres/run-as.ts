import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { binariesAt } from "./binaries.js";
import type { Binaries } from "./binaries.js";

/** The user that PostgreSQL runs as, where that is not our own. */
export interface RunAs {
  uid: number;
  gid: number;
}

/** Where things must stand when PostgreSQL runs as another user who cannot enter our own folders (a work tree below /root). */
const SHARED_FOLDER = "/var/lib/secretariat";

/** PostgreSQL refuses to run as root. @returns the user to run it as, null where we are no root */
export async function unprivilegedUser(): Promise<RunAs | null> {
  if (process.getuid?.() !== 0) return null;
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const found = users.find((fields) => fields[0] === name);
    if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error(
    "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody. Set DATABASE_URL instead.",
  );
}

/** Whether that user can enter `path` and every folder above it. */
export async function canEnter(path: string, user: RunAs): Promise<boolean> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** The folder for PostgreSQL's data: `wanted`, or a fixed one that stands for it where that user cannot enter `wanted`. */
export async function enterableFolder(wanted: string, user: RunAs, shared = SHARED_FOLDER): Promise<string> {
  if (await canEnter(wanted, user)) return wanted;
  const folder = join(shared, createHash("sha256").update(resolve(wanted)).digest("hex").slice(0, 16));
  await makeOpenFolder(shared);
  await makeOpenFolder(folder);
  return folder;
}

/** The programs, copied where that user cannot reach them as they are. */
export async function enterableBinaries(binaries: Binaries, user: RunAs, shared = SHARED_FOLDER): Promise<Binaries> {
  if (await canEnter(dirname(binaries.postgres), user)) return binaries;
  const source = createHash("sha256")
    .update(binaries.root)
    .update(String((await stat(binaries.postgres)).mtimeMs));
  const copy = join(shared, `native-${source.digest("hex").slice(0, 16)}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${randomUUID()}`;
    await makeOpenFolder(shared);
    await cp(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true });
    for (const entry of await readdir(unfinished, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
    }
    await chmod(unfinished, 0o755);
    // Else somebody else was faster.
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true }));
  }
  return binariesAt(copy);
}

/** Whatever the umask says. */
async function makeOpenFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}
