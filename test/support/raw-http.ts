import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { eventually } from "./eventually.js";

/** A TCP connection that says what no HTTP client would. */
export class RawConnection {
  /** Everything that came so far. */
  received = "";
  /** How long the connection was open, in milliseconds; null: it is. */
  lasted: number | null = null;
  readonly #opened = performance.now();

  private constructor(readonly socket: Socket) {
    socket.on("data", (chunk: Buffer) => {
      this.received += chunk.toString("latin1");
    });
    // Told by `close` as well.
    socket.on("error", () => {});
    socket.on("close", () => {
      this.lasted = performance.now() - this.#opened;
    });
  }

  static async to(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  write(text: string): void {
    this.socket.write(text);
  }

  /** The status codes of the answers so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
  }

  /** Waits until the server has ended the connection. */
  async closed(limit = 10_000): Promise<void> {
    await eventually(() => this.lasted !== null, limit);
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** The head of a request for GraphQL; `headers` as lines, `body` with its length unless they say one. */
export function rawRequest(headers: readonly string[], body = ""): string {
  const hasLength = headers.some((line) => /^(content-length|transfer-encoding):/i.test(line));
  const lines = [
    "POST /graphql HTTP/1.1",
    ...headers,
    ...(hasLength ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}
