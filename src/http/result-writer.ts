import type { Duplex } from "node:stream";
import type { Delivery, Sink } from "../graphql/index.js";
import { type FrameStyle, type NextFrames, type Outgoing, frameStyle, messageBytes } from "./frames.js";
import type { WriteTurns } from "./write-turns.js";

/** Bytes that wait for the peer to take them; beyond them no further result is taken, and the subscription's own bounded queue fills. */
const MAX_UNSENT = 65_536;

export interface ResultWriterOptions {
  /** The WebSocket's own connection. Frames are written whole and between those of `ws`, which writes each of its own at once: nothing is compressed. */
  stream: Duplex;
  /** Whether anything may still be sent. */
  isOpen: () => boolean;
  /** Shared by all sockets. */
  turns: WriteTurns;
  /** Likewise. */
  frames: NextFrames;
}

/** Writes the results of one connection's subscriptions: gathered until it is this socket's turn, framed then, and never more than the peer takes. */
export class ResultWriter {
  #gathered: Outgoing[] = [];
  #gatheredBytes = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #options: ResultWriterOptions;

  constructor(options: ResultWriterOptions) {
    this.#options = options;
    // Whatever else is written to the connection makes room as well when it is taken.
    options.stream.on("drain", this.taken);
  }

  /** Where the results of one subscription go. @param operationId as the client named it */
  sink(operationId: string): Sink {
    const style = frameStyle(operationId);
    return { take: (deliveries, onRoom) => this.#take(style, deliveries, onRoom) };
  }

  #take(style: FrameStyle, deliveries: readonly Delivery[], onRoom: () => void): number {
    if (!this.#options.isOpen()) return 0;
    let taken = 0;
    const before = this.#unsent;
    let unsent = before;
    for (const delivery of deliveries) {
      if (unsent > MAX_UNSENT) break;
      unsent += messageBytes(style, delivery);
      taken += 1;
    }
    if (taken < deliveries.length) this.#waiting.push(onRoom);
    if (taken === 0) return 0;
    const all = taken === deliveries.length ? deliveries : deliveries.slice(0, taken);
    if (this.#gathered.length === 0) this.#options.turns.add(this.flush);
    this.#gathered.push({ style, deliveries: all });
    this.#gatheredBytes += unsent - before;
    return taken;
  }

  get #unsent(): number {
    return this.#options.stream.writableLength + this.#gatheredBytes;
  }

  /** Writes now what was gathered. To be called before anything else is sent that must come after it. */
  readonly flush = (): void => {
    if (this.#gathered.length === 0) return;
    const outgoing = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    const { stream, isOpen, frames } = this.#options;
    if (!isOpen()) return;
    const pieces = frames.of(outgoing);
    const last = pieces.length - 1;
    if (last > 0) stream.cork();
    for (const [at, piece] of pieces.entries()) stream.write(piece, at === last ? this.taken : undefined);
    if (last > 0) stream.uncork();
  };

  /** Something was taken by the peer's side: whoever waits for room is told. */
  readonly taken = (): void => {
    if (this.#waiting.length === 0 || this.#unsent > MAX_UNSENT / 2) return;
    for (const onRoom of this.#waiting.splice(0)) onRoom();
  };
}
