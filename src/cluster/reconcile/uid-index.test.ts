import { describe, expect, it } from "vitest";
import { UidIndex } from "./uid-index.js";

describe("UidIndex", () => {
  it("finds a key by each of its uids, and forgets those that were replaced", () => {
    const index = new UidIndex();
    index.add("a", "1");
    index.add("a", "2");
    expect([index.keyOf("1"), index.keyOf("2")]).toEqual(["a", "a"]);
    expect(index.drop("a", "2")).toEqual(["1"]);
    expect([index.keyOf("1"), index.keyOf("2"), index.size]).toEqual([undefined, "a", 1]);
    expect(index.drop("a")).toEqual(["2"]);
    expect(index.size).toBe(0);
    expect(index.drop("a")).toEqual([]);
  });

  it("does not take a uid from the key that has it now", () => {
    const index = new UidIndex();
    index.add("a", "1");
    index.add("b", "1");
    index.drop("a");
    expect(index.keyOf("1")).toBe("b");
  });
});
