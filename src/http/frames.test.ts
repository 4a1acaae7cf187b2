import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Delivery } from "../graphql/index.js";
import { NextFrames, frameStyle } from "./frames.js";

const delivery = (length: number, mark: number): Delivery => ({
  place: { position: BigInt(mark), transitionId: null },
  payload: Buffer.from(JSON.stringify({ data: `${mark} ${"é".repeat(Math.floor(length / 2))}` })),
});

/** What a client reads: each message of text whole, none masked (RFC 6455, 5.2). */
function read(pieces: readonly Buffer[]): string[] {
  const bytes = Buffer.concat(pieces);
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    expect(bytes[at]).toBe(0x81);
    const short = bytes.readUInt8(at + 1);
    const head = short === 127 ? 10 : short === 126 ? 4 : 2;
    const length =
      short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short === 126 ? bytes.readUInt16BE(at + 2) : short;
    messages.push(bytes.toString("utf8", at + head, at + head + length));
    at += head + length;
  }
  return messages;
}

const message = (id: string, { payload }: Delivery): string => {
  const result: unknown = JSON.parse(payload.toString("utf8"));
  return JSON.stringify({ id, type: "next", payload: result });
};

describe("the frames of results", () => {
  it("hold the message that graphql-ws would have sent, whatever its size and the id", () => {
    const size = fc.oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 8_100, max: 8_300 }),
      fc.integer({ min: 65_400, max: 65_700 }),
    );
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 5 }), fc.string({ minLength: 1 }), (sizes, id) => {
        const deliveries = sizes.map(delivery);
        expect(read(new NextFrames().of([{ style: frameStyle(id), deliveries }]))).toEqual(
          deliveries.map((one) => message(id, one)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("are the same bytes for the same id, and others for another id or other results", () => {
    const frames = new NextFrames();
    const [one, other] = [[delivery(10, 1)], [delivery(10, 2)]];
    const of = (id: string, ...all: Delivery[][]) =>
      frames.of(all.map((deliveries) => ({ style: frameStyle(id), deliveries })));
    const first = of("a", one, other);
    expect(of("a", one, other)).toBe(first);
    expect(read(first)).toEqual([message("a", delivery(10, 1)), message("a", delivery(10, 2))]);
    expect(read(of("b", one))).toEqual([message("b", delivery(10, 1))]);
    expect(read(of("a", other))).toEqual([message("a", delivery(10, 2))]);
    expect(read(of("a", one))).toEqual([message("a", delivery(10, 1))]);
    const again = of("a", one);
    frames.forget();
    expect(of("a", one)).not.toBe(again);
  });

  it("share what is large, and copy what is small", () => {
    const [small, large] = [delivery(100, 1), delivery(100_000, 2)];
    const pieces = new NextFrames().of([{ style: frameStyle("a"), deliveries: [small, large, small] }]);
    expect(pieces).toContain(large.payload);
    expect(pieces).not.toContain(small.payload);
  });
});
