// Thousands of WebSocket clients in a process of their own. They count frames and note when each came, and do nothing else, so that what is measured is the server.
import { connect, type Socket } from "node:net";
import { randomBytes, randomUUID } from "node:crypto";
import type { SubscriberAnswer, SubscriberCommand } from "./subscribers.js";

const PING = 0x9;
const PONG = 0xa;

class Client {
  frames = 0;
  /** Of the last frames, in nanoseconds; a ring. */
  last = 0n;
  text = "";
  private upgraded = false;
  private skip = 0;
  private rest: Buffer = Buffer.alloc(0);
  private readonly waiting: { count: number; resolve: () => void }[] = [];

  constructor(
    readonly socket: Socket,
    private readonly told: () => void,
  ) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.read(chunk));
    socket.on("error", () => socket.destroy());
  }

  send(opcode: number, payload: Buffer): void {
    const { length } = payload;
    const head =
      length < 126
        ? Buffer.from([0x80 | opcode, 0x80 | length])
        : Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff]);
    // A key of zeros masks with nothing.
    this.socket.write(Buffer.concat([head, Buffer.alloc(4), payload]));
  }

  say(message: object): void {
    this.send(1, Buffer.from(JSON.stringify(message)));
  }

  async until(frames: number): Promise<void> {
    if (this.frames >= frames) return;
    await new Promise<void>((resolve) => {
      this.waiting.push({ count: frames, resolve });
    });
  }

  private read(chunk: Buffer): void {
    if (!this.upgraded) {
      this.rest = Buffer.concat([this.rest, chunk]);
      const end = this.rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      if (!this.rest.subarray(0, 12).includes("101"))
        throw new Error(`refused: ${this.rest.toString("latin1", 0, 200)}`);
      this.upgraded = true;
      const after = this.rest.subarray(end + 4);
      this.rest = Buffer.alloc(0);
      this.frames = 0;
      if (after.length > 0) this.read(after);
      for (const { resolve } of this.waiting.splice(0)) resolve();
      return;
    }
    let at = 0;
    if (this.skip > 0) {
      at = Math.min(this.skip, chunk.length);
      this.skip -= at;
      if (this.skip > 0) return;
      this.count();
    }
    let bytes = chunk;
    if (this.rest.length > 0) {
      bytes = Buffer.concat([this.rest, chunk.subarray(at)]);
      at = 0;
      this.rest = Buffer.alloc(0);
    }
    while (at < bytes.length) {
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const head = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (bytes.length - at < head) {
        this.rest = Buffer.from(bytes.subarray(at));
        return;
      }
      const length = short === 127 ? bytes.readUInt32BE(at + 6) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
      const opcode = (bytes[at] ?? 0) & 0x0f;
      if (opcode === PING) {
        this.send(PONG, bytes.subarray(at + head, at + head + length));
        at += head + length;
        continue;
      }
      if (this.frames < 2 && opcode === 1)
        this.text = bytes.toString("utf8", at + head, Math.min(bytes.length, at + head + length));
      at += head;
      if (bytes.length - at < length) {
        this.skip = length - (bytes.length - at);
        return;
      }
      at += length;
      this.count();
    }
  }

  private count(): void {
    this.frames += 1;
    this.told();
    const [first] = this.waiting;
    if (first !== undefined && this.frames >= first.count) {
      this.waiting.shift();
      first.resolve();
    }
  }
}

const clients: Client[] = [];
let expected = 0;
let remaining = 0;
let times: number[] = [];
let began = 0n;
let done: ((last: bigint) => void) | null = null;
let first = 0;

function onFrame(): void {
  if (done === null) return;
  const now = process.hrtime.bigint();
  times.push(Number(now - began));
  remaining -= 1;
  if (remaining > 0) return;
  done(now);
  done = null;
}

async function open(command: Extract<SubscriberCommand, { do: "open" }>, index: number): Promise<void> {
  const { hostname, port, pathname } = new URL(command.url);
  const client = new Client(connect(Number(port), hostname), onFrame);
  clients.push(client);
  const upgraded = client.until(1);
  client.socket.write(
    [
      `GET ${pathname} HTTP/1.1`,
      `host: ${hostname}:${port}`,
      "connection: Upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      `sec-websocket-key: ${randomBytes(16).toString("base64")}`,
      "sec-websocket-protocol: graphql-transport-ws",
      "",
      "",
    ].join("\r\n"),
  );
  await upgraded;
  if (command.query === null) return;
  const token = command.tokens?.[index];
  client.say({ type: "connection_init", payload: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  await client.until(1);
  if (!client.text.includes("connection_ack")) throw new Error(`not acknowledged: ${client.text}`);
  // As clients do: an id of its own for each operation.
  const payload = { query: command.query, variables: command.variables ?? {} };
  client.say({ type: "subscribe", id: randomUUID(), payload });
}

async function openAll(command: Extract<SubscriberCommand, { do: "open" }>): Promise<void> {
  const indexes = Array.from({ length: command.count }, (_, i) => i).values();
  const worker = async (): Promise<void> => {
    for (const index of indexes) await open(command, index);
  };
  await Promise.all(Array.from({ length: 50 }, worker));
}

async function obey(command: SubscriberCommand): Promise<Omit<SubscriberAnswer, "id">> {
  if (command.do === "open") {
    await openAll(command);
    return {};
  }
  if (command.do === "expect") {
    // Frames of all clients together from now on.
    expected = command.frames;
    remaining = expected;
    times = [];
    began = process.hrtime.bigint();
    first += 1;
    ended = new Promise((resolve) => {
      done = resolve;
    });
    return {};
  }
  if (command.do === "last") {
    const last = await ended;
    return { last: String(last), times: command.times ? { began: String(began), after: times } : undefined };
  }
  if (command.do === "stall") {
    // Asks for answers that it does not read, until the server reads no more of it.
    const client = clients[command.index];
    if (client === undefined) throw new Error("there is no such client");
    client.socket.pause();
    const text = "x".repeat(10_000);
    for (let quiet = 0; quiet < 10;) {
      for (let i = 0; i < 50 && !client.socket.writableNeedDrain; i += 1)
        client.say({ type: "ping", payload: { text } });
      const before = client.socket.writableLength;
      await new Promise((resolve) => setTimeout(resolve, 50));
      quiet = client.socket.writableLength > 0 && client.socket.writableLength >= before ? quiet + 1 : 0;
    }
    return {};
  }
  for (const { socket } of clients.splice(0)) socket.destroy();
  return {};
}

let ended: Promise<bigint> = Promise.resolve(0n);
process.on("message", (command: SubscriberCommand & { id: number }) => {
  obey(command).then(
    (answer) => process.send?.({ ...answer, id: command.id }),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit());
process.send?.({ id: 0 });
