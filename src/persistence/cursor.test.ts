import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idPrefix, sealPlace, unsealPlace } from "./cursor.js";

const key = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
const place = fc.record({
  position: fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }),
  transitionId: fc.option(fc.uuid({ version: 4 }), { nil: null }),
});

describe("a cursor", () => {
  it("names the place that was sealed", () => {
    fc.assert(
      fc.property(place, ({ position, transitionId }) => {
        const cursor = sealPlace(key, { position, transitionId });
        expect(cursor).toMatch(/^[A-Za-z0-9_-]{22}$/);
        expect(unsealPlace(key, cursor)).toEqual({
          position,
          idPrefix: transitionId === null ? null : idPrefix(transitionId),
        });
      }),
    );
  });

  it("is the same for the same place, and tells nothing of how far apart two places are", () => {
    const id = randomUUID();
    const [one, again, next] = [1n, 1n, 2n].map((position) => sealPlace(key, { position, transitionId: id }));
    expect(one).toBe(again);
    expect(next?.slice(0, 4)).not.toBe(one?.slice(0, 4));
  });

  it("is refused in any other spelling", () => {
    const cursor = sealPlace(key, { position: 7n, transitionId: randomUUID() });
    const last = cursor.at(-1) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spellings = Array.from(alphabet)
      .filter((letter) => letter !== last)
      .map((letter) => cursor.slice(0, -1) + letter);
    const sameBytes = spellings.filter((other) =>
      Buffer.from(other, "base64url").equals(Buffer.from(cursor, "base64url")),
    );
    expect(sameBytes).toHaveLength(15);
    for (const other of [...sameBytes, `${cursor}=`, `${cursor}A`, cursor.slice(1), "", `${cursor}\n`, "7"]) {
      expect(unsealPlace(key, other), other).toBeNull();
    }
  });

  it("of another key is refused, but for one in 32,768", () => {
    let passed = 0;
    for (let i = 0; i < 3_000; i += 1) {
      const cursor = sealPlace(randomBytes(16), { position: BigInt(i), transitionId: randomUUID() });
      if (unsealPlace(key, cursor) !== null) passed += 1;
    }
    expect(passed).toBeLessThanOrEqual(3);
  });
});
