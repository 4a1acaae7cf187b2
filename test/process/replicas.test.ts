import { describe, expect, it, onTestFinished } from "vitest";
import { Scene } from "../chaos/scene.js";
import { pauseLeader, pauseWithPositionLock, restoreDatabase, rollingRestart, swapAll } from "../chaos/scenarios.js";
import { PATHS } from "../chaos/stage/paths.js";

async function scene(replicas: number): Promise<Scene> {
  const set = await Scene.set(replicas, PATHS.main);
  onTestFinished(() => set.stage.clear());
  return set;
}

describe("replicas of the built product", () => {
  it("a leader that is stopped past the takeover writes no status afterwards, and all is as desired soon", async () => {
    const { takeover, findings } = await pauseLeader(await scene(2));
    expect(findings).toEqual([]);
    expect(takeover).toBeLessThan(10_000);
  }, 180_000);

  it("nobody waits for longer than 5 s for one that is stopped while it holds the log's lock", async () => {
    const { longest, findings } = await pauseWithPositionLock(await scene(2));
    expect(findings).toEqual([]);
    // It did hold it.
    expect(longest).toBeGreaterThan(1_000);
    expect(longest).toBeLessThan(6_000);
  }, 180_000);

  it("a rolling restart under load: nothing acknowledged is lost, subscribers miss and double nothing", async () => {
    const { findings, acknowledged, received } = await rollingRestart(await scene(3));
    expect(findings).toEqual([]);
    expect(acknowledged).toBeGreaterThan(20);
    expect(received).toBeGreaterThan(20);
  }, 180_000);

  it.each([
    ["with all of them stopped", false],
    ["while they run on", true],
  ])(
    "a restored database, %s: nothing is deleted in any cluster, cursors of the lost past are refused, all converges",
    async (_how, runningOn) => {
      const { deleted, refused, findings } = await restoreDatabase(await scene(2), runningOn);
      expect(findings).toEqual([]);
      expect(deleted).toEqual([]);
      expect(refused).toBeGreaterThan(0);
    },
    180_000,
  );

  it("contexts that lead to each other's cluster: nothing is written, and all goes on when they are right again", async () => {
    const { written, statuses, findings } = await swapAll(await scene(2));
    expect(findings).toEqual([]);
    expect(written).toEqual([]);
    for (const status of statuses) expect(status).toMatch(/^UNREACHABLE ClusterChanged: This name leads to /);
  }, 180_000);
});
