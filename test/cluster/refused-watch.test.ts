import { afterAll, beforeAll, it } from "vitest";
import type { ResourceName } from "../../src/dev/simulator/index.js";
import { eventually } from "../support/eventually.js";
import { Scene } from "../support/scene.js";

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.start({ clusters: ["berlin"], simulator: { bookmarkInterval: 100 } });
});
afterAll(() => scene.stop());

/** A role that lacks a rule must not look like a cluster in which nothing happens. */
it.each<[ResourceName, "list" | "watch"]>([
  ["externalsecrets", "watch"],
  ["clustersecretstores", "watch"],
  ["secretstores", "list"],
  ["events", "watch"],
  ["events", "list"],
])("a cluster whose role does not allow %s %s says so, until it does", async (resource, verb) => {
  const cluster = scene.cluster();
  const message = `${resource} is forbidden: cannot ${verb} resource "${resource}"`;
  const match = { resource, verb };
  const fault = cluster.faults.add({ match, effect: { kind: "status", code: 403, reason: "Forbidden", message } });
  // What was watched is too old: it is listed anew, and watched from there.
  cluster.failWatches();
  await eventually(async () => {
    const { statusReason } = await scene.untilCluster("berlin", { status: "CONNECTED" });
    return statusReason?.includes(message);
  });
  fault.remove();
  await scene.untilCluster("berlin", { status: "CONNECTED", statusReason: null });
  await scene.synced();
});
