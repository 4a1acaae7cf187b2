import type { FieldProblem } from "../api-error.js";
import { type KubeObject, finalizersOf, isTerminating, nameOf, uidOf } from "../kube-object.js";
import { at, isObject, text } from "../json.js";
import type { ResourceType } from "../resources.js";
import { DNS_LABEL, DNS_SUBDOMAIN } from "./schema.js";

const SUBDOMAIN = new RegExp(DNS_SUBDOMAIN, "u");
const LABEL = new RegExp(DNS_LABEL, "u");
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/u;

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_TEXT =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const bad = (field: string, value: string, why: string): FieldProblem => ({
  field,
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});

/** What metadata of a new or changed object has wrong. */
export function metadataProblems(resource: ResourceType, object: KubeObject): FieldProblem[] {
  const out: FieldProblem[] = [];
  const name = nameOf(object);
  if (name === "")
    out.push({
      field: "metadata.name",
      reason: "FieldValueRequired",
      message: "Required value: name or generateName is required",
    });
  else if (resource.plural === "namespaces") {
    if (name.length > 63) out.push(bad("metadata.name", name, "must be no more than 63 bytes"));
    if (!LABEL.test(name)) out.push(bad("metadata.name", name, LABEL_TEXT));
  } else {
    if (name.length > 253) out.push(bad("metadata.name", name, "must be no more than 253 bytes"));
    if (!SUBDOMAIN.test(name)) out.push(bad("metadata.name", name, SUBDOMAIN_TEXT));
  }
  for (const [field, isLabel] of [
    ["labels", true],
    ["annotations", false],
  ] as const) {
    const entries = at(object.metadata, field);
    if (!isObject(entries)) continue;
    for (const [key, value] of Object.entries(entries)) {
      out.push(...keyProblems(`metadata.${field}`, isLabel ? key : key.toLowerCase()));
      if (typeof value !== "string" || !isLabel) continue;
      if (value.length > 63) out.push(bad(`metadata.${field}`, value, "must be no more than 63 bytes"));
      if (value !== "" && !QUALIFIED_NAME.test(value)) out.push(bad(`metadata.${field}`, value, LABEL_VALUE_TEXT));
    }
  }
  return out;
}

function keyProblems(field: string, key: string): FieldProblem[] {
  const parts = key.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.length > 2)
    return [
      bad(
        field,
        key,
        `a qualified name ${QUALIFIED_TEXT.slice("name part ".length)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
      ),
    ];
  const out: FieldProblem[] = [];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === "") out.push(bad(field, key, "prefix part must be non-empty"));
  else if (prefix !== undefined && !SUBDOMAIN.test(prefix)) out.push(bad(field, key, `prefix part ${SUBDOMAIN_TEXT}`));
  if (name === "") out.push(bad(field, key, "name part must be non-empty"));
  else if (name.length > 63) out.push(bad(field, key, "name part must be no more than 63 bytes"));
  if (!QUALIFIED_NAME.test(name)) out.push(bad(field, key, QUALIFIED_TEXT));
  return out;
}

/** What a change does to metadata that it may not: another uid, new finalizers on what is going away. */
export function metadataUpdateProblems(before: KubeObject, after: KubeObject): FieldProblem[] {
  const out: FieldProblem[] = [];
  const uid = text(after.metadata, "uid");
  if (uid !== "" && uid !== uidOf(before)) out.push(bad("metadata.uid", uid, "field is immutable"));
  if (isTerminating(before)) {
    const known = new Set(finalizersOf(before));
    const added = finalizersOf(after).filter((finalizer) => !known.has(finalizer));
    if (added.length > 0) {
      const shown = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(", ")}}`;
      out.push({
        field: "metadata.finalizers",
        reason: "FieldValueForbidden",
        message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`,
      });
    }
  }
  return out;
}
