import { type Json, type JsonObject, isObject } from "../json.js";
import { formatDuration, parseDuration } from "./duration.js";

/**
 * An ExternalSecret's spec as ESO writes it back from its Go types: durations in canonical form, empty strings, lists, maps and `false` left out,
 * structs that are no pointers always there (`template: {}` gains `metadata: {}`).
 */
export function goSpec(spec: JsonObject): JsonObject {
  const interval = spec["refreshInterval"];
  const ms = typeof interval === "string" ? parseDuration(interval) : undefined;
  return compact({
    ...spec,
    ...(ms === undefined ? {} : { refreshInterval: formatDuration(ms) }),
    secretStoreRef: struct(spec["secretStoreRef"]),
    target: goTarget(spec["target"]),
    data: listOf(spec["data"], (item) => ({
      ...compact(item),
      remoteRef: struct(item["remoteRef"]),
      ...pointer(item, "sourceRef"),
    })),
    dataFrom: listOf(spec["dataFrom"], (item) => ({
      ...compact({ rewrite: item["rewrite"] ?? [] }),
      ...pointer(item, "extract"),
      ...pointer(item, "sourceRef"),
      ...(isObject(item["find"]) ? { find: goFind(item["find"]) } : {}),
    })),
  });
}

function goFind(find: JsonObject): JsonObject {
  return { ...compact(find), ...pointer(find, "name"), ...(find["path"] === undefined ? {} : { path: find["path"] }) };
}

function goTarget(target: Json | undefined): JsonObject {
  if (!isObject(target)) return {};
  const template = target["template"];
  const out = compact(target);
  if (!isObject(template)) return out;
  return {
    ...out,
    template: {
      ...compact(template),
      metadata: struct(template["metadata"]),
      ...(isObject(template["data"]) ? compact({ data: keep(template["data"]) }) : {}),
    },
  };
}

/** A map whose empty strings are values, not absences. */
const keep = (map: JsonObject): Json => (Object.keys(map).length === 0 ? {} : map);

const struct = (value: Json | undefined): JsonObject => (isObject(value) ? compact(value) : {});
const pointer = (value: JsonObject, key: string): JsonObject =>
  isObject(value[key]) ? { [key]: compact(value[key]) } : {};

function listOf(value: Json | undefined, each: (item: JsonObject) => JsonObject): Json {
  return Array.isArray(value) ? value.filter(isObject).map(each) : [];
}

/** Leaves out what `omitempty` leaves out. */
function compact(value: JsonObject): JsonObject {
  const out: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === null || item === "" || item === false || item === 0) continue;
    if (Array.isArray(item) && item.length === 0) continue;
    if (isObject(item) && Object.keys(item).length === 0 && MAPS.has(key)) continue;
    out[key] = isObject(item) && key === "metadata" ? compact(item) : item;
  }
  return out;
}

/** Fields that are Go maps: empty ones are left out, unlike structs. */
const MAPS = new Set(["labels", "annotations", "data", "tags"]);
