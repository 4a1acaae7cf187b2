import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { SignJWT } from "jose";
import type { JsonObject } from "../../../src/domain/json.js";
import { unique } from "../../support/scene.js";
import type { E2eEnvironment } from "./environment.js";
import { isObject, type RawCluster, textOf } from "./raw-cluster.js";
import { type CredentialPlace, type SignIn, valueOf } from "./sign-in.js";
import { vaultAdmin, type VaultAdmin } from "./vault-admin.js";

const POLICY = "e2e-sign-in";
const READER = "reader";

/** Vault's, on a Vault or OpenBao whose root token is known. @param tls the same with TLS before it; null: there is none */
export function vaultSignIns({ vault }: E2eEnvironment, tls: { url: string; certificate: string } | null): SignIn[] {
  const ask = vaultAdmin(vault);
  const store = (auth: JsonObject, more: JsonObject = {}): Record<string, unknown> => ({
    vault: { server: vault.address, path: "secret", version: "v2", auth, ...more },
  });
  const put = async (method: string): Promise<string> => {
    const key = unique("e2e-sign-in");
    await ask("POST", `secret/data/${key}`, { data: { password: valueOf(method) } });
    return key;
  };
  /** A method of OpenBao at a mount of its own, and the policy that its roles get. */
  const mount = async (type: string): Promise<string> => {
    await allowReading(ask);
    const path = unique(type);
    await ask("POST", `sys/auth/${path}`, { type });
    return path;
  };
  const signIn = (
    method: string,
    auth: (place: CredentialPlace) => Promise<JsonObject>,
    more: JsonObject = {},
  ): SignIn => ({
    kind: "VAULT",
    method,
    prepare: async (place) => ({ key: await put(method), provider: store(await auth(place), more) }),
  });
  const appRole = async (place: CredentialPlace, said: boolean): Promise<JsonObject> => {
    const path = await mount("approle");
    await ask("POST", `auth/${path}/role/${READER}`, { token_policies: [POLICY] });
    const roleId = dataOf(await ask("GET", `auth/${path}/role/${READER}/role-id`), "role_id");
    const id = dataOf(await ask("POST", `auth/${path}/role/${READER}/secret-id`, {}), "secret_id");
    const reference = await place.secret("vault-approle", { "role-id": roleId, "secret-id": id });
    const role = said ? { roleId } : { roleRef: reference("role-id") };
    return { appRole: { path, ...role, secretRef: reference("secret-id") } };
  };
  const jwt = async (keys: string[]): Promise<{ path: string; role: string }> => {
    const path = await mount("jwt");
    await ask("POST", `auth/${path}/config`, { jwt_validation_pubkeys: keys });
    await ask("POST", `auth/${path}/role/${READER}`, {
      role_type: "jwt",
      bound_audiences: ["vault"],
      user_claim: "sub",
      token_policies: [POLICY],
    });
    return { path, role: READER };
  };
  const kubernetes = async (place: CredentialPlace): Promise<{ mountPath: string; role: string }> => {
    const path = await mount("kubernetes");
    await ask("POST", `auth/${path}/config`, {
      kubernetes_host: place.cluster.server,
      kubernetes_ca_cert: authorityOf(place.cluster),
      disable_local_ca_jwt: true,
    });
    await ask("POST", `auth/${path}/role/${READER}`, {
      bound_service_account_names: [READER],
      bound_service_account_namespaces: [place.namespace],
      token_policies: [POLICY],
    });
    await mayReview(place);
    return { mountPath: path, role: READER };
  };

  return [
    signIn("appRole", (place) => appRole(place, false)),
    signIn("appRole with the id said", (place) => appRole(place, true)),
    signIn("userPass", async (place) => {
      const path = await mount("userpass");
      await ask("POST", `auth/${path}/users/${READER}`, { password: "right", token_policies: [POLICY] });
      const reference = await place.secret("vault-userpass", { password: "right" });
      return { userPass: { path, username: READER, secretRef: reference("password") } };
    }),
    signIn("jwt with a token in a Secret", async (place) => {
      const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      const signed = await new SignJWT({})
        .setProtectedHeader({ alg: "RS256" })
        .setSubject(READER)
        .setAudience("vault")
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(privateKey);
      const reference = await place.secret("vault-jwt", { jwt: signed });
      const settings = await jwt([publicKey.export({ type: "spki", format: "pem" }).toString()]);
      return { jwt: { ...settings, secretRef: reference("jwt") } };
    }),
    signIn("jwt with a service account's token", async (place) => {
      const serviceAccountRef = await place.serviceAccount(READER);
      const settings = await jwt(await keysOf(place.cluster));
      return { jwt: { ...settings, kubernetesServiceAccountToken: { serviceAccountRef, audiences: ["vault"] } } };
    }),
    signIn("kubernetes with a service account", async (place) => {
      const serviceAccountRef = await place.serviceAccount(READER);
      return { kubernetes: { ...(await kubernetes(place)), serviceAccountRef } };
    }),
    signIn("kubernetes with a token in a Secret", async (place) => {
      await place.serviceAccount(READER);
      const settings = await kubernetes(place);
      const reference = await place.secret("vault-kubernetes", { token: await place.token(READER) });
      return { kubernetes: { ...settings, secretRef: reference("token") } };
    }),
    inNamespace(ask, store),
    ofFirstVersion(ask, store),
    ...(tls === null
      ? []
      : [
          signIn("tokenSecretRef, behind TLS of an authority of its own", (place) => token(ask, place), {
            server: tls.url,
            caBundle: Buffer.from(tls.certificate).toString("base64"),
          }),
        ]),
  ];
}

