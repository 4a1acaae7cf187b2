/** A kind of object and where the API server serves it. */
export interface ResourceRef {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** As in the path. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The versions of external-secrets.io that we speak, the preferred one first. */
export const OPERATOR_API_VERSIONS = ["v1", "v1beta1"] as const;
export type OperatorApiVersion = (typeof OPERATOR_API_VERSIONS)[number];

export const OPERATOR_GROUP = "external-secrets.io";

export const NAMESPACES: ResourceRef = {
  group: "",
  version: "v1",
  plural: "namespaces",
  kind: "Namespace",
  namespaced: false,
};

export const EVENTS: ResourceRef = { group: "", version: "v1", plural: "events", kind: "Event", namespaced: true };

export interface OperatorResources {
  readonly externalSecrets: ResourceRef;
  readonly secretStores: ResourceRef;
  readonly clusterSecretStores: ResourceRef;
}

const operatorResource = (
  version: OperatorApiVersion,
  plural: string,
  kind: string,
  namespaced: boolean,
): ResourceRef => ({ group: OPERATOR_GROUP, version, plural, kind, namespaced });

const resourcesOf = (version: OperatorApiVersion): OperatorResources => ({
  externalSecrets: operatorResource(version, "externalsecrets", "ExternalSecret", true),
  secretStores: operatorResource(version, "secretstores", "SecretStore", true),
  clusterSecretStores: operatorResource(version, "clustersecretstores", "ClusterSecretStore", false),
});

const BY_VERSION = { v1: resourcesOf("v1"), v1beta1: resourcesOf("v1beta1") };

/** The operator's kinds in the version that a cluster serves. */
export const operatorResources = (version: OperatorApiVersion): OperatorResources => BY_VERSION[version];

/** `apiVersion` of the objects of a resource: `v1`, `external-secrets.io/v1`. */
export const apiVersionOf = (resource: ResourceRef): string =>
  resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;

/**
 * The path of a collection, or of one object in it, each part escaped.
 * @param namespace null for cluster-scoped kinds, and for a collection over all namespaces
 * @throws RangeError where a name is given for a namespaced kind without its namespace, or a namespace for a cluster-scoped kind: a defect
 */
export function pathOf(
  resource: ResourceRef,
  namespace: string | null,
  name: string | null,
  subresource?: string,
): string {
  if (!resource.namespaced && namespace !== null) throw new RangeError(`${resource.kind} has no namespace`);
  if (resource.namespaced && namespace === null && name !== null) {
    throw new RangeError(`${resource.kind} ${name} needs a namespace`);
  }
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = namespace === null ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const object = name === null ? "" : `/${encodeURIComponent(name)}`;
  return `${root}${scope}/${resource.plural}${object}${subresource === undefined ? "" : `/${subresource}`}`;
}
