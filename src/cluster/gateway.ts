import { foreignText } from "../domain/foreign-text.js";
import { isJsonObject, type Json, type JsonObject } from "../domain/json.js";
import type { ClusterGateway, ForeignExternalSecret } from "../domain/ports/cluster-gateway.js";
import { otherOf } from "../domain/spec/other.js";
import { FIELD_MANAGER, LABELS } from "../domain/spec/render.js";
import { clusterUnreachable, type Problem } from "../errors.js";
import type { ClusterDiscovery } from "./discovery.js";
import { ClusterUnreachableError, isClusterFailure, KubernetesError, toldToAll } from "./kubernetes-error.js";
import type { KubernetesObject } from "./kubernetes-object.js";
import { isRecord } from "./object-guards.js";
import { unknownPaths } from "./openapi.js";
import { commonPaths, isOnOneWay, leavesOf, problemsOf } from "./problem-paths.js";
import { readyOf } from "./projection/conditions.js";
import { NAMESPACES, operatorResources, type OperatorApiVersion, type ResourceRef } from "./resources.js";
import type { KubernetesApi } from "./transport/kubernetes-api.js";

/** A connected cluster, as the gateway needs it. */
export interface GatewayCluster {
  name: string;
  api: KubernetesApi;
  discovery: Pick<ClusterDiscovery, "current" | "specSchema">;
}

export interface GatewayOptions {
  /** Whose labels count as ours. */
  installationId: string;
  /** Milliseconds for a whole answer. Default 5,000. */
  timeout?: number;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const PAGE_SIZE = 500;
/** More ExternalSecrets of one namespace are not shown. */
const MAX_PAGES = 10;
const OPERATOR_MANAGER = "external-secrets";

/** What people ask of clusters while they wait for the answer. */
export class KubernetesClusterGateway implements ClusterGateway {
  readonly #clusters = new Map<string, GatewayCluster>();

  constructor(private readonly options: GatewayOptions) {}

  connect(clusterId: string, cluster: GatewayCluster): void {
    this.#clusters.set(clusterId, cluster);
  }

  disconnect(clusterId: string): void {
    this.#clusters.delete(clusterId);
  }

  async listExternalSecrets(clusterId: string, namespace: string): Promise<ForeignExternalSecret[]> {
    const { api, name } = this.#cluster(clusterId);
    const { externalSecrets } = operatorResources(this.operatorApiVersion(clusterId));
    return await this.#answered(name, async (signal) => {
      const found: ForeignExternalSecret[] = [];
      let next: string | null = null;
      for (let page = 0; page === 0 || (next !== null && page < MAX_PAGES); page += 1) {
        const from: { continue?: string } = next === null ? {} : { continue: next };
        const list = await api.list(externalSecrets, { namespace, limit: PAGE_SIZE, signal, ...from });
        for (const item of list.items) found.push(this.#foreign(item));
        next = list.continue;
      }
      return found;
    });
  }

  async dryRun(clusterId: string, manifest: JsonObject): Promise<Problem[]> {
    const { api, name } = this.#cluster(clusterId);
    const metadata = isJsonObject(manifest["metadata"]) ? manifest["metadata"] : {};
    const namespace = typeof metadata["namespace"] === "string" ? metadata["namespace"] : null;
    const resource = resourceOf(manifest, this.operatorApiVersion(clusterId));
    // With a uid it is ours, and a real write would be forced (DESIGN.md, "What is ours in a cluster").
    const force = typeof metadata["uid"] === "string";
    return await this.#answered(name, async (signal) => {
      try {
        await api.apply(resource, namespace, manifest, { fieldManager: FIELD_MANAGER, force, dryRun: true, signal });
        return [];
      } catch (error) {
        if (error instanceof KubernetesError && !isClusterFailure(error)) return problemsOf(error);
        throw error;
      }
    });
  }

  async unknownSpecPaths(spec: Json): Promise<string[][]> {
    // What the API has a field for needs nobody's word.
    const other = isJsonObject(spec) ? otherOf(spec) : null;
    if (other === null) return [];
    const signal = AbortSignal.timeout(this.options.timeout ?? DEFAULT_TIMEOUT_MS);
    const schemas = await Promise.all(
      [...this.#clusters.values()].map(async ({ discovery }) => {
        try {
          return await discovery.specSchema(signal);
        } catch {
          // It cannot vouch for anything now; the others may.
          return null;
        }
      }),
    );
    const unknown = schemas.flatMap((schema) => (schema === null ? [] : [unknownPaths(spec, schema)]));
    const parts = leavesOf(other);
    if (unknown.length === 0) return parts;
    // A default that we filled in, and this operator doesn't know yet, is left out when it is applied.
    return unknown.reduce(commonPaths).filter((path) => parts.some((part) => isOnOneWay(path, part)));
  }

  operatorApiVersion(clusterId: string): OperatorApiVersion {
    const found = this.#clusters.get(clusterId)?.discovery.current;
    return (found?.reachable === true ? found.operatorApiVersion : null) ?? "v1";
  }

  #cluster(clusterId: string): GatewayCluster {
    const cluster = this.#clusters.get(clusterId);
    if (cluster === undefined) throw clusterUnreachable("The cluster is not connected.");
    return cluster;
  }

  /** Runs it within the time limit. @throws CLUSTER_UNREACHABLE for whatever the cluster failed at */
  async #answered<R>(name: string, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const timeout = this.options.timeout ?? DEFAULT_TIMEOUT_MS;
    try {
      return await work(AbortSignal.timeout(timeout));
    } catch (error) {
      if (!(error instanceof KubernetesError || error instanceof ClusterUnreachableError)) throw error;
      throw clusterUnreachable(`The cluster ${name} cannot answer now. ${toldToAll(error)}`);
    }
  }

  #foreign(object: KubernetesObject): ForeignExternalSecret {
    const { metadata, spec = {}, status } = object;
    const ready = readyOf(status, foreignText);
    const labels = metadata.labels ?? {};
    const ours = labels[LABELS.installation] === this.options.installationId;
    return {
      name: metadata.name,
      uid: metadata.uid,
      labels,
      annotations: metadata.annotations ?? {},
      spec,
      ready: ready === null || ready.status === "Unknown" ? null : ready.status === "True",
      reason: ready?.reason ?? null,
      message: ready?.message ?? null,
      managers: managersOf(object),
      ownLabels: ours ? { assignmentId: labels[LABELS.assignment] ?? null } : null,
    };
  }
}

/** Those who own something of its spec, the operator left out, each once. */
function managersOf({ metadata }: KubernetesObject): string[] {
  const names = (metadata.managedFields ?? []).flatMap(({ manager, fieldsV1 }) =>
    manager !== undefined && manager !== OPERATOR_MANAGER && fieldsV1?.["f:spec"] !== undefined ? [manager] : [],
  );
  return [...new Set(names)];
}

/** @throws RangeError for a kind that we never write: a defect */
function resourceOf(manifest: JsonObject, version: OperatorApiVersion): ResourceRef {
  const known = [...Object.values(operatorResources(version)).filter(isResource), NAMESPACES];
  const resource = known.find(({ kind }) => kind === manifest["kind"]);
  if (resource === undefined) throw new RangeError(`no kind of ours: ${JSON.stringify(manifest["kind"])}`);
  return resource;
}

const isResource = (value: unknown): value is ResourceRef => isRecord(value) && "plural" in value;
