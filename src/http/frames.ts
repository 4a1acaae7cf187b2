import type { Delivery } from "../graphql/index.js";

/** RFC 6455, 5.2: a whole message of text, from a server, which does not mask. */
const TEXT = 0x81;
const TAIL = Buffer.from("}");
/** Above it a payload is written as it is, shared by all who get it; below, a copy costs less than one more piece to write. */
const MAX_COPIED = 8_192;

/** What one subscription's messages begin with, and its frames are made from. */
export interface FrameStyle {
  readonly id: string;
  /** `{"id":…,"type":"next","payload":` */
  readonly prefix: Buffer;
}

export function frameStyle(id: string): FrameStyle {
  return { id, prefix: Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`) };
}

/** Bytes of a result on the wire, its frame's head left out. */
export const messageBytes = ({ prefix }: FrameStyle, { payload }: Delivery): number =>
  prefix.length + payload.length + TAIL.length;

/** Results of one subscription that are to be sent. */
export interface Outgoing {
  style: FrameStyle;
  deliveries: readonly Delivery[];
}

/**
 * Makes WebSocket frames of graphql-transport-ws `next` messages around payloads that were serialised once. The last that were made are remembered: subscribers who
 * gave their operation the same id get the same bytes.
 */
export class NextFrames {
  private last: { outgoing: readonly Outgoing[]; pieces: readonly Buffer[] } | null = null;

  /** @returns pieces that are to be written in this order */
  of(outgoing: readonly Outgoing[]): readonly Buffer[] {
    if (this.last !== null && isSame(this.last.outgoing, outgoing)) return this.last.pieces;
    const pieces = piecesOf(outgoing);
    this.last = { outgoing, pieces };
    return pieces;
  }

  /** Nothing of what was sent is kept. */
  forget(): void {
    this.last = null;
  }
}

const isSame = (one: readonly Outgoing[], other: readonly Outgoing[]): boolean =>
  one.length === other.length &&
  one.every(({ style, deliveries }, at) => other[at]?.deliveries === deliveries && other[at].style.id === style.id);

interface Small {
  style: FrameStyle;
  delivery: Delivery;
}

function piecesOf(outgoing: readonly Outgoing[]): Buffer[] {
  const pieces: Buffer[] = [];
  let copied: Small[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (copied.length > 0) pieces.push(copyOf(copied, bytes));
    copied = [];
    bytes = 0;
  };
  for (const { style, deliveries } of outgoing) {
    for (const delivery of deliveries) {
      const length = messageBytes(style, delivery);
      if (delivery.payload.length <= MAX_COPIED) {
        copied.push({ style, delivery });
        bytes += headBytes(length) + length;
        continue;
      }
      flush();
      const head = Buffer.allocUnsafe(headBytes(length) + style.prefix.length);
      style.prefix.copy(head, writeHead(head, 0, length));
      pieces.push(head, delivery.payload, TAIL);
    }
  }
  flush();
  return pieces;
}

function copyOf(copied: readonly Small[], bytes: number): Buffer {
  const frames = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const { style, delivery } of copied) {
    at = writeHead(frames, at, messageBytes(style, delivery));
    at += style.prefix.copy(frames, at);
    at += delivery.payload.copy(frames, at);
    at += TAIL.copy(frames, at);
  }
  return frames;
}

const headBytes = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);

/** @returns where the head ends */
function writeHead(frame: Buffer, at: number, length: number): number {
  frame[at] = TEXT;
  if (length < 126) {
    frame[at + 1] = length;
    return at + 2;
  }
  if (length < 65_536) {
    frame[at + 1] = 126;
    return frame.writeUInt16BE(length, at + 2);
  }
  frame[at + 1] = 127;
  return frame.writeBigUInt64BE(BigInt(length), at + 2);
}
