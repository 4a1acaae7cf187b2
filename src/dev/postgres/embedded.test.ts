import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.js";
import { startEmbeddedPostgres } from "./embedded.js";
import { isAlive, readPostmaster, stopPostmaster } from "./postmaster.js";

let dataDir: string;
const starters: ChildProcess[] = [];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "secretariat-embedded-"));
  // As root the server runs as another user, who must get in.
  await chmod(dataDir, 0o755);
});
afterEach(async () => {
  for (const starter of starters.splice(0)) starter.kill("SIGKILL");
  const left = await readPostmaster(join(dataDir, "data"));
  if (left !== null) await stopPostmaster(left.pid);
  await rm(dataDir, { recursive: true, force: true });
});

const settings = { fsync: "off", shared_buffers: "16MB" };

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
const processOf = async (): Promise<number> => {
  const found = await readPostmaster(join(dataDir, "data"));
  if (found === null) throw new Error("no server runs");
  return found.pid;
};

describe("embedded PostgreSQL", { timeout: 60_000 }, () => {
  it("keeps its data between starts, listens on loopback only, and hides its password", async () => {
    const first = await startEmbeddedPostgres({ dataDir, settings });
    await ask(first.url, "CREATE TABLE kept AS SELECT 7 AS seven");
    const pid = await processOf();
    expect(await ask(first.url, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
    const password = new URL(first.url).password;
    expect(password.length).toBeGreaterThan(20);
    expect((await stat(join(dataDir, "password"))).mode & 0o777).toBe(0o600);
    const wrong = new URL(first.url);
    wrong.password = "wrong";
    await expect(ask(wrong.href, "SELECT 1")).rejects.toThrow(/password/);
    await first.stop();
    expect(isAlive(pid)).toBe(false);

    const second = await startEmbeddedPostgres({ dataDir, settings });
    expect(await ask(second.url, "SELECT seven FROM kept")).toEqual([{ seven: 7 }]);
    await second.stop();
  });

  it("takes over a server that outlived the process that started it", async () => {
    const starter = await startInAnotherProcess();
    const pid = await processOf();
    starter.kill("SIGKILL");
    await eventually(() => starter.signalCode === "SIGKILL");
    expect(isAlive(pid)).toBe(true);

    const server = await startEmbeddedPostgres({ dataDir, settings });
    expect(await processOf()).toBe(pid);
    expect(await ask(server.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it("shares a server that another living process started, and leaves it running", async () => {
    const starter = await startInAnotherProcess();
    const pid = await processOf();
    const guest = await startEmbeddedPostgres({ dataDir, settings });
    expect(await processOf()).toBe(pid);
    await guest.stop();
    expect(isAlive(pid)).toBe(true);
    starter.kill("SIGKILL");
  });

  it("starts over a postmaster.pid that nobody stands behind, or another program", async () => {
    const first = await startEmbeddedPostgres({ dataDir, settings });
    const file = join(dataDir, "data", "postmaster.pid");
    const left = await readFile(file, "utf8");
    process.kill(await processOf(), "SIGKILL");
    await eventually(async () => (await readPostmaster(join(dataDir, "data"))) === null);
    const otherProgram = [String(process.pid), ...left.split("\n").slice(1)].join("\n");
    for (const stale of [left, otherProgram]) {
      await writeFile(file, stale);
      const again = await startEmbeddedPostgres({ dataDir, settings });
      expect(await ask(again.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      await again.stop();
    }
    await first.stop();
  });

  it("is one server for two that start it at once", async () => {
    const [one, two] = await Promise.all([1, 2].map(() => startEmbeddedPostgres({ dataDir, settings })));
    expect(one?.url).toBe(two?.url);
    await one?.stop();
    await two?.stop();
  });

  it("says what the server said when it cannot start", async () => {
    const failing = startEmbeddedPostgres({ dataDir, settings: { shared_buffers: "no number" } });
    await expect(failing).rejects.toThrow(/shared_buffers/);
  });
});

/** A process of its own, since none can outlive itself. Bundled below the packages that it imports. */
async function startInAnotherProcess() {
  const outfile = fileURLToPath(
    new URL(`../../../node_modules/.cache/secretariat/${randomUUID()}.mjs`, import.meta.url),
  );
  await build({
    stdin: {
      contents: `import { startEmbeddedPostgres } from "./embedded.js";
        await startEmbeddedPostgres(${JSON.stringify({ dataDir, settings })});
        process.stdout.write("started");
        setInterval(() => {}, 1000);`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
  });
  const child = spawn(process.execPath, [outfile], { stdio: ["ignore", "pipe", "inherit"] });
  starters.push(child);
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await eventually(() => said.includes("started"), 30_000);
  await rm(outfile);
  return child;
}
