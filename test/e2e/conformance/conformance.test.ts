import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startSimulator, type Simulator } from "../../../src/dev/simulator/index.js";
import { unique } from "../../support/scene.js";
import { vaultBackend } from "../support/backends.js";
import { report } from "../support/figures.js";
import { isObject, operatorPath, RawCluster, textOf } from "../support/raw-cluster.js";
import { API_CASES } from "./api-cases.js";
import type { Case } from "./case.js";
import { Ground, STORE, type GroundOptions } from "./ground.js";
import { readyOf } from "./ready.js";
import { NAMESPACE_CASES } from "./namespace-cases.js";
import { STORE_CASES } from "./store-cases.js";
import { SYNC_CASES } from "./sync-cases.js";
import { TARGET_CASES } from "./target-cases.js";
import { WATCH_CASES } from "./watch-cases.js";

/** The simulator's licence to exist: what is done to it and to a real cluster looks the same to whoever watches. */

const environment = inject("e2e");
const version = environment.operatorVersion;
const backend = vaultBackend(environment);
let simulator: Simulator;
let grounds: GroundOptions[];

beforeAll(async () => {
  // The rig has no webhook, so the simulator's is not asked either: its rules are those of the operator, and have tests of their own.
  simulator = await startSimulator({ clusters: ["real"], webhook: false, apiVersion: version });
  const simulated = simulator.clusters.get("real");
  if (simulated === undefined) throw new Error("no simulated cluster");
  const admin = RawCluster.of(environment.adminKubeconfig);
  grounds = [
    {
      name: "real",
      version,
      admin,
      account: RawCluster.of(environment.kubeconfig),
      vault: environment.vault.address,
      put: async (key, value) => void (await backend.put(key, value)),
      forget: async (key) => {
        const url = `${environment.vault.address}/v1/secret/metadata/${key}`;
        await fetch(url, { method: "DELETE", headers: { "X-Vault-Token": environment.vault.token } });
      },
      withoutCredential: () => {},
    },
    {
      name: "simulated",
      version,
      admin: new RawCluster(simulator.kubeconfig("admin")),
      account: new RawCluster(simulator.kubeconfig()),
      vault: environment.vault.address,
      put: async (key, value) => simulated.backends.vault.set(key, value),
      forget: async (key) => simulated.backends.vault.delete(key),
      withoutCredential: (namespace, name) => simulated.operator.credentialAbsent(namespace, name),
    },
  ];
  await backend.authorize(admin);
  const credential = await admin.must("GET", "/api/v1/namespaces/secretariat-e2e-credentials/secrets/vault");
  for (const options of grounds) {
    const ground = new Ground(options, "secretariat-e2e-credentials");
    await ground.open();
    await ground.admin.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "vault", namespace: "secretariat-e2e-credentials" },
      data: isObject(credential["data"]) ? credential["data"] : {},
    });
    await ground.apply(ground.store("ClusterSecretStore", STORE));
    await ground.until(ground.clusterStorePath(STORE), (object) => readyOf(object)?.["status"] === "True");
  }
});
afterAll(async () => {
  await grounds[0]?.admin.remove(operatorPath("clustersecretstores", null, STORE, version));
  await simulator.stop();
});

async function both({ run }: Case): Promise<{ real: unknown; simulated: unknown }> {
  const namespace = unique("conform");
  const [real, simulated] = await Promise.all(
    grounds.map(async (options) => {
      const ground = new Ground(options, namespace);
      await ground.open();
      try {
        return await run(ground);
      } finally {
        await ground.close();
      }
    }),
  );
  return { real, simulated };
}

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  "what becomes of an ExternalSecret": SYNC_CASES,
  "native Secrets": TARGET_CASES,
  stores: STORE_CASES,
  "the API server": API_CASES,
  "lists and watches": WATCH_CASES,
  namespaces: NAMESPACE_CASES,
};

describe.concurrent.each(Object.entries(GROUPS))("%s: as on a real cluster", (_, cases) => {
  it.for([...cases])("$name", async (each, { skip }) => {
    if (version !== "v1" && each.newer !== undefined) skip(`the operator of ${version} has no ${each.newer}`);
    const { real, simulated } = await both(each);
    expect(real, "the case shows something").not.toBeUndefined();
    expect(simulated).toEqual(real);
  });
});

it("as many cases as are told", () => {
  const count = Object.values(GROUPS).reduce((sum, cases) => sum + cases.length, 0);
  report("conformance cases", textOf(count));
  expect(count).toBeGreaterThan(100);
});
