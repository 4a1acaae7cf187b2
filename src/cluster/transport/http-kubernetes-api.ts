import { IncomingMessage } from "node:http";
import type { Json, JsonObject } from "../../domain/json.js";
import { ClusterUnreachableError } from "../kubernetes-error.js";
import type { KubernetesObject, ObjectList } from "../kubernetes-object.js";
import { isKubernetesObject, isRecord } from "../object-guards.js";
import { pathOf, type ResourceRef } from "../resources.js";
import type { TransportRequest } from "./exchange.js";
import type { HttpTransport } from "./http-transport.js";
import type {
  ApplyOptions,
  CallOptions,
  DeletePreconditions,
  KubernetesApi,
  ListOptions,
  PatchOptions,
  WatchOptions,
  WatchStream,
  WriteOptions,
} from "./kubernetes-api.js";
import { errorOfResponse } from "./status.js";

const PATCH_TYPES = { merge: "application/merge-patch+json", json: "application/json-patch+json" };
/** JSON is YAML; servers before 1.34 know no other name for an apply. */
const APPLY_TYPE = "application/apply-patch+yaml";

type Query = { [name: string]: string | number | boolean | undefined };

/** KubernetesApi over one cluster's transport, in one lane. */
export class HttpKubernetesApi implements KubernetesApi {
  /** @param beforeWrite asked right before each write is sent, however long it waited; what it throws is what the caller gets */
  constructor(
    private readonly transport: HttpTransport,
    private readonly lane: string,
    private readonly beforeWrite?: () => void,
  ) {}

  async list(resource: ResourceRef, options: ListOptions = {}): Promise<ObjectList> {
    const { fieldSelector, labelSelector, limit, resourceVersion, namespace } = options;
    const query = { fieldSelector, labelSelector, limit, continue: options.continue, resourceVersion };
    const answer = await this.#call({ method: "GET", path: pathOf(resource, namespace ?? null, null) }, query, options);
    const { items, metadata } = isRecord(answer) ? answer : {};
    const version = isRecord(metadata) ? metadata["resourceVersion"] : undefined;
    if (!isRecord(metadata) || typeof version !== "string" || version === "" || !isObjects(items)) {
      throw new ClusterUnreachableError("protocol", `The answer is no list of ${resource.plural}.`);
    }
    const next = metadata["continue"];
    return { items, resourceVersion: version, continue: typeof next === "string" && next !== "" ? next : null };
  }

  async getByName(
    resource: ResourceRef,
    namespace: string | null,
    name: string,
    options: CallOptions = {},
  ): Promise<KubernetesObject | null> {
    const where = namespace === null ? {} : { namespace };
    const { items } = await this.list(resource, { ...options, ...where, fieldSelector: `metadata.name=${name}` });
    return items.find((item) => item.metadata.name === name) ?? null;
  }

  async apply(
    resource: ResourceRef,
    namespace: string | null,
    object: JsonObject,
    options: ApplyOptions,
  ): Promise<KubernetesObject> {
    const metadata = object["metadata"];
    const name = isRecord(metadata) ? metadata["name"] : undefined;
    if (typeof name !== "string") throw new RangeError("an applied object needs a name");
    const query = { ...writeQuery(options), force: options.force };
    const request = { method: "PATCH", path: pathOf(resource, namespace, name), contentType: APPLY_TYPE } as const;
    return await this.#write({ ...request, body: JSON.stringify(object) }, query, options);
  }

  async patch(
    resource: ResourceRef,
    namespace: string | null,
    name: string,
    patch: Json,
    type: "merge" | "json",
    options: PatchOptions = {},
  ): Promise<KubernetesObject> {
    const path = pathOf(resource, namespace, name, options.subresource);
    const request = { method: "PATCH", path, contentType: PATCH_TYPES[type], body: JSON.stringify(patch) } as const;
    return await this.#write(request, writeQuery(options), options);
  }

  async create(
    resource: ResourceRef,
    namespace: string | null,
    object: JsonObject,
    options: WriteOptions = {},
  ): Promise<KubernetesObject> {
    const request = { method: "POST", path: pathOf(resource, namespace, null), body: JSON.stringify(object) } as const;
    return await this.#write(request, writeQuery(options), options);
  }

