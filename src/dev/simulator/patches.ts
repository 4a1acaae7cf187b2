import { ApiError, badRequest } from "./api-error.js";
import { type Json, type JsonObject, clone, equal, isObject } from "./json.js";

/** JSON merge patch (RFC 7396). */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const out: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

/** The API server does not say what is wrong with an operation. */
const failed = (): ApiError =>
  new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {});

/** The parts of a JSON pointer (RFC 6901). */
function pointer(path: Json | undefined): string[] {
  if (typeof path !== "string" || (path !== "" && !path.startsWith("/")))
    throw badRequest(`jsonpatch: bad path ${JSON.stringify(path ?? null)}`);
  return path === ""
    ? []
    : path
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function child(parent: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(parent)) return /^\d+$/u.test(key) ? parent[Number(key)] : undefined;
  return isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}

function find(document: Json, path: string[]): Json | undefined {
  let here: Json | undefined = document;
  for (const key of path) here = child(here, key);
  return here;
}

function remove(document: Json, path: string[]): Json {
  const key = path.at(-1);
  const parent = find(document, path.slice(0, -1));
  if (key === undefined || child(parent, key) === undefined) throw failed();
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (isObject(parent)) delete parent[key];
  return document;
}

function add(document: Json, path: string[], value: Json): Json {
  const key = path.at(-1);
  if (key === undefined) return value;
  const parent = find(document, path.slice(0, -1));
  if (isObject(parent)) parent[key] = value;
  else if (Array.isArray(parent)) {
    const index = key === "-" ? parent.length : Number(key);
    if (!Number.isInteger(index) || index < 0 || index > parent.length) throw failed();
    parent.splice(index, 0, value);
  } else throw failed();
  return document;
}

/**
 * JSON patch (RFC 6902).
 *
 * @throws ApiError 400 where it is no patch, 422 where an operation does not apply or a test fails
 */
export function jsonPatch(target: Json, patch: Json): Json {
  if (!Array.isArray(patch))
    throw badRequest(
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    );
  let document = clone(target);
  for (const operation of patch) {
    if (!isObject(operation)) throw badRequest("error decoding patch: operation is not an object");
    const kind = operation["op"];
    const path = pointer(operation["path"]);
    const value = operation["value"] ?? null;
    if (kind === "test") {
      if (!equal(find(document, path) ?? null, value)) throw failed();
    } else if (kind === "add") document = add(document, path, clone(value));
    else if (kind === "remove") document = remove(document, path);
    else if (kind === "replace") {
      if (path.length === 0) document = clone(value);
      else document = replace(document, path, clone(value));
    } else if (kind === "move" || kind === "copy") {
      const from = pointer(operation["from"]);
      const moved = find(document, from);
      if (moved === undefined) throw failed();
      if (kind === "move") document = remove(document, from);
      document = add(document, path, clone(moved));
    } else throw failed();
  }
  return document;
}

function replace(document: Json, path: string[], value: Json): Json {
  const key = path.at(-1) ?? "";
  const parent = find(document, path.slice(0, -1));
  if (child(parent, key) === undefined) throw failed();
  if (Array.isArray(parent)) parent[Number(key)] = value;
  else if (isObject(parent)) parent[key] = value;
  return document;
}
