import { type Document, isAlias, isNode, parseAllDocuments, visit } from "yaml";
import type { Problem } from "../../errors.js";
import { isJsonObject, type Json, type JsonObject } from "../json.js";

/** Aliases beyond this are no way to write a manifest, but one to make a small text large. */
const MAX_ALIASES = 20;
/** Enough for what a server writes into `managedFields`, which is ignored. */
const MAX_DEPTH = 40;
const MAX_ERRORS = 20;

/**
 * Reads exactly one YAML document, a map, with the YAML 1.2 core schema: no tags, no key twice, hardly any aliases.
 * @returns null where it is none; the problems then say why
 */
export function readYaml(text: string, limits: { maxJsonBytes: number }, problems: Problem[]): JsonObject | null {
  const refuse = (message: string): null => {
    problems.push({ path: [], message });
    return null;
  };
  if (Buffer.byteLength(text) > limits.maxJsonBytes)
    return refuse(`A manifest has at most ${limits.maxJsonBytes} bytes.`);
  const [document, ...more] = documentsOf(text);
  if (document === undefined) return refuse("There is no manifest in this text.");
  if (more.length > 0) return refuse("Give exactly one YAML document.");

  for (const error of document.errors.slice(0, MAX_ERRORS))
    problems.push({ path: [], message: `This is no valid YAML: ${error.message}${placeOf(text, error.pos[0])}.` });
  const found = look(document, text);
  for (const message of found) problems.push({ path: [], message });
  if (document.errors.length > 0 || found.length > 0) return null;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    // The library's own words for an alias without anchor, and for aliases of aliases.
    if (error instanceof ReferenceError) return refuse("An alias leads nowhere, or aliases make this too large.");
    throw error;
  }
  if (!isJson(value)) return refuse("Numbers must be finite.");
  if (!isJsonObject(value)) return refuse("A manifest is a map with apiVersion, kind, metadata and spec.");
  return value;
}

/** The documents that are in a text, but for those of nothing but comments. */
export function documentsOf(text: string): Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    version: "1.2",
    schema: "core",
    stringKeys: true,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: "silent",
  });
  const all = Array.isArray(documents) ? documents : [];
  return all.filter((candidate) => candidate.contents !== null && !isEmpty(candidate));
}

/** A document of nothing but comments, as between two `---`. */
function isEmpty(document: Document.Parsed): boolean {
  const { contents } = document;
  return document.errors.length === 0 && contents !== null && "value" in contents && contents.value === null;
}

function look(document: Document.Parsed, text: string): string[] {
  const messages = new Set<string>();
  let aliases = 0;
  visit(document, {
    Node(_key, node, path) {
      if (path.length > 2 * MAX_DEPTH) {
        messages.add(`This is nested more than ${MAX_DEPTH} levels deep.`);
        return visit.BREAK;
      }
      if (isAlias(node)) {
        aliases += 1;
        // It would have no end.
        if (path.some((outer) => "anchor" in outer && outer.anchor === node.source))
          messages.add(`An alias stands within what it names${placeOf(text, node.range?.[0] ?? 0)}.`);
      } else if (node.tag !== undefined)
        messages.add(
          `Tags are not allowed here: remove \`${node.tag.slice(0, 80)}\`${placeOf(text, isNode(node) ? (node.range?.[0] ?? 0) : 0)}.`,
        );
      return messages.size >= MAX_ERRORS ? visit.BREAK : undefined;
    },
  });
  if (aliases > MAX_ALIASES) messages.add(`A manifest has at most ${MAX_ALIASES} aliases.`);
  return [...messages];
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

/** The line that a message of this file names; null: it names none. */
export function lineOfPlace(message: string): number | null {
  const [, line] = /\(line (\d+), column \d+\)\.$/.exec(message) ?? [];
  return line === undefined ? null : Number(line);
}

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every((item) => isJson(item));
  return typeof value === "object" && Object.values(value).every((item) => isJson(item));
}