  async delete(
    resource: ResourceRef,
    namespace: string | null,
    name: string,
    preconditions: DeletePreconditions,
    options: CallOptions & { dryRun?: boolean } = {},
  ): Promise<"deleted" | KubernetesObject> {
    const body = JSON.stringify({ apiVersion: "v1", kind: "DeleteOptions", preconditions });
    const request = { method: "DELETE", path: pathOf(resource, namespace, name), body } as const;
    const answer = await this.#call(request, writeQuery(options), options);
    if (isRecord(answer) && answer["kind"] === "Status") return "deleted";
    return this.#object(answer, request.path);
  }

  async get(path: string, options: CallOptions = {}): Promise<Json> {
    const answer = await this.#call({ method: "GET", path }, {}, options);
    return isJson(answer) ? answer : null;
  }

  async watch(resource: ResourceRef, options: WatchOptions): Promise<WatchStream> {
    const { fieldSelector, labelSelector, resourceVersion, timeoutSeconds, namespace } = options;
    const query = {
      fieldSelector,
      labelSelector,
      resourceVersion,
      timeoutSeconds,
      watch: true,
      allowWatchBookmarks: true,
    };
    const path = pathOf(resource, namespace ?? null, null) + queryText(query);
    const answer = await this.transport.open({ method: "GET", path, ...callOf(options) });
    if (!(answer instanceof IncomingMessage)) throw errorOfResponse(answer.status, answer.headers, answer.body);
    return streamOf(answer, (error) => this.transport.explain(error));
  }

  async #write(
    request: TransportRequest,
    query: Query,
    options: CallOptions & { dryRun?: boolean },
  ): Promise<KubernetesObject> {
    const answer = await this.#call(request, query, options);
    return this.#object(options.dryRun === true ? versioned(answer) : answer, request.path);
  }

  #object(answer: unknown, path: string): KubernetesObject {
    if (isKubernetesObject(answer)) return answer;
    throw new ClusterUnreachableError("protocol", `The answer to ${path} is no object.`);
  }

  async #call(request: TransportRequest, query: Query, options: CallOptions): Promise<unknown> {
    const writes = request.method !== "GET" && this.beforeWrite !== undefined;
    const { status, headers, body } = await this.transport.request(this.lane, {
      ...request,
      ...callOf(options),
      ...(writes ? { beforeSending: this.beforeWrite } : {}),
      path: request.path + queryText(query),
    });
    if (status < 200 || status > 299) throw errorOfResponse(status, headers, body);
    try {
      return JSON.parse(body);
    } catch {
      throw new ClusterUnreachableError("protocol", `The answer to ${request.path} is no JSON.`);
    }
  }
}

function streamOf(response: IncomingMessage, explain: (error: unknown) => ClusterUnreachableError): WatchStream {
  let destroyed = false;
  // It may break before anybody reads; the reader is told then.
  response.on("error", () => {});
  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of response) if (Buffer.isBuffer(chunk)) yield chunk;
    } catch (error) {
      if (!destroyed) throw explain(error);
    }
  }
  return {
    chunks: chunks(),
    destroy: () => {
      destroyed = true;
      response.destroy();
    },
  };
}

/** An object that was only nearly created has no version; it gets the empty one. */
function versioned(answer: unknown): unknown {
  if (!isRecord(answer) || !isRecord(answer["metadata"])) return answer;
  return { ...answer, metadata: { resourceVersion: "", ...answer["metadata"] } };
}

const isJson = (value: unknown): value is Json => value !== undefined;
const isObjects = (items: unknown): items is KubernetesObject[] =>
  Array.isArray(items) && items.every(isKubernetesObject);

const callOf = ({ signal, timeout }: CallOptions): { signal?: AbortSignal; timeout?: number } => ({
  ...(signal === undefined ? {} : { signal }),
  ...(timeout === undefined ? {} : { timeout }),
});

const writeQuery = ({ fieldManager, dryRun }: { fieldManager?: string; dryRun?: boolean }): Query => ({
  fieldManager,
  dryRun: dryRun === true ? "All" : undefined,
});

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
