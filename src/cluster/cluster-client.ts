import type { KubeConfig } from "@kubernetes/client-node";
import { ClusterCredentials } from "./transport/credentials.js";
import { HttpKubernetesApi } from "./transport/http-kubernetes-api.js";
import { HttpTransport } from "./transport/http-transport.js";
import type { KubernetesApi } from "./transport/kubernetes-api.js";

export interface ClusterClientSettings {
  /** Requests under way at once; watches don't count. */
  maxConcurrency: number;
  /** Requests that may wait; more are refused at once. */
  maxQueued: number;
  /** Milliseconds for one request, from sending to the end of the answer. */
  requestTimeout: number;
  /** Bytes of one answer. */
  maxBodyBytes: number;
  /** Milliseconds for a credential plugin or a sign-in. */
  credentialsTimeout: number;
}

const DEFAULT_CLUSTER_CLIENT_SETTINGS: ClusterClientSettings = {
  maxConcurrency: 64,
  maxQueued: 10_000,
  requestTimeout: 15_000,
  maxBodyBytes: 64 * 1024 * 1024,
  credentialsTimeout: 30_000,
};

/** Everything that talks to one cluster shares this: one agent with kept-alive connections, one bound on requests. */
export interface ClusterClient {
  /**
   * The API as one part of the program uses it. Parts take turns where requests have to wait, so that a storm of one does not hold up another.
   * @param lane the part's name
   * @param beforeWrite asked right before each write is sent; what it throws is what the caller of the write gets
   */
  api(lane: string, beforeWrite?: () => void): KubernetesApi;
  /** Requests under way and waiting, for metrics. */
  readonly load: { active: number; waiting: number };
  /** Ends all requests, watches and connections. */
  close(): void;
}

/** @param kubeConfig its current context is the cluster */
export function createClusterClient(
  kubeConfig: KubeConfig,
  settings: Partial<ClusterClientSettings> = {},
): ClusterClient {
  const all = { ...DEFAULT_CLUSTER_CLIENT_SETTINGS, ...settings };
  const credentials = new ClusterCredentials(kubeConfig, {
    credentialsTimeout: all.credentialsTimeout,
    maxFreeSockets: all.maxConcurrency,
  });
  const transport = new HttpTransport(credentials, all);
  return {
    api: (lane, beforeWrite) => new HttpKubernetesApi(transport, lane, beforeWrite),
    get load() {
      return transport.load;
    },
    close: () => transport.close(),
  };
}
