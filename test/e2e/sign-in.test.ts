import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { NamedId } from "../support/scene.js";
import { CREDENTIALS, testBackends } from "./support/backends.js";
import { awsSignIns, azureSignIns, googleSignIns } from "./support/cloud-sign-ins.js";
import { Desk } from "./support/desk.js";
import { isObject, pathOf, RawCluster, textOf } from "./support/raw-cluster.js";
import { CredentialPlace, type SignIn, valueOf } from "./support/sign-in.js";
import { tlsFront } from "./support/tls-front.js";
import { vaultSignIns } from "./support/vault-sign-ins.js";

/** Every way to sign in that a backend here judges, with a credential in a Secret or of a service account: a value comes through it. */

const environment = inject("e2e");
const cluster = RawCluster.of(environment.adminKubeconfig);
// A Vault that is somebody else's may not reach this process.
const tls = environment.control === null ? null : await tlsFront(environment.vault.address);
const { standin } = environment;
const signIns: SignIn[] = [
  ...vaultSignIns(environment, tls),
  ...testBackends().flatMap((backend) => {
    if (backend.kind === "AWS_SECRETS_MANAGER") return awsSignIns(backend);
    if (backend.kind === "AZURE_KEY_VAULT") return azureSignIns(backend);
    return backend.kind === "GCP_SECRET_MANAGER" && standin !== null ? googleSignIns(standin) : [];
  }),
];

let desk: Desk;
let project: NamedId;
beforeAll(async () => {
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: CREDENTIALS } });
  desk = await Desk.start({ env: { MAX_PROVIDERS_PER_PROJECT: "100" } });
  project = await desk.project();
});
afterAll(async () => {
  await desk.mutate("deleteProject(id: $id, deleteNamespace: true) { id }", "$id: ID!", { id: project.id });
  await desk.untilGone("project", project.id);
  await desk.stop();
  await tls?.stop();
  const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  for (const namespace of [CREDENTIALS, project.name])
    await cluster.remove(`${bindings}/secretariat-e2e-reviewer-${namespace}`);
});

describe.each(["ORGANIZATION", "PROJECT"] as const)("a provider of scope %s", (scope) => {
  it.for(signIns)("$kind, $method", async (signIn, { skip }) => {
    const version = environment.operatorVersion;
    if (version !== "v1" && signIn.newer !== undefined) skip(`the operator of ${version} has no ${signIn.newer}`);
    const own = scope === "PROJECT";
    const place = new CredentialPlace(cluster, own ? project.name : CREDENTIALS, !own);
    const { provider: input, key } = await signIn.prepare(place);
    const provider = await desk.provider({ scope, ...(own ? { projectId: project.id } : {}), ...input });
    const secret = await desk.secret(provider, [project], {
      data: [{ secretKey: "password", remoteKey: key, property: "password" }],
      ...(own ? { scope, projectId: project.id, projectIds: undefined } : {}),
    });
    await desk.untilStatus(secret.id, "SYNCED");
    const metadata = { namespace: project.name, name: secret.name };
    const native = await cluster.find(pathOf({ apiVersion: "v1", kind: "Secret", metadata }));
    const data = isObject(native?.["data"]) ? native["data"] : {};
    expect(Buffer.from(textOf(data["password"]), "base64").toString()).toBe(valueOf(signIn.method));
  });
});
