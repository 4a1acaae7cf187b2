import { describe, expect, it } from "vitest";
import { at, list, text } from "../json.js";
import {
  dataItem,
  eventsOf,
  externalSecret,
  prepared,
  readyOf,
  settled,
  until,
  vaultStore,
  withReason,
} from "../test-support.js";

describe("events", () => {
  it("are combined from the tenth text on and dropped after 25", async () => {
    const { cluster } = await prepared({ timeScale: 1 });
    const failing = (index: number): void => {
      cluster.store.patch("externalsecrets", "team", "one", {
        spec: { data: [dataItem("password", `none-${index}`)] },
      });
    };
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "none-0")] }));
    await withReason(cluster, "one", "SecretSyncedError");
    for (let index = 1; index < 30; index += 1) {
      failing(index);
      await settled(cluster, 25);
    }
    const events = eventsOf(cluster, "one");
    expect(events.filter((event) => !event.includes("combined")).length).toBe(9);
    expect(events.filter((event) => event.startsWith("UpdateFailed: (combined from similar events): ")).length).toBe(1);
    const counted = cluster.store
      .list("events", { namespace: "team" })
      .reduce((sum, event) => sum + Number(at(event, "count")), 0);
    expect(
      cluster.history.all().filter((entry) => entry.resource === "events" && entry.namespace === "team").length,
    ).toBe(25);
    expect(counted).toBeGreaterThanOrEqual(25);
  });

  it("are managed as a typed client's are: what Go never leaves out belongs to nobody while it is empty", async () => {
    const { cluster } = await prepared();
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "none")] }));
    await withReason(cluster, "one", "SecretSyncedError");
    const [event] = cluster.store.list("events", { namespace: "team" });
    const fields = at(event, "metadata", "managedFields", 0, "fieldsV1");
    expect(at(fields, "f:source")).toEqual({ "f:component": {} });
    expect([at(fields, "f:eventTime"), at(fields, "f:reportingInstance")]).toEqual([undefined, undefined]);
  });

  it("of one text are one Event, whatever came in between", async () => {
    const { cluster } = await prepared({ timeScale: 1 });
    cluster.store.create(externalSecret("one", { data: [dataItem("password", "a")] }));
    await withReason(cluster, "one", "SecretSyncedError");
    const about = (): string | undefined =>
      cluster.store
        .list("events", { namespace: "team" })
        .map((event) =>
          text(event, "message").includes("key: a)") ? text(event, "involvedObject", "resourceVersion") : "",
        )
        .find((each) => each !== "");
    const first = about();
    for (const key of ["b", "a"]) {
      cluster.store.patch("externalsecrets", "team", "one", { spec: { data: [dataItem("password", key)] } });
      await settled(cluster);
    }
    expect(eventsOf(cluster, "one").length).toBe(2);
    expect(about()).toBe(first);
  });
});

describe("stores", () => {
  it("are valid, and say so in an event", async () => {
    const { cluster } = await prepared();
    const store = cluster.store.get("clustersecretstores", "", "vault");
    expect(store?.["status"]).toEqual({
      capabilities: "ReadWrite",
      conditions: [
        expect.objectContaining({ type: "Ready", status: "True", reason: "Valid", message: "store validated" }),
      ],
    });
    const [event] = cluster.store.list("events", { namespace: "default" });
    expect(event).toMatchObject({
      reason: "Valid",
      source: { component: "cluster-secret-store" },
      involvedObject: { kind: "ClusterSecretStore", name: "vault" },
    });
  });

  it("that are refused are not ready, with the cause in the event alone", async () => {
    const { cluster } = await prepared();
    cluster.backends.vault.denied(true);
    cluster.operator.revalidate();
    const store = await until(() => {
      const found = cluster.store.get("clustersecretstores", "", "vault");
      return text(readyOf(found), "status") === "False" && found;
    });
    expect(readyOf(store)).toMatchObject({ reason: "InvalidProviderConfig", message: "unable to validate store" });
    const events = cluster.store.list("events", {
      namespace: "default",
      fieldSelector: "reason=InvalidProviderConfig",
    });
    expect(text(events[0], "message")).toContain("Code: 403");
    cluster.store.create(externalSecret("one"));
    await withReason(cluster, "one", "SecretSyncedError");
    expect(eventsOf(cluster, "one")[0]).toContain('ClusterSecretStore "vault" is not ready');
  });

  it("answer a write whose conditions were nulled", async () => {
    const { cluster } = await prepared();
    cluster.store.patch(
      "clustersecretstores",
      "",
      "vault",
      { status: { conditions: null } },
      { subresource: "status" },
    );
    await until(() => readyOf(cluster.store.get("clustersecretstores", "", "vault")) !== undefined);
  });

  it("write nothing when good stays good", async () => {
    const { cluster } = await prepared();
    await settled(cluster);
    const before = cluster.store.get("clustersecretstores", "", "vault")?.metadata["resourceVersion"];
    cluster.operator.revalidate();
    await settled(cluster);
    expect(cluster.store.get("clustersecretstores", "", "vault")?.metadata["resourceVersion"]).toBe(before);
  });

  it("miss a credential that is known to be absent, unless it is looked for where they are used", async () => {
    const { cluster } = await prepared();
    cluster.operator.credentialAbsent("default", "vault-token");
    await until(() => text(readyOf(cluster.store.get("clustersecretstores", "", "vault")), "status") === "False");
    expect(text(readyOf(cluster.store.get("clustersecretstores", "", "vault")), "message")).toBe(
      "unable to create client",
    );
    const events = cluster.store.list("events", {
      namespace: "default",
      fieldSelector: "reason=InvalidProviderConfig",
    });
    expect(text(events[0], "message")).toBe(
      'cannot get Kubernetes secret "vault-token" from namespace "default": secrets "vault-token" not found',
    );
    const referent = vaultStore("referent", {
      provider: {
        vault: { server: "https://vault.example.com", auth: { tokenSecretRef: { name: "vault-token", key: "token" } } },
      },
    });
    cluster.store.create(referent);
    await until(() => text(readyOf(cluster.store.get("clustersecretstores", "", "referent")), "status") === "True");
  });

  it("of one name can be refused alone", async () => {
    const { cluster } = await prepared();
    cluster.store.create(vaultStore("second"));
    cluster.operator.storeDenied("", "second");
    await until(() => text(readyOf(cluster.store.get("clustersecretstores", "", "second")), "status") === "False");
    expect(text(readyOf(cluster.store.get("clustersecretstores", "", "vault")), "status")).toBe("True");
  });

  it("of another controller class are not looked at", async () => {
    const { cluster } = await prepared();
    cluster.store.create(vaultStore("foreign", { controller: "other" }));
    await settled(cluster);
    expect(list(cluster.store.get("clustersecretstores", "", "foreign"), "status", "conditions")).toEqual([]);
  });
});
