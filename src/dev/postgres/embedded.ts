import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client, DatabaseError } from "pg";
import { embeddedBinaries } from "./binaries.js";
import type { Binaries } from "./binaries.js";
import { initialiseData, keptPassword, SUPERUSER } from "./data-directory.js";
import { isAlive, readPostmaster, stopPostmaster } from "./postmaster.js";
import { environment, exitOf } from "./processes.js";
import { enterableBinaries, enterableFolder, unprivilegedUser } from "./run-as.js";
import type { RunAs } from "./run-as.js";

export interface EmbeddedPostgresOptions {
  /** Keeps everything between starts: the data, the password, the server's log. Made where it is missing. */
  dataDir: string;
  /** Default: a free one. Ignored where a server of this folder runs already. */
  port?: number;
  /** The database to make and to connect to; default "secretariat". */
  database?: string;
  /** Settings of the server beside ours, as in postgresql.conf. */
  settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** `postgres://…` with the password: never log it. */
  url: string;
  /** Stops the server, unless another process started it. */
  stop(): Promise<void>;
}

const START_LIMIT = 30_000;
/** Backends that outlive a killed server for a moment; another that is just starting; a port that somebody took since we looked. */
const TRANSIENT = /pre-existing shared memory block|lock file .* already exists|Address already in use/;

/**
 * Starts PostgreSQL for development, on loopback only, with a random password that a file of mode 0600 keeps. A server that outlived the process that started it (kill -9) is
 * taken over as it runs; one that another living process started is used with it.
 * @throws where it does not come up within 30 s, with the end of the server's log
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const wanted = resolve(options.dataDir);
  await mkdir(wanted, { recursive: true, mode: 0o755 });
  const user = await unprivilegedUser();
  const home = user === null ? wanted : await enterableFolder(wanted, user);
  const server: Server = {
    home,
    data: join(home, "data"),
    user,
    binaries: user === null ? embeddedBinaries() : await enterableBinaries(embeddedBinaries(), user),
    password: await keptPassword(join(home, "password")),
    options,
  };
  if (!existsSync(server.data)) await initialiseData(server);

  const deadline = performance.now() + START_LIMIT;
  while (performance.now() < deadline) {
    const running = (await adopt(server, deadline)) ?? (await launch(server, deadline));
    if (running === null) continue; // Somebody else was faster, or an old server is not quite gone.
    const database = options.database ?? SUPERUSER;
    await ensureDatabase(urlOf(server, running.port, "postgres"), database);
    return { url: urlOf(server, running.port, database), stop: () => stopIfOurs(server, running) };
  }
  throw new Error(`the embedded PostgreSQL did not start within ${START_LIMIT} ms: ${await endOfLog(server)}`);
}

interface Server {
  home: string;
  data: string;
  user: RunAs | null;
  binaries: Binaries;
  password: string;
  options: EmbeddedPostgresOptions;
}
interface Running {
  pid: number;
  port: number;
}

/** The server that already runs on this data, once it answers; null where there is none. */
async function adopt(server: Server, deadline: number): Promise<Running | null> {
  while (performance.now() < deadline) {
    const found = await readPostmaster(server.data);
    if (found === null) return null;
    if (await answers(urlOf(server, found.port, "postgres"))) {
      const owner = Number(await readFile(join(server.home, "owner"), "utf8").catch(() => "0"));
      if (owner === process.pid || !isAlive(owner)) await own(server);
      return found;
    }
    await delay(20);
  }
  return null;
}

async function launch(server: Server, deadline: number): Promise<Running | null> {
  const port = server.options.port ?? (await freePort());
  const settings = { ...server.options.settings, listen_addresses: "127.0.0.1", unix_socket_directories: "" };
  const log = await open(join(server.home, "postgres.log"), "w", 0o600);
  const child = spawn(
    server.binaries.postgres,
    [
      "-D",
      server.data,
      "-p",
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    // A process group of its own: Ctrl-C in a terminal must not stop it before us.
    { ...server.user, cwd: server.data, detached: true, stdio: ["ignore", log.fd, log.fd], env: environment() },
  );
  await log.close();
  const exited = exitOf(child);
  child.unref();
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${server.binaries.postgres} could not be started`);
  while (performance.now() < deadline) {
    if (await answers(urlOf(server, port, "postgres"))) {
      await own(server);
      return { pid, port };
    }
    const ended = await Promise.race([exited, delay(20, false)]);
    if (ended === false) continue;
    const said = await endOfLog(server);
    const passes = TRANSIENT.test(said) || (await readPostmaster(server.data)) !== null;
    if (!passes) throw new Error(`the embedded PostgreSQL ended while starting: ${said}`);
    await delay(50);
    return null;
  }
  await stopPostmaster(pid);
  return null;
}

async function stopIfOurs(server: Server, running: Running): Promise<void> {
  const ownerFile = join(server.home, "owner");
  const owner = Number(await readFile(ownerFile, "utf8").catch(() => "0"));
  if (owner !== process.pid) return;
  await stopPostmaster(running.pid);
  await rm(ownerFile, { force: true });
}

async function own(server: Server): Promise<void> {
  await writeFile(join(server.home, "owner"), String(process.pid));
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process made it between the two.
    if (!(error instanceof DatabaseError && (error.code === "42P04" || error.code === "23505"))) throw error;
  } finally {
    await client.end();
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function urlOf(server: Server, port: number, database: string): string {
  return `postgres://${SUPERUSER}:${server.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

async function endOfLog(server: Server): Promise<string> {
  const log = await readFile(join(server.home, "postgres.log"), "utf8").catch(() => "");
  return log.slice(-2_000).trim();
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address !== null ? done(address.port) : fail(new Error("no port")),
      );
    });
  });
}
