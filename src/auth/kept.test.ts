import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { kept } from "./kept.js";

describe("what is kept for a while", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
  afterEach(() => void vi.useRealTimers());

  /** Numbers its readings; those named fail. */
  const readings = (...failing: number[]) => {
    let count = 0;
    return async (): Promise<number> => {
      count += 1;
      const mine = count;
      await Promise.resolve();
      if (failing.includes(mine)) throw new Error(`reading ${mine} failed`);
      return mine;
    };
  };

  it("is read once for all who wait, and anew once it is too old", async () => {
    const current = kept(1_000, readings());
    expect(await Promise.all([current(), current()])).toEqual([1, 1]);
    vi.setSystemTime(Date.now() + 999);
    expect(await current()).toBe(1);
    vi.setSystemTime(Date.now() + 1);
    expect(await Promise.all([current(), current()])).toEqual([2, 2]);
  });

  it("stands where it cannot be read anew, and is tried again each time", async () => {
    const current = kept(1_000, readings(2));
    await current();
    vi.setSystemTime(Date.now() + 1_000);
    expect(await current()).toBe(1);
    expect(await current()).toBe(3);
  });

  it("is an error where it was never read", async () => {
    const current = kept(1_000, readings(1));
    await expect(current()).rejects.toThrow("reading 1 failed");
    expect(await current()).toBe(2);
  });
});
