import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** How many ports of ours the target sees are remembered. */
const MOST_PORTS = 50_000;

/** Type and length of a message of PostgreSQL's protocol, in bytes. */
const MESSAGE_HEAD = 5;

/** A way to the database that can be cut, slowed down and silenced. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  /** What the target saw of us: the local port of each connection that went through. */
  readonly ports = new Set<number>();
  #refusing = false;
  #latency = 0;
  #stop: { before: string; reached: () => void } | null = null;
  #silence: Promise<void> | null = null;

  private constructor(private readonly target: { port: number }) {
    this.#server = createServer((client) => this.#accept(client));
  }

  /** @param target its port may change while the proxy runs */
  static async to(target: { port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Resets every connection. @returns how many */
  cut(): number {
    const pairs = [...this.#pairs];
    for (const [client, server] of pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
    return pairs.length;
  }

  /** New connections are reset, too. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
    if (refusing) this.cut();
  }

  /** Each piece of data waits for so many milliseconds, in both directions. */
  slow(latency: number): void {
    this.#latency = latency;
  }

  /** The next simple statement that begins so is kept back, and everything after it, until `speak` is called; what stands before it still comes through. */
  stopBefore(statement: string): { reached: Promise<void>; speak: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    let speak = (): void => {
      this.#stop = null;
    };
    this.#stop = {
      before: statement,
      reached: () => {
        this.#stop = null;
        speak = this.silence();
        resolve();
      },
    };
    return { reached: promise, speak: () => speak() };
  }

  /** Nothing comes through until the returned function is called; nothing is lost. */
  silence(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#silence = promise;
    return () => {
      if (this.#silence === promise) this.#silence = null;
      resolve();
    };
  }

  async close(): Promise<void> {
    this.#refusing = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.cut();
    await closed;
  }

  #accept(client: Socket): void {
    client.on("error", () => client.destroy());
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.target.port, host: "127.0.0.1", noDelay: true });
    const pair: [Socket, Socket] = [client, server];
    this.#pairs.add(pair);
    client.setNoDelay(true);
    server.on("error", () => client.resetAndDestroy());
    server.on("connect", () => {
      if (server.localPort !== undefined) this.#remember(server.localPort);
    });
    this.#forward(client, server);
    this.#forward(server, client);
    for (const [one, other] of [pair, [server, client] as const]) {
      one.on("close", () => {
        this.#pairs.delete(pair);
        other.destroySoon();
      });
    }
  }

  #remember(port: number): void {
    this.ports.add(port);
    if (this.ports.size > MOST_PORTS) this.ports.clear();
  }

  #forward(from: Socket, to: Socket): void {
    let last: Promise<void> = Promise.resolve();
    let waiting = 0;
    const later = async (before: Promise<void>, chunk: Buffer): Promise<void> => {
      await before;
      await this.#sendLater(to, chunk);
      waiting -= 1;
      if (waiting === 0) from.resume();
    };
    const wait = (chunk: Buffer): void => {
      waiting += 1;
      from.pause();
      last = later(last, chunk);
    };
    from.on("data", (chunk: Buffer) => {
      if (this.#latency === 0 && this.#silence === null && waiting === 0) {
        const stop = this.#stop;
        const place = stop === null ? -1 : chunk.indexOf(stop.before);
        if (stop === null || place < MESSAGE_HEAD) {
          this.#pass(from, to, chunk);
          return;
        }
        this.#pass(from, to, chunk.subarray(0, place - MESSAGE_HEAD));
        stop.reached();
        wait(chunk.subarray(place - MESSAGE_HEAD));
        return;
      }
      wait(chunk);
    });
    from.on("end", () => void last.then(() => to.end()));
  }

  async #sendLater(to: Socket, chunk: Buffer): Promise<void> {
    if (this.#latency > 0) await delay(this.#latency);
    await this.#silence;
    if (!to.destroyed) to.write(chunk);
  }

  #pass(from: Socket, to: Socket, chunk: Buffer): void {
    if (to.write(chunk)) return;
    from.pause();
    to.once("drain", () => from.resume());
  }
}