const allowReading = (ask: VaultAdmin, namespace?: string): Promise<JsonObject> =>
  ask("PUT", `sys/policies/acl/${POLICY}`, { policy: 'path "*" { capabilities = ["read", "list"] }' }, namespace);

type Store = (auth: JsonObject, more?: JsonObject) => Record<string, unknown>;

/** A token that may read, of one of Vault's namespaces or of its root. */
async function token(ask: VaultAdmin, place: CredentialPlace, namespace?: string): Promise<JsonObject> {
  await allowReading(ask, namespace);
  const { auth } = await ask("POST", "auth/token/create", { policies: [POLICY] }, namespace);
  const reference = await place.secret("vault-token", { token: isObject(auth) ? textOf(auth["client_token"]) : "" });
  return { tokenSecretRef: reference("token") };
}

/** In a namespace of Vault's own. */
const inNamespace = (ask: VaultAdmin, store: Store): SignIn => ({
  kind: "VAULT",
  method: "tokenSecretRef in a namespace",
  async prepare(place) {
    const namespace = unique("team");
    await ask("POST", `sys/namespaces/${namespace}`, {});
    await ask("POST", "sys/mounts/secret", { type: "kv", options: { version: "2" } }, namespace);
    await ask("POST", "secret/data/app", { data: { password: valueOf(this.method) } }, namespace);
    return { key: "app", provider: store(await token(ask, place, namespace), { namespace }) };
  },
});

/** Of a mount without versions. */
const ofFirstVersion = (ask: VaultAdmin, store: Store): SignIn => ({
  kind: "VAULT",
  method: "tokenSecretRef, KV version 1",
  async prepare(place) {
    const path = unique("kv");
    await ask("POST", `sys/mounts/${path}`, { type: "kv", options: { version: "1" } });
    await ask("POST", `${path}/app`, { password: valueOf(this.method) });
    return { key: "app", provider: store(await token(ask, place), { path, version: "v1" }) };
  },
});

/** Lets the reader ask the API server about tokens, its own above all: OpenBao does it in its name. */
async function mayReview({ cluster, namespace }: CredentialPlace): Promise<void> {
  await cluster.apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `secretariat-e2e-reviewer-${namespace}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:auth-delegator" },
    subjects: [{ kind: "ServiceAccount", name: READER, namespace }],
  });
}

/** The keys by which the cluster's service account tokens are known, PEM. */
async function keysOf(cluster: RawCluster): Promise<string[]> {
  const { keys } = await cluster.must("GET", "/openid/v1/jwks", { accept: "application/jwk-set+json" });
  return (Array.isArray(keys) ? keys.filter(isObject) : []).map((key) =>
    createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }).toString(),
  );
}

function authorityOf({ cluster }: RawCluster): string {
  if (cluster?.caData !== undefined) return Buffer.from(cluster.caData, "base64").toString();
  if (cluster?.caFile !== undefined) return readFileSync(cluster.caFile, "utf8");
  throw new Error("the kubeconfig names no authority");
}

function dataOf(answer: JsonObject, name: string): string {
  return isObject(answer["data"]) ? textOf(answer["data"][name]) : "";
}
