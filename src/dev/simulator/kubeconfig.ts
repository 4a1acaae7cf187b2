import { stringify } from "yaml";

/** What a kubeconfig needs to know of a cluster. */
export interface KubeconfigEntry {
  name: string;
  url: string;
  token: string;
}

/**
 * A kubeconfig (YAML) with a context for each cluster, named as the cluster; the first is current.
 *
 * The servers speak plain HTTP on loopback; @kubernetes/client-node takes that only where TLS is not to be verified.
 */
export function renderKubeconfig(entries: readonly KubeconfigEntry[]): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: entries.map(({ name, url }) => ({ name, cluster: { server: url, "insecure-skip-tls-verify": true } })),
    users: entries.map(({ name, token }) => ({ name: `secretariat-${name}`, user: { token } })),
    contexts: entries.map(({ name }) => ({
      name,
      context: { cluster: name, user: `secretariat-${name}`, namespace: "default" },
    })),
    "current-context": entries[0]?.name ?? "",
  });
}
