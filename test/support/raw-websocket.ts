import { randomBytes } from "node:crypto";
import { z } from "zod";
import { eventually } from "./eventually.js";
import { RawConnection } from "./raw-http.js";

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;

interface Frame {
  opcode: number;
  payload: Buffer;
}

const MESSAGE = z.object({ type: z.string(), id: z.string().optional(), payload: z.unknown().optional() });
type Message = z.infer<typeof MESSAGE>;

/** A client that speaks WebSocket by hand, so that it can leave undone what every library does: answer pings and closes, and read. */
export class RawWebSocket {
  #read = 0;
  #pending: Buffer = Buffer.alloc(0);
  #taken = 0;
  readonly #messages: Message[] = [];
  readonly frames: Frame[] = [];

  private constructor(readonly connection: RawConnection) {}

  /** Upgraded, or refused: see `connection.statuses`. */
  static async to(
    url: string,
    headers: readonly string[] = ["sec-websocket-protocol: graphql-transport-ws"],
  ): Promise<RawWebSocket> {
    const connection = await RawConnection.to(url);
    const { host, pathname } = new URL(url);
    connection.write(
      [
        `GET ${pathname === "/" ? "/graphql" : pathname} HTTP/1.1`,
        `host: ${host}`,
        "connection: Upgrade",
        "upgrade: websocket",
        "sec-websocket-version: 13",
        `sec-websocket-key: ${randomBytes(16).toString("base64")}`,
        ...headers,
        "",
        "",
      ].join("\r\n"),
    );
    await eventually(() => connection.received.includes("\r\n\r\n"));
    const socket = new RawWebSocket(connection);
    socket.#read = connection.received.indexOf("\r\n\r\n") + 4;
    return socket;
  }

  /** The same, signed in and acknowledged. */
  static async signedIn(url: string, token: string): Promise<RawWebSocket> {
    const socket = await RawWebSocket.to(url);
    socket.send({ type: "connection_init", payload: { authorization: `Bearer ${token}` } });
    await eventually(() => socket.messages().some(({ type }) => type === "connection_ack"));
    return socket;
  }

  /** Sends a message of graphql-transport-ws. @returns false: the server does not read as fast as this is written */
  send(message: object): boolean {
    return this.sendFrame(TEXT, Buffer.from(JSON.stringify(message)));
  }

  sendFrame(opcode: number, payload: Buffer): boolean {
    const length =
      payload.length < 126
        ? Buffer.from([0x80 | payload.length])
        : payload.length < 65_536
          ? Buffer.from([0x80 | 126, payload.length >> 8, payload.length & 0xff])
          : Buffer.concat([Buffer.from([0x80 | 127, 0, 0, 0, 0]), uint32(payload.length)]);
    // A key of zeros masks with nothing.
    return this.connection.socket.write(
      Buffer.concat([Buffer.from([0x80 | opcode]), length, Buffer.alloc(4), payload]),
    );
  }

  /** The messages that came so far. */
  messages(): readonly Message[] {
    this.#parse();
    for (const { opcode, payload } of this.frames.slice(this.#taken))
      if (opcode === TEXT) this.#messages.push(MESSAGE.parse(JSON.parse(payload.toString("utf8"))));
    this.#taken = this.frames.length;
    return this.#messages;
  }

  /** The close frame; null: none came. */
  closed(): { code: number; reason: string } | null {
    this.#parse();
    const frame = this.frames.find(({ opcode }) => opcode === CLOSE);
    return frame === undefined
      ? null
      : { code: frame.payload.readUInt16BE(0), reason: frame.payload.subarray(2).toString("utf8") };
  }

  pings(): number {
    this.#parse();
    return this.frames.filter(({ opcode }) => opcode === PING).length;
  }

  #parse(): void {
    const { received } = this.connection;
    if (received.length === this.#read) return;
    this.#pending = Buffer.concat([this.#pending, Buffer.from(received.slice(this.#read), "latin1")]);
    this.#read = received.length;
    for (;;) {
      const [first, second] = this.#pending;
      if (first === undefined || second === undefined) return;
      const short = second & 0x7f;
      const head = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (this.#pending.length < head) return;
      const length =
        short === 127 ? this.#pending.readUInt32BE(6) : short === 126 ? this.#pending.readUInt16BE(2) : short;
      if (this.#pending.length < head + length) return;
      this.frames.push({ opcode: first & 0x0f, payload: this.#pending.subarray(head, head + length) });
      this.#pending = this.#pending.subarray(head + length);
    }
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
