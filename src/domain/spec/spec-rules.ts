import type { Problem } from "../../errors.js";
import { isJsonObject, type JsonObject } from "../json.js";
import type { StoredSpec } from "../secret.js";
import type { RuleSettings } from "../settings.js";
import { canonicalDuration, parseDuration } from "./duration.js";
import { EXTERNAL_SECRET_SPEC } from "./operator-schema.js";
import { objectAt, own, stringAt } from "./read.js";
import { checkShape, MAX_PROBLEMS } from "./shape.js";
import { checkAnnotations, checkLabels, isStorable } from "./syntax.js";
import { DEFAULT_REFRESH_INTERVAL } from "./vocabulary.js";

/** Types of Secrets that are credentials of the cluster itself. */
const REFUSED_TYPES = new Set(["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"]);

/**
 * Everything that is refused for all in what is wanted of an ExternalSecret: the CRD's patterns and enumerations, the rules of ESO's webhook, other stores and
 * generators, other kinds of targets, durations that would stop the operator, and the bounds (DESIGN.md, "What is refused, and how"; ESO.md).
 * @param name the secret's
 * @returns every problem, with paths from the manifest's root: `["spec", "data", "0", "secretKey"]`
 */
export function checkSpec(stored: StoredSpec, name: string, settings: RuleSettings): Problem[] {
  const problems: Problem[] = [];
  const { spec } = stored;
  const add = (path: string[], message: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ path: ["spec", ...path], message });
  };

  const tooMany = countItems(spec) > settings.maxItemsPerSecret;
  if (tooMany)
    add(
      [Array.isArray(own(spec, "data")) ? "data" : "dataFrom"],
      `A secret has at most ${settings.maxItemsPerSecret} items, \`data\` and \`dataFrom\` together.`,
    );
  // Thousands of items are one problem, not thousands.
  checkShape(tooMany ? firstItems(spec, settings.maxItemsPerSecret) : spec, EXTERNAL_SECRET_SPEC, ["spec"], problems);

  checkInterval(spec, settings, add);
  checkSources(spec, settings, add);
  checkTarget(objectAt(spec, "target"), add);
  for (const problem of [
    ...checkLabels(stored.labels, false, ["metadata", "labels"]),
    ...checkAnnotations(stored.annotations, ["metadata", "annotations"]),
  ])
    problems.push(problem);
  if (Object.values(stored.annotations).some((value) => !isStorable(value)))
    problems.push({
      path: ["metadata", "annotations"],
      message: "An annotation contains a NUL character or half of a surrogate pair.",
    });
  if (name === "") problems.push({ path: ["metadata", "name"], message: "A name is needed." });
  return problems.slice(0, MAX_PROBLEMS);
}

type Add = (path: string[], message: string) => void;

function countItems(spec: JsonObject): number {
  const count = (key: string): number => {
    const list = own(spec, key);
    return Array.isArray(list) ? list.length : 0;
  };
  return count("data") + count("dataFrom");
}

function firstItems(spec: JsonObject, max: number): JsonObject {
  return Object.fromEntries(
    Object.entries(spec).map(([key, value]) => [
      key,
      (key === "data" || key === "dataFrom") && Array.isArray(value) ? value.slice(0, max) : value,
    ]),
  );
}

/** An interval of 0 means: never again. Below the setting's least the operator would be kept busy by one secret. */
function checkInterval(spec: JsonObject, settings: RuleSettings, add: Add): void {
  const interval = parseDuration(stringAt(spec, "refreshInterval") ?? DEFAULT_REFRESH_INTERVAL);
  if (interval === null || interval === 0) return;
  const least = canonicalDuration(`${settings.minRefreshInterval}ms`) ?? "";
  if (interval < settings.minRefreshInterval) add(["refreshInterval"], `This must be 0 or at least ${least}.`);
}

function checkSources(spec: JsonObject, settings: RuleSettings, add: Add): void {
  if (countItems(spec) === 0) add(["data"], "Give `data`, `dataFrom` or both: what is to be fetched.");
  const seen = new Map<string, number>();
  const data = own(spec, "data");
  for (const [index, item] of (Array.isArray(data) ? data.slice(0, settings.maxItemsPerSecret) : []).entries()) {
    const key = isJsonObject(item) ? stringAt(item, "secretKey") : null;
    if (key === null) continue;
    const before = seen.get(key);
    if (before !== undefined)
      add(["data", String(index), "secretKey"], `The key ${key} is given already, by item ${before}.`);
    else seen.set(key, index);
  }
  const dataFrom = own(spec, "dataFrom");
  for (const [index, item] of (Array.isArray(dataFrom)
    ? dataFrom.slice(0, settings.maxItemsPerSecret)
    : []
  ).entries()) {
    if (!isJsonObject(item)) continue;
    const path = ["dataFrom", String(index)];
    const extract = own(item, "extract");
    const find = own(item, "find");
    // A sourceRef in their place is refused in its own words.
    if (extract === undefined && find === undefined && own(item, "sourceRef") === undefined)
      add(path, "Give `extract` or `find`.");
    if (extract !== undefined && find !== undefined) add(path, "Give `extract` or `find`, not both.");
    if (isJsonObject(find) && findsNothing(find))
      add([...path, "find"], "Say what to find: a name's expression, tags or a path.");
  }
}

function findsNothing(find: JsonObject): boolean {
  return (
    own(find, "name") === undefined &&
    stringAt(find, "path") === null &&
    Object.keys(objectAt(find, "tags")).length === 0
  );
}

function checkTarget(target: JsonObject, add: Add): void {
  const creation = stringAt(target, "creationPolicy") ?? "Owner";
  const deletion = stringAt(target, "deletionPolicy") ?? "Retain";
  if (deletion === "Delete" && creation !== "Owner")
    add(
      ["target", "deletionPolicy"],
      "Deletion policy Delete needs creation policy Owner: the operator deletes only Secrets that it owns.",
    );
  if (deletion === "Merge" && creation === "None")
    add(
      ["target", "deletionPolicy"],
      "Deletion policy Merge cannot go with creation policy None: there is no Secret to merge with.",
    );
  const template = objectAt(target, "template");
  const type = stringAt(template, "type");
  if (type !== null && REFUSED_TYPES.has(type))
    add(
      ["target", "template", "type"],
      `Secrets of type ${type} are credentials of the cluster itself and cannot be made here.`,
    );
  const metadata = objectAt(template, "metadata");
  const path = ["target", "template", "metadata"];
  const maps = [
    ...checkLabels(strings(objectAt(metadata, "labels")), true, [...path, "labels"]),
    ...checkAnnotations(strings(objectAt(metadata, "annotations")), [...path, "annotations"]),
  ];
  for (const problem of maps) add(problem.path, problem.message);
}

/** Only the strings: that the others are none is said elsewhere already. */
const strings = (map: JsonObject): Record<string, string> =>
  Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
