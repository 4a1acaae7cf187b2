import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

type State = "up" | "cut" | "silent";

/**
 * The network between a browser and everything else: a forward proxy that can be cut and silenced, and that knows every host that was asked for, by whatever in the browser.
 */
export class Network {
  /** `host:port` of everything that was asked for. */
  readonly hosts = new Set<string>();
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  #state: State = "up";

  private constructor() {
    this.#server = createServer((incoming, response) => this.#forward(incoming, response));
    this.#server.on("connection", (socket) => this.#keep(socket));
    // WebSockets, and TLS if there were any.
    this.#server.on("connect", (incoming: IncomingMessage, socket: Duplex) => this.#tunnel(incoming, socket));
  }

  static async start(): Promise<Network> {
    const network = new Network();
    await new Promise<void>((resolve) => network.#server.listen(0, "127.0.0.1", resolve));
    return network;
  }

  /** Where a browser finds it. */
  get url(): string {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP says so
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Every connection breaks, and no new one comes about. */
  cut(): void {
    this.#state = "cut";
    this.#breakAll();
  }

  /** Nothing arrives any more and nobody is told: as when a laptop wakes up elsewhere. */
  silence(): void {
    this.#state = "silent";
    for (const socket of this.#sockets) socket.unpipe();
  }

  restore(): void {
    this.#state = "up";
    this.#breakAll();
  }

  async stop(): Promise<void> {
    this.#breakAll();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #breakAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("error", () => {
      // Broken by us, or by whoever is at the other end: told by "close".
    });
    socket.on("close", () => this.#sockets.delete(socket));
    if (this.#state === "cut") socket.destroy();
  }

  #forward(incoming: IncomingMessage, response: ServerResponse): void {
    const url = new URL(incoming.url ?? "");
    this.hosts.add(url.host);
    if (this.#state !== "up") return;
    const outgoing = request(url, { method: incoming.method, headers: incoming.headers, agent: false });
    outgoing.on("socket", (socket) => this.#keep(socket));
    outgoing.on("error", () => response.destroy());
    outgoing.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  }

  #tunnel(incoming: IncomingMessage, near: Duplex): void {
    const url = new URL(`http://${incoming.url ?? ""}`);
    this.hosts.add(url.host);
    if (this.#state !== "up") return;
    const far = connect(Number(url.port), url.hostname);
    this.#keep(far);
    far.on("close", () => near.destroy());
    near.on("close", () => far.destroy());
    far.on("connect", () => {
      near.write("HTTP/1.1 200 Connection established\r\n\r\n");
      far.pipe(near);
      near.pipe(far);
    });
  }
}
