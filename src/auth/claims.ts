import type { JWTPayload } from "jose";
import { unauthenticated } from "../errors.js";
import { SYSTEM_ACTOR } from "../domain/transition.js";
import type { Viewer } from "../domain/viewer.js";
import { isObject } from "./bounded-json.js";

const MAX_SUBJECT = 255;
const MAX_GROUPS = 1_000;
/** Longer names cannot be a project's. */
const MAX_GROUP = 253;
const MAX_TEXT = 256;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** The largest time that a Date can hold. */
const MAX_TIME = 8.64e15;

export interface ClaimNames {
  rolesClaim: string;
  adminRole: string;
  groupsClaim: string;
}

/**
 * The viewer that verified claims describe.
 * @throws UNAUTHENTICATED for a subject that cannot be one, and for too many groups.
 */
export function viewerOf(claims: JWTPayload, names: ClaimNames): Viewer {
  const groups = textsOf(claimAt(claims, names.groupsClaim));
  if (groups.length > MAX_GROUPS) throw unauthenticated(`The token names more than ${MAX_GROUPS} groups.`);
  const isAdmin = textsOf(claimAt(claims, names.rolesClaim)).includes(names.adminRole);
  return {
    subject: subjectOf(claims.sub),
    email: shortText(claims["email"]),
    name: shortText(claims["name"]),
    role: isAdmin ? "PLATFORM_ADMIN" : "TEAM_MEMBER",
    groups: [
      ...new Set(groups.map((group) => group.replace(/^\//, "")).filter((group) => isPlainText(group, MAX_GROUP))),
    ],
    expiresAt: typeof claims.exp === "number" ? Math.min(claims.exp * 1000, MAX_TIME) : null,
  };
}

function subjectOf(sub: unknown): string {
  if (!isPlainText(sub, MAX_SUBJECT) || sub.trim() === "") {
    throw unauthenticated(
      `The token's subject must be text of at most ${MAX_SUBJECT} characters, without control characters.`,
    );
  }
  // History would take them for Secretariat itself.
  if (sub === SYSTEM_ACTOR) throw unauthenticated(`The token's subject must not be "${SYSTEM_ACTOR}".`);
  return sub;
}

/**
 * The claim that a setting names: the claim of exactly that name (`https://example.com/roles`), else what the parts between dots lead to, where a part may have
 * dots itself (`resource_access.my.client.roles`).
 */
export function claimAt(claims: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const head = path.slice(0, dot);
    const inner = Object.hasOwn(claims, head) ? claims[head] : undefined;
    const found = isObject(inner) ? claimAt(inner, path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Some issuers write a list of one as the one. */
function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

/** Email and name are for display: what is not fit for that is left out. */
function shortText(value: unknown): string | null {
  return isPlainText(value, MAX_TEXT) ? value : null;
}

/** Text of 1 to `max` characters, none of them invisible: names that look alike must be alike. */
export function isPlainText(value: unknown, max: number): value is string {
  return typeof value === "string" && value !== "" && value.length <= max && !INVISIBLE.test(value);
}
