import type { FieldProblem } from "../api-error.js";
import { type JsonObject, at, equal, isObject, record, text, without } from "../json.js";
import { type KubeObject, toKubeObject } from "../kube-object.js";

/** A native Secret as the API server reads it: stringData is written into data, the type defaults to Opaque. */
export function decodeSecret(object: KubeObject): KubeObject {
  const plain = at(object, "stringData");
  const data: JsonObject = { ...record(object, "data") };
  if (isObject(plain)) {
    for (const [key, value] of Object.entries(plain))
      data[key] = Buffer.from(typeof value === "string" ? value : "").toString("base64");
  }
  const type = text(object, "type");
  return toKubeObject({
    ...without(object, "stringData", "data"),
    ...(Object.keys(data).length === 0 ? {} : { data }),
    type: type === "" ? "Opaque" : type,
  });
}

/** Keys that a type asks for; of a basic-auth Secret's two one is enough. */
const REQUIRED: Record<string, { keys: string[]; any: boolean }> = {
  "kubernetes.io/basic-auth": { keys: ["username", "password"], any: true },
  "kubernetes.io/dockercfg": { keys: [".dockercfg"], any: false },
  "kubernetes.io/dockerconfigjson": { keys: [".dockerconfigjson"], any: false },
  "kubernetes.io/ssh-auth": { keys: ["ssh-privatekey"], any: false },
  "kubernetes.io/tls": { keys: ["tls.crt", "tls.key"], any: false },
};

/** What a native Secret has wrong, alone and as a change of another. */
export function secretProblems(object: KubeObject, existing: KubeObject | undefined): FieldProblem[] {
  const data = record(object, "data");
  const out: FieldProblem[] = [];
  const required = REQUIRED[text(object, "type")];
  const missing = (required?.keys ?? []).filter((key) => data[key] === undefined);
  if (required !== undefined && (!required.any || missing.length === required.keys.length)) {
    for (const key of missing)
      out.push({ field: `data[${key}]`, reason: "FieldValueRequired", message: "Required value" });
  }
  for (const key of [".dockercfg", ".dockerconfigjson"]) {
    const value = data[key];
    if (
      required?.keys.includes(key) !== true ||
      typeof value !== "string" ||
      isJson(Buffer.from(value, "base64").toString("utf8"))
    )
      continue;
    const message = 'Invalid value: "<secret contents redacted>": invalid character in JSON';
    out.push({ field: `data[${key}]`, reason: "FieldValueInvalid", message });
  }
  return existing === undefined ? out : [...changeProblems(existing, object), ...out];
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source);
    return true;
  } catch {
    return false;
  }
}

function changeProblems(existing: KubeObject, object: KubeObject): FieldProblem[] {
  const out: FieldProblem[] = [];
  const type = text(object, "type");
  if (text(existing, "type") !== type) {
    out.push({
      field: "type",
      reason: "FieldValueInvalid",
      message: `Invalid value: ${JSON.stringify(type)}: field is immutable`,
    });
  }
  if (existing["immutable"] !== true) return out;
  const fixed = "Forbidden: field is immutable when `immutable` is set";
  if (object["immutable"] !== true) out.push({ field: "immutable", reason: "FieldValueForbidden", message: fixed });
  if (!equal(record(existing, "data"), record(object, "data")))
    out.push({ field: "data", reason: "FieldValueForbidden", message: fixed });
  return out;
}
