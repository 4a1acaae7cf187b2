import { timingSafeEqual } from "node:crypto";
import { ApiError, unauthorized } from "../api-error.js";
import type { ResourceName, ResourceType } from "../resources.js";

/** A token's role: everything, or exactly what ESO.md names as the least that Secretariat needs. */
export type Role = "admin" | "secretariat";

/** The role of a request's bearer token. @throws ApiError 401 */
export function authenticate(tokens: ReadonlyMap<string, Role>, header: string | undefined): Role {
  const given = Buffer.from(/^Bearer (.+)$/u.exec(header ?? "")?.[1] ?? "");
  for (const [token, role] of tokens) {
    const known = Buffer.from(token);
    if (known.length === given.length && timingSafeEqual(known, given)) return role;
  }
  throw unauthorized();
}

/** RBAC verbs. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

const OBJECTS: Verb[] = ["list", "watch", "create", "patch", "delete"];

const LEAST: Partial<Record<`${ResourceName}${"" | "/status" | "/finalize"}`, Verb[]>> = {
  externalsecrets: OBJECTS,
  secretstores: OBJECTS,
  clustersecretstores: OBJECTS,
  "externalsecrets/status": ["patch"],
  "secretstores/status": ["patch"],
  "clustersecretstores/status": ["patch"],
  events: ["list", "watch"],
  namespaces: ["list", "watch", "create", "delete"],
};

/** What is asked for, as the authorizer sees it. */
export interface Attributes {
  verb: Verb;
  resource: ResourceName;
  group: string;
  subresource: string;
  namespace: string;
  name: string;
}

/** @throws ApiError 403, worded as RBAC's */
export function authorize(role: Role, user: string, asked: Attributes, type: ResourceType | undefined): void {
  if (role === "admin") return;
  const key =
    asked.subresource === "status" || asked.subresource === "finalize"
      ? (`${asked.resource}/${asked.subresource}` as const)
      : asked.resource;
  if (LEAST[key]?.includes(asked.verb) === true) return;
  const qualified = asked.group === "" ? asked.resource : `${asked.resource}.${asked.group}`;
  const what = asked.name === "" ? qualified : `${qualified} "${asked.name}"`;
  const where = asked.namespace === "" ? "at the cluster scope" : `in the namespace "${asked.namespace}"`;
  throw new ApiError(
    403,
    "Forbidden",
    `${what} is forbidden: User "${user}" cannot ${asked.verb} resource "${key}" in API group "${asked.group}" ${where}`,
    {
      ...(asked.name === "" ? {} : { name: asked.name }),
      ...(asked.group === "" ? {} : { group: asked.group }),
      kind: type?.plural ?? asked.resource,
    },
  );
}
