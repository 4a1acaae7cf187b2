import { isJsonObject, type Json, type JsonObject } from "../json.js";
import type { CreationPolicy, DecodingStrategy, DeletionPolicy, RefreshPolicy } from "../ports/desired-state.js";
import type { StoredSpec } from "../secret.js";
import { canonicalDuration } from "./duration.js";
import { objectAt, objectsAt, own, stringAt, without } from "./read.js";
import { otherOf } from "./other.js";
import {
  CREATION_POLICY,
  DECODING_STRATEGY,
  DEFAULT_REFRESH_INTERVAL,
  DEFAULT_SECRET_TYPE,
  DELETION_POLICY,
  REFRESH_POLICY,
  type Vocabulary,
} from "./vocabulary.js";

/** The contract's RemoteRef. */
export interface RemoteRefView {
  key: string;
  property: string | null;
  version: string | null;
  decodingStrategy: DecodingStrategy;
}
/** The contract's RemoteFind. */
export interface RemoteFindView {
  path: string | null;
  nameRegExp: string | null;
  tags: JsonObject | null;
}
/** The contract's SecretDataItem. */
export interface SecretDataItemView {
  secretKey: string;
  remoteKey: string;
  property: string | null;
  version: string | null;
  decodingStrategy: DecodingStrategy;
}
/** Exactly one is set. */
export interface SecretDataSourceView {
  extract: RemoteRefView | null;
  find: RemoteFindView | null;
}
/** The contract's SecretTarget. */
export interface SecretTargetView {
  name: string;
  type: string;
  creationPolicy: CreationPolicy;
  deletionPolicy: DeletionPolicy;
  immutable: boolean;
  /** Data, engine version, merge policy and the like; null where there is nothing but defaults. */
  template: JsonObject | null;
  labels: JsonObject | null;
  annotations: JsonObject | null;
}
/** The contract's SecretSpec. */
export interface SecretSpecView {
  data: SecretDataItemView[];
  dataFrom: SecretDataSourceView[];
  /** As Go prints it. */
  refreshInterval: string;
  refreshPolicy: RefreshPolicy;
  target: SecretTargetView;
  /** Parts of the operator's spec that the typed fields cannot say, in its own shape, list items under their index; null: none. */
  other: JsonObject | null;
}

/**
 * The typed fields of a stored spec: a view on its common parts. It never fails: what has another shape than expected (an adopted object) is left to `other`.
 * @param name the secret's, which is the native Secret's where none is given
 */
export function viewSpec(stored: StoredSpec, name: string): SecretSpecView {
  const { spec } = stored;
  const target = objectAt(spec, "target");
  const template = objectAt(target, "template");
  const metadata = objectAt(template, "metadata");
  const interval = stringAt(spec, "refreshInterval") ?? DEFAULT_REFRESH_INTERVAL;
  return {
    data: objectsAt(spec, "data").map((item) => {
      const { key, ...rest } = remoteRef(objectAt(item, "remoteRef"));
      return { secretKey: stringAt(item, "secretKey") ?? "", remoteKey: key, ...rest };
    }),
    dataFrom: objectsAt(spec, "dataFrom").map((item) => {
      const extract = own(item, "extract");
      const find = own(item, "find");
      return {
        extract: isJsonObject(extract) ? remoteRef(extract) : null,
        find: isJsonObject(find) && !isJsonObject(extract) ? remoteFind(find) : null,
      };
    }),
    refreshInterval: canonicalDuration(interval) ?? interval,
    refreshPolicy: word(REFRESH_POLICY, spec, "refreshPolicy"),
    target: {
      name: stringAt(target, "name") ?? name,
      type: stringAt(template, "type") ?? DEFAULT_SECRET_TYPE,
      creationPolicy: word(CREATION_POLICY, target, "creationPolicy"),
      deletionPolicy: word(DELETION_POLICY, target, "deletionPolicy"),
      immutable: own(target, "immutable") === true,
      template: templateView(template),
      labels: filled(objectAt(metadata, "labels")),
      annotations: filled(objectAt(metadata, "annotations")),
    },
    other: otherOf(spec),
  };
}

/**
 * The native Secret that a secret writes.
 * @param name the secret's
 * @returns null with creation policy None: the operator writes none
 */
export function targetNameOf(stored: StoredSpec, name: string): string | null {
  const target = objectAt(stored.spec, "target");
  if (own(target, "creationPolicy") === "None") return null;
  return stringAt(target, "name") ?? name;
}

function remoteRef(ref: JsonObject): RemoteRefView {
  return {
    key: stringAt(ref, "key") ?? "",
    property: stringAt(ref, "property"),
    version: stringAt(ref, "version"),
    decodingStrategy: word(DECODING_STRATEGY, ref, "decodingStrategy"),
  };
}

function remoteFind(find: JsonObject): RemoteFindView {
  return {
    path: stringAt(find, "path"),
    nameRegExp: stringAt(objectAt(find, "name"), "regexp"),
    tags: filled(objectAt(find, "tags")),
  };
}

function templateView(template: JsonObject): JsonObject | null {
  const view = without(template, ["type", "metadata"]);
  const beyond = Object.entries(view).some(([key, value]) => !isDefault(key, value));
  return beyond ? view : null;
}

const isDefault = (key: string, value: Json): boolean =>
  (key === "engineVersion" && value === "v2") || (key === "mergePolicy" && value === "Replace");

const filled = (map: JsonObject): JsonObject | null => (Object.keys(map).length > 0 ? map : null);

function word<W extends string>(vocabulary: Vocabulary<W>, parent: JsonObject, key: string): W {
  return vocabulary.fromOperator(own(parent, key)) ?? vocabulary.fallback;
}
