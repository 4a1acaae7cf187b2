import type { Problem } from "../../errors.js";
import { isJsonObject, type Json, type JsonObject } from "../json.js";
import type {
  RemoteRefInput,
  SecretDataItemInput,
  SecretDataSourceInput,
  SecretFieldsInput,
} from "../ports/desired-state.js";
import type { StoredSpec } from "../secret.js";
import type { RuleSettings } from "../settings.js";
import { buildTarget, TARGET_DEFAULTS } from "./build-target.js";
import { carryOther } from "./carry-other.js";
import { inputPaths } from "./input-path.js";
import { jsonInput } from "./json-input.js";
import { EXTERNAL_SECRET_SPEC } from "./operator-schema.js";
import { objectAt, objectsAt, own, withKey } from "./read.js";
import { complete, MAX_PROBLEMS } from "./shape.js";
import { checkSpec } from "./spec-rules.js";
import { DECODING_STRATEGY, REFRESH_POLICY } from "./vocabulary.js";

export interface BuiltSpec {
  /** What would be stored, also beside problems, so that further rules can be checked at once; null where a JSON argument could not be read. */
  stored: StoredSpec | null;
  /** With paths of the typed input: `["data", "0", "remoteKey"]`. Nothing may be written while there is one. */
  problems: Problem[];
}

/**
 * What is wanted of an ExternalSecret, from the typed input of `createSecret`: the operator's own shape, whole, with every default (DESIGN.md, "What is ours in
 * a cluster").
 * @param name the secret's, which is the native Secret's where none is given
 */
export function buildSpec(name: string, fields: SecretFieldsInput, settings: RuleSettings): BuiltSpec {
  const nothing: StoredSpec = { spec: {}, labels: {}, annotations: {} };
  // With nothing there yet, what is left out is the default.
  const said = Object.entries(fields.target ?? {}).filter(([, value]) => value !== undefined);
  return changeSpec(
    name,
    nothing,
    { ...fields, target: { ...TARGET_DEFAULTS, ...Object.fromEntries(said) } },
    settings,
  );
}

/**
 * The same for `updateSecret`: a field left out stays as it is, and so does what no field can say; null is the default, or none. An adopted object, which is stored as
 * it was found, gets its defaults here, with its first change.
 */
export function changeSpec(
  name: string,
  current: StoredSpec,
  fields: SecretFieldsInput,
  settings: RuleSettings,
): BuiltSpec {
  const problems: Problem[] = [];
  let { spec } = current;
  if (fields.data !== undefined) {
    const items = carryOther("data", objectsAt(spec, "data"), (fields.data ?? []).map(dataItem));
    spec = withKey(spec, "data", items);
  }
  if (fields.dataFrom !== undefined) {
    const items = (fields.dataFrom ?? []).map((item, index) => dataFromItem(item, index, settings, problems));
    spec = withKey(spec, "dataFrom", carryOther("dataFrom", objectsAt(spec, "dataFrom"), items));
  }
  if (fields.refreshInterval !== undefined)
    spec = withKey(spec, "refreshInterval", fields.refreshInterval ?? undefined);
  if (fields.refreshPolicy !== undefined)
    spec = withKey(
      spec,
      "refreshPolicy",
      fields.refreshPolicy === null ? undefined : REFRESH_POLICY.toOperator(fields.refreshPolicy),
    );
  const target = isJsonObject(own(spec, "target")) ? objectAt(spec, "target") : {};
  spec = withKey(spec, "target", buildTarget(name, { ...current, spec: target }, fields.target, settings, problems));

  const unreadable = problems.length > 0;
  problems.push(...emptyTexts(fields));
  const completed = complete(spec, EXTERNAL_SECRET_SPEC);
  const stored: StoredSpec = { ...current, spec: isJsonObject(completed) ? completed : {} };
  problems.push(...inputPaths(checkSpec(stored, name, settings)));
  return { stored: unreadable ? null : stored, problems: problems.slice(0, MAX_PROBLEMS) };
}

/** Null takes a field back to its default; an empty text is a mistake, which the operator's shape could not tell from nothing. */
function emptyTexts(fields: SecretFieldsInput): Problem[] {
  const texts: [string[], string | null | undefined][] = [
    [["refreshInterval"], fields.refreshInterval],
    [["target", "name"], fields.target?.name],
    [["target", "type"], fields.target?.type],
  ];
  return texts
    .filter(([, text]) => text === "")
    .map(([path]) => ({ path, message: "This must not be empty; leave it out for the default." }));
}

function dataItem(item: SecretDataItemInput): JsonObject {
  return { secretKey: item.secretKey, remoteRef: remoteRef({ ...item, key: item.remoteKey }) };
}

/** Empty strings mean the same as none: the operator would drop them. */
function remoteRef(ref: RemoteRefInput): JsonObject {
  return {
    key: ref.key,
    ...given("property", ref.property),
    ...given("version", ref.version),
    decodingStrategy: DECODING_STRATEGY.toOperator(ref.decodingStrategy),
  };
}

function dataFromItem(
  item: SecretDataSourceInput,
  index: number,
  settings: RuleSettings,
  problems: Problem[],
): JsonObject {
  const { extract, find } = item;
  const built = new Map<string, Json>();
  if (extract !== undefined && extract !== null) built.set("extract", remoteRef(extract));
  if (find !== undefined && find !== null) {
    const tags = jsonInput(find.tags, settings, ["dataFrom", String(index), "find", "tags"], problems);
    const regexp = given("regexp", find.nameRegExp);
    built.set("find", {
      ...given("path", find.path),
      ...("regexp" in regexp ? { name: regexp } : {}),
      ...(tags === undefined ? {} : { tags }),
    });
  }
  return Object.fromEntries(built);
}

function given(key: string, value: string | null | undefined): JsonObject {
  return value === undefined || value === null || value === "" ? {} : { [key]: value };
}
