import { type Schema, array, boolean, integer, object, string, stringMapOf, strings } from "./schema.js";

/** ObjectMeta, with the list types that server-side apply uses. */
export const objectMeta = (): Schema =>
  object({
    annotations: stringMapOf(),
    creationTimestamp: string({ format: "date-time" }),
    deletionGracePeriodSeconds: integer(),
    deletionTimestamp: string({ format: "date-time" }),
    finalizers: strings({ "x-kubernetes-list-type": "set" }),
    generateName: string(),
    generation: integer(),
    labels: stringMapOf(),
    managedFields: array({ "x-kubernetes-preserve-unknown-fields": true }, { "x-kubernetes-list-type": "atomic" }),
    name: string(),
    namespace: string(),
    ownerReferences: array(
      object(
        {
          apiVersion: string(),
          blockOwnerDeletion: boolean(),
          controller: boolean(),
          kind: string(),
          name: string(),
          uid: string(),
        },
        { "x-kubernetes-map-type": "atomic" },
      ),
      { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["uid"] },
    ),
    resourceVersion: string(),
    selfLink: string(),
    uid: string(),
  });

/** Namespace of v1. */
export const namespaceSchema = (): Record<string, Schema> => ({
  spec: object({ finalizers: strings({ "x-kubernetes-list-type": "atomic" }) }),
  status: object({
    conditions: array(
      object({ lastTransitionTime: string(), message: string(), reason: string(), status: string(), type: string() }),
      {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
      },
    ),
    phase: string(),
  }),
});

/** Secret of v1. */
export const secretSchema = (): Record<string, Schema> => ({
  data: { type: "object", additionalProperties: string({ format: "byte" }) },
  immutable: boolean(),
  stringData: stringMapOf(),
  type: string(),
});

const reference = (): Schema =>
  object(
    {
      apiVersion: string(),
      fieldPath: string(),
      kind: string(),
      name: string(),
      namespace: string(),
      resourceVersion: string(),
      uid: string(),
    },
    { "x-kubernetes-map-type": "atomic" },
  );

/** Event of v1. */
export const eventSchema = (): Record<string, Schema> => ({
  action: string(),
  count: integer(),
  eventTime: string({ nullable: true }),
  firstTimestamp: string({ nullable: true }),
  involvedObject: reference(),
  lastTimestamp: string({ nullable: true }),
  message: string(),
  reason: string(),
  related: reference(),
  reportingComponent: string(),
  reportingInstance: string(),
  series: object({ count: integer(), lastObservedTime: string() }),
  source: object({ component: string(), host: string() }),
  type: string(),
});
