import { badRequest } from "./api-error.js";
import { type Json, at, list, stringMap, text } from "./json.js";
import { type KubeObject, nameOf, namespaceOf } from "./kube-object.js";
import type { ResourceType } from "./resources.js";

/** Tells whether an object is selected. */
export type Matcher = (object: KubeObject) => boolean;

interface Requirement {
  key: string;
  operator: "in" | "notin" | "exists" | "absent";
  values: Set<string>;
}

const LABEL_KEY = String.raw`([A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?`;
const SET_BASED = new RegExp(String.raw`^(${LABEL_KEY})\s+(in|notin)\s*\(([^()]*)\)$`, "u");
const EQUALITY = new RegExp(String.raw`^(${LABEL_KEY})\s*(==|=|!=)\s*([A-Za-z0-9._-]*)$`, "u");
const EXISTENCE = new RegExp(String.raw`^(!?)\s*(${LABEL_KEY})$`, "u");

/** Splits at commas that are not inside parentheses. */
function parts(selector: string): string[] {
  const out: string[] = [];
  let level = 0;
  let current = "";
  for (const character of selector) {
    if (character === "(") level += 1;
    if (character === ")") level -= 1;
    if (character === "," && level === 0) {
      out.push(current);
      current = "";
    } else current += character;
  }
  out.push(current);
  return out.map((part) => part.trim());
}

function requirement(part: string): Requirement {
  const set = SET_BASED.exec(part);
  if (set !== null) {
    const values = new Set((set[5] ?? "").split(",").map((value) => value.trim()));
    return { key: set[1] ?? "", operator: set[4] === "in" ? "in" : "notin", values };
  }
  const equality = EQUALITY.exec(part);
  if (equality !== null)
    return {
      key: equality[1] ?? "",
      operator: equality[4] === "!=" ? "notin" : "in",
      values: new Set([equality[5] ?? ""]),
    };
  const existence = EXISTENCE.exec(part);
  if (existence !== null)
    return { key: existence[2] ?? "", operator: existence[1] === "!" ? "absent" : "exists", values: new Set() };
  if (/[=!]{3}|[=!]=?$/u.test(part)) throw badRequest("unable to parse requirement: found '=', expected: identifier");
  const unopened = /\s(?:in|notin)\s+([^\s(]+)/u.exec(part)?.[1];
  if (unopened !== undefined) throw badRequest(`unable to parse requirement: found '${unopened}' expected: '('`);
  throw badRequest(`unable to parse requirement: found '${part}', expected: in, notin, =, ==, !=, gt, lt`);
}

function meets(labels: Record<string, string>, { key, operator, values }: Requirement): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (operator === "exists") return value !== undefined;
  if (operator === "absent") return value === undefined;
  if (operator === "in") return value !== undefined && values.has(value);
  return value === undefined || !values.has(value);
}

/** A labelSelector of a request (=, ==, !=, in, notin, existence). @throws ApiError 400 */
function labelMatcher(selector: string): Matcher | undefined {
  if (selector.trim() === "") return undefined;
  const requirements = parts(selector).map(requirement);
  return (object) => {
    const labels = stringMap(object.metadata, "labels");
    return requirements.every((each) => meets(labels, each));
  };
}

/** A LabelSelector object (matchLabels, matchExpressions), as a ClusterSecretStore's conditions hold one. */
export function selectorMatches(selector: Json | undefined, labels: Record<string, string>): boolean {
  for (const [key, value] of Object.entries(stringMap(selector, "matchLabels")))
    if (labels[key] !== value) return false;
  return list(selector, "matchExpressions").every((expression) => {
    const operator = ({ In: "in", NotIn: "notin", Exists: "exists", DoesNotExist: "absent" } as const)[
      text(expression, "operator")
    ];
    const values = new Set(list(expression, "values").filter((value): value is string => typeof value === "string"));
    return operator !== undefined && meets(labels, { key: text(expression, "key"), operator, values });
  });
}

/** A fieldSelector, with the one name and namespace that it may pin. */
export interface FieldSelection {
  name?: string;
  namespace?: string;
  matches?: Matcher;
}

function fieldText(object: KubeObject, field: string): string {
  if (field === "name") return nameOf(object);
  if (field === "source") return text(object, "source", "component") || text(object, "reportingComponent");
  const value = at(object, ...field.split("."));
  return typeof value === "string" ? value : "";
}

/** A fieldSelector of a request. @throws ApiError 400 for what the resource cannot be selected by */
function fieldSelection(resource: ResourceType, selector: string): FieldSelection {
  const out: FieldSelection = {};
  const rest: Matcher[] = [];
  for (const part of selector
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "")) {
    const found = /^([^=!]+)(==|=|!=)(.*)$/u.exec(part);
    if (found === null) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`);
    const [, field = "", operator, value = ""] = found;
    if (!resource.selectableFields.includes(field)) {
      throw badRequest(`field label not supported: ${field}`);
    }
    if (operator !== "!=" && field === "metadata.name") out.name = value;
    if (operator !== "!=" && field === "metadata.namespace" && resource.namespaced) out.namespace = value;
    rest.push((object) => (fieldText(object, field) === value) === (operator !== "!="));
  }
  if (rest.length > 0) out.matches = (object) => rest.every((matches) => matches(object));
  return out;
}

/** What a list or watch selects. */
export interface Selection {
  namespace: string;
  name: string;
  matches: Matcher | undefined;
}

/** Puts a request's namespace and selectors together. */
export function selection(
  resource: ResourceType,
  namespace: string,
  labelSelector: string,
  fieldSelector: string,
): Selection {
  const labels = labelMatcher(labelSelector);
  const fields = fieldSelection(resource, fieldSelector);
  const wanted = namespace === "" ? (fields.namespace ?? "") : namespace;
  const matchers = [labels, fields.matches].filter((each): each is Matcher => each !== undefined);
  return {
    namespace: wanted,
    name: fields.name ?? "",
    matches: matchers.length === 0 ? undefined : (object) => matchers.every((matches) => matches(object)),
  };
}

/** Whether an object is selected. */
export function selects({ namespace, name, matches }: Selection, object: KubeObject): boolean {
  return (
    (namespace === "" || namespaceOf(object) === namespace) &&
    (name === "" || nameOf(object) === name) &&
    (matches === undefined || matches(object))
  );
}
