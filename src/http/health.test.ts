import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CachedReadiness } from "./health.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("CachedReadiness", () => {
  it("asks once for all who ask at the same time and shortly after, and then again", async () => {
    let asked = 0;
    const readiness = new CachedReadiness(() => Promise.resolve({ ready: true, reason: String((asked += 1)) }), 500);
    const answers = await Promise.all([readiness.check(), readiness.check()]);
    expect(answers.map(({ reason }) => reason)).toEqual(["1", "1"]);
    await vi.advanceTimersByTimeAsync(499);
    expect((await readiness.check()).reason).toBe("1");
    await vi.advanceTimersByTimeAsync(1);
    expect((await readiness.check()).reason).toBe("2");
  });

  it("waits for a slow answer instead of asking beside it", async () => {
    let asked = 0;
    let answer = (_ready: boolean): void => {};
    const readiness = new CachedReadiness(async () => {
      asked += 1;
      const ready = await new Promise<boolean>((resolve) => {
        answer = resolve;
      });
      return { ready, reason: "" };
    }, 500);
    const first = readiness.check();
    await vi.advanceTimersByTimeAsync(10_000);
    const second = readiness.check();
    expect(asked).toBe(1);
    answer(true);
    expect([(await first).ready, (await second).ready]).toEqual([true, true]);
  });

  it("is not ready where the question fails, and asks again", async () => {
    let works = false;
    const readiness = new CachedReadiness(
      () => (works ? Promise.resolve({ ready: true, reason: "" }) : Promise.reject(new Error("secret detail"))),
      500,
    );
    expect(await readiness.check()).toEqual({ ready: false, reason: "the database could not be asked" });
    works = true;
    await vi.advanceTimersByTimeAsync(500);
    expect((await readiness.check()).ready).toBe(true);
  });
});
