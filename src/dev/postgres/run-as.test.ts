import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { binariesAt } from "./binaries.js";
import { canEnter, enterableBinaries, enterableFolder } from "./run-as.js";

let open: string;
let closed: string;
/** Nobody owns anything as this user. */
const stranger = { uid: 64_123, gid: 64_123 };
beforeEach(async () => {
  open = await mkdtemp(join(tmpdir(), "secretariat-run-as-"));
  await chmod(open, 0o755);
  closed = join(open, "closed");
  await mkdir(closed, { mode: 0o700 });
});
afterEach(() => rm(open, { recursive: true, force: true }));

describe("another user", () => {
  it("enters a folder only where every folder above lets them in", async () => {
    const inside = join(closed, "inside");
    await mkdir(inside, { mode: 0o755 });
    const { uid, gid } = await stat(closed);
    expect(await canEnter(open, stranger)).toBe(true);
    expect(await canEnter(closed, stranger)).toBe(false);
    expect(await canEnter(inside, stranger)).toBe(false);
    expect(await canEnter(inside, { uid, gid: stranger.gid })).toBe(true);
    await chmod(closed, 0o710);
    expect(await canEnter(inside, { uid: stranger.uid, gid })).toBe(true);
    expect(await canEnter(inside, stranger)).toBe(false);
  });

  it("gets a folder elsewhere, always the same one, for one that they cannot enter", async () => {
    const shared = join(open, "shared");
    expect(await enterableFolder(open, stranger, shared)).toBe(open);
    const other = await enterableFolder(closed, stranger, shared);
    expect(other.startsWith(shared)).toBe(true);
    expect(await canEnter(other, stranger)).toBe(true);
    expect(await enterableFolder(closed, stranger, shared)).toBe(other);
    expect(await enterableFolder(join(closed, "."), stranger, shared)).toBe(other);
  });

  it("gets a copy of programs that they cannot reach, made once", async () => {
    const root = join(closed, "native");
    await mkdir(join(root, "bin"), { recursive: true });
    await mkdir(join(root, "lib"), { mode: 0o700 });
    await writeFile(join(root, "bin", "postgres"), "#!/bin/sh\n", { mode: 0o755 });
    await writeFile(join(root, "lib", "libpq.so.5.17"), "x");
    await symlink("libpq.so.5.17", join(root, "lib", "libpq.so.5"));
    const shared = join(open, "shared");
    const copies = await Promise.all([1, 2].map(() => enterableBinaries(binariesAt(root), stranger, shared)));
    const [copy] = copies;
    expect(copies[1]).toEqual(copy);
    expect(copy?.root.startsWith(shared)).toBe(true);
    const lib = join(copy?.root ?? "", "lib");
    expect(await canEnter(lib, stranger)).toBe(true);
    expect(await readFile(join(lib, "libpq.so.5"), "utf8")).toBe("x");
    expect((await stat(copy?.postgres ?? "")).mode & 0o777).toBe(0o755);
    await rm(closed, { recursive: true });
    await mkdir(join(open, "bin"));
    await writeFile(join(open, "bin", "postgres"), "");
    expect(await enterableBinaries(binariesAt(open), stranger, shared)).toEqual(binariesAt(open));
  });
});
