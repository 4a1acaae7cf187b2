import { join } from "node:path";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../../../src/dev/postgres/embedded.js";

const NAME = "secretariat";
const BACKUP = "secretariat_backup";

/** A real PostgreSQL that can be restarted, killed, and put back to how it was. */
export class Database {
  #server: EmbeddedPostgres | null = null;

  private constructor(
    private readonly directory: string,
    /** Where it listens, the same after a restart. */
    readonly port: number,
  ) {}

  static async start(directory: string): Promise<Database> {
    const database = new Database(directory, await freePort());
    await database.#start();
    return database;
  }

  /** With the password: never shown. */
  get url(): string {
    if (this.#server === null) throw new Error("the database was not started");
    return this.#server.url;
  }

  /** The same by way of a proxy. */
  urlBy(port: number): string {
    const url = new URL(this.url);
    url.port = String(port);
    return url.href;
  }

  async #start(): Promise<void> {
    this.#server = await startEmbeddedPostgres({
      dataDir: this.directory,
      port: this.port,
      database: NAME,
      settings: { max_connections: "200", shared_buffers: "64MB", fsync: "off" },
    });
  }

  /** @param how `fast`: PostgreSQL's own orderly way; `crash`: kill -9 of the server, which recovers from its log */
  async restart(how: "fast" | "crash", away = 0): Promise<void> {
    if (how === "crash") process.kill(this.#postmaster(), "SIGKILL");
    else await this.#server?.stop();
    await delay(away);
    await this.#start();
  }

  #postmaster(): number {
    return Number(readFileSync(join(this.directory, "data", "postmaster.pid"), "utf8").split("\n")[0]);
  }

  /** Makes the backup, in place of an earlier one; everybody is disconnected for a moment. */
  async backUp(): Promise<void> {
    await this.#apart(async (server) => {
      await server.query(`DROP DATABASE IF EXISTS ${BACKUP} WITH (FORCE)`);
      await server.query(`CREATE DATABASE ${BACKUP} TEMPLATE ${NAME} STRATEGY FILE_COPY`);
    });
  }

  /** Puts the backup in the place of what there is. @param before called when nobody can change anything any more */
  async restore(before: () => Promise<void>): Promise<void> {
    await this.#apart(async (server) => {
      await server.query(`ALTER DATABASE ${NAME} RENAME TO secretariat_lost`);
      await server.query("ALTER DATABASE secretariat_lost WITH ALLOW_CONNECTIONS true");
      await before();
      await server.query("DROP DATABASE secretariat_lost WITH (FORCE)");
      await server.query(`CREATE DATABASE ${NAME} TEMPLATE ${BACKUP} STRATEGY FILE_COPY`);
    });
  }

  /** The database as it was before a restore, while that is under way. */
  get lostUrl(): string {
    const url = new URL(this.url);
    url.pathname = "/secretariat_lost";
    return url.href;
  }

  async #apart(work: (server: Client) => Promise<void>): Promise<void> {
    const url = new URL(this.url);
    url.pathname = "/postgres";
    const server = new Client(url.href);
    await server.connect();
    try {
      await server.query(`ALTER DATABASE ${NAME} WITH ALLOW_CONNECTIONS false`);
      await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [NAME]);
      await untilAlone(server);
      await work(server);
    } finally {
      await server.query(`ALTER DATABASE ${NAME} WITH ALLOW_CONNECTIONS true`);
      await server.end();
    }
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}

async function untilAlone(server: Client): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { rowCount } = await server.query("SELECT FROM pg_stat_activity WHERE datname = $1", [NAME]);
    if (rowCount === 0) return;
    await delay(10);
  }
  throw new Error("somebody stays connected to the database");
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
