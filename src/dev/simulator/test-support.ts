import { afterEach, expect } from "vitest";
import { at, isObject, type Json, type JsonObject, list, parseJson, text } from "./json.js";
import type { KubeObject } from "./kube-object.js";
import { type SimulatedCluster, type Simulator, type SimulatorOptions, startSimulator } from "./index.js";

/** A cluster of a test's own, stopped after it. */
const started: Simulator[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((simulator) => simulator.stop()));
});

/** An answer of the API. */
export interface Response {
  code: number;
  body: JsonObject;
  headers: Headers;
}

/** A cluster, and how to call it. */
export interface Bench {
  simulator: Simulator;
  cluster: SimulatedCluster;
  /** Calls as admin, or with another token. */
  call(method: string, path: string, body?: Json, options?: { type?: string; token?: string }): Promise<Response>;
  /** Server-side apply as `secretariat` with the least role. */
  apply(object: JsonObject, options?: { manager?: string; force?: boolean; query?: string }): Promise<Response>;
}

/** Matchers with a type, where vitest's have none. */
export const like = (pattern: RegExp): unknown => expect.stringMatching(pattern);
export const someText = (): unknown => expect.any(String);
export const partly = (part: object): unknown => expect.objectContaining(part);

export const ESO = "/apis/external-secrets.io/v1";

