import type { Problem } from "../../errors.js";

/**
 * Where a part of the operator's spec stands in the API's typed input: `["spec", "data", "0", "remoteRef", "key"]` becomes `["data", "0", "remoteKey"]`.
 * Parts that no field says lead to the nearest field that holds them.
 */
export function inputPath(path: readonly string[]): string[] {
  if (path[0] === "metadata") return path[1] === "name" ? ["name"] : [];
  const [head, index, ...rest] = path[0] === "spec" ? path.slice(1) : path;
  if (head === undefined) return [];
  if (head === "data" || head === "dataFrom") {
    if (index === undefined) return [head];
    return [head, index, ...(head === "data" ? dataPath(rest) : dataFromPath(rest))];
  }
  if (head === "target") return ["target", ...targetPath(index === undefined ? [] : [index, ...rest])];
  return head === "refreshInterval" || head === "refreshPolicy" ? [head] : [];
}

/** Problems with paths of a manifest, as they stand in the typed input. Each is said once. */
export function inputPaths(problems: readonly Problem[]): Problem[] {
  const said = new Map<string, Problem>();
  for (const problem of problems) {
    const moved = { path: inputPath(problem.path), message: problem.message };
    said.set(JSON.stringify(moved), moved);
  }
  return [...said.values()];
}

function dataPath([head, field]: readonly string[]): string[] {
  if (head === "secretKey") return [head];
  if (head !== "remoteRef") return [];
  if (field === "key") return ["remoteKey"];
  return field === "property" || field === "version" || field === "decodingStrategy" ? [field] : [];
}

function dataFromPath([head, field, ...rest]: readonly string[]): string[] {
  if (head === "extract") {
    const known = field === "key" || field === "property" || field === "version" || field === "decodingStrategy";
    return known ? [head, field] : [head];
  }
  if (head !== "find") return [];
  if (field === "name") return [head, "nameRegExp"];
  if (field === "path") return [head, field];
  return field === "tags" ? [head, field, ...rest] : [head];
}

function targetPath([head, field, ...rest]: readonly string[]): string[] {
  if (head === undefined) return [];
  if (head === "template") {
    if (field === "type") return ["type"];
    if (field === "metadata") return rest[0] === "labels" || rest[0] === "annotations" ? [...rest] : [];
    return field === undefined ? [head] : [head, field, ...rest];
  }
  return ["name", "creationPolicy", "deletionPolicy", "immutable"].includes(head) ? [head] : [];
}
