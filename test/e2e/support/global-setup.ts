import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { serveControl } from "./control.js";
import type { E2eEnvironment } from "./environment.js";
import { startGuard } from "./guard.js";
import { report } from "./figures.js";
import { RawCluster, textOf } from "./raw-cluster.js";
import { missingAssets, Rig } from "./rig.js";
import { deployedRules, serviceAccount } from "./service-account.js";

const HOW = "see test/e2e/README.md, or run `test/e2e/rig/rig build` and set KUBEBUILDER_ASSETS to the folder it names";

/** vitest's globalSetup: a cluster by KUBECONFIG, or one of our own from KUBEBUILDER_ASSETS, and the product's service account in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { KUBECONFIG: kubeconfig = "", KUBEBUILDER_ASSETS: assets = "" } = process.env;
  const problem = kubeconfig === "" ? assetsProblem(assets) : backendProblem();
  if (problem !== null) {
    process.stderr.write(`test:e2e: ${problem}\n`);
    process.exit(1);
  }
  const directory = mkdtempSync(join(tmpdir(), "secretariat-e2e-"));
  for (const name of ["pids", "logs", "certs"]) mkdirSync(join(directory, name), { mode: 0o700 });
  const guard = startGuard(directory);
  const ends: (() => Promise<void>)[] = [];
  const teardown = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
    // It removes the folder.
    guard.done();
  };
  try {
    const environment =
      kubeconfig === "" ? await ownRig(resolve(assets), directory, ends) : await givenCluster(kubeconfig, directory);
    project.provide("e2e", environment);
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

function assetsProblem(assets: string): string | null {
  if (assets === "")
    return `set KUBECONFIG to a cluster with the External Secrets Operator, or KUBEBUILDER_ASSETS to a folder of binaries: ${HOW}`;
  const missing = missingAssets(resolve(assets));
  return missing.length === 0 ? null : `KUBEBUILDER_ASSETS=${assets} lacks ${missing.join(", ")}: ${HOW}`;
}

function backendProblem(): string | null {
  return process.env["VAULT_ADDR"] === undefined
    ? "KUBECONFIG is set, and VAULT_ADDR and VAULT_TOKEN are not: an OpenBao or Vault that the operator reaches; `test/e2e/rig/rig env` prints them, or unset KUBECONFIG"
    : null;
}

async function ownRig(assets: string, directory: string, ends: (() => Promise<void>)[]): Promise<E2eEnvironment> {
  const rig = await Rig.start(assets, directory, (started) => ends.push(() => started.stop()));
  const control = await serveControl(rig);
  ends.push(() => control.stop());
  const { vault, aws, standin } = rig;
  return { ...(await account(rig.kubeconfig, directory)), vault, aws, standin, control: control.url };
}

async function givenCluster(kubeconfig: string, directory: string): Promise<E2eEnvironment> {
  const { VAULT_ADDR: address = "", VAULT_TOKEN: token = "root", AWS_SECRETSMANAGER_ENDPOINT: endpoint } = process.env;
  return {
    ...(await account(kubeconfig, directory)),
    vault: { address, token },
    aws: endpoint === undefined ? null : { endpoint },
    standin: givenStandin(),
    control: null,
  };
}

function givenStandin(): E2eEnvironment["standin"] {
  const { STANDIN_PROXY: proxy, STANDIN_AZURE: azure, STANDIN_CA: ca, GCP_SERVICE_ACCOUNT: key } = process.env;
  if (proxy === undefined || azure === undefined || ca === undefined || key === undefined) return null;
  return { proxy, azure: `https://${azure}`, ca, googleServiceAccount: key };
}

type Access = Pick<E2eEnvironment, "directory" | "adminKubeconfig" | "kubeconfig" | "operatorVersion">;

async function account(adminKubeconfig: string, directory: string): Promise<Access> {
  const cluster = RawCluster.of(adminKubeconfig);
  const kubeconfig = join(directory, "secretariat.kubeconfig");
  writeFileSync(kubeconfig, await serviceAccount(cluster, "secretariat", deployedRules()), { mode: 0o600 });
  const { status } = await cluster.get("/apis/external-secrets.io/v1");
  const { gitVersion } = await cluster.must("GET", "/version");
  const operatorVersion = status === 200 ? "v1" : "v1beta1";
  report("runs on", `Kubernetes ${textOf(gitVersion)}, external-secrets.io/${operatorVersion}`);
  return {
    directory,
    adminKubeconfig,
    kubeconfig,
    operatorVersion,
  };
}