/** Starts one cluster; delays are a hundredth unless the test says otherwise. */
export async function bench(options: Partial<SimulatorOptions> = {}): Promise<Bench> {
  const simulator = await startSimulator({ clusters: ["berlin"], timeScale: 0.01, ...options });
  started.push(simulator);
  const [cluster] = simulator.clusters.values();
  if (cluster === undefined) throw new Error("no cluster");
  const call: Bench["call"] = async (method, path, body, more = {}) => {
    const response = await fetch(cluster.url + path, {
      method,
      headers: {
        authorization: `Bearer ${more.token ?? cluster.adminToken}`,
        "content-type": more.type ?? "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const source = await response.text();
    const parsed = source.startsWith("{") ? parseJson(source) : { text: source };
    return { code: response.status, body: isObject(parsed) ? parsed : {}, headers: response.headers };
  };
  return {
    simulator,
    cluster,
    call,
    apply: (object, { manager = "secretariat", force = false, query = "" } = {}) =>
      call("PATCH", `${pathOf(object)}?fieldManager=${manager}&force=${force}${query}`, object, {
        type: "application/apply-patch+yaml",
        token: cluster.token,
      }),
  };
}

/** The address of one of the operator's objects. */
function pathOf(object: JsonObject): string {
  const namespace = text(object, "metadata", "namespace");
  const plural = `${text(object, "kind").toLowerCase()}s`;
  const place = namespace === "" ? "" : `/namespaces/${namespace}`;
  return `/apis/${text(object, "apiVersion")}${place}/${plural}/${text(object, "metadata", "name")}`;
}

/** Waits for a condition, at most five seconds. */
export async function until<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  what = "the condition",
): Promise<T> {
  const limit = Date.now() + 5000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > limit) throw new Error(`${what} did not come true in 5 s`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

/** Waits until the operator has nothing more to do: no change for some time. */
export async function settled(cluster: SimulatedCluster, quietMs = 60): Promise<void> {
  let last = cluster.resourceVersion;
  let since = Date.now();
  await until(() => {
    if (cluster.resourceVersion !== last) {
      last = cluster.resourceVersion;
      since = Date.now();
    }
    return Date.now() - since > quietMs;
  }, "quiet");
}

/** A namespace. */
export const namespace = (name: string, labels: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

/** A store that reads from the simulated Vault. */
export function vaultStore(name = "vault", more: JsonObject = {}): JsonObject {
  const auth = { tokenSecretRef: { name: "vault-token", namespace: "default", key: "token" } };
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: { name },
    spec: { provider: { vault: { server: "https://vault.example.com", path: "secret", auth } }, ...more },
  };
}

/** An entry of spec.data with every default said, as Secretariat says them: an entry without is another one to server-side apply. */
export function dataItem(secretKey: string, key: string, property?: string): JsonObject {
  const strategies = { conversionStrategy: "Default", decodingStrategy: "None", metadataPolicy: "None" };
  return { secretKey, remoteRef: { key, ...(property === undefined ? {} : { property }), ...strategies } };
}

/** An ExternalSecret `name` in `team`, on ClusterSecretStore `vault`, key `db`, property `password`; `spec` goes over that. */
export function externalSecret(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace: "team", ...metadata },
    spec: {
      refreshInterval: "1h0m0s",
      secretStoreRef: { name: "vault", kind: "ClusterSecretStore" },
      data: [dataItem("password", "db", "password")],
      target: { template: { metadata: {} } },
      ...spec,
    },
  };
}

/** A cluster with namespace `team`, a store `vault` that is ready and a value under `db`. */
export async function prepared(options: Partial<SimulatorOptions> = {}): Promise<Bench> {
  const made = await bench(options);
  made.cluster.backends.vault.set("db", { password: "first", user: "app" });
  made.cluster.store.create(namespace("team"));
  made.cluster.store.create(vaultStore());
  if (options.operator !== false)
    await until(() => readyOf(made.cluster.store.get("clustersecretstores", "", "vault")) !== undefined, "the store");
  return made;
}

/** The Ready condition. */
export function readyOf(object: KubeObject | undefined): JsonObject | undefined {
  return list(object, "status", "conditions")
    .filter(isObject)
    .find((each) => text(each, "type") === "Ready");
}

/** Waits until an ExternalSecret of `team` is as wanted. */
export async function externalSecretThat(
  cluster: SimulatedCluster,
  name: string,
  wanted: (object: KubeObject) => boolean,
): Promise<KubeObject> {
  return until(() => {
    const object = cluster.store.get("externalsecrets", "team", name);
    return object !== undefined && wanted(object) && object;
  }, `ExternalSecret ${name}`);
}

/** Waits for a Ready condition of `team`'s ExternalSecret with this reason. */
export const withReason = (cluster: SimulatedCluster, name: string, reason: string): Promise<KubeObject> =>
  externalSecretThat(cluster, name, (object) => text(readyOf(object), "reason") === reason);

/** The keys and values of a native Secret of `team`; undefined where there is none. */
export function secretData(cluster: SimulatedCluster, name: string): Record<string, string> | undefined {
  const secret = cluster.store.get("secrets", "team", name);
  if (secret === undefined) return undefined;
  const data = at(secret, "data");
  return Object.fromEntries(
    Object.entries(isObject(data) ? data : {}).map(([key, value]) => [
      key,
      Buffer.from(typeof value === "string" ? value : "", "base64").toString("utf8"),
    ]),
  );
}

/** `reason: message` of the events about an object of `team`, oldest first. */
export function eventsOf(cluster: SimulatedCluster, name: string): string[] {
  return cluster.store
    .list("events", { namespace: "team", fieldSelector: `involvedObject.name=${name}` })
    .map((event) => `${text(event, "reason")}: ${text(event, "message")}`);
}

/** A watch that is read in the background. */
export interface Watching {
  events: { type: string; object: JsonObject }[];
  /** Resolves when the server ends it: true, or the connection breaks: false. */
  ended: Promise<boolean>;
  close(): void;
}

const EMPTY: Uint8Array[] = [];

/** Opens a watch. */
export async function watch({ cluster }: Bench, path: string, token = cluster.adminToken): Promise<Watching> {
  const controller = new AbortController();
  const response = await fetch(`${cluster.url}${path}${path.includes("?") ? "&" : "?"}watch=true`, {
    headers: { authorization: `Bearer ${token}` },
    signal: controller.signal,
  });
  const events: Watching["events"] = [];
  const read = async (): Promise<boolean> => {
    let rest = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? EMPTY) {
        const bytes: unknown = chunk;
        if (bytes instanceof Uint8Array) rest += decoder.decode(bytes, { stream: true });
        const lines = rest.split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const frame = parseJson(line);
          const object = at(frame, "object");
          events.push({ type: text(frame, "type"), object: isObject(object) ? object : {} });
        }
      }
      return true;
    } catch {
      return false;
    }
  };
  return { events, ended: read(), close: () => controller.abort() };
}
