import { describe, expect, it } from "vitest";
import { query } from "../transaction.js";
import { CLEAN, LedCluster, verdict } from "./testing.js";

const led = new LedCluster();

describe("going", () => {
  const going = { deletion_requested_at: new Date(), status: "DELETING" };

  it("removes an assignment that was unassigned, and leaves its secret UNASSIGNED", async () => {
    const { assignment, secret } = await led.assigned(1, { assignment: going });
    expect(await led.write({ assignments: [verdict(assignment, "gone")] })).toEqual(CLEAN);
    expect(await led.row("assignment", assignment)).toBeUndefined();
    expect(await led.row("secret", secret)).toMatchObject({ status: "UNASSIGNED" });
    expect(await led.log(assignment, secret)).toEqual([
      "ASSIGNMENT DELETING>- Deleted",
      "SECRET PENDING>UNASSIGNED RolledUp",
    ]);
  });

  it("never removes an assignment that nobody wants gone", async () => {
    const { assignment, secret } = await led.assigned(1);
    expect(await led.write({ assignments: [verdict(assignment, "gone")] })).toEqual({ ...CLEAN, stale: [assignment] });
    expect(await led.row("assignment", assignment)).toBeDefined();
    expect(await led.log(assignment, secret)).toEqual([]);
  });

  it("takes a secret that is being deleted with its last assignment, not before", async () => {
    const { assignments, secret } = await led.assigned(2, { secret: going, assignment: going });
    const [one = "", two = ""] = assignments;
    await led.write({ assignments: [verdict(one, "gone")] });
    expect(await led.row("secret", secret)).toMatchObject({ status: "DELETING" });
    await led.write({ assignments: [verdict(two, "gone")] });
    expect(await led.row("secret", secret)).toBeUndefined();
    expect(await led.log(one, two, secret)).toEqual([
      "ASSIGNMENT DELETING>- Deleted",
      "ASSIGNMENT DELETING>- Deleted",
      "SECRET DELETING>- Deleted",
    ]);
  });

  it("says what it unblocked: a project and stores that are going away themselves", async () => {
    const project = await led.seed.project(led.clusterId, going);
    const provider = await led.seed.provider({ scope: "PROJECT", project_id: project, ...going });
    const target = await led.seed.target(provider, led.clusterId, { status: "DELETING" });
    const secret = await led.seed.secret(provider, { scope: "PROJECT", project_id: project, ...going });
    const assignment = await led.seed.assignment(secret, project, going);

    // The store outlives the secret, the project the store.
    const early = await led.write({
      providerTargets: [{ id: target, revision: 1n, verdict: "gone" }],
      projects: [{ id: project, revision: 1n, verdict: "gone" }],
    });
    expect(early.stale.sort()).toEqual([target, project].sort());

    expect(await led.write({ assignments: [verdict(assignment, "gone")] })).toEqual({
      ...CLEAN,
      unblocked: { projects: [project], providerTargets: [target] },
    });
    expect(await led.write({ providerTargets: [{ id: target, revision: 1n, verdict: "gone" }] })).toEqual({
      ...CLEAN,
      unblocked: { projects: [project], providerTargets: [] },
    });
    expect(await led.row("provider", provider)).toBeUndefined();
    await query(
      led.dataSource,
      "INSERT INTO project_member (project_id, subject, added_by) VALUES ($1, 'tim', 'ada')",
      [project],
    );
    expect(await led.write({ projects: [{ id: project, revision: 1n, verdict: "gone" }] })).toEqual(CLEAN);
    expect(await led.row("project", project)).toBeUndefined();
    expect(await query(led.dataSource, "SELECT FROM project_member WHERE project_id = $1", [project])).toEqual([]);
    expect(await led.log(assignment, secret, provider, project)).toEqual([
      "ASSIGNMENT DELETING>- Deleted",
      "SECRET DELETING>- Deleted",
      "PROVIDER DELETING>- Deleted",
      "PROJECT DELETING>- Deleted",
    ]);
  });

  it("of a whole project in one batch ends with the project, in the log too", async () => {
    const project = await led.seed.project(led.clusterId, going);
    const secret = await led.seed.secret(await led.seed.provider(), {
      scope: "PROJECT",
      project_id: project,
      ...going,
    });
    const assignment = await led.seed.assignment(secret, project, going);
    const outcome = await led.write({
      assignments: [verdict(assignment, "gone")],
      projects: [{ id: project, revision: 1n, verdict: "gone" }],
    });
    expect(outcome.stale).toEqual([]);
    expect(await led.log(assignment, secret, project)).toEqual([
      "ASSIGNMENT DELETING>- Deleted",
      "SECRET DELETING>- Deleted",
      "PROJECT DELETING>- Deleted",
    ]);
  });
});
