import { describe, expect, it } from "vitest";
import { SharedAnswers, type Answer } from "./shared-answers.js";

/** Answers that count how often they are made. */
function rig(groups: number) {
  const answers = new SharedAnswers();
  answers.groups = groups;
  const made: string[] = [];
  const ask = async (position: bigint, scope: string, own = false, bytes = 1): Promise<string> => {
    const payload = await answers.payload(position, async (): Promise<Answer> => {
      await Promise.resolve();
      made.push(scope);
      return { payload: Buffer.from(`${scope}${" ".repeat(bytes)}`), own };
    });
    return payload.toString("utf8").trim();
  };
  return { made, ask };
}

describe("answers that groups of several scopes share", () => {
  it("are made once where nobody's scope was looked at, also while the first is being made", async () => {
    const { made, ask } = rig(3);
    expect(await Promise.all([ask(1n, "a"), ask(1n, "b"), ask(1n, "c")])).toEqual(["a", "a", "a"]);
    expect(await ask(1n, "d")).toBe("a");
    expect(made).toEqual(["a"]);
  });

  it("are never another's where the scope was looked at", async () => {
    const { made, ask } = rig(3);
    expect(await Promise.all([ask(1n, "a", true), ask(1n, "b", true)])).toEqual(["a", "b"]);
    // One such answer, and the question is each one's own from then on.
    expect(await Promise.all([ask(2n, "a"), ask(2n, "b")])).toEqual(["a", "b"]);
    expect(made).toHaveLength(4);
  });

  it("are those of their own transition", async () => {
    const { ask } = rig(2);
    expect([await ask(1n, "a"), await ask(2n, "b"), await ask(1n, "c")]).toEqual(["a", "b", "a"]);
  });

  it("are not kept for a group that is alone", async () => {
    const { made, ask } = rig(1);
    expect([await ask(1n, "a"), await ask(1n, "b")]).toEqual(["a", "b"]);
    expect(made).toHaveLength(2);
  });

  it("are kept within bounds, the newest of them", async () => {
    const { made, ask } = rig(2);
    for (let position = 1n; position <= 10n; position += 1n) await ask(position, `a${position}`, false, 100_000);
    made.length = 0;
    expect(await ask(10n, "b")).toBe("a10");
    expect(await ask(1n, "b")).toBe("b");
    expect(made).toEqual(["b"]);
  });

  it("fail for those who asked first, and are made again for the others", async () => {
    const answers = new SharedAnswers();
    answers.groups = 2;
    const failing = answers.payload(1n, () => Promise.reject(new Error("no")));
    const other = answers.payload(1n, () => Promise.resolve({ payload: Buffer.from("b"), own: false }));
    await expect(failing).rejects.toThrow("no");
    expect((await other).toString()).toBe("b");
  });
});
