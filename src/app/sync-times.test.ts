import { describe, expect, it } from "vitest";
import type { TransitionRecord } from "../domain/transition.js";
import { SyncTimes } from "./sync-times.js";

function measure(...told: Partial<TransitionRecord>[]): [string, number][] {
  const seen: [string, number][] = [];
  new SyncTimes((clusterId, seconds) => seen.push([clusterId, seconds])).take(
    told.map((given, n) => ({
      id: String(n),
      position: BigInt(n),
      subject: "ASSIGNMENT",
      subjectId: "a",
      from: null,
      to: "PENDING",
      reason: null,
      message: null,
      actor: "ada",
      at: new Date(n * 1000),
      secretId: null,
      assignmentId: "a",
      projectId: null,
      providerId: null,
      clusterId: "c",
      ...given,
    })),
  );
  return seen;
}

const synced = { actor: "system", to: "SYNCED" };

describe("the time from a change to SYNCED", () => {
  it("is from a person's change to the cluster's confirmation, failures in between included", () => {
    expect(measure({}, { actor: "system", to: "SYNCED_ERROR" }, synced)).toEqual([["c", 2]]);
  });

  it("counts from the newest change, and once", () => {
    expect(measure({}, {}, synced, { actor: "system", to: "PENDING" }, synced)).toEqual([["c", 1]]);
  });

  it("is of each assignment by itself, and of nothing else", () => {
    expect(measure({}, { subjectId: "b" }, { ...synced, subjectId: "b" }, synced)).toEqual([
      ["c", 1],
      ["c", 3],
    ]);
    expect(measure({ subject: "SECRET" }, { ...synced, subject: "SECRET" }, synced)).toEqual([]);
  });

  it("ends with the assignment", () => {
    expect(measure({}, { to: "DELETING" }, synced)).toEqual([]);
    expect(measure({}, { actor: "system", to: null }, synced)).toEqual([]);
  });
});
