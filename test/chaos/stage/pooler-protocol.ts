/** One message of PostgreSQL's protocol, without its length. */
export interface Message {
  type: string;
  body: Buffer;
}

/** A message as it is sent. */
export function PLAIN(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, "latin1");
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** Cuts a stream into messages. */
export function messages(take: (message: Message) => void): (chunk: Buffer) => void {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    while (held.length >= 5) {
      const length = held.readInt32BE(1) + 1;
      if (held.length < length) return;
      const message = { type: held.toString("latin1", 0, 1), body: Buffer.from(held.subarray(5, length)) };
      held = held.subarray(length);
      take(message);
    }
  };
}

const textAt = (body: Buffer, from: number): string => body.toString("utf8", from, body.indexOf(0, from));

/** Makes prepared statements independent of the connection: each Bind brings its statement along, under no name. */
export class Rewriter {
  readonly #statements = new Map<string, Buffer>();
  /** What is to become of each answer to a Parse, and where a Sync or a Query ends a batch. */
  #expected: ("pass" | "swallow" | "end")[] = [];

  /** A new connection. */
  begin(): void {
    this.#expected = [];
  }

  toServer({ type, body }: Message): Buffer {
    switch (type) {
      case "P": {
        const name = textAt(body, 0);
        const rest = body.subarray(Buffer.byteLength(name) + 1);
        if (name !== "") this.#statements.set(name, rest);
        this.#expected.push("pass");
        return PLAIN("P", Buffer.concat([Buffer.from([0]), rest]));
      }
      case "B": {
        const portal = Buffer.byteLength(textAt(body, 0)) + 1;
        const name = textAt(body, portal);
        const rest = body.subarray(portal + Buffer.byteLength(name) + 1);
        const bound = PLAIN("B", Buffer.concat([body.subarray(0, portal), Buffer.from([0]), rest]));
        return Buffer.concat([this.#again(name), bound]);
      }
      case "D": {
        if (body.toString("latin1", 0, 1) !== "S") return PLAIN(type, body);
        return Buffer.concat([this.#again(textAt(body, 1)), PLAIN("D", Buffer.from("S\0"))]);
      }
      case "S":
      case "Q":
        this.#expected.push("end");
        return PLAIN(type, body);
      default:
        return PLAIN(type, body);
    }
  }

  #again(name: string): Buffer {
    const statement = this.#statements.get(name);
    if (statement === undefined) return Buffer.alloc(0);
    this.#expected.push("swallow");
    return PLAIN("P", Buffer.concat([Buffer.from([0]), statement]));
  }

  /** @returns whether the client gets it, and whether the transaction is over with it */
  fromServer({ type, body }: Message): { pass: boolean; over: boolean } {
    if (type === "1") return { pass: this.#expected.shift() !== "swallow", over: false };
    if (type !== "Z") return { pass: true, over: false };
    // After an error the server skips to the end of the batch.
    const end = this.#expected.indexOf("end");
    this.#expected.splice(0, end + 1);
    return { pass: true, over: this.#expected.length === 0 && body.toString("latin1") === "I" };
  }
}
