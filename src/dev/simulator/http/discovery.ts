import { createHash } from "node:crypto";
import type { JsonObject } from "../json.js";
import { apiVersionOf, ESO_GROUP, type ResourceType } from "../resources.js";
import type { Schema } from "../schema/schema.js";

/** What /version says: the Kubernetes that this behaves like. */
const VERSION: JsonObject = {
  major: "1",
  minor: "34",
  emulationMajor: "1",
  emulationMinor: "34",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "33",
  gitVersion: "v1.34.4",
  gitCommit: "simulated",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "go1.24",
  compiler: "gc",
  platform: "simulated",
};

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/** The order in which custom resources name them. */
const CUSTOM_VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** The operator serves kinds of its own in this version; none that are simulated. */
const OTHER_VERSION: JsonObject = { groupVersion: `${ESO_GROUP}/v1alpha1`, version: "v1alpha1" };

function resourceEntries(type: ResourceType): JsonObject[] {
  const main: JsonObject = {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: type.custom ? CUSTOM_VERBS : VERBS,
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.custom ? { categories: ["external-secrets"] } : {}),
  };
  return [
    main,
    ...type.subresources.map((sub): JsonObject => ({
      name: `${type.plural}/${sub}`,
      singularName: "",
      namespaced: type.namespaced,
      kind: type.kind,
      verbs: sub === "status" ? ["get", "patch", "update"] : ["update"],
    })),
  ];
}

/** Answers discovery and OpenAPI addresses for what is served now; undefined for any other address. */
export function discovery(path: string, types: readonly ResourceType[]): JsonObject | undefined {
  const eso = types.find((type) => type.group === ESO_GROUP);
  const groupVersion = eso === undefined ? undefined : { groupVersion: apiVersionOf(eso), version: eso.version };
  const group =
    groupVersion === undefined
      ? undefined
      : { name: ESO_GROUP, versions: [groupVersion, OTHER_VERSION], preferredVersion: groupVersion };
  const esoTypes = types.filter((type) => type.group === ESO_GROUP);
  switch (path) {
    case "/version":
      return VERSION;
    case "/api":
      return {
        kind: "APIVersions",
        versions: ["v1"],
        serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1" }],
      };
    case "/apis":
      return { kind: "APIGroupList", apiVersion: "v1", groups: group === undefined ? [] : [group] };
    case "/api/v1":
      return {
        kind: "APIResourceList",
        groupVersion: "v1",
        resources: types.filter((type) => type.group === "").flatMap(resourceEntries),
      };
    case `/apis/${ESO_GROUP}`:
      return group === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...group };
    case "/openapi/v3":
      return openApiPaths(groupVersion?.groupVersion, esoTypes);
    case "/openapi/v3/api/v1":
      return openApi(types.filter((type) => type.group === ""));
    default:
      if (groupVersion === undefined) return undefined;
      if (path === `/apis/${ESO_GROUP}/v1alpha1`) {
        return { kind: "APIResourceList", apiVersion: "v1", groupVersion: `${ESO_GROUP}/v1alpha1`, resources: [] };
      }
      if (path === `/apis/${groupVersion.groupVersion}`) {
        return {
          kind: "APIResourceList",
          apiVersion: "v1",
          groupVersion: groupVersion.groupVersion,
          resources: esoTypes.flatMap(resourceEntries),
        };
      }
      return path === `/openapi/v3/apis/${groupVersion.groupVersion}` ? openApi(esoTypes) : undefined;
  }
}

function openApiPaths(groupVersion: string | undefined, types: ResourceType[]): JsonObject {
  const hash = createHash("sha256")
    .update(JSON.stringify(types.map((type) => type.schema)))
    .digest("hex")
    .toUpperCase();
  const paths: JsonObject = { "api/v1": { serverRelativeURL: "/openapi/v3/api/v1?hash=0" } };
  if (groupVersion !== undefined)
    paths[`apis/${groupVersion}`] = { serverRelativeURL: `/openapi/v3/apis/${groupVersion}?hash=${hash}` };
  return { paths };
}

/** The OpenAPI document of one group and version: a schema for each kind, named as the API server names it. */
function openApi(types: ResourceType[]): JsonObject {
  const schemas: JsonObject = {};
  for (const type of types) {
    const prefix = type.group === "" ? "io.k8s.api.core" : type.group.split(".").toReversed().join(".");
    schemas[`${prefix}.${type.version}.${type.kind}`] = {
      ...published(type.schema),
      "x-kubernetes-group-version-kind": [{ group: type.group, kind: type.kind, version: type.version }],
    };
  }
  return { openapi: "3.0.0", info: { title: "Kubernetes", version: "v1.34.4" }, paths: {}, components: { schemas } };
}

function published(schema: Schema): JsonObject {
  const { properties, additionalProperties, items, ...rest } = schema;
  const out: JsonObject = { ...rest };
  if (properties !== undefined)
    out["properties"] = Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, published(child)]));
  if (additionalProperties !== undefined) out["additionalProperties"] = published(additionalProperties);
  if (items !== undefined) out["items"] = published(items);
  return out;
}
