import { parse as parseYaml } from "yaml";
import { type Json, at, isObject, list, parseJson, record, text } from "../json.js";

/** Why a template cannot be rendered. */
export class TemplateError extends Error {}

type Values = Map<string, Buffer>;

const FUNCTIONS = new Map<string, (value: string) => string>([
  ["toString", (value) => value],
  ["b64enc", (value) => Buffer.from(value).toString("base64")],
  ["b64dec", (value) => Buffer.from(value, "base64").toString("utf8")],
  ["upper", (value) => value.toUpperCase()],
  ["lower", (value) => value.toLowerCase()],
  ["trim", (value) => value.trim()],
  ["quote", (value) => JSON.stringify(value)],
  ["toJson", (value) => JSON.stringify(value)],
]);

/** Renders `{{ .key }}`, `{{ index . "key" }}`, `{{ "text" }}` and simple pipelines. @throws TemplateError */
export function render(name: string, template: string, values: Values): string {
  if (/\{\{(?:(?!\}\}).)*$/su.test(template))
    throw new TemplateError(
      `unable to execute template at key ${name}: unable to parse template at key ${name}: template: ${name}:1: unclosed action`,
    );
  return template.replaceAll(/\{\{-?\s*(.*?)\s*-?\}\}/gsu, (_whole, expression: string) => {
    const [first = "", ...calls] = expression.split("|").map((part) => part.trim());
    let value = operand(name, first, values);
    for (const call of calls) {
      const apply = FUNCTIONS.get(call);
      if (apply === undefined)
        throw new TemplateError(
          `unable to execute template at key ${name}: unable to parse template at key ${name}: template: ${name}:1: function ${JSON.stringify(call)} not defined`,
        );
      value = apply(value);
    }
    return value;
  });
}

function operand(name: string, expression: string, values: Values): string {
  const literal = /^"((?:[^"\\]|\\.)*)"$/u.exec(expression);
  if (literal !== null) return literal[1] ?? "";
  const key = /^\.([A-Za-z_]\w*)$/u.exec(expression)?.[1] ?? /^index\s+\.\s+"([^"]*)"$/u.exec(expression)?.[1];
  if (key === undefined)
    throw new TemplateError(
      `unable to execute template at key ${name}: unable to parse template at key ${name}: template: ${name}:1: unexpected ${JSON.stringify(expression)} in command`,
    );
  const value = values.get(key);
  if (value === undefined) {
    throw new TemplateError(
      `unable to execute template at key ${name}: unable to execute template at key ${name}: template: ${name}:1:3: executing ${JSON.stringify(name)} at <.${key}>: map has no entry for key ${JSON.stringify(key)}`,
    );
  }
  return value.toString("utf8");
}

/** What a template makes of the values: the native Secret's data, labels and annotations. */
export interface Rendered {
  data: Map<string, Buffer>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** Renders spec.target.template; without one the values are the data. @throws TemplateError */
export function renderTarget(
  template: Json | undefined,
  values: Values,
  find: (kind: "configMap" | "secret", name: string) => Record<string, Buffer>,
): Rendered {
  const labels: Record<string, string> = {};
  const annotations: Record<string, string> = {};
  if (!isObject(template)) return { data: new Map(values), labels, annotations };
  const sources = list(template, "templateFrom");
  const own = Object.entries(record(template, "data"));
  const replace = text(template, "mergePolicy") !== "Merge" && (own.length > 0 || sources.length > 0);
  const data = replace ? new Map<string, Buffer>() : new Map(values);
  for (const source of sources) {
    for (const [key, value] of Object.entries(fromSource(source, values, find))) {
      const target = text(source, "target");
      if (target === "Labels") labels[key] = value;
      else if (target === "Annotations") annotations[key] = value;
      else data.set(key, Buffer.from(value));
    }
  }
  for (const [key, value] of own) if (typeof value === "string") data.set(key, Buffer.from(render(key, value, values)));
  for (const [into, field] of [
    [labels, "labels"],
    [annotations, "annotations"],
  ] as const) {
    for (const [key, value] of Object.entries(record(template, "metadata", field)))
      if (typeof value === "string") into[key] = render(key, value, values);
  }
  return { data, labels, annotations };
}

function fromSource(
  source: Json,
  values: Values,
  find: (kind: "configMap" | "secret", name: string) => Record<string, Buffer>,
): Record<string, string> {
  const literal = at(source, "literal");
  if (typeof literal === "string") return keysAndValues("literal", render("literal", literal, values));
  const kind = at(source, "configMap") === undefined ? "secret" : "configMap";
  const there = find(kind, text(source, kind, "name"));
  const out: Record<string, string> = {};
  for (const item of list(source, kind, "items")) {
    const key = text(item, "key");
    const template = there[key]?.toString("utf8");
    if (template === undefined) throw new TemplateError(`error fetching templateFrom data: unable to find key ${key}`);
    const rendered = render(key, template, values);
    if (text(item, "templateAs") === "KeysAndValues") Object.assign(out, keysAndValues(key, rendered));
    else out[key] = rendered;
  }
  return out;
}

function keysAndValues(name: string, rendered: string): Record<string, string> {
  const value = parseJson(JSON.stringify(parseYaml(rendered, { maxAliasCount: 100 }) ?? {}));
  if (!isObject(value)) throw new TemplateError(`could not unmarshal template output of ${name}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, typeof item === "string" ? item : JSON.stringify(item)]),
  );
}
