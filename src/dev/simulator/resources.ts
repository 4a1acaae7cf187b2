import { eventSchema, namespaceSchema, objectMeta, secretSchema } from "./schema/core.js";
import { externalSecretSchema } from "./schema/external-secret.js";
import { type Schema, object, string } from "./schema/schema.js";
import { secretStoreSchema } from "./schema/secret-store.js";

/** The plural names of what is served. */
export const RESOURCE_NAMES = [
  "namespaces",
  "events",
  "secrets",
  "externalsecrets",
  "secretstores",
  "clustersecretstores",
] as const;
export type ResourceName = (typeof RESOURCE_NAMES)[number];

export const isResourceName = (name: unknown): name is ResourceName => RESOURCE_NAMES.some((one) => one === name);

/** The group of the operator's resources. */
export const ESO_GROUP = "external-secrets.io";

/** A kind of object that the API serves. */
export interface ResourceType {
  group: string;
  version: string;
  plural: ResourceName;
  singular: string;
  kind: string;
  shortNames: string[];
  namespaced: boolean;
  /** Whether it comes from a CustomResourceDefinition: strict schema, defaults, generation, status apart. */
  custom: boolean;
  /** Subresources besides the object itself. */
  subresources: ("status" | "finalize")[];
  /** Whether a PUT or a status update may leave resourceVersion out. */
  unconditionalUpdate: boolean;
  schema: Schema;
  /** Fields that a fieldSelector may name. */
  selectableFields: string[];
}

/** What an ExternalSecret's CRD declares selectable (since 0.19). */
const SPEC_FIELDS = [
  "spec.secretStoreRef.name",
  "spec.secretStoreRef.kind",
  "spec.target.name",
  "spec.refreshInterval",
];
const META_FIELDS = ["metadata.name", "metadata.namespace"];

const whole = (properties: Record<string, Schema>): Schema =>
  object({ apiVersion: string(), kind: string(), metadata: objectMeta(), ...properties });

/** `external-secrets.io/v1`, or `v1` in the core group. */
export function apiVersionOf(resource: ResourceType): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** All that can be served, with the operator's resources in the given version. */
export function resourceTypes(esoVersion: string): Map<ResourceName, ResourceType> {
  const core = { group: "", version: "v1", custom: false, unconditionalUpdate: true };
  const eso = {
    group: ESO_GROUP,
    version: esoVersion,
    custom: true,
    unconditionalUpdate: false,
    subresources: ["status" as const],
  };
  const types: ResourceType[] = [
    {
      ...core,
      plural: "namespaces",
      singular: "namespace",
      kind: "Namespace",
      shortNames: ["ns"],
      namespaced: false,
      subresources: ["status", "finalize"],
      schema: whole(namespaceSchema()),
      selectableFields: [...META_FIELDS, "status.phase", "name"],
    },
    {
      ...core,
      plural: "events",
      singular: "event",
      kind: "Event",
      shortNames: ["ev"],
      namespaced: true,
      subresources: [],
      schema: whole(eventSchema()),
      selectableFields: [
        ...META_FIELDS,
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
      ],
    },
    {
      ...core,
      plural: "secrets",
      singular: "secret",
      kind: "Secret",
      shortNames: [],
      namespaced: true,
      subresources: [],
      schema: whole(secretSchema()),
      selectableFields: [...META_FIELDS, "type"],
    },
    {
      ...eso,
      plural: "externalsecrets",
      singular: "externalsecret",
      kind: "ExternalSecret",
      shortNames: ["es"],
      namespaced: true,
      schema: whole(externalSecretSchema(esoVersion)),
      selectableFields: esoVersion === "v1" ? [...META_FIELDS, ...SPEC_FIELDS] : META_FIELDS,
    },
    {
      ...eso,
      plural: "secretstores",
      singular: "secretstore",
      kind: "SecretStore",
      shortNames: ["ss"],
      namespaced: true,
      schema: whole(secretStoreSchema()),
      selectableFields: META_FIELDS,
    },
    {
      ...eso,
      plural: "clustersecretstores",
      singular: "clustersecretstore",
      kind: "ClusterSecretStore",
      shortNames: ["css"],
      namespaced: false,
      schema: whole(secretStoreSchema()),
      selectableFields: ["metadata.name"],
    },
  ];
  return new Map(types.map((type) => [type.plural, type]));
}
