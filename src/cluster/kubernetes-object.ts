import type { JsonObject } from "../domain/json.js";

/** One entry of `metadata.managedFields`: who owns which fields. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: "Apply" | "Update";
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: JsonObject;
  subresource?: string;
}

/** `metadata` as far as it is read here; everything a server answers has at least name, uid and resourceVersion. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: { [key: string]: string };
  annotations?: { [key: string]: string };
  managedFields?: ManagedFieldsEntry[];
}

/** An object as the API server answers it. Items of a list of a built-in type come without `apiVersion` and `kind`. */
export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec?: JsonObject;
  status?: JsonObject;
}

/** One page of a list. */
export interface ObjectList {
  items: KubernetesObject[];
  /** The version of the whole list: a watch from here misses nothing. */
  resourceVersion: string;
  /** Ask for the next page with it; null: that was the last one. */
  continue: string | null;
}

/** A core `v1` Event, the fields that we read. */
export interface KubernetesEvent extends KubernetesObject {
  involvedObject: { kind?: string; namespace?: string; name?: string; uid?: string; resourceVersion?: string };
  reason?: string;
  message?: string;
  type?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string } | null;
}
