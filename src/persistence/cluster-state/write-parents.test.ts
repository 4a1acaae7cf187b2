import { describe, expect, it } from "vitest";
import type { Verdict } from "../../domain/ports/cluster-state.js";
import { query } from "../transaction.js";
import { CLEAN, LedCluster } from "./testing.js";

const led = new LedCluster();

describe("a verdict on a provider's target", () => {
  const ready: Verdict<"READY"> = { status: "READY", reason: null, message: null };
  const error = { status: "ERROR", reason: "InvalidProviderConfig", message: "no route to host" } as const;

  it("rolls the provider up, with a transition only where its status changes", async () => {
    const provider = await led.seed.provider({ status: "PENDING" });
    const target = await led.seed.target(provider, led.clusterId, { status: "PENDING" });
    const other = await led.seed.target(provider, await led.seed.cluster(), { status: "PENDING" });
    await led.write({
      providerTargets: [{ id: target, revision: 1n, verdict: ready, uid: "u", appliedGeneration: 2 }],
    });
    expect(await led.log(provider)).toEqual([]);
    expect(await led.row("provider_target", target)).toMatchObject({
      status: "READY",
      uid: "u",
      applied_generation: 2,
    });
    await query(led.dataSource, "UPDATE provider_target SET status = 'READY' WHERE id = $1", [other]);
    await led.write({ providerTargets: [{ id: target, revision: 1n, verdict: error }] });
    await led.write({ providerTargets: [{ id: target, revision: 1n, verdict: ready }] });
    expect(await led.log(provider)).toEqual(["PROVIDER PENDING>ERROR InvalidProviderConfig", "PROVIDER ERROR>READY -"]);
    expect(await led.row("provider", provider)).toMatchObject(ready);
    const logged = await query(
      led.dataSource,
      "SELECT DISTINCT project_id, provider_id FROM transition WHERE subject_id = $1",
      [provider],
    );
    expect(logged).toEqual([{ project_id: null, provider_id: provider }]);
  });

  it("names the project in the transition of a project provider", async () => {
    const project = await led.seed.project(led.clusterId);
    const provider = await led.seed.provider({ scope: "PROJECT", project_id: project, status: "PENDING" });
    const target = await led.seed.target(provider, led.clusterId, { status: "PENDING" });
    await led.write({ providerTargets: [{ id: target, revision: 1n, verdict: ready }] });
    const logged = await query(led.dataSource, "SELECT project_id FROM transition WHERE subject_id = $1", [provider]);
    expect(logged).toEqual([{ project_id: project }]);
  });

  it("tells a repaired drift as the provider's", async () => {
    const provider = await led.seed.provider();
    const target = await led.seed.target(provider, led.clusterId);
    await led.write({
      providerTargets: [
        { id: target, revision: 1n, verdict: ready, noted: { reason: "Drifted", message: "by kubectl" } },
      ],
    });
    expect(await led.log(provider)).toEqual(["PROVIDER READY>READY Drifted"]);
  });

  it("keeps a provider that is being deleted until its last target has gone", async () => {
    const provider = await led.seed.provider({ status: "DELETING", deletion_requested_at: new Date() });
    const target = await led.seed.target(provider, led.clusterId, { status: "DELETING" });
    const other = await led.seed.target(provider, await led.seed.cluster(), { status: "DELETING" });
    await led.write({ providerTargets: [{ id: target, revision: 1n, verdict: "gone" }] });
    expect(await led.row("provider_target", target)).toBeUndefined();
    expect(await led.row("provider", provider)).toMatchObject({ status: "DELETING" });
    await query(led.dataSource, "UPDATE provider_target SET cluster_id = $2 WHERE id = $1", [other, led.clusterId]);
    await led.write({ providerTargets: [{ id: other, revision: 1n, verdict: "gone" }] });
    expect(await led.row("provider", provider)).toBeUndefined();
    expect(await led.log(provider)).toEqual(["PROVIDER DELETING>- Deleted"]);
  });

  it("never removes a target that nobody wants gone", async () => {
    const provider = await led.seed.provider();
    const target = await led.seed.target(provider, led.clusterId);
    expect(await led.write({ providerTargets: [{ id: target, revision: 1n, verdict: "gone" }] })).toEqual({
      ...CLEAN,
      stale: [target],
    });
    expect(await led.row("provider_target", target)).toBeDefined();
  });
});

describe("a verdict on a project", () => {
  it("changes the row and the log, with its facts", async () => {
    const project = await led.seed.project(led.clusterId, { status: "PENDING" });
    await led.write({
      projects: [
        {
          id: project,
          revision: 1n,
          verdict: { status: "READY", reason: null, message: null },
          uid: "n-1",
          sent: true,
          namespaceOurs: true,
          deleteSent: true,
          lastWrite: null,
        },
      ],
    });
    expect(await led.row("project", project)).toMatchObject({
      status: "READY",
      namespace_uid: "n-1",
      sent: true,
      namespace_ours: true,
    });
    const logged = await query(led.dataSource, "SELECT * FROM transition WHERE subject_id = $1", [project]);
    expect(logged).toMatchObject([
      { from_status: "PENDING", to_status: "READY", project_id: project, cluster_id: led.clusterId, actor: "system" },
    ]);
  });

  it("leaves a row for a namespace that was made again", async () => {
    const project = await led.seed.project(led.clusterId);
    const noted = { reason: "Drifted", message: "made again" };
    await led.write({ projects: [{ id: project, revision: 1n, noted }] });
    expect(await led.log(project)).toEqual(["PROJECT READY>READY Drifted"]);
  });

  it("never removes a project that nobody wants gone", async () => {
    const project = await led.seed.project(led.clusterId);
    expect(await led.write({ projects: [{ id: project, revision: 1n, verdict: "gone" }] })).toEqual({
      ...CLEAN,
      stale: [project],
    });
    expect(await led.row("project", project)).toBeDefined();
  });
});
