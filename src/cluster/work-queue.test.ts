import { afterEach, describe, expect, it, vi } from "vitest";
import { eventually } from "./testing/raw-server.js";
import { WorkQueue, type ProcessResult, type WorkQueueOptions } from "./work-queue.js";

const queues: WorkQueue[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(queues.splice(0).map((queue) => queue.stop()));
});

function queueOf(process: WorkQueueOptions["process"], options: Partial<WorkQueueOptions> = {}): WorkQueue {
  const queue = new WorkQueue({ process, ...options });
  queues.push(queue);
  return queue;
}

/** A process that each key waits in until it is let go. */
function gate(): {
  process: WorkQueueOptions["process"];
  started: string[];
  letGo(key: string, result?: ProcessResult): void;
  fail(key: string): void;
} {
  const started: string[] = [];
  const waiting = new Map<string, { resolve(result: ProcessResult): void; reject(error: Error): void }>();
  return {
    started,
    process: (key) =>
      new Promise((resolve, reject) => {
        started.push(key);
        waiting.set(key, { resolve, reject });
      }),
    letGo: (key, result) => waiting.get(key)?.resolve(result),
    fail: (key) => waiting.get(key)?.reject(new Error("defect")),
  };
}

describe("WorkQueue", () => {
  it("processes each key once, in the order of their coming, no more at once than allowed", async () => {
    const { process, started, letGo } = gate();
    const queue = queueOf(process, { concurrency: 2 });
    for (const key of ["a", "b", "c", "a", "b"]) queue.add(key);
    expect([queue.depth, queue.active]).toEqual([3, 0]);
    await eventually(() => started.length === 2);
    expect([queue.depth, queue.active]).toEqual([1, 2]);
    letGo("b");
    await eventually(() => started.length === 3);
    letGo("a");
    letGo("c");
    await queue.drain();
    expect(started).toEqual(["a", "b", "c"]);
    await queue.drain();
  });

  it("processes a key that is added while under way once more afterwards, never twice at once", async () => {
    const { process, started, letGo } = gate();
    const queue = queueOf(process);
    queue.add("a");
    await eventually(() => started.length === 1);
    queue.add("a");
    queue.add("a");
    queue.addAfter("a", 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(["a"]);
    letGo("a");
    await eventually(() => started.length === 2);
    letGo("a");
    await queue.drain();
    expect(started).toEqual(["a", "a"]);
  });

  it("a key that never rests does not hold up the others", async () => {
    const seen: string[] = [];
    const queue = queueOf(
      async (key) => {
        seen.push(key);
        if (key === "restless" && seen.length < 20) queue.add("restless");
      },
      { concurrency: 1 },
    );
    queue.add("restless");
    await eventually(() => seen.length > 2);
    queue.add("calm");
    await eventually(() => seen.includes("calm"));
    await queue.drain();
    expect(seen.filter((key) => key === "restless").length).toBeGreaterThanOrEqual(19);
  });

  it("of several delays of one key the earliest wins, and adding it for now ends them", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const seen: string[] = [];
    const queue = queueOf(async (key) => void seen.push(key));
    queue.addAfter("a", 500);
    queue.addAfter("a", 100);
    queue.addAfter("a", 900);
    queue.addAfter("b", 200);
    expect([queue.delayed, queue.depth]).toEqual([2, 0]);
    vi.advanceTimersByTime(99);
    expect(queue.depth).toBe(0);
    vi.advanceTimersByTime(1);
    expect([queue.delayed, queue.depth]).toEqual([1, 1]);
    queue.add("b");
    queue.addAfter("b", 10);
    queue.addAfter("c", 0);
    expect([queue.delayed, queue.depth]).toEqual([0, 3]);
    await queue.drain();
    vi.advanceTimersByTime(10_000);
    await queue.drain();
    expect(seen).toEqual(["a", "b", "c"]);
  });

  it("a retry comes after its backoff, and at the latest when it was asked for", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    let runs = 0;
    const queue = queueOf(
      async () => {
        runs += 1;
        return runs === 1 ? { retry: true, within: 50 } : undefined;
      },
      { random: () => 1, minBackoff: 1_000 },
    );
    queue.add("a");
    await queue.drain();
    vi.advanceTimersByTime(49);
    expect(queue.depth).toBe(0);
    vi.advanceTimersByTime(1);
    await queue.drain();
    expect([runs, queue.delayed]).toEqual([2, 0]);
  });

  it("a delay longer than a timer can hold is no delay of none", async () => {
    const queue = queueOf(async () => {});
    queue.addAfter("a", 1e12);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([queue.delayed, queue.depth, queue.active]).toEqual([1, 0, 0]);
  });

  it("failures come back with a delay that doubles, jittered over its range, up to the longest", async () => {
    const queue = queueOf(async () => {}, { random: () => 1 });
    const delays = Array.from({ length: 11 }, () => queue.addRateLimited("a"));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]);
    expect(queue.failuresOf("a")).toBe(11);
    queue.forget("a");
    expect([queue.failuresOf("a"), queue.addRateLimited("a")]).toEqual([0, 1_000]);
    const lucky = queueOf(async () => {}, { random: () => 0 });
    expect(lucky.addRateLimited("a")).toBe(1);
  });

  it("a throw is a failure, a retry is a quiet one, and success forgets both", async () => {
    const errors: [string, unknown, number][] = [];
    const results: (() => Promise<ProcessResult>)[] = [
      () => Promise.reject(new Error("defect")),
      () => Promise.resolve({ retry: true }),
      () => Promise.resolve(),
    ];
    const counts: number[] = [];
    const queue = queueOf(
      (key) => {
        counts.push(queue.failuresOf(key));
        return (results.shift() ?? (() => Promise.resolve()))();
      },
      { minBackoff: 1, maxBackoff: 2, onError: (...error) => errors.push(error) },
    );
    queue.add("a");
    await eventually(() => counts.length === 3);
    await queue.drain();
    expect(counts).toEqual([0, 1, 2]);
    expect(queue.failuresOf("a")).toBe(0);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toEqual(["a", new Error("defect"), expect.any(Number)]);
  });

  it("poison keys, and hooks that throw, never stop the others", async () => {
    const seen: string[] = [];
    const queue = queueOf(
      (key) => {
        if (key.startsWith("poison")) throw new Error("at once");
        seen.push(key);
        return Promise.resolve();
      },
      {
        concurrency: 2,
        onTaken: (key) => {
          if (key === "hook") throw new Error("hook");
        },
        onError: () => {
          throw new Error("another hook");
        },
      },
    );
    for (const key of ["poison-1", "poison-2", "poison-3", "hook", "good-1", "good-2"]) queue.add(key);
    await queue.drain();
    expect(seen).toEqual(["good-1", "good-2"]);
    expect(queue.delayed).toBe(4);
  });

  it("looks again after the time that the answer names", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    let runs = 0;
    const queue = queueOf(async () => {
      runs += 1;
      return runs === 1 ? { after: 250 } : undefined;
    });
    queue.addRateLimited("a");
    queue.add("a");
    await queue.drain();
    expect([queue.delayed, queue.failuresOf("a")]).toEqual([1, 0]);
    vi.advanceTimersByTime(250);
    await queue.drain();
    expect([runs, queue.delayed]).toEqual([2, 0]);
  });

  it("tells how long keys wait", async () => {
    const { process, started, letGo } = gate();
    const waits: number[] = [];
    const queue = queueOf(process, { concurrency: 1, onTaken: (_key, waited) => waits.push(waited) });
    expect(queue.oldestAge).toBe(0);
    queue.add("a");
    queue.add("b");
    await eventually(() => started.length === 1 && queue.oldestAge > 5);
    letGo("a");
    await eventually(() => started.length === 2);
    letGo("b");
    await queue.drain();
    expect(waits[1]).toBeGreaterThan(5);
  });

  it("stops: nothing more is taken up, what is under way is told and waited for", async () => {
    const started: string[] = [];
    let aborted = false;
    const queue = queueOf(
      (key, signal) =>
        new Promise((resolve, reject) => {
          started.push(key);
          signal.addEventListener("abort", () => {
            aborted = true;
            setTimeout(() => (key === "a" ? resolve() : reject(new Error("aborted"))), 10);
          });
        }),
      { concurrency: 2, onError: () => expect.unreachable("a stop is no failure") },
    );
    for (const key of ["a", "b", "c"]) queue.add(key);
    queue.addAfter("d", 1);
    await eventually(() => started.length === 2);
    queue.add("a");
    await queue.stop();
    queue.add("e");
    queue.addAfter("f", 1);
    expect([aborted, queue.depth, queue.active, queue.delayed]).toEqual([true, 0, 0, 0]);
    expect(started).toEqual(["a", "b"]);
  });
});
