import type { Problem } from "../../errors.js";
import { isPlainText } from "../../auth/claims.js";
import { ROLES } from "../../domain/kinds.js";
import type { Role } from "../../domain/kinds.js";
import { SYSTEM_ACTOR } from "../../domain/transition.js";

export interface TokenRequest {
  subject: string;
  role: Role;
  groups: readonly string[];
  email?: string | undefined;
  name?: string | undefined;
  /** Seconds; 3,600 where it is left out. */
  expiresIn?: number | undefined;
}

export const DEFAULT_EXPIRES_IN = 3_600;

const FIELDS = ["subject", "role", "groups", "email", "name", "expiresIn"];
const MAX_SUBJECT = 255;
const MAX_TEXT = 256;
const MAX_GROUPS = 100;
const MAX_GROUP = 253;
/** A day, in seconds. */
const MAX_EXPIRES_IN = 86_400;

/** What `POST /dev/token` was sent, checked whole; or every problem. */
export function checkTokenRequest(body: unknown): { request: TokenRequest } | { problems: Problem[] } {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { problems: [{ path: [], message: `must be a JSON object with ${FIELDS.join(", ")}.` }] };
  }
  const given = new Map<string, unknown>(Object.entries(body));
  const problems: Problem[] = [];
  const refuse = (name: string, message: string): undefined => {
    problems.push({ path: [name], message });
    return undefined;
  };

  for (const name of given.keys()) {
    if (!FIELDS.includes(name)) refuse(name.slice(0, 40), `is not known here; known are ${FIELDS.join(", ")}.`);
  }
  const subject = given.get("subject");
  const isSubject = isPlainText(subject, MAX_SUBJECT) && subject.trim() !== "" && subject !== SYSTEM_ACTOR;
  const goodSubject = isSubject
    ? subject
    : refuse("subject", `must be text of 1 to ${MAX_SUBJECT} characters, and not "${SYSTEM_ACTOR}".`);
  const goodRole = ROLES.find((role) => role === given.get("role")) ?? refuse("role", `must be ${ROLES.join(" or ")}.`);
  const goodGroups =
    groupsOf(given.get("groups")) ??
    refuse("groups", `must be a list of at most ${MAX_GROUPS} texts of 1 to ${MAX_GROUP} characters.`);
  const optional = (name: "email" | "name"): string | undefined => {
    const value = given.get(name);
    if (value === undefined || isPlainText(value, MAX_TEXT)) return value;
    return refuse(name, `must be text of 1 to ${MAX_TEXT} characters.`);
  };
  const email = optional("email");
  const name = optional("name");
  const expiresIn = given.get("expiresIn");
  const goodExpiry = expiresIn === undefined || isSeconds(expiresIn) ? expiresIn : undefined;
  if (expiresIn !== undefined && goodExpiry === undefined) {
    refuse("expiresIn", `must be a whole number of seconds from 1 to ${MAX_EXPIRES_IN}.`);
  }

  if (problems.length > 0 || goodSubject === undefined || goodRole === undefined || goodGroups === undefined) {
    return { problems };
  }
  return { request: { subject: goodSubject, role: goodRole, groups: goodGroups, email, name, expiresIn: goodExpiry } };
}

/** Groups may be left out. */
function groupsOf(value: unknown): string[] | null {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MAX_GROUPS) return null;
  const groups = value.filter((group) => isPlainText(group, MAX_GROUP));
  return groups.length === value.length ? groups : null;
}

function isSeconds(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_EXPIRES_IN;
}
