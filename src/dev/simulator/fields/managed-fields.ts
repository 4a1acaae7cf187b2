import { ApiError } from "../api-error.js";
import { type Json, type JsonObject, equal, isObject, list, text, without } from "../json.js";
import type { KubeObject } from "../kube-object.js";
import type { ResourceName, ResourceType } from "../resources.js";
import { apiVersionOf } from "../resources.js";
import { FieldSet } from "./field-set.js";
import { applyConflict } from "./apply-conflict.js";
import { compare, fieldsOf, merge, prune, typeProblems } from "./typed.js";

/** Who writes, and through what. */
export interface Writer {
  manager: string;
  /** "" or "status" */
  subresource: string;
}

interface Entry {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  subresource: string;
  time: string;
  fields: FieldSet;
}

/** Fields that the server owns and nobody manages. */
const NEVER_MANAGED: string[][] = [
  ["f:apiVersion"],
  ["f:kind"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "uid",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((field) => ["f:metadata", `f:${field}`]),
];

/** What a typed object of Go holds before anything is set: fields that are never absent, so that a create takes only those that differ. */
const UNSET: Partial<Record<ResourceName, JsonObject>> = {
  events: { eventTime: null, reportingInstance: "", source: {} },
};

const keyOf = (entry: Omit<Entry, "time" | "fields">): string =>
  JSON.stringify([entry.manager, entry.operation, entry.apiVersion, entry.subresource]);

type Managed = Map<string, Entry>;

/** Beyond so many managers by Update the oldest are put together as `ancient-changes`. */
const MOST_UPDATERS = 10;

function decode(entries: Json[]): Managed {
  const managed: Managed = new Map();
  for (const raw of entries) {
    const operation = text(raw, "operation");
    if (operation !== "Apply" && operation !== "Update") continue;
    const entry: Entry = {
      manager: text(raw, "manager"),
      operation,
      apiVersion: text(raw, "apiVersion"),
      subresource: text(raw, "subresource"),
      time: text(raw, "time"),
      fields: FieldSet.fromFieldsV1(isObject(raw) ? raw["fieldsV1"] : undefined),
    };
    managed.set(keyOf(entry), entry);
  }
  return managed;
}

function encode(managed: Managed): Json[] {
  const entries = [...managed.values()].toSorted(
    (a, b) =>
      order(a.operation, b.operation) ||
      order(a.time, b.time) ||
      order(a.manager, b.manager) ||
      order(a.apiVersion, b.apiVersion) ||
      order(a.subresource, b.subresource),
  );
  return entries.map((entry) => ({
    manager: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time === "" ? {} : { time: entry.time }),
    fieldsType: "FieldsV1",
    fieldsV1: entry.fields.toFieldsV1(),
    ...(entry.subresource === "" ? {} : { subresource: entry.subresource }),
  }));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether two lists of managedFields differ in nothing but their times. */
export function sameManagers(a: Json[], b: Json[]): boolean {
  return a.length === b.length && a.every((entry, index) => equal(untimed(entry), untimed(b[index])));
}
const untimed = (entry: Json | undefined): Json => (isObject(entry) ? without(entry, "time") : null);

/** Which entries count: those sent along replace the live ones, `[{}]` forgets all, an empty list is as good as none. */
function decodeLiveOrNew(live: Json[], sent: Json[], ignoreSent: boolean): Managed {
  if (ignoreSent) return decode(live);
  const [only] = sent;
  if (sent.length === 1 && isObject(only) && Object.keys(only).length === 0) return new Map();
  const managed = decode(sent);
  return managed.size === 0 ? decode(live) : managed;
}

const plain = (object: KubeObject | undefined): JsonObject =>
  object === undefined ? {} : { ...object, metadata: without(object.metadata, "managedFields") };

/** Fields that writing through this subresource cannot set. */
function resetPaths(resource: ResourceType, subresource: string): string[][] {
  if (subresource === "status") return [["f:spec"]];
  return resource.subresources.includes("status") ? [["f:status"]] : [];
}

/**
 * managedFields after a create, update or patch that is no apply: the writer takes the fields that it changed.
 *
 * @param live - the object before, undefined for a create
 * @param next - the object after, defaults filled in; its own managedFields are those that were sent
 * @param now - time of the entry, RFC 3339
 */
export function managedAfterUpdate(
  resource: ResourceType,
  live: KubeObject | undefined,
  next: KubeObject,
  writer: Writer,
  now: string,
): Json[] {
  const managed = decodeLiveOrNew(
    list(live?.metadata, "managedFields"),
    list(next.metadata, "managedFields"),
    writer.subresource !== "",
  );
  if (live !== undefined && managed.size === 0) return [];
  const difference = compare(
    live === undefined ? { apiVersion: "", kind: "", ...UNSET[resource.plural] } : plain(live),
    plain(next),
    resource.schema,
  );
  const reset = [...NEVER_MANAGED, ...resetPaths(resource, writer.subresource)];
  const taken = difference.added.union(difference.modified);
  for (const [key, entry] of managed) {
    const left = entry.fields.difference(taken).difference(difference.removed);
    if (left.isEmpty()) managed.delete(key);
    else managed.set(key, { ...entry, fields: left });
  }
  const own = stripped(taken, reset);
  if (!own.isEmpty()) {
    const entry = {
      manager: writer.manager,
      operation: "Update" as const,
      apiVersion: apiVersionOf(resource),
      subresource: writer.subresource,
    };
    const key = keyOf(entry);
    const before = managed.get(key);
    managed.set(key, { ...entry, time: now, fields: before === undefined ? own : before.fields.union(own) });
  }
  capUpdaters(managed);
  return encode(managed);
}

function stripped(set: FieldSet, paths: string[][]): FieldSet {
  const out = set.withoutTrees(paths);
  // The member "metadata" itself is nobody's; what is below it may be.
  out.members.delete("f:metadata");
  return out;
}

function capUpdaters(managed: Managed): void {
  const updaters = [...managed].filter(([, entry]) => entry.operation === "Update" && entry.subresource === "");
  if (updaters.length <= MOST_UPDATERS) return;
  const oldest = updaters
    .toSorted(([, a], [, b]) => order(a.time, b.time))
    .slice(0, updaters.length - MOST_UPDATERS + 1);
  const [first] = oldest;
  if (first === undefined) return;
  let fields = new FieldSet();
  for (const [key, entry] of oldest) {
    fields = fields.union(entry.fields);
    managed.delete(key);
  }
  const ancient: Entry = { ...first[1], manager: "ancient-changes", fields, time: oldest.at(-1)?.[1].time ?? "" };
  managed.set(keyOf(ancient), ancient);
}

/** What an apply makes of an object, before defaults. */
export interface Applied {
  object: KubeObject;
  managedFields: Json[];
}

/**
 * Server-side apply (KEP 555; structured-merge-diff).
 *
 * @param live - the object as it is, undefined where there is none
 * @param config - what is applied
 * @param force - take conflicting fields over
 * @throws ApiError 500 where the configuration does not fit the schema, 409 with causes on conflicts
 */
export function applyConfiguration(
  resource: ResourceType,
  live: KubeObject | undefined,
  config: KubeObject,
  writer: Writer,
  force: boolean,
  now: string,
): Applied {
  const problems = typeProblems(config, resource.schema);
  if (problems.length > 0) throw new ApiError(500, "", untypable(resource, config, problems));
  const managed = decode(list(live?.metadata, "managedFields"));
  const before = live === undefined ? undefined : plain(live);
  if (before !== undefined && managed.size === 0) {
    const entry: Entry = {
      manager: "before-first-apply",
      operation: "Update",
      apiVersion: apiVersionOf(resource),
      subresource: "",
      time: now,
      fields: stripped(compare({}, before, resource.schema).added, [
        ...NEVER_MANAGED,
        ...resetPaths(resource, writer.subresource),
      ]),
    };
    if (!entry.fields.isEmpty()) managed.set(keyOf(entry), entry);
  }
  const own = {
    manager: writer.manager,
    operation: "Apply" as const,
    apiVersion: apiVersionOf(resource),
    subresource: writer.subresource,
  };
  const key = keyOf(own);
  const last = managed.get(key);
  const fields = stripped(fieldsOf(config, resource.schema), [
    ...NEVER_MANAGED,
    ...resetPaths(resource, writer.subresource),
  ]);
  managed.set(key, { ...own, time: now, fields });

  let result = merge(before ?? { apiVersion: config.apiVersion, kind: config.kind }, config, resource.schema);
  if (last !== undefined) {
    // What the configuration says of itself, its name for one, is kept as well, though nobody manages it.
    let kept = fieldsOf(config, resource.schema);
    for (const entry of managed.values()) kept = kept.union(entry.fields);
    result = prune(result, last.fields, kept, resource.schema);
  }
  const difference = compare(before ?? {}, result, resource.schema);
  resolve(managed, key, difference.added.union(difference.modified), difference.removed, force);
  if (fields.isEmpty()) managed.delete(key);
  // An apply that changes nothing leaves its time as it was: none for a manager that only joins in.
  else if (isUnchanged(difference)) managed.set(key, { ...own, time: last?.time ?? "", fields });
  const body = isObject(result) ? result : {};
  const metadata = isObject(body["metadata"]) ? body["metadata"] : {};
  return {
    object: { ...body, apiVersion: config.apiVersion, kind: config.kind, metadata },
    managedFields: encode(managed),
  };
}

const isUnchanged = (difference: { added: FieldSet; modified: FieldSet; removed: FieldSet }): boolean =>
  difference.added.isEmpty() && difference.modified.isEmpty() && difference.removed.isEmpty();

function resolve(managed: Managed, own: string, changed: FieldSet, removed: FieldSet, force: boolean): void {
  const conflicts: { manager: Entry; path: string[] }[] = [];
  for (const [key, entry] of managed) {
    if (key === own) continue;
    const clash = entry.fields.intersection(changed);
    for (const path of clash.paths()) conflicts.push({ manager: entry, path });
    if (force || clash.isEmpty()) {
      const left = entry.fields.difference(clash).difference(removed);
      if (left.isEmpty()) managed.delete(key);
      else managed.set(key, { ...entry, fields: left });
    }
  }
  if (!force && conflicts.length > 0) throw applyConflict(conflicts);
}

function untypable(resource: ResourceType, config: KubeObject, problems: string[]): string {
  const what = `${text(config.metadata, "namespace")}/${text(config.metadata, "name")}; ${apiVersionOf(resource)}, Kind=${resource.kind}`;
  const [only] = problems;
  return `failed to create typed patch object (${what}): ${problems.length === 1 && only !== undefined ? only : ["errors:", ...problems.map((problem) => `  ${problem}`)].join("\n")}`;
}
