import { describe, expect, it, vi, onTestFinished } from "vitest";
import { NotificationClock } from "./notification-clock.js";

function clock() {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const seen: number[] = [];
  return { seen, clock: new NotificationClock((seconds) => seen.push(seconds)) };
}

describe("the notification clock", () => {
  it("measures from a commit to its notification, or to a later one that tells of it as well", () => {
    const { seen, clock: one } = clock();
    one.committed(5n);
    vi.advanceTimersByTime(100);
    one.committed(7n);
    vi.advanceTimersByTime(200);
    expect(one.oldest()).toBeCloseTo(0.3);
    one.notified(7n);
    expect(seen.map((seconds) => Math.round(seconds * 10))).toEqual([3, 2]);
    expect(one.oldest()).toBe(0);
  });

  it("counts nothing twice, and a notification that comes before the commit's answer as at once", () => {
    const { seen, clock: one } = clock();
    one.notified(9n);
    one.committed(8n);
    one.committed(9n);
    one.notified(9n);
    expect(seen).toEqual([0, 0]);
  });

  it("does not wait for what a new connection has missed", () => {
    const { seen, clock: one } = clock();
    one.committed(1n);
    one.reconnected();
    vi.advanceTimersByTime(60_000);
    expect(one.oldest()).toBe(0);
    one.notified(2n);
    expect(seen).toEqual([]);
  });

  it("is bounded", () => {
    const { seen, clock: one } = clock();
    for (let position = 1n; position <= 5_000n; position += 1n) one.committed(position);
    one.notified(5_000n);
    expect(seen).toHaveLength(1_000);
  });
});
