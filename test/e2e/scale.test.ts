import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { JsonObject } from "../../src/domain/json.js";
import { eventually } from "../support/eventually.js";
import { unique, type NamedId } from "../support/scene.js";
import { vaultBackend } from "./support/backends.js";
import { Desk, type ProviderNow } from "./support/desk.js";
import { eachLimited } from "./support/each-limited.js";
import { report } from "./support/figures.js";
import { operatorPath, RawCluster } from "./support/raw-cluster.js";
import { stamped } from "./support/stamped.js";
import { Witness } from "./support/witness.js";

/** 10 secrets for 50 projects each. */
const SECRETS = 10;
const PROJECTS = 50;
const TOTAL = SECRETS * PROJECTS;
/** Of everything here together, milliseconds: one machine runs the cluster, the operator and the product. */
const LIMIT = 600_000;

const environment = inject("e2e");
const cluster = RawCluster.of(environment.adminKubeconfig);
const backend = vaultBackend(environment);
const key = unique("e2e-scale");
const item = { secretKey: "password", remoteKey: key, property: "password" };

let desk: Desk;
let provider: NamedId;
let projects: NamedId[];

beforeAll(async () => {
  await backend.authorize(cluster);
  await backend.put(key, { password: "x" });
  desk = await Desk.start();
  provider = await desk.provider(backend.provider());
  projects = [];
  await eachLimited(Array.from({ length: PROJECTS }), 10, async () => projects.push(await desk.project()));
}, LIMIT);
afterAll(async () => {
  await eachLimited(projects, 10, async ({ id }) => {
    await desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id });
    await desk.untilGone("project", id, 300_000);
  });
  await desk.stop();
}, LIMIT);

it(
  `${TOTAL} assignments at once: nobody is left, every transition comes once; beside the operator's own time`,
  async () => {
    // Before and after: the first of both finds cold caches.
    const own = [await operatorsOwnTime()];
    const stream = stamped(desk.socket, await desk.cursor());
    const start = performance.now();
    const secrets = await Promise.all(
      Array.from({ length: SECRETS }, () => desk.secret(provider, projects, { data: [item] })),
    );
    const accepted = performance.now();
    const isSynced = ({ subject, to }: { subject: string; to: string | null }) =>
      subject === "ASSIGNMENT" && to === "SYNCED";
    const arrivals = await eventually(() => {
      const found = stream.events.filter(({ transition }) => isSynced(transition));
      return found.length >= TOTAL && found;
    }, 150_000);
    const last = Math.max(...arrivals.map(({ at }) => at));
    const spent = (last - start) / 1000;
    const answered = (accepted - start) / 1000;
    // Whatever would come twice has come by the time the secrets are SYNCED as well.
    for (const { id } of secrets) await desk.untilThing("secret", id, "SYNCED");
    own.push(await operatorsOwnTime());
    report(
      `${TOTAL} assignments at once, from the first mutation until the subscriber heard of the last`,
      `${spent.toFixed(2)} s (mutations answered after ${answered.toFixed(2)} s); the operator's own time for the same objects applied directly: ${own.map((seconds) => seconds.toFixed(2)).join(" s before, ")} s after`,
    );
    const transitions = stream.events.map(({ transition }) => transition);
    expect(stream.errors).toEqual([]);
    expect(new Set(transitions.map(({ id }) => id)).size).toBe(transitions.length);
    const tellings = new Map<string, string[]>();
    for (const { subject, subjectId, from, to } of transitions) {
      if (subject !== "ASSIGNMENT") continue;
      tellings.set(subjectId, [...(tellings.get(subjectId) ?? []), `${from ?? ""}>${to ?? ""}`]);
    }
    expect(tellings.size).toBe(TOTAL);
    expect([...new Set([...tellings.values()].map((each) => each.join(" ")))]).toEqual([">PENDING PENDING>SYNCED"]);
    for (const { id } of secrets)
      expect(new Set((await desk.assignments(id)).map(({ status }) => status))).toEqual(new Set(["SYNCED"]));
    stream.stop();
  },
  LIMIT,
);

/** Seconds until the same objects, applied by a tool without Secretariat, are all synced; they are removed again. */
async function operatorsOwnTime(): Promise<number> {
  const { storeName } = (await desk.thing<ProviderNow>("provider(id: $id) { storeName }", provider.id)) ?? {
    storeName: "",
  };
  const objects = projects.flatMap(({ name }) =>
    Array.from({ length: SECRETS }, (_, index) => directObject(name, `direct-${index}`, storeName)),
  );
  const witness = new Witness(cluster, environment.operatorVersion);
  witness.start();
  const start = performance.now();
  await eachLimited(objects, 64, (object) => cluster.apply(object, "direct"));
  const isSynced = (name: string, index: number) => witness.of(name, `direct-${index}`).some(({ synced }) => synced);
  await eventually(
    () => projects.every(({ name }) => Array.from({ length: SECRETS }).every((_, index) => isSynced(name, index))),
    150_000,
  );
  const seconds = (performance.now() - start) / 1000;
  await witness.stop();
  const path = (name: string) => operatorPath("externalsecrets", name, "", environment.operatorVersion);
  await eachLimited(projects, 10, ({ name }) =>
    cluster.must("DELETE", path(name), { query: { labelSelector: "e2e=direct" } }),
  );
  await eventually(async () => {
    const left = await cluster.list(operatorPath("externalsecrets", null, "", environment.operatorVersion));
    return left.every((one) => !JSON.stringify(one["metadata"]).includes('"name":"direct-'));
  }, 60_000);
  return seconds;
}

/** What Secretariat would write, but for its labels. */
function directObject(namespace: string, name: string, store: string): JsonObject {
  return {
    apiVersion: `external-secrets.io/${environment.operatorVersion}`,
    kind: "ExternalSecret",
    metadata: { name, namespace, labels: { e2e: "direct" } },
    spec: {
      refreshInterval: "1h0m0s",
      secretStoreRef: { name: store, kind: "ClusterSecretStore" },
      target: { name, creationPolicy: "Owner", deletionPolicy: "Retain", template: { metadata: {} } },
      data: [
        {
          secretKey: "password",
          remoteRef: {
            key,
            property: "password",
            conversionStrategy: "Default",
            decodingStrategy: "None",
            metadataPolicy: "None",
          },
        },
      ],
    },
  };
}
