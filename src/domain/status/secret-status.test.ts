import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ASSIGNMENT_STATUSES, type AssignmentStatus, PROVIDER_STATUSES } from "../kinds.js";
import { providerStatus } from "./provider-status.js";
import { secretStatus } from "./secret-status.js";

/** "SYNCED", or "-DELETING" for one that is unassigning; projects are named a, b, c … in their order. */
const assignments = (words: string) =>
  words
    .split(" ")
    .filter((word) => word !== "")
    .map((word, index) => ({
      status: ASSIGNMENT_STATUSES.find((status) => word.replace("-", "") === status) ?? "PENDING",
      unassigning: word.startsWith("-"),
      projectName: "abcdefghijklmnopqrstuvwxyz".charAt(index),
      message: word.endsWith("SYNCED_ERROR") ? "no such key" : null,
    }));

describe("the status of a secret (DESIGN.md's table, row by row)", () => {
  it.each([
    // Being deleted.
    [true, "DELETE_FAILED DELETING", "DELETE_FAILED", "1 of 2 projects could not be cleaned up: a"],
    [true, "SYNCED -DELETE_FAILED", "DELETE_FAILED", "1 of 2 projects could not be cleaned up: b"],
    [true, "DELETING DELETING", "DELETING", "being removed from 2 projects: a, b"],
    [true, "FAILED SYNCED_ERROR", "DELETING", "being removed from 2 projects: a, b"],
    [true, "", "DELETING", null],
    // Unassigning ones.
    [false, "SYNCED -DELETE_FAILED", "DELETE_FAILED", "1 of 1 project could not be cleaned up: b"],
    [false, "FAILED -DELETE_FAILED -DELETING", "DELETE_FAILED", "1 of 2 projects could not be cleaned up: b"],
    [false, "-DELETING", "PENDING", "being removed from 1 project: a"],
    [false, "-SYNCED -FAILED", "PENDING", "being removed from 2 projects: a, b"],
    [false, "", "UNASSIGNED", null],
    // The rest.
    [false, "FAILED SYNCED_ERROR SYNCED PENDING", "FAILED", "1 of 4 projects could not be written: a"],
    [false, "SYNCED_ERROR SYNCED PENDING", "SYNCED_ERROR", "1 of 3 projects reports an error: a (no such key)"],
    [false, "SYNCED_ERROR SYNCED_ERROR SYNCED", "SYNCED_ERROR", "2 of 3 projects report errors: a, b"],
    [false, "SYNCED SYNCED", "SYNCED", null],
    [false, "SYNCED -DELETING", "SYNCED", null],
    [false, "SYNCED -FAILED -SYNCED_ERROR", "SYNCED", null],
    [false, "SYNCED PENDING", "PARTIALLY_SYNCED", "1 of 2 projects is not synced yet: b"],
    [false, "SYNCED DELETING", "PARTIALLY_SYNCED", "1 of 2 projects is not synced yet: b"],
    [false, "PENDING", "PENDING", "1 of 1 project is not synced yet: a"],
    [false, "PENDING PENDING -DELETING", "PENDING", "2 of 2 projects are not synced yet: a, b"],
    [false, "DELETING", "PENDING", "1 of 1 project is not synced yet: a"],
  ])("deleting %s, %s: %s", (deleting, words, status, statusReason) =>
    expect(secretStatus({ deleting, assignments: assignments(words) })).toEqual({ status, statusReason }),
  );

  it("names a few projects, in their order, and counts the rest", () => {
    const many = Array.from({ length: 14 }, (_, index) => ({
      status: "SYNCED_ERROR" as const,
      unassigning: false,
      projectName: `team-${String(13 - index).padStart(2, "0")}`,
      message: "x",
    }));
    expect(secretStatus({ deleting: false, assignments: many }).statusReason).toBe(
      "14 of 14 projects report errors: team-00, team-01, team-02, team-03, team-04 and 9 more",
    );
  });

  it("does not depend on the order, and is bounded", () => {
    const one = fc.record({
      status: fc.constantFrom<AssignmentStatus>(...ASSIGNMENT_STATUSES),
      unassigning: fc.boolean(),
      projectName: fc.stringMatching(/^[a-z]{2,41}$/),
      message: fc.constant(null),
    });
    const list = fc.uniqueArray(one, { selector: ({ projectName }) => projectName, maxLength: 12 });
    fc.assert(
      fc.property(fc.boolean(), list, (deleting, all) => {
        const result = secretStatus({ deleting, assignments: all });
        expect(secretStatus({ deleting, assignments: all.toReversed() })).toEqual(result);
        expect((result.statusReason ?? "").length).toBeLessThan(400);
        expect(
          result.status === "SYNCED" ||
            result.status === "UNASSIGNED" ||
            result.statusReason !== null ||
            all.length === 0,
        ).toBe(true);
      }),
    );
  });
});

const targets = (words: string) =>
  words
    .split(" ")
    .filter((word) => word !== "")
    .map((word, index) => ({
      status: word === "ABSENT" ? "ERROR" : (PROVIDER_STATUSES.find((status) => status === word) ?? "PENDING"),
      clusterName: "abcdef".charAt(index),
      reason: word === "ERROR" ? "InvalidProviderConfig" : word === "ABSENT" ? "StoreNotFound" : null,
      message: word === "ERROR" ? "permission denied" : null,
    }));

describe("the status of a provider over its targets", () => {
  it.each([
    [false, "", "PENDING", null, null],
    [false, "PENDING", "PENDING", null, "1 of 1 cluster is not ready yet: a"],
    [false, "READY PENDING", "PENDING", null, "1 of 2 clusters is not ready yet: b"],
    [false, "READY READY", "READY", null, null],
    [false, "READY ERROR", "ERROR", "InvalidProviderConfig", "1 of 2 clusters reports an error: b (permission denied)"],
    [false, "ERROR ERROR PENDING", "ERROR", "InvalidProviderConfig", "2 of 3 clusters report errors: a, b"],
    [false, "READY ABSENT", "READY", null, null],
    [false, "PENDING ABSENT", "PENDING", null, "1 of 1 cluster is not ready yet: a"],
    [false, "ABSENT ABSENT", "ERROR", "StoreNotFound", "2 of 2 clusters report errors: a, b"],
    [false, "READY DELETING", "PENDING", null, "1 of 2 clusters is not ready yet: b"],
    [false, "ERROR DELETE_FAILED", "ERROR", null, "2 of 2 clusters report errors: a, b"],
    [true, "READY", "DELETING", null, null],
    [true, "", "DELETING", null, null],
    [true, "ERROR DELETING", "DELETING", null, null],
    [true, "DELETE_FAILED DELETING", "DELETE_FAILED", null, "1 of 2 clusters could not be cleaned up: a"],
  ])("deleting %s, %s: %s", (deleting, words, status, reason, message) =>
    expect(providerStatus(deleting, targets(words))).toEqual({ status, reason, message }),
  );
});
