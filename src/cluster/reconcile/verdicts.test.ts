import { describe, expect, it } from "vitest";
import { verdictToWrite } from "./verdicts.js";

const SYNCED = { status: "SYNCED", reason: "SecretSynced", message: null };
const row = (observedAt: number | null, current = SYNCED) => ({ current, observedAt, now: 1_000_000 });

describe("what of a verdict is written", () => {
  it("every change, and every going", () => {
    const failed = { ...SYNCED, message: "another" };
    expect(verdictToWrite(failed, row(1_000_000), false, true)).toBe(failed);
    expect(verdictToWrite("gone", row(1_000_000), false, true)).toBe("gone");
  });

  it("the same again once a minute with what else changes, so that observedAt says when it was last seen to be true", () => {
    expect(verdictToWrite(SYNCED, row(1_000_000 - 59_999), true, false)).toBeUndefined();
    expect(verdictToWrite(SYNCED, row(1_000_000 - 60_000), true, false)).toBe(SYNCED);
    expect(verdictToWrite(SYNCED, row(null), true, false)).toBe(SYNCED);
  });

  it("the same again once a day where nothing else changes", () => {
    expect(verdictToWrite(SYNCED, row(1_000_000 - 86_399_999), true, true)).toBeUndefined();
    expect(verdictToWrite(SYNCED, row(1_000_000 - 86_400_000), true, true)).toBe(SYNCED);
    expect(verdictToWrite(SYNCED, row(null), true, true)).toBe(SYNCED);
  });

  it("nothing again where nobody could look", () => {
    expect(verdictToWrite(SYNCED, row(null), false, false)).toBeUndefined();
  });
});
