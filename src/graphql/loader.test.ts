import { describe, expect, it } from "vitest";
import { Loader } from "./loader.js";

/** Answers each id but `gone` with itself and an exclamation mark, and notes what was read together. */
function recording(): { loader: Loader<string | null>; reads: string[][] } {
  const reads: string[][] = [];
  const loader = new Loader<string | null>(
    (ids) => {
      reads.push([...ids]);
      return Promise.resolve(new Map(ids.filter((id) => id !== "gone").map((id) => [id, `${id}!`])));
    },
    () => null,
  );
  return { loader, reads };
}

describe("a loader", () => {
  it("reads what is asked for at one moment together, each id once", async () => {
    const { loader, reads } = recording();
    const answers = await Promise.all([loader.load("a"), loader.loadAll(["b", null, "a", "gone"]), loader.load("a")]);
    expect(answers).toEqual(["a!", ["b!", null, "a!", null], "a!"]);
    expect(reads).toEqual([["a", "b", "gone"]]);
  });

  it("waits for what is asked in the continuations of promises that are settled already", async () => {
    const { loader, reads } = recording();
    const late = Promise.resolve()
      .then(() => "")
      .then(() => loader.load("b"));
    expect(await Promise.all([loader.load("a"), late])).toEqual(["a!", "b!"]);
    expect(reads).toEqual([["a", "b"]]);
  });

  it("remembers, also that there is nothing, and answers what it knows without a promise", async () => {
    const { loader, reads } = recording();
    loader.prime("c", "primed");
    await loader.loadAll(["a", "gone"]);
    loader.prime("a", "another");
    expect(loader.loadAll(["gone", "a", null, "c"])).toEqual([null, "a!", null, "primed"]);
    expect(reads).toHaveLength(1);
  });

  it("does not ask again for what is under way", async () => {
    const reads: string[][] = [];
    const gates: (() => void)[] = [];
    const loader = new Loader<string>(
      async (ids) => {
        reads.push([...ids]);
        await new Promise<void>((resolve) => {
          gates.push(resolve);
        });
        return new Map(ids.map((id) => [id, id]));
      },
      () => "",
    );
    const first = loader.load("a");
    await new Promise((resolve) => setImmediate(resolve));
    const second = loader.loadAll(["a", "b"]);
    await new Promise((resolve) => setImmediate(resolve));
    for (const open of gates) open();
    expect(await Promise.all([first, second])).toEqual(["a", ["a", "b"]]);
    expect(reads).toEqual([["a"], ["b"]]);
  });

  it("fails whoever asked, and asks again the next time", async () => {
    let isDown = true;
    const loader = new Loader<string>(
      (ids) => (isDown ? Promise.reject(new Error("down")) : Promise.resolve(new Map(ids.map((id) => [id, id])))),
      () => "",
    );
    await expect(Promise.all([loader.load("a"), loader.loadAll(["b"])])).rejects.toThrow("down");
    isDown = false;
    expect(await loader.load("a")).toBe("a");
  });
});
