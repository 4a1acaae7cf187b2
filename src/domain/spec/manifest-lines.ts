import { type Document, isMap, isNode, isSeq, type Pair } from "yaml";
import type { Problem } from "../../errors.js";
import { documentsOf, lineOfPlace } from "./manifest-yaml.js";

/** A problem with a manifest, and where it is. */
export interface LocatedProblem extends Problem {
  /** From 1; null: it is about no line. */
  line: number | null;
}

/**
 * Says of each problem on which line of the manifest it is: on that of the field, or, where it is missing, on that of the nearest field around it.
 * @param text the manifest
 * @param problems with paths from the argument: `["manifest", "spec", "data", "0"]`
 */
export function locateProblems(text: string, limits: { maxJsonBytes: number }, problems: Problem[]): LocatedProblem[] {
  const document = Buffer.byteLength(text) > limits.maxJsonBytes ? undefined : documentsOf(text)[0];
  return problems.map((problem) => ({ ...problem, line: lineOf(text, document, problem) }));
}

function lineOf(text: string, document: Document.Parsed | undefined, { path, message }: Problem): number | null {
  const [argument, ...within] = path;
  if (argument !== "manifest") return null;
  if (within.length === 0) return lineOfPlace(message);
  const offset = document === undefined ? null : offsetOf(document, within);
  return offset === null ? null : text.slice(0, offset).split("\n").length;
}

/** Where the key of the last part of the path begins that is there; null: not even the first is. */
function offsetOf(document: Document.Parsed, path: readonly string[]): number | null {
  let node: unknown = document.contents;
  let found: number | null = null;
  for (const part of path) {
    const next = step(node, part);
    if (next === null) return found;
    found = next.offset ?? found;
    node = next.value;
  }
  return found;
}

function step(node: unknown, part: string): { offset: number | null; value: unknown } | null {
  if (isSeq(node)) {
    const value = node.items[Number(part)];
    return value === undefined ? null : { offset: startOf(value), value };
  }
  if (!isMap(node)) return null;
  const pair: Pair | undefined = node.items.find(({ key }) => isNode(key) && "value" in key && key.value === part);
  return pair === undefined ? null : { offset: startOf(pair.key), value: pair.value };
}

const startOf = (node: unknown): number | null => (isNode(node) ? (node.range?.[0] ?? null) : null);
