import { describe, expect, it } from "vitest";
import type { BatchOutcome, StatusBatch } from "../../domain/ports/cluster-state.js";
import { StatusBatcher } from "./status-batcher.js";

const WRITTEN: BatchOutcome = { leading: true, stale: [], unblocked: { projects: [], providerTargets: [] } };
const idsOf = ({ assignments, providerTargets, projects }: StatusBatch): string[] =>
  [...assignments, ...providerTargets, ...projects].map(({ id }) => id);

/** A batcher on a database that answers as told, and what it was asked for. */
function batcherOn(answer: (ids: string[]) => BatchOutcome) {
  const asked: string[][] = [];
  const batcher = new StatusBatcher(
    {
      writeBatch: async (_cluster, _term, batch) => {
        asked.push(idsOf(batch));
        return answer(idsOf(batch));
      },
    },
    "cluster",
    "term",
    () => {},
  );
  const submit = (id: string) => batcher.submit({ kind: "assignment", change: { id, revision: 1n, sent: true } });
  return { batcher, submit, asked };
}

describe("StatusBatcher", () => {
  it("writes what is decided at once in one batch, and of one row one change at a time, in order", async () => {
    const { submit, asked } = batcherOn(() => WRITTEN);
    expect(await Promise.all([submit("a"), submit("b"), submit("a"), submit("c")])).toEqual(Array(4).fill("written"));
    expect(asked).toEqual([["a", "b", "c"], ["a"]]);
  });

  it("tells each whether it was written, was stale, or came too late", async () => {
    const { submit } = batcherOn((ids) => ({ ...WRITTEN, stale: ids.filter((id) => id === "b") }));
    expect(await Promise.all([submit("a"), submit("b")])).toEqual(["written", "stale"]);
    const other = batcherOn(() => ({ ...WRITTEN, leading: false }));
    expect(await other.submit("a")).toBe("deposed");
  });

  it("a change that the database cannot take fails alone", async () => {
    const { submit, asked } = batcherOn((ids) => {
      if (ids.includes("poison")) throw new Error("invalid byte sequence");
      return WRITTEN;
    });
    const ids = [
      ...Array.from({ length: 40 }, (_, i) => `a${i}`),
      "poison",
      ...Array.from({ length: 9 }, (_, i) => `b${i}`),
    ];
    const settled = await Promise.allSettled(ids.map(submit));
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(settled[40]).toMatchObject({ status: "rejected", reason: { message: "invalid byte sequence" } });
    expect(asked.length).toBeLessThan(16);
  });

  it("a database that is away is not asked again for every change", async () => {
    const { batcher, submit, asked } = batcherOn(() => {
      throw new Error("away");
    });
    const settled = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => submit(`a${i}`)));
    expect(settled.every(({ status }) => status === "rejected")).toBe(true);
    expect(asked).toHaveLength(3);
    await batcher.drained();
  });
});
