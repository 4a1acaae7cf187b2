import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { eventually } from "../support/eventually.js";
import { unique, type NamedId } from "../support/scene.js";
import { testBackends } from "./support/backends.js";
import { Desk } from "./support/desk.js";
import { pathOf, RawCluster, textOf } from "./support/raw-cluster.js";

const cluster = RawCluster.of(inject("e2e").adminKubeconfig);

let desk: Desk;
let project: NamedId;
beforeAll(async () => {
  desk = await Desk.start();
  project = await desk.project();
});
afterAll(async () => {
  await desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id: project.id });
  await desk.untilGone("project", project.id);
  await desk.stop();
});

/** What the native Secret holds now, decoded: this is an admin's view, which the product never has. */
async function held(name: string): Promise<Record<string, string>> {
  const found = await cluster.find(
    pathOf({ apiVersion: "v1", kind: "Secret", metadata: { namespace: project.name, name } }),
  );
  return Object.fromEntries(
    Object.entries(found?.["data"] ?? {}).map(([key, value]) => [key, Buffer.from(textOf(value), "base64").toString()]),
  );
}

describe.each(testBackends())("$kind on $standsFor", (backend) => {
  // The operator takes up a failing backend again after 1, 2, 4 … s: a recovery may wait for as long as the fault lasted. Azure's client adds its own retries.
  const RECOVERY = 120_000;
  const key = backend.key(unique("e2e/app"));
  const whole = (name: string) => ({ secretKey: name, remoteKey: key });
  let provider: NamedId;
  let firstVersion: string;

  beforeAll(async () => {
    await backend.authorize(cluster);
    firstVersion = await backend.put(key, { password: "first", user: "app" });
    await backend.put(key, { password: "second", user: "app" });
    provider = await desk.provider(backend.provider());
  });
  afterAll(() => backend.back());

  it("a value travels into a native Secret, by property and by version", async () => {
    const secret = await desk.secret(provider, [project], {
      data: [
        { ...whole("current"), property: "password" },
        { ...whole("older"), property: "password", version: firstVersion },
        whole("all"),
      ],
    });
    await desk.untilStatus(secret.id, "SYNCED");
    const { current, older, all } = await held(secret.name);
    expect([current, older, JSON.parse(all ?? "null")]).toEqual([
      "second",
      "first",
      { password: "second", user: "app" },
    ]);
  });

  it("extract takes every property of a key", async () => {
    const secret = await desk.secret(provider, [project], { dataFrom: [{ extract: { key } }] });
    await desk.untilStatus(secret.id, "SYNCED");
    expect(await held(secret.name)).toEqual({ password: "second", user: "app" });
  });

  it("find takes every key whose name is like this", async () => {
    const prefix = unique("found");
    await backend.put(`${prefix}-a`, { password: "a" });
    await backend.put(`${prefix}-b`, { password: "b" });
    const secret = await desk.secret(provider, [project], { dataFrom: [{ find: backend.pattern(prefix) }] });
    await desk.untilStatus(secret.id, "SYNCED");
    const values = await held(secret.name);
    expect(Object.keys(values).toSorted()).toEqual([`${prefix}-a`, `${prefix}-b`]);
    expect(values[`${prefix}-b`]).toContain('"b"');
  });

  it("find takes every key with these tags", async () => {
    const name = unique("tagged");
    await backend.putTagged(`${name}-a`, { password: "a" }, { team: name });
    await backend.putTagged(`${name}-b`, { password: "b" }, { team: "another" });
    const secret = await desk.secret(provider, [project], { dataFrom: [{ find: { tags: { team: name } } }] });
    await desk.untilStatus(secret.id, "SYNCED");
    expect(Object.keys(await held(secret.name))).toEqual([`${name}-a`]);
  });

  it("a wrong key is an error that says so, and heals by itself when the key comes", async () => {
    const late = backend.key(unique("e2e/late"));
    const secret = await desk.secret(provider, [project], { data: [{ secretKey: "password", remoteKey: late }] });
    const failed = await desk.untilAssignment(secret.id, ({ message }) => backend.causes.missing.test(message ?? ""));
    expect([failed.status, failed.reason]).toEqual(["SYNCED_ERROR", "SecretSyncedError"]);
    await backend.put(late, { password: "late" });
    await desk.untilStatus(secret.id, "SYNCED", RECOVERY);
    expect((await held(secret.name))["password"]).toContain("late");
  });

  const faults = [
    { fault: "a revoked credential", make: backend.revoke, cause: backend.causes.revoked },
    { fault: "a backend that is away", make: backend.away, cause: backend.causes.away },
    ...(backend.signInAway === null ? [] : [{ fault: "a sign-in that is away", ...backend.signInAway }]),
  ];
  // On a cluster that is somebody else's there may be nobody to break a backend; and who is patient sets E2E_SLOW.
  const slow = backend.stubbornness > 300_000 && process.env["E2E_SLOW"] === undefined;
  const possible = (each: (typeof faults)[number]) => each.make !== null && !(slow && each.make === backend.away);

  it.each(faults.filter(possible))(
    "$fault is an error with the backend's cause, and heals by itself",
    async ({ make, cause }) => {
      // A short interval: nobody else would ask the backend meanwhile.
      const secret = await desk.secret(provider, [project], {
        data: [{ ...whole("password"), property: "password" }],
        refreshInterval: "2s",
      });
      await desk.untilStatus(secret.id, "SYNCED");
      const received = desk.transitions(await desk.cursor());
      await make?.(cluster);
      try {
        const failed = await desk.untilAssignment(
          secret.id,
          ({ status, message }) => status === "SYNCED_ERROR" && cause.test(message ?? ""),
          RECOVERY + backend.stubbornness,
        );
        expect(failed.reason).toBe("SecretSyncedError");
      } finally {
        await backend.back();
        await backend.authorize(cluster);
      }
      await desk.untilStatus(secret.id, "SYNCED", RECOVERY);
      const actors = await eventually(() => {
        const own = received.events.filter(({ subject, to }) => subject === "ASSIGNMENT" && to === "SYNCED");
        return own.length > 0 && own.map(({ actor }) => actor);
      }, 30_000);
      expect(new Set(actors)).toEqual(new Set(["system"]));
      received.stop();
      await desk.mutate("deleteSecret(id: $id) { id }", "$id: ID!", { id: secret.id });
      await desk.untilGone("secret", secret.id);
    },
    900_000,
  );
});
