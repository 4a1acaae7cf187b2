import type { IncomingMessage } from "node:http";
import { parse as parseYaml } from "yaml";
import { badRequest, tooLarge } from "../api-error.js";
import { type Json, depth, isObject, parseJson } from "../json.js";
import type { Verb } from "./authorization.js";
import { ESO_GROUP, isResourceName, type ResourceName } from "../resources.js";

/** A request's body, at most as large as the API server takes it. */
const BODY_LIMIT = 3 * 1024 * 1024;

/** What a request's address asks for, where it names a resource. */
export interface ResourcePath {
  group: string;
  version: string;
  resource: ResourceName;
  namespace: string;
  name: string;
  subresource: string;
}

/** Reads `/api/v1/…` and `/apis/external-secrets.io/<version>/…`; undefined for what is no resource. */
export function resourcePath(path: string): ResourcePath | undefined {
  const parts = path.split("/").slice(1).map(decode);
  const core = parts[0] === "api" && parts[1] === "v1";
  if (!core && !(parts[0] === "apis" && parts[1] === ESO_GROUP && parts[2] !== undefined)) return undefined;
  const group = core ? "" : ESO_GROUP;
  const version = core ? "v1" : (parts[2] ?? "");
  const rest = parts.slice(core ? 2 : 3);
  if (rest[0] === "namespaces" && rest.length >= 3 && isResourceName(rest[2])) {
    return {
      group,
      version,
      resource: rest[2],
      namespace: rest[1] ?? "",
      name: rest[3] ?? "",
      subresource: rest[4] ?? "",
    };
  }
  if (!isResourceName(rest[0]) || rest.length > 3) return undefined;
  return { group, version, resource: rest[0], namespace: "", name: rest[1] ?? "", subresource: rest[2] ?? "" };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Reads a request's body. @throws ApiError 413 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > BODY_LIMIT) throw tooLarge(BODY_LIMIT);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const DEEPEST = 100;

/** Reads JSON, or YAML where that is allowed. @throws ApiError 400 */
export function parseBody(body: string, yaml: boolean, kind = ""): Json {
  let value: Json;
  try {
    value = yaml && !body.trimStart().startsWith("{") ? fromYaml(body) : parseJson(body);
  } catch (error) {
    const why = error instanceof Error ? error.message : "unreadable";
    // What is cut off is told as Go tells it.
    const told = /end of JSON|Expected property name/u.test(why) ? "unexpected end of JSON input" : why;
    throw badRequest(
      kind === ""
        ? `error decoding patch: ${told}`
        : `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${told} (${body.slice(0, 64)})`,
    );
  }
  if (depth(value, DEEPEST + 1) > DEEPEST) throw badRequest("the request body is nested too deeply");
  return value;
}

function fromYaml(body: string): Json {
  // What the parser gives is made of maps, lists and scalars; a round trip makes JSON of it, dates and all.
  return parseJson(JSON.stringify(parseYaml(body, { maxAliasCount: 100 }) ?? null));
}

/** An object that was sent. @throws ApiError 400 */
export function parseObject(body: string, yaml = false, kind = ""): { [key: string]: Json } {
  const value = parseBody(body, yaml, kind);
  if (!isObject(value)) throw badRequest("the request body is not an object");
  return value;
}

/** The verb that a method, an address and its query mean. */
export function verbOf(method: string, target: ResourcePath | undefined, query: URLSearchParams): Verb {
  const single = target !== undefined && target.name !== "";
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return single ? "delete" : "deletecollection";
    default:
      if (target === undefined) return "get";
      if (query.get("watch") === "true" || query.get("watch") === "1") return "watch";
      return single ? "get" : "list";
  }
}
