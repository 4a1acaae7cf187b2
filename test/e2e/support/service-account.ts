import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import type { JsonObject } from "../../../src/domain/json.js";
import { isObject, type RawCluster, textOf } from "./raw-cluster.js";

export const ROLE_FILE = fileURLToPath(new URL("../../../deploy/chart/files/clusterrole.yaml", import.meta.url));
/** Where the service accounts of the tests live. */
const HOME = "secretariat-e2e";

export interface Rule extends JsonObject {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** The role that is deployed. */
export function deployedRules(): Rule[] {
  const role: unknown = parse(readFileSync(ROLE_FILE, "utf8"));
  if (!isObject(role) || !Array.isArray(role["rules"])) throw new Error(`${ROLE_FILE} holds no rules`);
  return role["rules"].map((rule) => {
    if (!isObject(rule)) throw new Error(`${ROLE_FILE}: a rule is no object`);
    return {
      apiGroups: strings(rule["apiGroups"]),
      resources: strings(rule["resources"]),
      verbs: strings(rule["verbs"]),
    };
  });
}

/**
 * Makes a service account with exactly these rules, and a kubeconfig with a token of the TokenRequest API for it.
 * @returns the kubeconfig, YAML; its context is named `real`
 */
export async function serviceAccount(cluster: RawCluster, name: string, rules: readonly Rule[]): Promise<string> {
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: HOME } });
  await cluster.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace: HOME } });
  const rbac = "rbac.authorization.k8s.io/v1";
  const account = { kind: "ServiceAccount", name, namespace: HOME };
  await cluster.apply({ apiVersion: rbac, kind: "ClusterRole", metadata: { name }, rules: [...rules] });
  await cluster.apply({
    apiVersion: rbac,
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [account],
  });
  const path = `/api/v1/namespaces/${HOME}/serviceaccounts/${name}/token`;
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 36_000 } };
  const { status } = await cluster.must("POST", path, { body: request });
  if (!isObject(status)) throw new Error("the TokenRequest was answered without a status");
  return kubeconfigWith(cluster, textOf(status["token"]));
}

/** Takes away what `serviceAccount` made. */
export async function removeServiceAccount(cluster: RawCluster, name: string): Promise<void> {
  await cluster.remove(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`);
  await cluster.remove(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${name}`);
  await cluster.remove(`/api/v1/namespaces/${HOME}/serviceaccounts/${name}`);
}

function kubeconfigWith(cluster: RawCluster, token: string): string {
  const { caData, caFile, skipTLSVerify } = cluster.cluster ?? {};
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "real",
        cluster: {
          server: cluster.server,
          ...(caData === undefined ? {} : { "certificate-authority-data": caData }),
          ...(caFile === undefined ? {} : { "certificate-authority": caFile }),
          ...(skipTLSVerify === true ? { "insecure-skip-tls-verify": true } : {}),
        },
      },
    ],
    users: [{ name: "secretariat", user: { token } }],
    contexts: [{ name: "real", context: { cluster: "real", user: "secretariat" } }],
    "current-context": "real",
  });
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
