import { randomUUID } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../../domain/json.js";
import type { ClusterGateway, ForeignExternalSecret } from "../../../domain/ports/cluster-gateway.js";
import type { ProviderCatalog } from "../../../domain/ports/provider-catalog.js";
import { clusterUnreachable, type Problem } from "../../../errors.js";

/** Knows the shape of nothing, but what the commands ask of it. */
export const catalog: ProviderCatalog = {
  validate(_kind, config, { byMember }) {
    const problems: Problem[] = [];
    if (typeof config["server"] !== "string") problems.push({ path: ["server"], message: "is needed." });
    if (config["auth"] === undefined) problems.push({ path: ["auth"], message: "is needed." });
    if (byMember && config["managedIdentity"] !== undefined) {
      problems.push({ path: ["managedIdentity"], message: "is for platform admins only." });
    }
    return problems.length > 0 ? { config: null, problems } : { config: { version: "v2", ...config }, problems: [] };
  },
  renderStoreSpec: (_kind, config) => config,
  effectiveKey: (_kind, _config, key) => key.replace(/^\/+/, ""),
  credentialSecretNames: (_kind, config) => (typeof config["auth"] === "string" ? [config["auth"]] : []),
};

/** A cluster that answers what a test puts into it. */
export class FakeGateway implements ClusterGateway {
  objects: ForeignExternalSecret[] = [];
  refusals: Problem[] = [];
  unknown: string[][] = [];
  away = false;
  readonly dryRuns: JsonObject[] = [];

  listExternalSecrets(): Promise<ForeignExternalSecret[]> {
    return this.away ? Promise.reject(clusterUnreachable("The cluster is away.")) : Promise.resolve(this.objects);
  }
  dryRun(_clusterId: string, manifest: JsonObject): Promise<Problem[]> {
    if (this.away) return Promise.reject(clusterUnreachable("The cluster is away."));
    this.dryRuns.push(manifest);
    return Promise.resolve(this.refusals);
  }
  unknownSpecPaths(_spec: Json): Promise<string[][]> {
    return Promise.resolve(this.unknown);
  }
  operatorApiVersion(): "v1" | "v1beta1" {
    return "v1";
  }
}

/** The object's spec as kubectl would have applied it. */
export function liveObject(
  name: string,
  store: { name: string; kind: string },
  more: Partial<ForeignExternalSecret> = {},
): ForeignExternalSecret {
  const spec: JsonObject = {
    secretStoreRef: store,
    refreshInterval: "1h0m0s",
    target: { name, creationPolicy: "Owner", deletionPolicy: "Retain" },
    data: [{ secretKey: "password", remoteRef: { key: "db/password" } }],
  };
  return {
    name,
    uid: randomUUID(),
    labels: {},
    annotations: {},
    spec: isJsonObject(more.spec) ? more.spec : spec,
    ready: true,
    reason: "SecretSynced",
    message: null,
    managers: ["kubectl"],
    ownLabels: null,
    ...more,
  };
}
