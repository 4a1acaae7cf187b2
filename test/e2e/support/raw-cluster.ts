import { readFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest, type RequestOptions as HttpsOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import type { JsonObject } from "../../../src/domain/json.js";

/** An answer of the API server, as it came. */
export interface RawAnswer {
  status: number;
  body: JsonObject;
}

export interface RawRequest {
  query?: Readonly<Record<string, string>>;
  body?: unknown;
  contentType?: string;
  /** What is to be answered; JSON without it. */
  accept?: string;
}

/** One line of a watch. */
export interface RawEvent {
  type: string;
  object: JsonObject;
  /** `performance.now()` when it came. */
  at: number;
}

export interface RawWatch {
  events: RawEvent[];
  ended: boolean;
  stop(): void;
}

export const APPLY = "application/apply-patch+yaml";
export const MERGE = "application/merge-patch+json";
export const JSON_PATCH = "application/json-patch+json";

/** A cluster as its API is spoken, past all that the product does: what tests prepare, break and check with. */
export class RawCluster {
  readonly #config: KubeConfig;

  /** @param kubeconfig YAML; its current context, or the one that is named */
  constructor(kubeconfig: string, context?: string) {
    this.#config = new KubeConfig();
    this.#config.loadFromString(kubeconfig);
    if (context !== undefined) this.#config.setCurrentContext(context);
  }

  static of(path: string): RawCluster {
    return new RawCluster(readFileSync(path, "utf8"));
  }

  get server(): string {
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null) throw new Error("the kubeconfig has no current context with a cluster");
    return cluster.server.replace(/\/$/u, "");
  }

  get cluster(): ReturnType<KubeConfig["getCurrentCluster"]> {
    return this.#config.getCurrentCluster();
  }

  /** Sends a request; whatever is answered is returned. */
  async send(method: string, path: string, request: RawRequest = {}): Promise<RawAnswer> {
    const response = await this.#open(method, path, request);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += textOf(chunk);
    return { status: response.statusCode ?? 0, body: parse(text) };
  }

  /** Sends a request that must succeed. @throws with the server's answer */
  async must(method: string, path: string, request: RawRequest = {}): Promise<JsonObject> {
    const { status, body } = await this.send(method, path, request);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  get(path: string): Promise<RawAnswer> {
    return this.send("GET", path);
  }

  /** The object; undefined where there is none. */
  async find(path: string): Promise<JsonObject | undefined> {
    const { status, body } = await this.send("GET", path);
    if (status === 404) return undefined;
    if (status >= 300) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async list(path: string, query: Readonly<Record<string, string>> = {}): Promise<JsonObject[]> {
    const { items } = await this.must("GET", path, { query });
    return Array.isArray(items) ? items.filter(isObject) : [];
  }

  /** Server-side apply that must succeed. */
  apply(object: JsonObject, manager = "e2e", query: Readonly<Record<string, string>> = {}): Promise<JsonObject> {
    return this.must("PATCH", pathOf(object), {
      query: { fieldManager: manager, force: "true", ...query },
      body: object,
      contentType: APPLY,
    });
  }

  /** Deletes; an absent object is no failure. */
  async remove(path: string): Promise<void> {
    const { status, body } = await this.send("DELETE", path);
    if (status >= 300 && status !== 404) throw new Error(`DELETE ${path}: ${status} ${JSON.stringify(body)}`);
  }

  /** Opens a watch; resolves when the server has accepted it. */
  async watch(path: string, query: Readonly<Record<string, string>> = {}): Promise<RawWatch> {
    const response = await this.#open("GET", path, { query: { watch: "true", ...query } });
    const watch: RawWatch = { events: [], ended: false, stop: () => response.destroy() };
    let rest = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const event = parse(line);
        watch.events.push({
          type: textOf(event["type"]),
          object: isObject(event["object"]) ? event["object"] : {},
          at: performance.now(),
        });
      }
    });
    const end = (): void => {
      watch.ended = true;
    };
    response.on("end", end).on("close", end).on("error", end);
    if (response.statusCode !== 200) {
      // A refused watch answers a Status instead of events.
      await new Promise<void>((resolve) => response.once("close", () => resolve()));
      throw new Error(`watch ${path}: ${response.statusCode} ${rest}`);
    }
    return watch;
  }

  async #open(
    method: string,
    path: string,
    { query = {}, body, contentType = "application/json", accept = "application/json" }: RawRequest,
  ): Promise<IncomingMessage> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const options: HttpsOptions = { method, headers: { accept } };
    if (url.protocol === "https:") await this.#config.applyToHTTPSOptions(options);
    else
      Object.assign(options.headers ?? {}, { authorization: `Bearer ${this.#config.getCurrentUser()?.token ?? ""}` });
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined)
      // Node.js frames the body of a DELETE by this alone.
      Object.assign(options.headers ?? {}, { "content-type": contentType, "content-length": Buffer.byteLength(text) });
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      send(url, options as RequestOptions, resolve)
        .on("error", reject)
        .end(text);
    });
  }
}

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: "namespaces",
  Secret: "secrets",
  ServiceAccount: "serviceaccounts",
  ExternalSecret: "externalsecrets",
  SecretStore: "secretstores",
  ClusterSecretStore: "clustersecretstores",
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
  CustomResourceDefinition: "customresourcedefinitions",
  Event: "events",
};

/** Where an object of one of the kinds above stands. */
export function pathOf(object: JsonObject): string {
  const { apiVersion, kind, metadata } = object;
  const plural = PLURALS[textOf(kind)];
  if (plural === undefined || !isObject(metadata)) throw new Error(`no path is known for ${textOf(kind)}`);
  const prefix = apiVersion === "v1" ? "/api/v1" : `/apis/${textOf(apiVersion)}`;
  const place = metadata["namespace"] === undefined ? "" : `/namespaces/${textOf(metadata["namespace"])}`;
  return `${prefix}${place}/${plural}/${textOf(metadata["name"])}`;
}

/** Where the objects of operator kinds stand; `name` left out: the collection. */
export const operatorPath = (plural: string, namespace: string | null, name = "", version = "v1"): string =>
  `/apis/external-secrets.io/${version}${namespace === null ? "" : `/namespaces/${namespace}`}/${plural}${name === "" ? "" : `/${name}`}`;

/** Text, or a number as text; nothing of whatever else. */
export const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? `${value}` : "";

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : { value: text };
  } catch {
    return { text };
  }
}
