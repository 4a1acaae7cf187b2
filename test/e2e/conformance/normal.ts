import { readyOf } from "./ready.js";
import type { Json, JsonObject } from "../../../src/domain/json.js";
import { isObject, textOf } from "../support/raw-cluster.js";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gu;
const SECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/u;
const MICROS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/u;
/** Names of events end in the time at which they were first seen. */
const EVENT_NAME = /\.[0-9a-f]{16}$/u;
/** Who asks, in refusals. */
const USER = /User "[^"]+"/gu;
const ADDRESS = /(?:https?:\/\/)?127\.0\.0\.1:\d+/gu;
/** How often and by whom exactly something was said. */
const COUNTED = new Set(["count"]);

/** What is the same in two runs of one case: identities and times are replaced by what they are, everything else stays to be compared. */
export function normal(value: Json | undefined, key = ""): Json {
  if (typeof value === "string") return normalText(value, key);
  if (Array.isArray(value)) return key === "managedFields" ? managers(value) : value.map((each) => normal(each));
  if (!isObject(value)) return value ?? null;
  const entries = Object.entries(value)
    .filter(([name]) => !COUNTED.has(name))
    .map(([name, each]): [string, Json] => [name.replaceAll(UUID, "<uid>"), normal(each, name)]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function normalText(text: string, key: string): string {
  if (key === "resourceVersion") return /^\d+$/u.test(text) ? "<version>" : text;
  if (SECONDS.test(text)) return "<time>";
  if (MICROS.test(text)) return "<precise time>";
  return text
    .replaceAll(UUID, "<uid>")
    .replaceAll(ADDRESS, "<address>")
    .replaceAll(USER, "User <user>")
    .replace(EVENT_NAME, ".<time>");
}

/** Managers without the order in which they came: two of them may write within one second. */
function managers(entries: readonly Json[]): Json {
  const shapes = entries.map((each) => normal(each));
  return shapes.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** An ExternalSecret in a line, for long watches. */
export function told(object: JsonObject): string {
  const { metadata, status } = object;
  const meta = isObject(metadata) ? metadata : {};
  const ready = readyOf(object);
  return [
    textOf(meta["name"]),
    `generation=${textOf(meta["generation"])}`,
    `finalizers=${JSON.stringify(meta["finalizers"] ?? [])}`,
    meta["deletionTimestamp"] === undefined ? "" : "going",
    ready === undefined ? "no Ready" : `Ready=${textOf(ready["status"])} ${textOf(ready["reason"])}`,
    `synced=${isObject(status) ? textOf(status["syncedResourceVersion"] ?? "-") : "-"}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}
