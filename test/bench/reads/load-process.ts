// Asks the same over and over, on connections that stay, and counts the answers: as little as can be told from HTTP/1.1 with Content-Length.
import { connect, type Socket } from "node:net";
import type { LoadAnswer, LoadCommand } from "./load.js";

const HEAD_END = Buffer.from("\r\n\r\n");

/** One connection with one request under way at a time. */
class Connection {
  private readonly socket: Socket;
  private head: Buffer = Buffer.alloc(0);
  private missing = 0;
  private stopped: (() => void) | null = null;
  answers = 0;

  constructor(
    { port, hostname }: URL,
    private readonly request: Buffer,
  ) {
    this.socket = connect(Number(port), hostname);
    this.socket.setNoDelay(true);
    this.socket.on("data", (chunk: Buffer) => this.read(chunk));
    this.socket.on("error", (error) => {
      throw error;
    });
    this.socket.once("connect", () => this.ask());
  }

  /** Resolves after the answer that is under way. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.stopped = resolve;
    });
  }

  private ask(): void {
    if (this.stopped === null) {
      this.socket.write(this.request);
      return;
    }
    this.socket.destroy();
    this.stopped();
  }

  private read(chunk: Buffer): void {
    if (this.missing > 0) {
      this.missing -= chunk.length;
    } else {
      this.head = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
      const end = this.head.indexOf(HEAD_END);
      if (end < 0) return;
      const text = this.head.toString("latin1", 0, end);
      if (!text.startsWith("HTTP/1.1 200")) throw new Error(`refused: ${this.head.toString("utf8", 0, 500)}`);
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
      this.missing = length - (this.head.length - end - HEAD_END.length);
      this.head = Buffer.alloc(0);
    }
    if (this.missing > 0) return;
    this.answers += 1;
    this.ask();
  }
}

async function load({ url, connections, body, headers, duration }: LoadCommand): Promise<number> {
  const target = new URL(url);
  const head = Object.entries({ ...headers, host: target.host, "content-length": String(Buffer.byteLength(body)) });
  const request = Buffer.from(
    `POST ${target.pathname} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`,
  );
  const open = Array.from({ length: connections }, () => new Connection(target, request));
  // What is asked first finds connections that are not there yet.
  await new Promise((resolve) => setTimeout(resolve, duration / 5));
  const answers = (): number => open.reduce((sum, connection) => sum + connection.answers, 0);
  const [before, began] = [answers(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, duration));
  const rate = ((answers() - before) / (performance.now() - began)) * 1_000;
  await Promise.all(open.map((connection) => connection.stop()));
  return rate;
}

process.on("message", (command: LoadCommand & { id: number }) => {
  load(command).then(
    (rate) => process.send?.({ id: command.id, rate } satisfies LoadAnswer),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0, rate: 0 } satisfies LoadAnswer);
