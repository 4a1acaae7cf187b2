import { createServer, Socket, type AddressInfo, type Server } from "node:net";
import { Client } from "pg";
import { messages, PLAIN, Rewriter, type Message } from "./pooler-protocol.js";

const CANCEL = 80_877_102;
const SSL = 80_877_103;
const GREETING: readonly [string, string][] = [
  ["server_version", "17.0"],
  ["server_encoding", "UTF8"],
  ["client_encoding", "UTF8"],
  ["standard_conforming_strings", "on"],
  ["integer_datetimes", "on"],
  ["DateStyle", "ISO, MDY"],
  ["TimeZone", "UTC"],
];
/** Connections to the server for each set of startup parameters. */
const MOST = 6;

interface Backend {
  socket: Socket;
  key: string;
}

/**
 * A pooler in transaction mode, as PgBouncer is one: a client has a connection of the server from the first statement of a transaction until its end, and another one next time. What belongs to a
 * session (LISTEN, session locks, SET) is lost; prepared statements are seen to, and startup parameters kept.
 */
export class Pooler {
  /** Local ports of its connections to the server, also of those that are gone. */
  readonly ports = new Set<number>();
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  readonly #backends = new Set<Backend>();
  readonly #idle: Backend[] = [];
  readonly #waiting: { key: string; give: (backend: Backend) => void }[] = [];

  private constructor(private readonly database: { url: string }) {
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  static async to(database: { url: string }): Promise<Pooler> {
    const pooler = new Pooler(database);
    await new Promise<void>((resolve) => pooler.#server.listen(0, "127.0.0.1", resolve));
    return pooler;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#clients) socket.destroy();
    for (const { socket } of this.#backends) socket.destroy();
    await closed;
  }

  async #serve(socket: Socket): Promise<void> {
    this.#clients.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#clients.delete(socket));
    const key = await startup(socket);
    if (key === null) {
      socket.destroy();
      return;
    }
    new Session(
      socket,
      () => this.#take(key),
      (backend) => this.#giveBack(backend),
    ).start();
  }

  async #take(key: string): Promise<Backend> {
    const at = this.#idle.findIndex((backend) => backend.key === key);
    const [known] = at < 0 ? [] : this.#idle.splice(at, 1);
    if (known !== undefined && !known.socket.destroyed) return known;
    if ([...this.#backends].filter((backend) => backend.key === key).length < MOST) return await this.#open(key);
    return await new Promise((give) => this.#waiting.push({ key, give }));
  }

  #giveBack(backend: Backend): void {
    if (backend.socket.destroyed) {
      this.#backends.delete(backend);
      return;
    }
    const at = this.#waiting.findIndex(({ key }) => key === backend.key);
    const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (next === undefined) this.#idle.push(backend);
    else next.give(backend);
  }

  /** node-postgres opens it and proves who we are; then its socket is ours. @throws where the server is away */
  async #open(key: string): Promise<Backend> {
    const client = new Client({ connectionString: this.database.url, options: key });
    client.on("error", () => {});
    await client.connect();
    const connection: unknown = Reflect.get(client, "connection");
    const socket: unknown =
      typeof connection === "object" && connection !== null ? Reflect.get(connection, "stream") : null;
    if (!(socket instanceof Socket)) throw new TypeError("node-postgres has no socket");
    socket.removeAllListeners("data");
    const backend: Backend = { socket, key };
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#backends.delete(backend);
      const at = this.#idle.indexOf(backend);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    this.#backends.add(backend);
    if (socket.localPort !== undefined) this.ports.add(socket.localPort);
    return backend;
  }
}

/** Reads the startup message and answers as a server does that trusts. @returns the settings as the server's option `options`; null: no session */
async function startup(socket: Socket): Promise<string | null> {
  let held = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    held = Buffer.concat([held, Buffer.from(chunk)]);
    if (held.length < 8 || held.length < held.readInt32BE(0)) continue;
    const code = held.readInt32BE(4);
    if (code === CANCEL) return null;
    if (code === SSL) {
      socket.write("N");
      held = held.subarray(8);
      continue;
    }
    const words = held.subarray(8, held.readInt32BE(0)).toString("utf8").split("\0");
    const settings: string[] = [];
    for (let i = 0; i + 1 < words.length; i += 2) {
      const [name = "", value = ""] = [words[i], words[i + 1]];
      if (name === "options") settings.push(value);
      else if (name.endsWith("_timeout")) settings.push(`-c ${name}=${value}`);
    }
    socket.write(
      Buffer.concat([
        PLAIN("R", Buffer.from([0, 0, 0, 0])),
        ...GREETING.map(([name, value]) => PLAIN("S", Buffer.from(`${name}\0${value}\0`))),
        PLAIN("K", Buffer.alloc(8)),
        PLAIN("Z", Buffer.from("I")),
      ]),
    );
    return settings.sort().join(" ");
  }
  return null;
}

/** One client, and the connection that it has while a transaction of it is under way. */
class Session {
  #backend: Backend | null = null;
  readonly #rewriter = new Rewriter();
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: Socket,
    private readonly take: () => Promise<Backend>,
    private readonly giveBack: (backend: Backend) => void,
  ) {}

  start(): void {
    const read = messages((message) => {
      this.#work = this.#work.then(() => this.#forward(message)).catch(() => void this.client.destroy());
    });
    this.client.on("data", read);
    this.client.on("close", () => {
      // Whatever was under way is rolled back with its connection.
      this.#backend?.socket.destroy();
      this.#backend = null;
    });
    this.client.resume();
  }

  async #forward(message: Message): Promise<void> {
    if (message.type === "X") {
      this.client.end();
      return;
    }
    if (this.client.destroyed) return;
    if (this.#backend === null) await this.#attach();
    this.#backend?.socket.write(this.#rewriter.toServer(message));
  }

  async #attach(): Promise<void> {
    const backend = await this.take();
    if (this.client.destroyed) {
      this.giveBack(backend);
      return;
    }
    this.#backend = backend;
    this.#rewriter.begin();
    const read = messages((message) => {
      const { pass, over } = this.#rewriter.fromServer(message);
      if (pass && !this.client.destroyed) this.client.write(PLAIN(message.type, message.body));
      if (!over || this.#backend !== backend) return;
      backend.socket.removeListener("data", read);
      backend.socket.removeListener("close", lost);
      this.#backend = null;
      this.giveBack(backend);
    });
    const lost = (): void => void this.client.destroy();
    backend.socket.on("data", read);
    backend.socket.once("close", lost);
    backend.socket.resume();
  }
}
