import type { Json } from "../json.js";

/** Texts that every YAML reader, of 1.1 and 1.2, takes for the string that they are. */
const PLAIN = /^(?![eE][-+]?[0-9]+$)[A-Za-z/_][A-Za-z0-9_./-]*$/;
/** Words that some reader takes for a boolean, a null or a number. Without regard to case. */
const WORDS = new Set(["y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf", "infinity"]);
/** A line that a block scalar shows as it is. */
const BLOCK_LINE =
  /^(?:[\x21-\x7e\u00a1-\u061b\u061d-\u1fff\u2030-\u205f\u3000-\ud7ff](?:[\x20-\x7e]|[\u00a1-\u061b\u061d-\u1fff\u2030-\u205f\u3000-\ud7ff])*)?$/;
/** Characters that are written as escapes, beyond those of JSON: they would not be seen, or would turn the text round. */
const HIDDEN = /[\u007f-\u00a0\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]/g;

/**
 * A JSON value as YAML, for people: keys sorted, so that equal objects give equal text whatever their order; texts of several lines as blocks; whatever a reader could
 * take for something else, or that could not be seen, in quotes and escaped.
 */
export function toYaml(object: Json): string {
  if (isInline(object)) return `${inline(object)}\n`;
  return `${lines(object, "").join("\n")}\n`;
}

function isInline(value: Json): boolean {
  if (typeof value === "string") return !isBlock(value);
  return typeof value !== "object" || value === null || Object.keys(value).length === 0;
}

function isBlock(text: string): boolean {
  if (!text.includes("\n")) return false;
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  const rows = body.split("\n");
  // The first row tells a reader the indentation; a trailing empty one would need another indicator.
  return (
    rows[0] !== "" &&
    rows.at(-1) !== "" &&
    rows.every((row) => BLOCK_LINE.test(row.trimStart()) && !/^\t|[ \t]$/.test(row)) &&
    !/^\s/.test(rows[0] ?? "")
  );
}

function inline(value: Json): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return "[]";
  if (typeof value === "object" && value !== null) return "{}";
  return JSON.stringify(value);
}

function quoted(text: string): string {
  if (PLAIN.test(text) && !WORDS.has(text.toLowerCase())) return text;
  return JSON.stringify(text).replace(
    HIDDEN,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** The rows of a value that does not fit on one. */
function lines(value: Json, indent: string): string[] {
  if (typeof value === "string") return block(value, indent);
  if (Array.isArray(value)) return value.flatMap((item) => entry(`${indent}-`, item, `${indent}  `, true));
  if (typeof value !== "object" || value === null) return [inline(value)];
  return Object.keys(value)
    .sort()
    .flatMap((key) => entry(`${indent}${quoted(key)}:`, value[key] ?? null, `${indent}  `, false));
}

/** One item of a map or a list: behind its head, or under it. */
function entry(head: string, value: Json, indent: string, isItem: boolean): string[] {
  if (isInline(value)) return [`${head} ${inline(value)}`];
  const rows = lines(value, indent);
  if (typeof value === "string") return [`${head} ${rows[0] ?? ""}`, ...rows.slice(1)];
  // A list's item begins on the line of its dash.
  if (isItem) return [`${head} ${(rows[0] ?? "").trimStart()}`, ...rows.slice(1)];
  return [head, ...rows];
}

/** A text of several lines; the first row is the indicator. */
function block(text: string, indent: string): string[] {
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  const rows = body.split("\n").map((row) => (row === "" ? "" : `${indent === "" ? "  " : indent}${row}`));
  return [text.endsWith("\n") ? "|" : "|-", ...rows];
}
