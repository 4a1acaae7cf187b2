import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { unique, type NamedId } from "../support/scene.js";
import { CREDENTIALS, vaultBackend } from "./support/backends.js";
import { Desk } from "./support/desk.js";
import { report } from "./support/figures.js";
import { LesserRole, READS, refusalOf } from "./support/lesser-role.js";
import { RawCluster, textOf } from "./support/raw-cluster.js";
import { deployedRules } from "./support/service-account.js";

const environment = inject("e2e");
const cluster = RawCluster.of(environment.adminKubeconfig);
const backend = vaultBackend(environment);
const key = unique("e2e-least");
const missing = (name: string) => [{ secretKey: "password", remoteKey: `${key}-${name}`, property: "password" }];
const role = new LesserRole(environment, "secretariat-least-reads");

beforeAll(async () => {
  await backend.authorize(cluster);
  await role.make();
});
afterAll(() => role.remove());

describe("native Secrets", () => {
  it.each([
    ["a read", "GET", `/api/v1/namespaces/${CREDENTIALS}/secrets/vault`, /cannot get resource "secrets"/u],
    ["a list", "GET", "/api/v1/secrets", /cannot list resource "secrets"/u],
    ["a watch", "GET", "/api/v1/secrets?watch=true", /cannot watch resource "secrets"/u],
    ["a deletion", "DELETE", `/api/v1/namespaces/${CREDENTIALS}/secrets/vault`, /cannot delete resource "secrets"/u],
  ])("%s by the product's service account is forbidden", async (_, method, path, message) => {
    const answer = await RawCluster.of(environment.kubeconfig).send(method, path);
    expect([answer.status, answer.body["reason"], answer.body["message"]]).toEqual([
      403,
      "Forbidden",
      expect.stringMatching(message),
    ]);
    if (method === "GET" && path.includes("vault"))
      report("read of a Secret by the service account", textOf(answer.body["message"]));
  });

  it("no rule of the role names them, or anything by a wildcard", () => {
    const named = deployedRules().flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    expect(named.filter((one) => one.includes("*") || one === "secrets" || one.startsWith("secrets/"))).toEqual([]);
  });
});

describe("each verb of a list or a watch is needed", () => {
  it.each(READS)("without %s %s: no longer true that %s", async (resource, verb) => {
    await role.take(resource, verb);
    const desk = await Desk.start({ kubeconfig: role.kubeconfig });
    try {
      // The feature is asked for while the rule is away …
      const project = await desk.createProject();
      const provider = await desk.createProvider(backend.provider());
      const refused = refusalOf(resource, verb);
      const isTold = async (): Promise<boolean> => {
        const { clusters } = await desk.admin.ask<{ clusters: unknown }>("{ clusters { status statusReason } }");
        return refused.test(JSON.stringify(clusters));
      };
      await eventually(isTold, 30_000);
      const broken = await brokenWithout(desk, `${resource} ${verb}`, project, provider);
      expect(broken).toBe(true);
      // … and comes by itself once it is back.
      await role.giveBack(resource, verb);
      await desk.untilThing("project", project.id, "READY");
      await desk.untilThing("provider", provider.id, "READY");
      const secret = await desk.secret(provider, [project], { data: missing("late") });
      await desk.untilAssignment(secret.id, ({ message }) => backend.causes.missing.test(message ?? ""));
      await eventually(async () => !(await isTold()), 60_000);
    } finally {
      await desk.stop();
    }
  });
});

/** Whether the feature fails: nothing can be seen to be READY, or for events: the cause isn't told. The cluster's status has said so already. */
async function brokenWithout(desk: Desk, what: string, project: NamedId, provider: NamedId): Promise<boolean> {
  // Lists that are repeated ever more seldom still bring what happened, late: what is broken is that it comes as it happens, and the cluster says so.
  if (what.endsWith(" watch")) return true;
  if (what !== "events list") {
    const { project: found } = await desk.admin.ask<{ project: { status: string } }>(
      "query ($id: ID!) { project(id: $id) { status } }",
      { id: project.id },
    );
    return found.status !== "READY" || (await desk.providerNow(provider.id))?.status !== "READY";
  }
  await desk.untilThing("project", project.id, "READY");
  await desk.untilThing("provider", provider.id, "READY");
  const secret = await desk.secret(provider, [project], { data: missing("early") });
  const { message } = await desk.untilStatus(secret.id, "SYNCED_ERROR");
  return !backend.causes.missing.test(message ?? "");
}
